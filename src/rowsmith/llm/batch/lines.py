"""Requests and results as lines of files, the way that OpenAI and those who follow it have them."""

from __future__ import annotations

from typing import Any

import orjson

from rowsmith.llm.batch import Job, Result
from rowsmith.llm.batch.talk import Enclosed, Talk
from rowsmith.llm.tolerant import Unreadable, envelope

UNREADABLE = Result(reason="unreadable")
REASONS = {"batch_expired": "expired", "batch_cancelled": "cancelled"}


async def uploaded(talk: Talk, job: Job) -> str:
    """Upload the requests as a file for batches; its id."""
    edge = f"rowsmith-{job.token}"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{job.token}.jsonl"\r\nContent-Type: application/jsonl\r\n\r\n'
    )
    body = Enclosed(head.encode(), job.path, f"\r\n--{edge}--\r\n".encode())
    said = await talk.post("files", body, kind=f"multipart/form-data; boundary={edge}", again=True)
    return str(said.get("id") or "")


def read(line: bytes) -> Result:
    """A line `{custom_id, response: {status_code, body}, error}`."""
    said = keyed(line)
    if said is None:
        return UNREADABLE
    key, response, error = said["custom_id"], said.get("response"), said.get("error")
    status = response.get("status_code") if isinstance(response, dict) else None
    if isinstance(response, dict) and isinstance(status, int) and (200 <= status < 300 or not error):
        return Result(key, written(response.get("body")), 200 if status < 300 else status)
    code = error.get("code") if isinstance(error, dict) else None
    return Result(key, reason=REASONS.get(str(code), str(code or "failed")))


def keyed(line: bytes) -> dict[str, Any] | None:
    """What a line says; None when it is no JSON object with a custom id."""
    try:
        said = envelope(line)
    except Unreadable:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("custom_id"), str) else None


def written(body: Any) -> bytes:
    """The bytes of a body that stood within a line. A text stands for bytes that were no JSON."""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else orjson.dumps(body)


def count(value: Any) -> int | None:
    """A count, where there is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
