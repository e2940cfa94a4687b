from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rowsmith.llm.retry_after import LONGEST_S, retry_after

NOW = datetime(2024, 5, 17, 10, 0, 0, tzinfo=UTC)
FORMS: list[tuple[dict[str, str], float | None]] = [
    ({"Retry-After": "7"}, 7.0),
    ({"Retry-After": " 1.5 "}, 1.5),
    ({"Retry-After": "0"}, 0.0),
    ({"Retry-After": "86400"}, 86400.0),
    ({"Retry-After": "999999999999"}, LONGEST_S),
    ({"Retry-After": "9" * 400}, None),
    ({"Retry-After": "Fri, 17 May 2024 10:00:30 GMT"}, 30.0),
    ({"Retry-After": "Fri, 17 May 2024 10:00:30 GMT", "Date": "Fri, 17 May 2024 10:00:20 GMT"}, 10.0),
    ({"Retry-After": "Fri, 17 May 2024 09:00:00 GMT"}, None),
    ({"Retry-After": "Fri, 99 May 2024 09:00:00 GMT"}, None),
    ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
    ({"retry-after-ms": "soon", "Retry-After": "9"}, 9.0),
    ({}, None),
    ({"Retry-After": ""}, None),
    ({"Retry-After": "-5"}, None),
    ({"Retry-After": "inf"}, None),
    ({"Retry-After": "nan"}, None),
    ({"Retry-After": "1e3"}, None),
    ({"Retry-After": "soon, perhaps"}, None),
    ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0.5s"}, 360.5),
    ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
    ({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "20ms"}, None),
    ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "a while"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), FORMS, ids=[str(headers)[:60] for headers, _ in FORMS])
def test_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


MORE: list[tuple[dict[str, str], dict[str, object] | None, float | None]] = [
    ({"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": "2024-05-17T10:00:09Z"}, None, 9.0),
    ({"anthropic-ratelimit-input-tokens-remaining": "0", "anthropic-ratelimit-input-tokens-reset": "2024-05-17T10:00:09"}, None, 9.0),
    ({"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2024-05-17T09:00:00Z"}, None, None),
    ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12.5"}, None, 12.5),
    ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 5)}, None, 5.0),
    ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((int(NOW.timestamp()) + 5) * 1000)}, None, 5.0),
    ({}, {"details": [{"@type": "x"}, {"retryDelay": "34.5s"}]}, 34.5),
    ({}, {"details": [{"retryDelay": "soon"}, {"retryDelay": 5}, "x"]}, None),
    ({"Retry-After": "3"}, {"details": [{"retryDelay": "34s"}]}, 3.0),
    ({}, {"metadata": {"headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": (int(NOW.timestamp()) + 6) * 1000}}}, 6.0),
    ({}, {"metadata": {"headers": None}, "details": None}, None),
]


@pytest.mark.parametrize(("headers", "error", "seconds"), MORE, ids=[str((headers, error))[:60] for headers, error, _ in MORE])
def test_other_providers_forms(headers: dict[str, str], error: dict[str, object] | None, seconds: float | None) -> None:
    assert retry_after(headers, NOW, error) == seconds
