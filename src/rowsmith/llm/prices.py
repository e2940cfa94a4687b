"""What a call costs, and what it can cost at most. Picodollars, whole numbers."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from rowsmith.core.calls import Usage
from rowsmith.core.models import Model


def price(model: Model) -> tuple[int, int] | None:
    """Picodollars for one input and one output token, rounded up; None when the model does not name both prices. What runs on this machine
    is free unless it is given a price."""
    if model.provider == "local":
        return _per_token(model.price_in or 0), _per_token(model.price_out or 0)
    if model.price_in is None or model.price_out is None:
        return None
    return _per_token(model.price_in), _per_token(model.price_out)


def highest_tokens(body_bytes: int, model: Model) -> int:
    """The most tokens one attempt can use: no token is shorter than a byte of the request, and `max_tokens` bounds the answer."""
    return body_bytes + model.max_tokens


def highest(body_bytes: int, model: Model) -> int:
    """The most that one attempt can cost, in picodollars; 0 when the price is not known (a money cap is then refused beforehand)."""
    rates = price(model)
    return 0 if rates is None else body_bytes * rates[0] + model.max_tokens * rates[1]


def cost(usage: Usage, model: Model) -> int | None:
    """What an answer cost, in picodollars; None when the price or the usage is not known (it then counts at its reservation)."""
    rates = price(model)
    if rates == (0, 0):
        return 0
    if rates is None or usage.tokens_in is None or usage.tokens_out is None:
        return None
    return usage.tokens_in * rates[0] + usage.tokens_out * rates[1]


@lru_cache(maxsize=1024)
def _per_token(usd_per_million: float) -> int:
    return int((Decimal(repr(usd_per_million)) * 1_000_000).to_integral_value(ROUND_CEILING))
