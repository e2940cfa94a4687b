"""An answer as server-sent events, for requests with `stream: true`. All events are sent at once."""

from __future__ import annotations

from typing import Any

import orjson

from rowsmith.testing.request import Request


def events(request: Request, body: dict[str, Any]) -> bytes:
    """The events that amount to `body`."""
    return _openai(request, body) if request.dialect == "openai" else _anthropic(body)


def _openai(request: Request, body: dict[str, Any]) -> bytes:
    choice = body["choices"][0]
    message = dict(choice["message"])
    text = message.pop("content") or ""
    half = len(text) // 2
    common = {"id": body["id"], "object": "chat.completion.chunk", "created": body["created"], "model": body["model"]}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": part} for part in (text[:half], text[half:]) if part)]
    if "tool_calls" in message:
        deltas.append({"tool_calls": [{"index": i, **call} for i, call in enumerate(message["tool_calls"])]})
    found = [{**common, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    found.append({**common, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if (request.data.get("stream_options") or {}).get("include_usage") and "usage" in body:
        found.append({**common, "choices": [], "usage": body["usage"]})
    return b"".join(b"data: %b\n\n" % orjson.dumps(event) for event in found) + b"data: [DONE]\n\n"


def _anthropic(body: dict[str, Any]) -> bytes:
    usage = body.get("usage", {})
    found: list[dict[str, Any]] = [{"type": "message_start", "message": {**body, "content": [], "stop_reason": None}}]
    for index, block in enumerate(body["content"]):
        start: dict[str, Any] = {"type": "text", "text": ""} if block["type"] == "text" else {**block, "input": {}}
        if block["type"] == "text":
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            delta = {"type": "input_json_delta", "partial_json": orjson.dumps(block["input"]).decode()}
        found += [
            {"type": "content_block_start", "index": index, "content_block": start},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    found.append({"type": "message_delta", "delta": {"stop_reason": body["stop_reason"], "stop_sequence": None}, "usage": usage})
    found.append({"type": "message_stop"})
    return b"".join(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), orjson.dumps(event)) for event in found)
