"""Refusals: status codes without a model's answer, and Retry-After in every form that is met."""

from __future__ import annotations

import time
from email.utils import formatdate
from math import ceil

from rowsmith.testing.dialect import ErrorKind, dialect
from rowsmith.testing.envelopes import problem
from rowsmith.testing.exchange import Exchange

RETRY_AFTER = ("seconds", "date", "ms", "reset", "missing", "negative", "garbage", "day")
"""The forms of Retry-After. `mixed` takes one of them by chance."""

_MESSAGES = {
    400: "The request is not valid.",
    401: "Incorrect API key provided.",
    403: "This key may not use this model.",
    404: "The model does not exist.",
    413: "The request is too large.",
    429: "Rate limit reached. Please wait and try again.",
    500: "The server had an error while processing your request.",
    502: "Bad gateway.",
    503: "The engine is currently overloaded.",
    504: "The upstream server did not answer in time.",
    529: "Overloaded.",
}


_KINDS: dict[int, ErrorKind] = {401: "auth", 404: "missing"}


def refuse(exchange: Exchange, status: int, message: str = "") -> None:
    """Make the exchange a refusal with this status; a wrong key and a missing model in the provider's own words, where it has a dialect."""
    if exchange.request.spoken is not None and status in _KINDS:
        refuse_as(exchange, _KINDS[status], "", message)
        return
    exchange.status = status
    exchange.body = problem(exchange.request.dialect, status, message or _MESSAGES.get(status, f"Status {status}."))


def refuse_as(exchange: Exchange, kind: ErrorKind, field: str = "", message: str = "") -> None:
    """Make the exchange the error of this kind, as the server's provider gives it; as OpenAI or Anthropic where the server has no dialect."""
    spoken = exchange.request.spoken or dialect(exchange.request.dialect)
    said, exchange.body = spoken.said(kind, field, message, exchange.request.model)
    exchange.status, exchange.retry_after_s = said.status, said.wait_s
    exchange.headers |= said.headers


def ask_to_wait(exchange: Exchange, form: str, seconds: float) -> None:
    """Add the headers that ask the client to wait `seconds`, in one of the forms of RETRY_AFTER, or `mixed`.

    A number as form is that many seconds. Whole seconds and dates are rounded up, so that who obeys them is never early.
    """
    if form == "mixed":
        form = RETRY_AFTER[exchange.request.chance[15] % len(RETRY_AFTER)]
    if form.replace(".", "", 1).isdigit():
        form, seconds = "seconds", float(form)
    headers, exchange.retry_after_s = _form(form, seconds)
    exchange.headers |= headers


def _form(form: str, seconds: float) -> tuple[dict[str, str], float | None]:
    """The headers, and the wait that they promise (None when they promise none)."""
    now = time.time()
    if form == "date":
        at = ceil(now + seconds)
        return {"date": formatdate(now, usegmt=True), "retry-after": formatdate(at, usegmt=True)}, at - now
    if form == "ms":
        return {"retry-after-ms": str(ceil(seconds * 1000))}, seconds
    if form == "reset":
        names = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": f"{seconds:g}s"}
        return names, seconds
    if form == "day":
        return {"retry-after": "86400"}, 86400.0
    fixed = {"missing": {}, "negative": {"retry-after": "-5"}, "garbage": {"retry-after": "soon, perhaps"}}
    if form in fixed:
        return fixed[form], None
    return {"retry-after": str(ceil(seconds))}, float(ceil(seconds))
