from __future__ import annotations

from typing import Any

import pytest
from asking import a_model
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.calls import Usage
from rowsmith.core.models import Above
from rowsmith.llm import prices

USD = 1_000_000
"""Picodollars for one token at one USD per million."""


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
    assert prices.highest(100, model) == 100 * USD + 10 * 2 * USD
    assert prices.highest_tokens(100, model) == 110


@pytest.mark.parametrize(
    ("settings", "usd"),
    [
        ({"price_cached_in": 0.1}, 100 + 20),
        ({"price_cache_write": 1.25}, 125 + 20),
        ({"price_reasoning_out": 3}, 100 + 30),
        ({"price_above": Above(tokens=99, price_in=2, price_out=5)}, 200 + 50),
        ({"price_above": Above(tokens=100, price_in=2, price_out=5)}, 100 + 20),
        ({"price_above": Above(tokens=99, price_in=2, price_out=1), "price_cache_write": 1.25}, 250 + 20),
    ],
)
def test_the_dearest_rate_that_can_apply_is_reserved(settings: dict[str, Any], usd: int) -> None:
    model = a_model(None, price_in=1, price_out=2, max_tokens=10, **settings)
    assert prices.highest(100, model) == usd * USD


def test_a_cost_needs_both_counts() -> None:
    model = a_model(None, price_in=1, price_out=2)
    assert prices.cost(Usage(3, 4), model) == 11_000_000
    assert prices.cost(Usage(3, None), model) is None
    assert prices.cost(Usage(), model) is None


def test_each_part_has_its_own_price_and_reasoning_is_output_unless_it_has_one() -> None:
    model = a_model(None, price_in=1, price_out=2, price_cached_in=0.1, price_cache_write=1.5)
    usage = Usage(100, 50, cached_in=60, reasoning_out=20, cache_write_in=10)
    assert prices.cost(usage, model) == (30 + 6 + 15 + 100) * USD
    assert prices.cost(usage, model.model_copy(update={"price_reasoning_out": 5.0})) == (30 + 6 + 15 + 60 + 100) * USD


def test_a_batched_call_costs_its_share_rounded_up() -> None:
    model = a_model(None, price_in=0.000001, price_out=0, price_batch=0.5, max_tokens=1)
    assert (prices.cost(Usage(3, 0), model), prices.cost(Usage(3, 0), model, batched=True)) == (3, 2)
    assert (prices.highest(3, model), prices.highest(3, model, batched=True)) == (3, 2)
    unknown = a_model(None, price_in=1, price_out=1)
    assert prices.cost(Usage(3, 4), unknown, batched=True) == prices.cost(Usage(3, 4), unknown)


RATE = st.one_of(st.none(), st.sampled_from([0.0, 0.05, 1.0, 15.0]))
COUNT = st.one_of(st.none(), st.integers(0, 400))


@given(
    st.sampled_from([0.05, 1.0]), st.sampled_from([0.4, 8.0]), RATE, RATE, RATE, st.sampled_from([None, 0.5, 1.0]),
    st.one_of(st.none(), st.builds(Above, tokens=st.integers(1, 300), price_in=st.just(2.0), price_out=st.just(9.0), price_cached_in=RATE)),
    st.integers(0, 300), st.integers(0, 100), COUNT, COUNT, COUNT, st.booleans(),
)  # fmt: skip
def test_no_answer_within_its_bounds_costs_more_than_was_reserved(
    into: float, out: float, cached_at: float | None, write_at: float | None, reasoned_at: float | None, batch: float | None, above: Above | None,
    tokens_in: int, tokens_out: int, cached: int | None, reasoned: int | None, written: int | None, batched: bool,
) -> None:  # fmt: skip
    model = a_model(
        None, price_in=into, price_out=out, price_cached_in=cached_at, price_cache_write=write_at, price_reasoning_out=reasoned_at,
        price_batch=batch, price_above=above, max_tokens=100,
    )  # fmt: skip
    cost = prices.cost(Usage(tokens_in, tokens_out, cached, reasoned, written), model, batched=batched)
    assert cost is not None
    assert 0 <= cost <= prices.highest(300, model, batched=batched)
