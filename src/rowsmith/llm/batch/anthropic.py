"""Anthropic's message batches: the creation holds the requests. A batch has no metadata, so one is known again by when it was made, how
many requests it has, and at last by the custom ids of its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from rowsmith.core.models import Model
from rowsmith.llm.batch import Bounds, Job, Remote, Result
from rowsmith.llm.batch.lines import UNREADABLE, count, keyed, written
from rowsmith.llm.batch.talk import Enclosed, Refused, Talk

PAGE = 1000
SKEW_S = 600.0
"""How far our clock and the server's may be apart."""
COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")
STATUS = {
    "invalid_request_error": 400, "authentication_error": 401, "permission_error": 403, "not_found_error": 404, "request_too_large": 413,
    "rate_limit_error": 429, "api_error": 500, "overloaded_error": 529, "timeout_error": 504,
}  # fmt: skip


class AnthropicBatches:
    """`/messages/batches`."""

    def bounds(self, model: Model) -> Bounds:
        return Bounds(100_000, 240_000_000)

    def line(self, key: str, body: bytes) -> bytes:
        return b'{"custom_id":"%b","params":%b}\n' % (key.encode(), body)

    async def upload(self, talk: Talk, job: Job) -> str:
        return ""

    async def create(self, talk: Talk, job: Job, file: str) -> Remote:
        return remote(await talk.post("messages/batches", Enclosed(b'{"requests":[', job.path, b"]}", joined=b",")))

    async def find(self, talk: Talk, job: Job) -> Remote | None:
        """One that was made since we tried, with as many requests, and that is none of our others. Whether it is really ours can be told
        when its results are there, so one that goes on counts as ours: waiting costs less than buying twice."""
        after: dict[str, str] = {}
        while True:
            page = await talk.get("messages/batches", limit=PAGE, **after)
            found = [batch for batch in page.get("data") or () if isinstance(batch, dict)]
            for batch in found:
                if _fits(batch, job) and await self._ours(talk, remote(batch), job):
                    return remote(batch)
            if not found or not page.get("has_more") or (_at(found[-1].get("created_at")) or 0) < job.tried_at - SKEW_S:
                return None
            after = {"after_id": str(found[-1].get("id"))}

    async def look(self, talk: Talk, remote_id: str) -> Remote:
        return remote(await talk.get(f"messages/batches/{remote_id}"))

    async def cancel(self, talk: Talk, remote_id: str) -> None:
        try:
            await talk.post(f"messages/batches/{remote_id}/cancel", b"", again=True)
        except Refused as error:
            if error.status not in (400, 409):
                raise

    def addresses(self, remote: Remote, model: Model) -> Sequence[str]:
        return [f"messages/batches/{name}/results" for name in remote.results]

    def result(self, line: bytes) -> Result:
        said = keyed(line)
        if said is None:
            return UNREADABLE
        key, result = said["custom_id"], said.get("result")
        kind = result.get("type") if isinstance(result, dict) else None
        if not isinstance(result, dict) or kind not in ("succeeded", "errored"):
            return Result(key, reason={"canceled": "cancelled", "expired": "expired"}.get(str(kind), "failed"))
        return Result(key, written(result.get("message"))) if kind == "succeeded" else _errored(key, result.get("error"))

    async def _ours(self, talk: Talk, batch: Remote, job: Job) -> bool:
        if batch.state != "ended":
            return True
        first = _FirstLine()
        for address in self.addresses(batch, job.model):
            with suppress(_Enough):
                await talk.fetch(address, first)
        wanted = b'"custom_id":"%b"' % self.result(bytes(first.line)).key.encode()
        with job.path.open("rb") as requests:
            return any(wanted in line for line in requests)


class _Enough(Exception):
    """The rest of it is not needed."""


class _FirstLine:
    """Keeps the first line of what it is given.

    Raises:
        _Enough: it is whole.
    """

    def __init__(self) -> None:
        self.line = bytearray()

    def __call__(self, part: bytes) -> None:
        head, newline, _ = part.partition(b"\n")
        self.line += head
        if newline:
            raise _Enough


def _fits(batch: Mapping[str, Any], job: Job) -> bool:
    counts = batch.get("request_counts")
    total = sum(count(counts.get(name)) or 0 for name in COUNTS) if isinstance(counts, dict) else -1
    return total == job.requests and batch.get("id") not in job.known and (_at(batch.get("created_at")) or 0) > job.tried_at - SKEW_S


def _errored(key: str, error: Any) -> Result:
    inner = error.get("error") if isinstance(error, dict) and isinstance(error.get("error"), dict) else error
    kind = str(inner.get("type")) if isinstance(inner, dict) else ""
    return Result(key, written({"type": "error", "error": inner}), STATUS.get(kind, 500))


def remote(said: Mapping[str, Any]) -> Remote:
    """The batch object. Its counts stay at `processing` until all of it has ended."""
    status = said.get("processing_status")
    counts = said.get("request_counts")
    parts = {name: count(counts.get(name)) or 0 for name in COUNTS} if isinstance(counts, dict) else {}
    ended = status == "ended"
    reason = "cancelled" if said.get("cancel_initiated_at") else "expired" if parts.get("expired") else "completed"
    return Remote(
        id=str(said.get("id") or ""),
        state="ended" if ended else "ending" if status == "canceling" else "running",
        done=parts["succeeded"] + parts["errored"] if ended and parts else None,
        results=(str(said.get("id")),) if ended else (),
        reason=reason if ended else "",
        expires_at=_at(said.get("expires_at")),
    )


def _at(said: Any) -> float | None:
    """Seconds since 1970."""
    try:
        return datetime.fromisoformat(said).timestamp() if isinstance(said, str) else None
    except ValueError:
        return None

