"""How long a server asks for silence: Retry-After as it is written in the wild."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,9})?")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `Retry-After` (seconds, with or without a fraction, or a date); None when there is
    no usable one (missing, negative, in the past, garbage). A date is taken by the server's own clock where it sends `Date`."""
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    text = headers.get("Retry-After", headers.get("retry-after", ""))
    if (seconds := _number(text)) is not None:
        return seconds
    if (until := _date(text)) is None:
        return None
    since = _date(headers.get("Date", "")) or now or datetime.now(UTC)
    wait = (until - since).total_seconds()
    return wait if wait > 0 else None


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
