"""What a call costs, and what it can cost at most. Picodollars, whole numbers.

A model's prices are those of its settings; what is known of a model fills those that are not given (rowsmith.llm.facts).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from rowsmith.core.calls import Usage
from rowsmith.core.models import Model


@dataclass(slots=True, frozen=True)
class Rates:
    """Picodollars for one token: of input, of input read from the provider's cache or written to it, of output, and of reasoning."""

    into: int
    cached: int
    written: int
    out: int
    reasoned: int


FREE = Rates(0, 0, 0, 0, 0)


def price(model: Model) -> tuple[int, int] | None:
    """Picodollars for one input and one output token, rounded up; None when one of the prices is not known."""
    rates = _rates(model)
    return None if rates is None else (rates.into, rates.out)


def silent(model: Model) -> Model:
    """The model as one that puts nothing out: there are no tokens to reserve and none to pay."""
    return model.model_copy(update={"max_tokens": 0, "price_out": 0.0, "price_reasoning_out": None})


def highest_tokens(body_bytes: int, model: Model) -> int:
    """The most tokens one attempt can use: no token is shorter than a byte of the request, and `max_tokens` bounds the answer."""
    return body_bytes + model.max_tokens


def highest(body_bytes: int, model: Model, *, batched: bool = False) -> int:
    """The most that one attempt can cost, in picodollars, at the dearest rates that can apply to it; 0 when the price is not known (a
    money cap is then refused beforehand)."""
    rates = _rates(model)
    if rates is None:
        return 0
    most = _highest(body_bytes, model.max_tokens, rates)
    if model.price_above is not None and body_bytes > model.price_above.tokens:
        most = max(most, _highest(body_bytes, model.max_tokens, _rates_above(model, rates)))
    return _share(most, model) if batched else most


def cost(usage: Usage, model: Model, *, batched: bool = False) -> int | None:
    """What an answer cost, in picodollars; None when the price or the usage is not known (it then counts at its reservation)."""
    rates = _rates(model)
    if rates == FREE:
        return 0
    if rates is None or usage.tokens_in is None or usage.tokens_out is None:
        return None
    if model.price_above is not None and usage.tokens_in > model.price_above.tokens:
        rates = _rates_above(model, rates)
    # A part is never more than its whole, whatever the server says.
    cached = min(usage.cached_in or 0, usage.tokens_in)
    written = min(usage.cache_write_in or 0, usage.tokens_in - cached)
    reasoned = min(usage.reasoning_out or 0, usage.tokens_out)
    total = (usage.tokens_in - cached - written) * rates.into + cached * rates.cached + written * rates.written
    total += (usage.tokens_out - reasoned) * rates.out + reasoned * rates.reasoned
    return _share(total, model) if batched else total


def _rates(model: Model) -> Rates | None:
    """What runs on this machine is free unless it is given a price."""
    if model.provider == "local":
        model = model.model_copy(update={"price_in": model.price_in or 0, "price_out": model.price_out or 0})
    if model.price_in is None or model.price_out is None:
        return None
    into, out = _per_token(model.price_in), _per_token(model.price_out)
    return Rates(
        into, _or(model.price_cached_in, into), _or(model.price_cache_write, into), out, _or(model.price_reasoning_out, out)
    )


def _rates_above(model: Model, below: Rates) -> Rates:
    """The rates of long inputs. What is read from the cache, written to it and thought costs at least what it does below."""
    above = model.price_above
    assert above is not None
    into, out = _per_token(above.price_in), _per_token(above.price_out)
    written = max(below.written, into * below.written // below.into if below.into else into)
    return Rates(into, _or(above.price_cached_in, into), written, out, max(below.reasoned, out))


def _highest(body_bytes: int, max_tokens: int, rates: Rates) -> int:
    return body_bytes * max(rates.into, rates.cached, rates.written) + max_tokens * max(rates.out, rates.reasoned)


def _share(amount: int, model: Model) -> int:
    """A batched call's part of the live price, rounded up."""
    if model.price_batch is None:
        return amount
    return int((amount * Decimal(repr(model.price_batch))).to_integral_value(ROUND_CEILING))


def _or(usd_per_million: float | None, otherwise: int) -> int:
    return otherwise if usd_per_million is None else _per_token(usd_per_million)


@lru_cache(maxsize=1024)
def _per_token(usd_per_million: float) -> int:
    return int((Decimal(repr(usd_per_million)) * 1_000_000).to_integral_value(ROUND_CEILING))
