from __future__ import annotations

import pytest
from asking import a_model

from rowsmith.core.calls import Usage
from rowsmith.llm import prices


def test_prices_are_whole_picodollars_rounded_up() -> None:
    assert prices.price(a_model(None, price_in=0.15, price_out=0.6)) == (150_000, 600_000)
    assert prices.price(a_model(None, price_in=0.0000001, price_out=0)) == (1, 0)


@pytest.mark.parametrize("known", [{}, {"price_in": 1}, {"price_out": 1}])
def test_half_a_price_is_none(known: dict[str, float]) -> None:
    model = a_model(None, **known)
    assert prices.price(model) is None
    assert prices.highest(100, model) == 0
    assert prices.cost(Usage(1, 1), model) is None


def test_the_highest_price_takes_each_byte_for_a_token() -> None:
    model = a_model(None, price_in=1, price_out=2, max_tokens=10)
    assert prices.highest(100, model) == 100 * 1_000_000 + 10 * 2_000_000
    assert prices.highest_tokens(100, model) == 110


def test_a_cost_needs_both_counts() -> None:
    model = a_model(None, price_in=1, price_out=2)
    assert prices.cost(Usage(3, 4), model) == 11_000_000
    assert prices.cost(Usage(3, None), model) is None
    assert prices.cost(Usage(), model) is None
