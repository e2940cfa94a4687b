"""How long a server asks for silence: Retry-After as it is written in the wild."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_S = 366 * 86400.0
_NUMBER = re.compile(r"\d{1,14}(\.\d{1,9})?")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[dhms])")
_SPAN = re.compile(rf"(?:{_PART.pattern}){{1,5}}")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_COUNTED = ("requests", "tokens", "input-tokens", "output-tokens")
_LIMITS = [
    *((f"x-ratelimit-remaining-{what}", f"x-ratelimit-reset-{what}") for what in _COUNTED[:2]),
    *((f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset") for what in _COUNTED),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
]
"""Pairs of headers: how much of a limit is left, and when it is whole again."""


def retry_after(headers: Mapping[str, str], now: datetime | None = None, error: Any = None) -> float | None:
    """Seconds to wait, from `retry-after-ms`, `Retry-After` (seconds, with or without a fraction, or a date) or, without those, the reset
    times of a limit that is used up, or what the `error` in the body asks; None when there is no usable one (missing, negative, in the
    past, garbage). A date is taken by the server's own clock where it sends `Date`."""
    found = _asked(headers, now)
    if found is None and error is not None:
        found = _within(error, now)
    return None if found is None else min(found, LONGEST_S)


def _asked(headers: Mapping[str, str], now: datetime | None) -> float | None:
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    text = headers.get("Retry-After", headers.get("retry-after", ""))
    since = _date(headers.get("Date", "")) or now or datetime.now(UTC)
    if not text.strip():
        return _reset(headers, since)
    if (seconds := _number(text)) is not None:
        return seconds
    return _until(_date(text), since)


def _within(error: Any, now: datetime | None) -> float | None:
    """What the body of an error asks: Google's RetryInfo, or the headers that OpenRouter passes on."""
    if not isinstance(error, dict):
        return None
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and (seconds := _span(delay)) is not None:
            return seconds
    metadata = error.get("metadata")
    passed = metadata.get("headers") if isinstance(metadata, dict) else None
    return _asked({str(name).lower(): str(value) for name, value in passed.items()}, now) if isinstance(passed, dict) else None


def _reset(headers: Mapping[str, str], since: datetime) -> float | None:
    """The longest reset of a limit that is used up."""
    waits = [_time(headers.get(reset, ""), since) for left, reset in _LIMITS if headers.get(left, "").strip() == "0"]
    return max((wait for wait in waits if wait is not None), default=None)


def _time(text: str, since: datetime) -> float | None:
    """A reset as a span (`6m0s`, `20ms`), a number of seconds, a moment in Unix seconds or milliseconds, or a date (RFC 3339)."""
    if (number := _number(text)) is not None:
        if number < 10**9:
            return number
        return _until(datetime.fromtimestamp(number / (1000 if number >= 10**11 else 1), UTC), since)
    return _span(text) if _SPAN.fullmatch(text.strip()) else _until(_moment(text), since)


def _span(text: str) -> float | None:
    text = text.strip()
    return sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)) if _SPAN.fullmatch(text) else None


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(moment: datetime | None, since: datetime) -> float | None:
    wait = 0.0 if moment is None else (moment - since).total_seconds()
    return wait if wait > 0 else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(text: str) -> datetime | None:
    if not 10 < len(text) < 100:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
