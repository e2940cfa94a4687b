"""Sizes of parts as they are spoken, and what they come to."""

from __future__ import annotations

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.steps.parts import parse_parts, quotas


@pytest.mark.parametrize(
    ("spoken", "rows", "shares"),
    [
        ("train=0.8, validation=0.1,test=0.1", 10, (0.8, 0.1, 0.1)),
        ({"train": 0.5, "test": "rest"}, 10, (0.5, 0.5)),
        ("train=8,test=2", 10, (0.8, 0.2)),
        ("test=25,train=rest", 100, (0.25, 0.75)),
        ("a=1,b=0", 7, (1.0, 0.0)),
        ("a=1,b=1", 2, (0.5, 0.5)),
        ("one=0.3333333,two=0.3333333,three=0.3333333", 9, (0.3333333,) * 3),
    ],
)
def test_shares_and_numbers_of_rows(spoken: object, rows: int, shares: tuple[float, ...]) -> None:
    assert parse_parts(spoken).shares(rows) == pytest.approx(shares)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spoken", "what"),
    [
        ("train=0.8,test=0.1", "sum to 0.9, not to 1"),
        ("train=0.8,test=0.3", "sum to 1.1"),
        ("train=1.0", "does not name two parts"),
        ("train=0.5,train=0.5", "each once"),
        ("train=0.5,=0.5", "each once"),
        ("train", "'train' gives no size"),
        ("train=x,test=1", "cannot have the size 'x'"),
        ("train=-1,test=2", "cannot have the size"),
        ("train=nan,test=1", "cannot have the size"),
        ("train=0.5,test=20", "mixed"),
        ("a=rest,b=rest", "Only one part can take the rest"),
        ("a=1.2,b=rest", "mixed"),
        ("a=0.7,b=0.6,c=rest", "sum to 1.3"),
    ],
)
def test_what_cannot_be(spoken: str, what: str) -> None:
    with pytest.raises(Invalid, match=what) as error:
        parse_parts(spoken)
    assert "train=0.8" in error.value.fix


@pytest.mark.parametrize("spoken", ["train=8,test=3", "train=8,test=1", "train=11,test=rest"])
def test_numbers_of_rows_must_be_those_that_are_there(spoken: str) -> None:
    with pytest.raises(Invalid, match="and there are 10") as error:
        parse_parts(spoken).shares(10)
    assert "=rest" in error.value.fix


def test_what_rounding_owes_a_part_is_carried_over() -> None:
    """Twenty strata of one row: not all of them go to the largest part."""
    found = quotas([1] * 20, [0.8, 0.1, 0.1])
    assert [sum(part) for part in found] == [16, 2, 2]
