"""Answers that llama.cpp streams, put together into one chat completion in OpenAI's shape.

They are streamed so that each token is a sign of life: a small machine may take minutes for an answer, and a deadline has to tell that
from silence.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

BROKEN = "broken"
"""The finish of an answer that breaks off: what was sampled is no text any more (bytes that are not UTF-8), or not of the model's form."""
_BROKEN = re.compile(r"does not match the expected .*format")
_TOO_LONG = "exceed_context_size_error"


def joined(status: int, raw: bytes) -> tuple[int, bytes]:
    """Status and body of the whole reply. An error that is none of the answer stays one, with its own status."""
    if status != 200:
        return _failed(status, raw, {}, "")
    head: dict[str, Any] = {}
    texts: dict[str, list[str]] = {"content": [], "reasoning_content": []}
    calls: dict[int, dict[str, Any]] = {}
    finish, usage = None, None
    for line in raw.split(b"\n"):
        if not line.startswith(b"data: {"):
            continue
        event = orjson.loads(line[6:])
        if error := event.get("error"):
            return _failed(int(error.get("code", 500)) if isinstance(error, dict) else 500, line[6:], head, "".join(texts["content"]))
        head = head or {name: event[name] for name in ("id", "created", "model") if name in event}
        usage = event.get("usage", usage)
        for choice in event["choices"]:
            finish = choice.get("finish_reason") or finish
            _add(choice["delta"], texts, calls)
    if finish is None:
        return 502, b'{"error":{"message":"the answer was not given to its end"}}'
    message: dict[str, Any] = {"role": "assistant", **{name: "".join(parts) for name, parts in texts.items() if parts or name == "content"}}
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return 200, _completion(head, message, finish, usage)


def _add(delta: dict[str, Any], texts: dict[str, list[str]], calls: dict[int, dict[str, Any]]) -> None:
    """One part of an answer."""
    for name, parts in texts.items():
        if part := delta.get(name):
            parts.append(part)
    for call in delta.get("tool_calls") or ():
        known = calls.setdefault(call["index"], {"type": "function", "function": {"name": "", "arguments": ""}})
        if "id" in call:
            known["id"] = call["id"]
        for name, part in call.get("function", {}).items():
            known["function"][name] += part or ""


def _failed(status: int, raw: bytes, head: dict[str, Any], text: str) -> tuple[int, bytes]:
    """An error's status and body, with what to do about it; an answer that broke off is an answer, with what there is of it."""
    try:
        error = orjson.loads(raw)["error"]
        said = str(error["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return status, raw
    if _BROKEN.search(said):
        return 200, _completion(head, {"role": "assistant", "content": text}, BROKEN, None)
    if error.get("type") == _TOO_LONG:
        said += "; give the model a larger context"
    return status, orjson.dumps({"error": {**error, "message": said}})


def _completion(head: dict[str, Any], message: dict[str, Any], finish: str, usage: Any) -> bytes:
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return orjson.dumps({**head, "object": "chat.completion", "choices": [choice], **({"usage": usage} if usage else {})})
