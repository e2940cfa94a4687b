from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop
from rowsmith.steps.transform.explode import Explode

CTX = StepContext(Path())


def made(step: Explode, **data: Any) -> list[Any]:
    found = list(step.rows(row(data), CTX))
    return [one.reason if isinstance(one, Drop) else one.data for one in found]


def test_each_item_is_a_row_with_the_other_columns() -> None:
    assert made(Explode(column="parts"), parts=["a", "b"], title="T") == [{"title": "T", "parts": "a"}, {"title": "T", "parts": "b"}]
    step = Explode(column="parts", into="part", keep=[], number="n")
    assert made(step, parts=["a", ["b"]], title="T") == [{"part": "a", "n": 1}, {"part": ["b"], "n": 2}]


def test_an_objects_fields_become_columns() -> None:
    pairs = [{"input": "1?", "answer": "1"}, {"input": "2?", "answer": "2"}]
    assert made(Explode(column="pairs"), pairs=pairs, text="x") == [{"text": "x", **pair} for pair in pairs]
    with pytest.raises(RowFailed, match="column 'text' already"):
        made(Explode(column="pairs"), pairs=[{"text": "y"}], text="x")


def test_an_empty_list_is_dropped_and_what_is_no_list_fails() -> None:
    assert made(Explode(column="parts"), parts=[]) == ["empty_list"]
    with pytest.raises(RowFailed, match="holds str, not a list"):
        made(Explode(column="parts"), parts="a, b")


@given(st.lists(st.one_of(st.text(), st.integers(), st.dictionaries(st.sampled_from("ab"), st.integers(), min_size=1)), min_size=1, max_size=9))
def test_nothing_is_lost_or_made_up(items: list[Any]) -> None:
    found = made(Explode(column="items", into="item", number="n"), items=items, other=1)
    assert [{k: v for k, v in one.items() if k not in ("n", "other")} for one in found] == [
        item if isinstance(item, dict) else {"item": item} for item in items
    ]
    assert [one["n"] for one in found] == list(range(1, len(items) + 1))


def test_settings_that_cannot_work_are_told() -> None:
    assert "both" in Explode(column="a", number="a").check()[0]
    assert "cannot be kept" in Explode(column="a", into="b", keep=["b"]).check()[0]
    assert Explode(column="a", keep=["b"]).check() == []
