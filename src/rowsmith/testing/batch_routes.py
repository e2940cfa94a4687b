"""Who answers which address of the batch APIs, and the witness that it happened."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import orjson

from rowsmith.testing import batch_anthropic, batch_mistral, batch_openai
from rowsmith.testing.batches import Asked, Batches, Stored, Told
from rowsmith.testing.heads import Head


def served(batches: Batches, head: Head, body: bytes) -> Told | None:
    """The answer of a batch API; None when the address is none of theirs."""
    path = head.path.partition("/v1/")[2] or head.path.strip("/").removeprefix("openai/")
    asked = Asked(head.method, path.strip("/").split("/"), {name: values[-1] for name, values in parse_qs(head.query).items()}, body)
    root = asked.parts[0]
    script = batches.model.script
    if not script.batches or (root not in ("files", "batches", "batch") and asked.parts[:2] != ["messages", "batches"]):
        return None
    dialect = batch_anthropic if root == "messages" else batch_mistral if root == "batch" else batch_openai
    if script.api_key is not None and head.key != script.api_key:
        return Told(401, dialect.problem(401, "Incorrect API key provided."))
    if root == "files":
        return _file(batches, asked)
    if asked.method == "POST" and asked.parts in (["batches"], ["batch", "jobs"], ["messages", "batches"]):
        return _created(batches, asked, dialect.create, dialect.problem)
    return dialect.answer(batches, asked) or Told(404, dialect.problem(404, f"There is nothing at {head.path}."))


def _created(batches: Batches, asked: Asked, create: Callable[[Batches, Asked], Told], problem: Callable[[int, str], bytes]) -> Told:
    """As `batch_creations` says."""
    script = batches.model.script
    fate = script.batch_creations[batches.created] if batches.created < len(script.batch_creations) else "ok"
    batches.created += 1
    if fate == "quota":
        error = {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": "insufficient_quota"}
        return Told(429, orjson.dumps({"error": error}))
    if fate.isdigit():
        return Told(int(fate), problem(int(fate), f"Status {fate}."))
    told = create(batches, asked)
    if told.made and fate in ("lost", "late"):
        told.lost = True
        newest = max(batches.batches.values(), key=lambda batch: batch.made_at)
        newest.visible_at += 1.0 if fate == "late" else 0.0
    return told


def _file(batches: Batches, asked: Asked) -> Told:
    if asked.method == "POST":
        name, data = _uploaded(asked.body)
        return Told(200, orjson.dumps(_shape(batches.keep(name, data))))
    if len(asked.parts) == 1:
        found = sorted(batches.files.values(), key=lambda stored: stored.made_at, reverse=True)[:100]
        return Told(200, orjson.dumps({"object": "list", "data": [_shape(stored) for stored in found], "has_more": False, "total": len(found)}))
    stored = batches.files.get(asked.parts[1])
    if stored is None:
        return Told(404, batch_openai.problem(404, f"No such File object: {asked.parts[1]}"))
    if asked.parts[2:] == ["content"]:
        return Told(200, stored.data, "application/octet-stream")
    if asked.method == "DELETE":
        del batches.files[stored.id]
        return Told(200, orjson.dumps({"id": stored.id, "object": "file", "deleted": True}))
    return Told(200, orjson.dumps(_shape(stored)))


def _shape(stored: Stored) -> dict[str, object]:
    return {
        "id": stored.id, "object": "file", "bytes": len(stored.data), "created_at": int(stored.made_at), "filename": stored.name,
        "purpose": "batch", "status": "processed", "status_details": None, "sample_type": "batch_request", "source": "upload",
    }  # fmt: skip


def _uploaded(body: bytes) -> tuple[str, bytes]:
    """The name and the bytes of the file in a multipart form."""
    boundary = body[: body.index(b"\r\n")]
    for part in body.split(boundary)[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if b'filename="' in head:
            return head.partition(b'filename="')[2].partition(b'"')[0].decode(), data.removesuffix(b"\r\n")
    return "", b""
