"""transform.anonymise: what is hidden in every shape, the same everywhere, with the source's place kept true and flags that move."""

from __future__ import annotations

from typing import Any

import pytest
from cleaned import CTX
from step_context import row

from rowsmith.core.edits import apply
from rowsmith.core.flags import Flag, flagged, flags_of
from rowsmith.core.row import Row
from rowsmith.steps.score.pii import Pii
from rowsmith.steps.transform.anonymise import Anonymise

MAIL = "ada@north-mill.co.uk"


def done(data: dict[str, Any], origin: dict[str, Any] | None = None, **given: Any) -> Row:
    (found,) = Anonymise(**given).rows(row(data, origin=origin or {}), CTX)
    return found


def test_chats_preferences_and_what_lies_deeper() -> None:
    chat = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": f"Ask {MAIL}."}]}
    assert done(chat).data == {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ask [email]."}]}
    assert done({"input": "a", "chosen": "b", "rejected": MAIL}).data["rejected"] == "[email]"
    assert done({"notes": {"by": [MAIL, 3, None]}}).data == {"notes": {"by": ["[email]", 3, None]}}
    untouched = row({"text": "nothing here"})
    assert list(Anonymise().rows(untouched, CTX)) == [untouched]


def test_a_value_becomes_the_same_in_every_row_and_nothing_is_left_to_find() -> None:
    one, two = done({"text": f"{MAIL} x"}, how="replace"), done({"answer": f"to {MAIL}"}, how="replace")
    assert one.data["text"].split()[0] == two.data["answer"].split()[1] != MAIL
    ids = done({"text": "PESEL 44051401359, IBAN GB82 WEST 1234 5698 7654 32"}, how="replace")
    assert ids.origin["anonymised"] == {"iban": 1, "pesel": 1}
    (checked,) = Pii().rows(ids, CTX)
    assert isinstance(checked, Row) and checked.scores["pii"] == 0


def test_the_place_in_the_source_stays_true() -> None:
    text = f"Ask {MAIL} today, {MAIL}."
    found = done({"text": text}, origin={"source": {"name": "f", "span": [10, 10 + len(text)]}})
    source = found.origin["source"]
    assert apply(text, source["edits"], 10) == found.data["text"] == "Ask [email] today, [email]."


def test_flags_of_others_move_and_those_of_what_was_hidden_go() -> None:
    text = f"Ask {MAIL} about the rude word."
    at = text.index("rude")
    flags = [Flag("pii", "email", path="text", span=(4, 8)), Flag("toxicity", "insult", path="text", span=(at, at + 4)), Flag("form", "x")]
    (found,) = Anonymise().rows(flagged(row({"text": text}), flags), CTX)
    left = {one.check: one for one in flags_of(found)}
    assert set(left) == {"toxicity", "form"}
    assert left["toxicity"].span and found.data["text"][slice(*left["toxicity"].span)] == "rude"


def test_a_hash_needs_a_key_and_a_key_changes_what_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "name an environment variable" in Anonymise(how="hash").check()[0]
    assert "is not set" in Anonymise(how="hash", key_from="MY_KEY").check()[0]
    monkeypatch.setenv("MY_KEY", "k")
    assert Anonymise(how="hash", key_from="MY_KEY").check() == []
    assert done({"text": MAIL}, how="hash", key_from="MY_KEY").data["text"].startswith("email_")
    assert done({"text": MAIL}, how="replace", key_from="MY_KEY").data != done({"text": MAIL}, how="replace").data
