"""How long a server asks for silence: Retry-After as it is written in the wild."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 366 * 86400.0
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,9})?")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[dhms])")
_SPAN = re.compile(rf"(?:{_PART.pattern}){{1,5}}")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, from `retry-after-ms`, `Retry-After` (seconds, with or without a fraction, or a date) or, without those, the reset
    times of an exhausted `x-ratelimit`; None when there is no usable one (missing, negative, in the past, garbage). A date is taken by
    the server's own clock where it sends `Date`."""
    found = _asked(headers, now)
    return None if found is None else min(found, LONGEST_S)


def _asked(headers: Mapping[str, str], now: datetime | None) -> float | None:
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    text = headers.get("Retry-After", headers.get("retry-after", ""))
    if not text.strip():
        return _reset(headers)
    if (seconds := _number(text)) is not None:
        return seconds
    if (until := _date(text)) is None:
        return None
    since = _date(headers.get("Date", "")) or now or datetime.now(UTC)
    wait = (until - since).total_seconds()
    return wait if wait > 0 else None


def _reset(headers: Mapping[str, str]) -> float | None:
    """The longest reset of a limit that is used up, such as `6m0s` or `20ms`."""
    waits = []
    for kind in ("requests", "tokens"):
        text = headers.get(f"x-ratelimit-reset-{kind}", "").strip()
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() == "0" and _SPAN.fullmatch(text):
            waits.append(sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text)))
    return max(waits, default=None)


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> datetime | None:
    if not 10 < len(text) < 100:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
