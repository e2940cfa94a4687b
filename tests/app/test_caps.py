"""Caps that cannot be kept are refused before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, nan
from pathlib import Path

import pytest
from running import Bench, ask, texts

from rowsmith.core.errors import Invalid


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as bench:
        yield bench


def test_a_projects_money_needs_prices_too(bench: Bench) -> None:
    bench.lab.project().set_budget(usd=1.0)
    with pytest.raises(Invalid, match="has no price_in and price_out"):
        bench.run(texts("a"), ask())
    assert bench.asked == []
    priced = bench.model(price_in=1.0, price_out=1.0)
    assert bench.run(texts("a"), ask(), top={"models": {"writer": priced}}).kept == 1


def test_a_cap_that_is_given_later_needs_prices_too(bench: Bench) -> None:
    first = bench.run(texts("a", "b"), ask(), limit=1)
    with pytest.raises(Invalid, match="has no price_in and price_out"):
        bench.runs.resume(first.run, budget_usd=1.0)
    assert len(bench.asked) == 1


@pytest.mark.parametrize("cap", [{"budget_usd": nan}, {"budget_usd": inf}, {"budget_usd": -1.0}, {"budget_tokens": 0}])
def test_a_cap_that_is_none(bench: Bench, cap: dict[str, float]) -> None:
    with pytest.raises(Invalid, match=r"Give 0 or more|Give a whole number"):
        bench.run(texts("a"), ask(), top={"models": {"writer": bench.model(price_in=1.0, price_out=1.0)}}, **cap)
    assert bench.runs.list() == []
