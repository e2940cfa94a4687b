"""OpenAI's batch API, as its reference has it: `/v1/batches`, on files of `/v1/files`."""

from __future__ import annotations

from typing import Any

import orjson

from rowsmith.testing import envelopes
from rowsmith.testing.batches import Asked, Batch, Batches, Item, Told, encoded

PAGE = 100
_UNDONE = {
    "expired": ("batch_expired", "This request could not be executed before the completion window expired."),
    "cancelled": ("batch_cancelled", "This request was cancelled."),
}


def problem(status: int, message: str) -> bytes:
    """The body of a refusal."""
    return envelopes.problem("openai", status, message)


def create(batches: Batches, asked: Asked) -> Told:
    """POST /v1/batches. What is wrong with the file shows later, in a batch that has failed."""
    wish = orjson.loads(asked.body)
    if wish.get("completion_window") != "24h" or "endpoint" not in wish:
        return Told(400, problem(400, "completion_window must be 24h, and endpoint is required."))
    stored = batches.files.get(wish.get("input_file_id", ""))
    if stored is None:
        return Told(400, problem(400, "Invalid 'input_file_id'."))
    requests, failure = _read(batches, stored.data, wish["endpoint"])
    model = str(orjson.loads(requests[0][1]).get("model", "")) if requests else ""
    batch = batches.create("openai", wish["endpoint"], requests, metadata=wish.get("metadata") or {}, model=model, input=stored.id)
    if failure:
        batches.fail(batch, *failure)
    return Told(200, orjson.dumps(_shape(batches, batch)), made=True)


def answer(batches: Batches, asked: Asked) -> Told | None:
    """Every other address below /v1/batches."""
    if len(asked.parts) == 1:
        return Told(200, orjson.dumps(_page(batches, asked.query)))
    batch = batches.batches.get(asked.parts[1])
    if batch is None:
        return Told(404, problem(404, f"No batch found with id '{asked.parts[1]}'."))
    if asked.parts[2:] == ["cancel"] and asked.method == "POST":
        if batches.status(batch) != "in_progress":
            return Told(409, problem(409, f"Cannot cancel a batch with status '{batches.status(batch)}'."))
        batches.cancel(batch)
    return Told(200, orjson.dumps(_shape(batches, batch)))


def _page(batches: Batches, query: dict[str, str]) -> dict[str, Any]:
    found = batches.listed("openai")
    if "after" in query:
        found = found[[batch.id for batch in found].index(query["after"]) + 1 :]
    most = min(PAGE, int(query.get("limit", "20")))
    data = [_shape(batches, batch) for batch in found[:most]]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"object": "list", "data": data, "has_more": len(found) > most, **ends}


def _read(batches: Batches, data: bytes, endpoint: str) -> tuple[list[tuple[str, bytes]], tuple[str, str, int | None] | None]:
    """The requests of a file, and why it is refused."""
    requests: dict[str, bytes] = {}
    model = None
    for number, line in enumerate(data.splitlines(), 1):
        try:
            said = orjson.loads(line)
            name, body = said["custom_id"], said["body"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return list(requests.items()), ("invalid_json_line", "This line is not parseable as valid JSON.", number)
        model = model or body.get("model")
        if name in requests:
            return list(requests.items()), ("duplicate_custom_id", f"The custom_id '{name}' is used twice.", number)
        if said.get("url") != endpoint or said.get("method") != "POST":
            return list(requests.items()), ("url_mismatch", "The URL does not match the batch's endpoint.", number)
        if body.get("model") != model:
            return list(requests.items()), ("model_mismatch", "All requests of a batch must be to the same model.", number)
        requests[name] = orjson.dumps(body)
    if len(requests) > batches.model.script.batch_most:
        return [], ("too_many_tasks", f"A batch has at most {batches.model.script.batch_most} requests.", None)
    return list(requests.items()), None if requests else ("empty_file", "The file is empty.", None)


def _shape(batches: Batches, batch: Batch) -> dict[str, Any]:
    status = batches.status(batch)
    out, err = _files(batches, batch, status)
    errors = None
    if batch.failure is not None:
        code, message, line = batch.failure
        errors = {"object": "list", "data": [{"code": code, "message": message, "param": None, "line": line}]}
    ended = int(batch.ends_at)
    return {
        "id": batch.id, "object": "batch", "endpoint": batch.path, "model": batch.model, "errors": errors, "input_file_id": batch.input,
        "completion_window": "24h", "status": status, "output_file_id": out, "error_file_id": err, "created_at": int(batch.made_at),
        "in_progress_at": int(batch.made_at), "expires_at": int(batch.made_at) + 86_400, "finalizing_at": None,
        "completed_at": ended if status == "completed" else None, "failed_at": ended if status == "failed" else None,
        "expired_at": ended if status == "expired" else None, "cancelling_at": int(batch.cancelled_at) if batch.cancelled_at else None,
        "cancelled_at": ended if status == "cancelled" else None,
        "request_counts": {"total": len(batch.items), "completed": batch.done - batch.failed, "failed": batch.failed},
        "metadata": batch.metadata,
    }  # fmt: skip


def _files(batches: Batches, batch: Batch, status: str) -> tuple[str | None, str | None]:
    """The ids of the files of answers and of errors, made once the batch has ended; None for one that would be empty."""
    if status in ("in_progress", "cancelling", "failed"):
        return None, None
    if not batch.results:
        files: dict[str, list[bytes]] = {"output": [], "error": []}
        for item, line in batches.lines(batch, lambda item: encoded(_line(item, status))):
            files["output" if item.exchange is not None and item.exchange.status == 200 else "error"].append(line)
        for name, lines in files.items():
            if lines:
                batch.results[name] = batches.keep(f"{batch.id}_{name}.jsonl", b"".join(lines))
    return tuple(batch.results[name].id if name in batch.results else None for name in ("output", "error"))  # type: ignore[return-value]


def _line(item: Item, status: str) -> dict[str, Any]:
    line: dict[str, Any] = {"id": f"batch_req_{item.id[:24]}", "custom_id": item.id, "response": None, "error": None}
    if item.exchange is None:
        code, message = _UNDONE["cancelled" if status == "cancelled" else "expired"]
        return {**line, "error": {"code": code, "message": message}}
    return {**line, "response": {"status_code": item.exchange.status, "request_id": f"req_{item.id[:24]}", "body": loads(item.exchange.body)}}


def loads(body: bytes) -> Any:
    """The body's JSON; what is none stands as a text, as it could not stand in a line otherwise."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
