"""score.pii: every text of a row is read, whatever its shape; what is told of a finding; precision and recall on the open half of the truth set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from cleaned import CTX
from step_context import row

from rowsmith.core.row import Drop, Row
from rowsmith.steps.recognising import masked
from rowsmith.steps.score.pii import Pii

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
MAIL = "ada@example.org"


def flags(data: dict[str, Any], **given: Any) -> list[tuple[str, str, tuple[int, int]]]:
    (done,) = Pii(**given).rows(row(data), CTX)
    assert isinstance(done, Row)
    found = [(one["reason"], one["path"], tuple(one["span"])) for one in done.origin.get("flags", ())]
    assert done.scores[given.get("into", "pii")] == len(found)
    return found


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"text": MAIL}, "text"), ({"input": "Who?", "answer": MAIL}, "answer"), ({"question": MAIL, "response": "x"}, "question"),
        ({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": MAIL}]}, "messages.1.content"),
        ({"input": "a", "chosen": "b", "rejected": MAIL}, "rejected"), ({"input": "a", "choices": ["b", MAIL], "answer": "b"}, "choices.1"),
        ({"notes": {"by": [MAIL]}}, "notes.by.0"),
    ],
)  # fmt: skip
def test_every_text_of_every_shape_is_read(data: dict[str, Any], path: str) -> None:
    assert flags(data) == [("email", path, (0, len(MAIL)))]


def test_a_flag_tells_no_more_than_a_hint_of_the_value() -> None:
    (done,) = Pii().rows(row({"text": f"Write to {MAIL}, card 4111 1111 1111 1111."}), CTX)
    assert isinstance(done, Row)
    assert [one["detail"] for one in done.origin["flags"]] == ["e-mail address: a…@e…", "card number: …1111"]
    assert masked("phone", "+44 20 7946 0018") == "…18"


def test_a_row_is_dropped_for_the_first_kind() -> None:
    (done,) = Pii(action="drop").rows(row({"text": f"{MAIL} and 10.0.0.1"}), CTX)
    assert done == Drop("email", "e-mail address: a…@e…")
    (done,) = Pii(action="drop").rows(row({"text": "nothing"}), CTX)
    assert isinstance(done, Row) and done.scores == {"pii": 0} and "flags" not in done.origin


def test_kinds_columns_own_and_skip() -> None:
    data = {"text": f"{MAIL} 10.0.0.1", "other": "E-123456"}
    assert [one[0] for one in flags(data, kinds=["ip"])] == ["ip"]
    assert [one[1] for one in flags(data, own={"employee": r"E-\d{6}"}, columns=["other"])] == ["other"]
    assert [one[0] for one in flags(data, skip=["*@example.org"])] == ["ip"]
    assert [one[0] for one in flags({"phone": "4155552671"})] == ["phone"]


def test_what_cannot_be_is_told_before_the_run() -> None:
    assert Pii(own={"email": "x"}).check() == ["The kind 'email' of `own` is one that is known; give yours another name."]
    assert "cannot be read" in Pii(own={"x": "("}).check()[0]
    assert "not installed" in Pii(names="xx_no_such_model").check()[0]


def test_the_open_half_of_the_truth_set() -> None:
    import truth_pii

    found = truth_pii.measured("open")
    assert found["precision"] >= 0.99 and found["recall"] >= 0.99, found
    assert found["rows_right"] >= 0.99 and found["exact_spans"] >= 0.99
