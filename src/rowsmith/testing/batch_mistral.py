"""Mistral's batch jobs, as its reference has them: `/v1/batch/jobs`, on files of `/v1/files`."""

from __future__ import annotations

from typing import Any

import orjson

from rowsmith.testing.batch_openai import loads
from rowsmith.testing.batches import Asked, Batch, Batches, Item, Told, encoded

_STATUS = {
    "in_progress": "RUNNING", "cancelling": "CANCELLATION_REQUESTED", "completed": "SUCCESS", "failed": "FAILED", "expired": "TIMEOUT_EXCEEDED",
    "cancelled": "CANCELLED",
}  # fmt: skip


def problem(status: int, message: str) -> bytes:
    """The body of a refusal."""
    return orjson.dumps({"object": "error", "message": message, "type": "invalid_request", "param": None, "code": str(status)})


def create(batches: Batches, asked: Asked) -> Told:
    """POST /v1/batch/jobs."""
    wish = orjson.loads(asked.body)
    stored = [batches.files.get(name) for name in wish.get("input_files") or ()]
    if not stored or None in stored or not wish.get("model"):
        return Told(422, problem(422, "input_files and model are required."))
    requests = []
    for line in b"".join(file.data for file in stored if file).splitlines():
        said = orjson.loads(line)
        requests.append((said["custom_id"], orjson.dumps({"model": wish["model"], **said["body"]})))
    if len(requests) > batches.model.script.batch_most:
        return Told(400, problem(400, f"A job has at most {batches.model.script.batch_most} requests."))
    facts = {"metadata": wish.get("metadata") or {}, "model": wish["model"], "input": wish["input_files"][0]}
    batch = batches.create("mistral", wish["endpoint"], requests, **facts)
    return Told(200, orjson.dumps(_shape(batches, batch)), made=True)


def answer(batches: Batches, asked: Asked) -> Told | None:
    """Every other address below /v1/batch/jobs."""
    if asked.parts[1:] == ["jobs"]:
        size, page = int(asked.query.get("page_size", "100")), int(asked.query.get("page", "0"))
        found = batches.listed("mistral")
        data = [_shape(batches, batch) for batch in found[page * size : (page + 1) * size]]
        return Told(200, orjson.dumps({"object": "list", "data": data, "total": len(found)}))
    batch = batches.batches.get(asked.parts[2]) if len(asked.parts) > 2 else None
    if batch is None:
        return None
    if asked.parts[3:] == ["cancel"] and asked.method == "POST":
        batches.cancel(batch)
    return Told(200, orjson.dumps(_shape(batches, batch)))


def _shape(batches: Batches, batch: Batch) -> dict[str, Any]:
    status = batches.status(batch)
    results = _files(batches, batch, status)
    errors = [{"message": batch.failure[1], "count": len(batch.items)}] if batch.failure else []
    return {
        "id": batch.id, "object": "batch", "input_files": [batch.input], "metadata": batch.metadata, "endpoint": batch.path, "model": batch.model,
        "agent_id": None, "output_file": results.get("output"), "error_file": results.get("error"), "errors": errors, "status": _STATUS[status],
        "created_at": int(batch.made_at), "total_requests": len(batch.items), "completed_requests": batch.done,
        "succeeded_requests": batch.done - batch.failed, "failed_requests": batch.failed, "started_at": int(batch.made_at),
        "completed_at": int(batch.ends_at) if status not in ("in_progress", "cancelling") else None,
    }  # fmt: skip


def _files(batches: Batches, batch: Batch, status: str) -> dict[str, str]:
    """The ids of the files of answers and of errors. What was not done has no line."""
    if status in ("in_progress", "cancelling", "failed"):
        return {}
    if not batch.results:
        files: dict[str, list[bytes]] = {"output": [], "error": []}
        for item, line in batches.lines(batch, lambda item: encoded(_line(item)) if item.exchange is not None else b""):
            if line and item.exchange is not None:
                files["output" if item.exchange.status == 200 else "error"].append(line)
        batch.results = {name: batches.keep(f"{name}.jsonl", b"".join(lines)) for name, lines in files.items() if lines}
    return {name: stored.id for name, stored in batch.results.items()}


def _line(item: Item) -> dict[str, Any]:
    assert item.exchange is not None
    response = {"status_code": item.exchange.status, "body": loads(item.exchange.body)}
    return {"id": f"batch-{item.id[:8]}", "custom_id": item.id, "response": response, "error": None}
