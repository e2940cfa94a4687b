"""score.quotes: what stands in the text, how many different quotes do, which lack."""

from __future__ import annotations

from typing import Any

import pytest
from step_context import row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Row
from rowsmith.steps.score.quotes import Quotes

TEXT = "The tower was built in 1998. Its bells ring at noon, and they are made of bronze."
OTHER = "Bronze is an alloy of copper and tin."


def done(said: Any, **settings: Any) -> Row | Drop:
    (found,) = Quotes(**settings).rows(row({"text": TEXT, "others": [TEXT, OTHER], "quotes": said}), None)  # type: ignore[arg-type]
    return found


def told(said: Any, **settings: Any) -> tuple[float, int, list[str]]:
    found = done(said, **settings)
    assert isinstance(found, Row)
    return found.scores["quotes"], found.scores["quotes_found"], [flag["reason"] for flag in found.origin.get("flags", [])]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the tower was built in 1998", (1.0, 1, [])),
        (["The tower was built in 1998", "made of bronze"], (1.0, 2, [])),
        (["built in 1998. Its bells", "the tower was built in 1998. Its bells ring"], (1.0, 1, [])),
        (["built in 1999 or so"], (0.0, 0, ["unquoted", "too_few"])),
        ([{"value": "1998", "quote": "built in 1998"}, {"value": None, "quote": ""}], (1.0, 1, [])),
        ({"year": {"value": "1998", "quote": ""}, "bells": "Its bells ring"}, (0.5, 1, ["unquoted"])),
        ([], (0.0, 0, ["too_few"])),
    ],
)
def test_quotes_stand_in_the_text_word_for_word(said: Any, expected: Any) -> None:
    assert told(said) == expected


def test_quotes_between_marks_are_read_out_of_an_answer() -> None:
    settings = {"between": ["<q>", "</q>"]}
    assert told("It says <q>built in 1998</q> and <q>bells of gold ring</q>.", **settings) == (0.5, 1, ["unquoted"])
    assert told("No quote at all.", **settings) == (0.0, 0, ["too_few"])
    with pytest.raises(RowFailed, match="list, not text"):
        told([], **settings)


def test_fewest_different_quotes_and_every_text() -> None:
    assert told(["The tower was built in 1998", "tower was built in"], least=2)[2] == ["too_few"]
    both = ["built in 1998", "alloy of copper and tin"]
    assert told(both, against=["others"], every=True) == (1.0, 2, [])
    assert told(both[:1], against=["others"], every=True)[2] == ["not_cited"]


def test_a_row_with_a_false_quote_is_dropped_for_it() -> None:
    found = done("bells of gold ring at night", action="drop")
    assert found == Drop("unquoted", "bells of gold ring at night")


def test_settings_that_cannot_work() -> None:
    assert Quotes(between=["<q>"]).check() and Quotes(column="text").check()
    assert not Quotes().check()
    with pytest.raises(RowFailed, match="neither a text nor a list"):
        list(Quotes(against=["n"]).rows(row({"quotes": "a", "n": 3}), None))  # type: ignore[arg-type]
