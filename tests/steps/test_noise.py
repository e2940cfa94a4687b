"""transform.noise, transform.synonyms, transform.swap_entities and transform.changes: what changes by rule, and what does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext

from rowsmith.content import entities, synonyms
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Drop, Row
from rowsmith.steps.transform.changes import Changes
from rowsmith.steps.transform.noise import Noise, neighbours
from rowsmith.steps.transform.swap_entities import SwapEntities
from rowsmith.steps.transform.synonyms import Synonyms
from rowsmith.steps.wording import loose

CTX = StepContext(Path())
TEXT = (
    "The quick answer from Aisha arrived often within 45 minutes, says `make demo` at https://example.org/often and {often}. Perhaps she writes to "
    "a@often.org."
)
KINDS = ["typos", "keyboard", "casing", "ocr", "diacritics"]
NOISY = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)


def row(number: int = 0, **data: Any) -> Row:
    return Row(f"{number:032x}", bytes(6), data)


def done(step: Any, on: Row, ctx: StepContext = CTX) -> Any:
    (found,) = step.rows(on, ctx)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_noise_changes_words_and_neither_names_figures_code_nor_addresses(kind: str) -> None:
    text = f"{TEXT} Übermäßig schön war das Café dort."
    changed = {done(Noise(kinds=[kind], rate=0.5), row(n, text=text)).data["text"] for n in range(20)}
    assert len(changed) > (1 if kind != "diacritics" else 0)
    for said in changed:
        assert said != text
        for held in ("45", "`make demo`", "https://example.org/often", "{often}", "a@often.org", *(() if kind == "casing" else ("Aisha",))):
            assert held in said
        if kind == "casing":
            assert said.lower() == text.lower()
        if kind == "diacritics":
            assert said.isascii() or "ß" in said
            assert "Ubermaßig schon war das Cafe" in said
        assert len(said.split()) == len(text.split())


def test_ocr_and_keyboard_take_what_looks_or_lies_alike() -> None:
    assert {done(Noise(kinds=["ocr"]), row(n, text="modern")).data["text"] for n in range(40)} >= {"modem", "rnodern"}
    assert neighbours("qwerty")["g"] == "fhtyvb"
    assert {"z", "g", "u"} & set(neighbours("qwertz")["t"]) == {"z", "g"}
    for n in range(20):
        said = done(Noise(kinds=["keyboard"]), row(n, text="modern")).data["text"]
        (at,) = [place for place in range(6) if said[place] != "modern"[place]]
        assert at > 0
        assert said[at] in neighbours("qwerty")["modern"[at]]


def test_the_rate_is_a_share_of_the_words_and_one_at_least() -> None:
    words = " ".join(["plain"] * 400)
    said = done(Noise(kinds=["typos"], rate=0.2), row(text=words)).data["text"]
    assert 50 < sum(word != "plain" for word in said.split()) < 110
    assert done(Noise(kinds=["typos"], rate=0.0001), row(text=words)).data["text"] != words


@given(NOISY, st.sampled_from(KINDS), st.integers(0, 99))
def test_the_same_row_gets_the_same_noise_and_its_origin_knows(text: str, kind: str, number: int) -> None:
    step = Noise(kinds=[kind], rate=1)
    if not text.strip():
        return
    found = done(step, row(number, text=text, label="x"))
    assert found == done(step, row(number, text=text, label="x"))
    if isinstance(found, Drop):
        assert found.reason == "unchanged"
    else:
        assert found.origin == {"rewritten": {"text": text}, "noise": kind}
        assert found.data["label"] == "x"


def test_synonyms_are_of_the_list_and_begin_alike() -> None:
    said = {done(Synonyms(rate=1), row(n, text=TEXT)).data["text"] for n in range(30)}
    assert len(said) == 3
    for one in said:
        assert re.match(r"The (fast|rapid|speedy) answer from Aisha arrived often within 45 minutes", one)
        assert "https://example.org/often and {often}" in one
        assert "Maybe she" in one
    assert done(Synonyms(), row(text="Nothing here.")).reason == "unchanged"


def test_a_dictionary_of_ones_own_goes_in_the_place_of_the_list(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("answer, echo\nanswer, account, ode\nalone\n", encoding="utf-8")
    step = Synonyms(dictionary=["words.txt"], rate=1)
    said = {done(step, row(n, text="The quick answer."), StepContext(tmp_path)).data["text"] for n in range(30)}
    assert said == {"The quick echo.", "The quick account.", "The quick ode."}
    (tmp_path / "words.txt").write_text("alone\n", encoding="utf-8")
    with pytest.raises(Invalid, match="names two words"):
        done(Synonyms(dictionary=["words.txt"], seed=1), row(text="x"), StepContext(tmp_path))


def test_no_word_of_the_list_that_ships_stands_twice_in_a_group() -> None:
    assert all(len(group) == len(set(group)) > 1 for group in synonyms())


CHAT = {"messages": [
    {"role": "user", "content": "Aisha Patel moved from Norway to Lyon. Who is Aisha?"},
    {"role": "assistant", "content": "Aisha Patel is a Norwegian; Aisha's home is Lyon now."},
], "label": "Aisha"}  # fmt: skip


@given(st.integers(0, 2**64))
def test_a_name_becomes_the_same_other_one_in_every_turn_and_can_be_told_back(number: int) -> None:
    found = done(SwapEntities(), row(number, **CHAT))
    swapped = found.origin["swapped"]
    assert list(swapped) == ["Aisha", "Patel", "Norway", "Lyon", "Norwegian"]
    assert len(set(swapped.values())) == 5
    question, answer = (one["content"] for one in found.data["messages"])
    first, last, country, city, people = swapped.values()
    assert question == f"{first} {last} moved from {country} to {city}. Who is {first}?"
    assert answer == f"{first} {last} is a {people}; {first}'s home is {city} now."
    assert [country, people] in entities()["country"]
    assert first in entities()["female"]
    assert found.data["label"] == "Aisha"
    back = {other: name for name, other in swapped.items()}
    assert re.sub("|".join(back), lambda match: back[match[0]], question) == CHAT["messages"][0]["content"]


def test_kinds_can_be_chosen_and_names_added(tmp_path: Path) -> None:
    assert list(done(SwapEntities(kinds=["city"]), row(**CHAT)).origin["swapped"]) == ["Lyon"]
    (tmp_path / "names.yaml").write_text("product: [Alto, Brio, Cantus]\n", encoding="utf-8")
    step = SwapEntities(kinds=[], names=["names.yaml"])
    found = done(step, row(text="The Alto beats the Brio, says Aisha."), StepContext(tmp_path))
    assert found.data["text"].endswith("says Aisha.")
    assert found.origin["swapped"] == {"Alto": "Cantus"}
    (tmp_path / "names.yaml").write_text("[Alto]\n", encoding="utf-8")
    with pytest.raises(Invalid, match="no mapping of kinds"):
        done(SwapEntities(kinds=[], names=["names.yaml"], seed=7), row(text="x"), StepContext(tmp_path))
    assert done(SwapEntities(), row(text="Nobody is named.")).reason == "unchanged"
    assert any("No names" in problem for problem in SwapEntities(kinds=[]).check())


def test_no_name_that_ships_is_of_two_kinds() -> None:
    forms = [form for names in entities().values() for name in names for form in (name if isinstance(name, list) else [name])]
    assert len(forms) == len(set(forms))


def test_what_was_changed_is_put_side_by_side_whatever_the_shape() -> None:
    changed = done(SwapEntities(kinds=["city"]), row(**CHAT))
    found = done(Changes(), changed)
    assert found.data["before"] == "\n".join(one["content"] for one in CHAT["messages"])  # type: ignore[index, call-overload]
    assert found.data["after"] == "\n".join(one["content"] for one in changed.data["messages"])
    assert done(Changes(), row(text="x")).reason == "unchanged"
    assert Changes(before="x", after="y").columns(frozenset({"text"})) == {"text", "x", "y"}
    assert Changes(before="x", after="x").check() == ["`before` and `after` are both 'x'; name two."]


@given(NOISY)
def test_loose_words_stand_in_their_text_in_order(text: str) -> None:
    places = [word.span() for word in loose(text)]
    assert places == sorted(places)
