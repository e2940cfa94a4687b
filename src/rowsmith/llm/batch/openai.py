"""OpenAI's batches: a file of requests, a batch on it, files of answers and of errors. Servers that follow OpenAI have the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith.core.models import Model
from rowsmith.llm.batch import MARK, Bounds, Job, Remote, Result, State
from rowsmith.llm.batch.lines import count, read, uploaded
from rowsmith.llm.batch.talk import Refused, Talk

ENDPOINT = "/v1/chat/completions"
PAGE = 100
SKEW_S = 3600.0
"""How far our clock and the server's may be apart."""
STATES: dict[str, State] = {"completed": "ended", "expired": "ended", "cancelled": "ended", "failed": "failed", "cancelling": "ending"}


class OpenAIBatches:
    """`/batches` and `/files` of a server."""

    def bounds(self, model: Model) -> Bounds:
        return Bounds(50_000, 190_000_000)

    def line(self, key: str, body: bytes) -> bytes:
        return b'{"custom_id":"%b","method":"POST","url":"%b","body":%b}\n' % (key.encode(), ENDPOINT.encode(), body)

    async def upload(self, talk: Talk, job: Job) -> str:
        return await uploaded(talk, job)

    async def create(self, talk: Talk, job: Job, file: str) -> Remote:
        wish = {"input_file_id": file, "endpoint": ENDPOINT, "completion_window": "24h", "metadata": {MARK: job.token}}
        return remote(await talk.post("batches", orjson.dumps(wish)))

    async def find(self, talk: Talk, job: Job) -> Remote | None:
        after: dict[str, str] = {}
        while True:
            page = await talk.get("batches", limit=PAGE, **after)
            found = [batch for batch in page.get("data") or () if isinstance(batch, dict)]
            for batch in found:
                if marked(batch, job.token):
                    return remote(batch)
            if not found or not page.get("has_more") or (found[-1].get("created_at") or 0) < job.tried_at - SKEW_S:
                return None
            after = {"after": str(found[-1].get("id"))}

    async def look(self, talk: Talk, remote_id: str) -> Remote:
        return remote(await talk.get(f"batches/{remote_id}"))

    async def cancel(self, talk: Talk, remote_id: str) -> None:
        try:
            await talk.post(f"batches/{remote_id}/cancel", b"", again=True)
        except Refused as error:
            if error.status not in (400, 409):  # it has ended, or is being cancelled
                raise

    def addresses(self, remote: Remote, model: Model) -> Sequence[str]:
        return [f"files/{name}/content" for name in remote.results]

    def result(self, line: bytes) -> Result:
        return read(line)


def marked(batch: Mapping[str, Any], token: str) -> bool:
    """Whether its metadata say that it is ours."""
    metadata = batch.get("metadata")
    return isinstance(metadata, dict) and metadata.get(MARK) == token


def remote(said: Mapping[str, Any]) -> Remote:
    """The batch object."""
    status, counts = said.get("status"), said.get("request_counts")
    parts = [count(counts.get(name)) or 0 for name in ("completed", "failed")] if isinstance(counts, dict) else []
    errors = said.get("errors")
    wrong = [error for error in (errors.get("data") if isinstance(errors, dict) else None) or () if isinstance(error, dict)]
    reason = str(status) if status != "failed" else next((str(error["code"]) for error in wrong if error.get("code")), "failed")
    return Remote(
        id=str(said.get("id") or ""),
        state=STATES.get(str(status), "running"),
        done=sum(parts) if parts else None,
        results=tuple(str(said[name]) for name in ("output_file_id", "error_file_id") if said.get(name)),
        reason=reason,
        detail="; ".join(str(error.get("message") or "") for error in wrong[:3]),
        lines=tuple((error["line"], str(error.get("message") or "")) for error in wrong if isinstance(error.get("line"), int)),
        expires_at=float(at) if isinstance(at := said.get("expires_at"), int) else None,
    )

