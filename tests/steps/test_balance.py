"""filter.balance: the same number of each class, a cap, shares; what is not of any class; earlier rows stay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from set_rows import ListRows, carried_out
from shaping_rows import sourced

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.balancing import Balancing, balance
from rowsmith.steps.filter.balance import BalanceStep

ROWS = [sourced(str(n), label="a" if n < 10 else "b" if n < 40 else "c") for n in range(100)]


def classes(folder: Path, rows: list[Row] = ROWS, kept: list[Row] | None = None, **settings: Any) -> Counter[str]:
    found = carried_out(BalanceStep(by="label", **settings), folder, rows, kept or [])
    return Counter(row.data["label"] for row in found if isinstance(row, Row))


def test_the_same_of_each_a_cap_and_shares(tmp_path: Path) -> None:
    assert classes(tmp_path) == {"a": 10, "b": 10, "c": 10}
    assert classes(tmp_path, cap=25) == {"a": 10, "b": 25, "c": 25}
    assert classes(tmp_path, shares={"a": 0.1, "b": 0.3, "c": 0.6}) == {"a": 10, "b": 30, "c": 60}
    assert classes(tmp_path, shares={"a": 0.5, "b": 0.5}) == {"a": 10, "b": 10}
    with pytest.raises(ValidationError, match="cap"):
        BalanceStep(by="label", cap=0)  # nothing of anything is no balance


def test_what_is_dropped_says_why(tmp_path: Path) -> None:
    rows = [*ROWS[:3], sourced("x", label=None), sourced("y"), sourced("z", label=["b"])]
    found = carried_out(BalanceStep(by="label", cap=2), tmp_path, rows)
    assert Counter(one.reason for one in found if isinstance(one, Dropped)) == {"surplus": 1, "no_class": 2}
    assert next(one.detail for one in found if isinstance(one, Dropped) and one.reason == "surplus") == "a: 2 stay"
    done = balance([ListRows(rows)], Balancing("label", 2), tmp_path)
    assert (done.before, done.after, done.without_class) == ({'["b"]': 1, "a": 3}, {'["b"]': 1, "a": 2}, 2)


def test_another_seed_keeps_other_rows(tmp_path: Path) -> None:
    one, same, other = (carried_out(BalanceStep(by="label", seed=seed), tmp_path, ROWS) for seed in (1, 1, 2))
    assert one == same != other


def test_rows_of_earlier_waves_stay_and_count(tmp_path: Path) -> None:
    assert classes(tmp_path, ROWS[10:], ROWS[:10]) == {"b": 10, "c": 10}
    assert classes(tmp_path, ROWS[:40], ROWS[40:], cap=20) == {"a": 10, "b": 20}
    assert classes(tmp_path, ROWS[40:], ROWS[30:40], shares={"b": 0.5, "c": 0.5}) == {"c": 10}


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No row has a column 'gone'"):
        balance([ListRows(ROWS)], Balancing("gone"), tmp_path)
    with pytest.raises(Invalid, match="No row has the class 'x'") as error:
        balance([ListRows(ROWS)], Balancing("label", shares={"x": 0.5, "a": 0.5}), tmp_path)
    assert "a, b, c" in error.value.fix


def test_settings_that_cannot_be() -> None:
    assert "sum to 0.9" in BalanceStep(by="label", shares={"a": 0.9}).check()[0]
    assert "Choose one" in BalanceStep(by="label", shares={"a": 1.0}, cap=2).check()[0]
    assert BalanceStep(by="label").check() == []
