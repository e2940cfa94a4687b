from __future__ import annotations

from pathlib import Path

import pytest
from set_rows import carried_out, row

from rowsmith.core.row import Row
from rowsmith.steps.score.quantile import Quantile

ROWS = [row(f"{group}{n}", input=group, n=n) for group, count in (("a", 5), ("b", 2)) for n in range(count)]


@pytest.mark.parametrize(("quantile", "expected"), [(0, [0, 0]), (0.25, [1, 0.25]), (0.5, [2, 0.5]), (1, [4, 1])])
def test_each_row_knows_the_quantile_of_its_group(quantile: float, expected: list[float], tmp_path: Path) -> None:
    found = carried_out(Quantile(by=["input"], score="n", quantile=quantile), tmp_path, ROWS)
    assert {(one.data["input"], one.scores["quantile"]) for one in found if isinstance(one, Row)} == {("a", expected[0]), ("b", expected[1])}


def test_rows_without_a_number_count_for_nothing(tmp_path: Path) -> None:
    found = carried_out(Quantile(by=["input"], score="n"), tmp_path, [row("c", input="c"), *ROWS[:1]])
    assert [one.scores["quantile"] for one in found if isinstance(one, Row)] == [None, 0]
    assert Quantile(by=["input"], score="n >").check() and Quantile(by=["input"], score="n = 1").check()
