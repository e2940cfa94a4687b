"""Anthropic's message batches, as their reference has them: `/v1/messages/batches`. A batch holds its requests, and no metadata."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from rowsmith.testing import envelopes
from rowsmith.testing.batch_openai import loads
from rowsmith.testing.batches import Asked, Batch, Batches, Item, Told, encoded


def problem(status: int, message: str) -> bytes:
    """The body of a refusal."""
    return envelopes.problem("anthropic", status, message)


def create(batches: Batches, asked: Asked) -> Told:
    """POST /v1/messages/batches."""
    requests = [(item["custom_id"], orjson.dumps(item["params"])) for item in orjson.loads(asked.body)["requests"]]
    if not requests or len({name for name, _ in requests}) < len(requests) or len(requests) > batches.model.script.batch_most:
        return Told(400, problem(400, "requests: must hold different custom_ids, and not too many."))
    model = str(orjson.loads(requests[0][1]).get("model", ""))
    batch = batches.create("anthropic", "/v1/messages", requests, metadata={}, model=model, input="")
    return Told(200, orjson.dumps(_shape(batches, batch)), made=True)


def answer(batches: Batches, asked: Asked) -> Told | None:
    """Every other address below /v1/messages/batches."""
    if len(asked.parts) == 2:
        return Told(200, orjson.dumps(_page(batches, asked.query)))
    batch = batches.batches.get(asked.parts[2])
    if batch is None:
        return None
    if asked.parts[3:] == ["cancel"] and asked.method == "POST":
        batches.cancel(batch)
    if asked.parts[3:] == ["results"]:
        return _results(batches, batch)
    return Told(200, orjson.dumps(_shape(batches, batch)))


def _page(batches: Batches, query: dict[str, str]) -> dict[str, Any]:
    found = batches.listed("anthropic")
    if "after_id" in query:
        found = found[[batch.id for batch in found].index(query["after_id"]) + 1 :]
    most = min(1000, int(query.get("limit", "20")))
    data = [_shape(batches, batch) for batch in found[:most]]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"data": data, "has_more": len(found) > most, **ends}


def _results(batches: Batches, batch: Batch) -> Told:
    status = batches.status(batch)
    if status in ("in_progress", "cancelling"):
        return Told(400, problem(400, "The batch has not ended yet."))
    if not batch.results:
        lines = batches.lines(batch, lambda item: encoded({"custom_id": item.id, "result": _result(item, status)}))
        batch.results = {"results": batches.keep("results.jsonl", b"".join(line for _, line in lines))}
    return Told(200, batch.results["results"].data, "application/x-jsonl")


def _shape(batches: Batches, batch: Batch) -> dict[str, Any]:
    """The counts stay at `processing` until the whole batch has ended."""
    status = batches.status(batch)
    ended = status not in ("in_progress", "cancelling")
    done, failed, rest = batch.done - batch.failed, batch.failed, len(batch.items) - batch.done
    counts = {"processing": len(batch.items), "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    if ended:
        gone = {"canceled": rest, "expired": 0} if status == "cancelled" else {"canceled": 0, "expired": rest}
        counts = {"processing": 0, "succeeded": done, "errored": failed, **gone}
    return {
        "id": batch.id, "type": "message_batch", "processing_status": {"in_progress": "in_progress", "cancelling": "canceling"}.get(status, "ended"),
        "request_counts": counts, "ended_at": _date(batch.ends_at) if ended else None, "created_at": _date(batch.made_at),
        "expires_at": _date(batch.made_at + 86_400), "archived_at": None,
        "cancel_initiated_at": _date(batch.cancelled_at) if batch.cancelled_at else None,
        "results_url": f"https://api.anthropic.com/v1/messages/batches/{batch.id}/results" if ended else None,
    }  # fmt: skip


def _result(item: Item, status: str) -> dict[str, Any]:
    if item.exchange is None:
        return {"type": "canceled" if status == "cancelled" else "expired"}
    said = loads(item.exchange.body)
    if item.exchange.status == 200:
        return {"type": "succeeded", "message": said}
    return {"type": "errored", "error": said if isinstance(said, dict) else {"type": "error", "error": {"type": "api_error", "message": str(said)}}}


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
