"""Mistral's batch jobs: the files and lines of OpenAI, with jobs of another form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from rowsmith.core.models import Model
from rowsmith.llm.batch import DAY_S, MARK, Bounds, Job, Remote, Result, State
from rowsmith.llm.batch.lines import count, read, uploaded
from rowsmith.llm.batch.openai import ENDPOINT, SKEW_S, marked
from rowsmith.llm.batch.talk import Refused, Talk

PAGE = 100
STATES: dict[str, State] = {
    "SUCCESS": "ended", "TIMEOUT_EXCEEDED": "ended", "CANCELLED": "ended", "FAILED": "failed", "CANCELLATION_REQUESTED": "ending",
}  # fmt: skip
REASONS = {"SUCCESS": "completed", "TIMEOUT_EXCEEDED": "expired", "CANCELLED": "cancelled", "FAILED": "failed"}


class MistralBatches:
    """`/batch/jobs` and `/files`. The model stands in the job, not in its lines."""

    def bounds(self, model: Model) -> Bounds:
        return Bounds(50_000, 190_000_000)

    def line(self, key: str, body: bytes) -> bytes:
        return b'{"custom_id":"%b","body":%b}\n' % (key.encode(), body)

    async def upload(self, talk: Talk, job: Job) -> str:
        return await uploaded(talk, job)

    async def create(self, talk: Talk, job: Job, file: str) -> Remote:
        wish = {
            "input_files": [file], "endpoint": ENDPOINT, "model": job.model.name, "metadata": {MARK: job.token},
            "timeout_hours": int(DAY_S // 3600),
        }  # fmt: skip
        return remote(await talk.post("batch/jobs", orjson.dumps(wish)))

    async def find(self, talk: Talk, job: Job) -> Remote | None:
        page = 0
        while True:
            said = await talk.get("batch/jobs", page=page, page_size=PAGE)
            found = [batch for batch in said.get("data") or () if isinstance(batch, dict)]
            for batch in found:
                if marked(batch, job.token):
                    return remote(batch)
            if len(found) < PAGE or (found[-1].get("created_at") or 0) < job.tried_at - SKEW_S:
                return None
            page += 1

    async def look(self, talk: Talk, remote_id: str) -> Remote:
        return remote(await talk.get(f"batch/jobs/{remote_id}"))

    async def cancel(self, talk: Talk, remote_id: str) -> None:
        try:
            await talk.post(f"batch/jobs/{remote_id}/cancel", b"", again=True)
        except Refused as error:
            if error.status not in (400, 409):
                raise

    def addresses(self, remote: Remote, model: Model) -> Sequence[str]:
        return [f"files/{name}/content" for name in remote.results]

    def result(self, line: bytes) -> Result:
        return read(line)


def remote(said: Mapping[str, Any]) -> Remote:
    """The job."""
    status = str(said.get("status"))
    wrong = [error for error in said.get("errors") or () if isinstance(error, dict)]
    return Remote(
        id=str(said.get("id") or ""),
        state=STATES.get(status, "running"),
        done=count(said.get("completed_requests")),
        results=tuple(str(said[name]) for name in ("output_file", "error_file") if said.get(name)),
        reason=REASONS.get(status, ""),
        detail="; ".join(str(error.get("message") or "") for error in wrong[:3]),
        expires_at=said["created_at"] + DAY_S if isinstance(said.get("created_at"), int) else None,
    )

