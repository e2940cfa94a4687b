"""The bodies around an answer, as OpenAI and Anthropic write them, and the count of tokens.

A token is `bytes_per_token` bytes (4 by default), rounded up: of the whole request body for the input, of the answer's text (or tool
arguments) for the output. Simple, the same everywhere, and never more than the number of bytes.
"""

from __future__ import annotations

import time
from math import ceil
from typing import Any

import orjson

from rowsmith.testing.request import Reply, Request

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


def tokens(size: int, bytes_per_token: float) -> int:
    """How many tokens `size` bytes are."""
    return ceil(size / bytes_per_token)


def shortened(reply: Reply, most: int | None, bytes_per_token: float) -> Reply:
    """The reply, cut to `most` tokens (finish reason `length`) when it has more."""
    text = reply.tool[1] if reply.tool else reply.text
    if most is None or not text or len(text) * 4 <= most * bytes_per_token:
        return reply
    raw = text.encode("utf-8", "surrogatepass")
    if tokens(len(raw), bytes_per_token) <= most:
        return reply
    text = raw[: int(most * bytes_per_token)].decode("utf-8", "ignore")
    reply.finish = "length"
    reply.text, reply.tool = (reply.text, (reply.tool[0], text)) if reply.tool else (text, None)
    return reply


def envelope(request: Request, reply: Reply, usage: tuple[int, int, int] | None) -> dict[str, Any]:
    """The answer's body. `usage`: tokens in, tokens out, and how many of those in were cached; None leaves the field out."""
    return _openai(request, reply, usage) if request.dialect == "openai" else _anthropic(request, reply, usage)


def problem(request_dialect: str, status: int, message: str) -> bytes:
    """The body of a refusal, in the dialect's form."""
    kind = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}
    name = kind.get(status, "api_error" if status >= 500 else "invalid_request_error")
    if request_dialect == "anthropic":
        return orjson.dumps({"type": "error", "error": {"type": name, "message": message}})
    return orjson.dumps({"error": {"message": message, "type": name, "param": None, "code": name}})


def _openai(request: Request, reply: Reply, usage: tuple[int, int, int] | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": reply.refusal or None}
    if reply.tool:
        call = {"name": reply.tool[0], "arguments": reply.tool[1]}
        message["tool_calls"] = [{"id": f"call_{request.digest.hex()[:20]}", "type": "function", "function": call}]
    said: dict[str, Any] = {"text": reply.text or ""} if request.raw else {"message": message}
    body: dict[str, Any] = {
        "id": f"{'cmpl' if request.raw else 'chatcmpl'}-{request.digest.hex()[:20]}{request.n:09d}",
        "object": "text_completion" if request.raw else "chat.completion",
        "created": int(time.time()),
        "model": request.model,
        "choices": [{"index": 0, **said, "logprobs": None, "finish_reason": reply.finish}],
        "system_fingerprint": "fp_scripted",
    }
    spoken = request.spoken
    if spoken is not None:
        message = spoken.message | message
    if usage and spoken is not None and spoken.usage:
        body["usage"] = spoken.counted(*usage)
    elif usage:
        into, out, cached = usage
        body["usage"] = {
            "prompt_tokens": into,
            "completion_tokens": out,
            "total_tokens": into + out,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
    return body


def _anthropic(request: Request, reply: Reply, usage: tuple[int, int, int] | None) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if reply.refusal or reply.text is not None:
        content.append({"type": "text", "text": reply.refusal or reply.text})
    if reply.tool:
        content.append({"type": "tool_use", "id": f"toolu_{request.digest.hex()[:20]}", "name": reply.tool[0], "input": _loads(reply.tool[1])})
    body: dict[str, Any] = {
        "id": f"msg_{request.digest.hex()[:20]}{request.n:09d}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": content,
        "stop_reason": "refusal" if reply.refusal else _STOP_REASONS.get(reply.finish, reply.finish),
        "stop_sequence": None,
    }
    if usage:
        into, out, cached = usage
        body["usage"] = {"input_tokens": into - cached, "output_tokens": out, "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0}
    return body


def _loads(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"text": text}
