"""transform.distractors: the oracle among others, where it says, as often as it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.ids import digest
from rowsmith.core.row import Drop, Row
from rowsmith.steps.transform.distractors import Distractors


def row(name: str, near: Any, text: str = "oracle") -> Row:
    return Row(digest(name.encode()).hex(), name.encode(), {"text": text, "near": near})


def done(step: Distractors, name: str, near: Any) -> Row | Drop:
    (found,) = step.rows(row(name, near), None)  # type: ignore[arg-type]
    return found


@given(st.text(), st.lists(st.text(min_size=1).filter(str.strip), min_size=6, max_size=9, unique=True), st.integers(1, 4), st.floats(0, 1))
def test_the_index_is_where_the_oracle_stands(name: str, near: list[str], k: int, present: float) -> None:
    found = done(Distractors(k=k, present=present), name, [one for one in near if one != "oracle"])
    assert isinstance(found, Row)
    data = found.data
    assert len(set(data["documents"])) == k + 1
    assert set(data["distractors"]) <= set(near) and "oracle" not in data["distractors"]
    if data["oracle_present"]:
        assert data["documents"][data["oracle_index"]] == "oracle" and len(data["distractors"]) == k
    else:
        assert data["oracle_index"] is None and sorted(data["documents"]) == sorted(data["distractors"])
    assert done(Distractors(k=k, present=present), name, [one for one in near if one != "oracle"]) == found


def test_the_oracle_is_there_as_often_as_is_said_and_anywhere() -> None:
    near = [f"text {number}" for number in range(8)]
    rows = [found for number in range(1000) if isinstance(found := done(Distractors(present=0.8), str(number), near), Row)]
    places = [one.data["oracle_index"] for one in rows if one.data["oracle_present"]]
    assert 760 <= len(places) <= 840
    assert all(places.count(place) > 0.2 * len(places) for place in range(4))
    assert len({tuple(sorted(one.data["distractors"])) for one in rows}) > 40


def test_texts_that_are_the_oracle_or_come_twice_are_no_distractors() -> None:
    assert done(Distractors(k=2, present=1), "a", ["oracle", "one", "one"]) == Drop("few_distractors", "1 of 2")


def test_a_column_that_is_there_already() -> None:
    with pytest.raises(ValueError, match="is there already"):
        Distractors(into="near")
