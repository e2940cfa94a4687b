"""Streamed answers of llama.cpp become whole ones."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from rowsmith.llm.local.stream import joined
from rowsmith.llm.providers.local import PROVIDER

HEAD = {"id": "chatcmpl-1", "created": 7, "model": "tiny.gguf", "object": "chat.completion.chunk", "system_fingerprint": "b0"}
USAGE = {"completion_tokens": 3, "prompt_tokens": 2, "total_tokens": 5}


def events(*deltas: dict[str, Any], finish: str | None = "stop", usage: bool = True, then: Any = None) -> bytes:
    """A stream as llama.cpp sends it."""
    parts: list[Any] = [{"choices": [{"finish_reason": None, "index": 0, "delta": delta}], **HEAD} for delta in deltas]
    if finish:
        parts.append({"choices": [{"finish_reason": finish, "index": 0, "delta": {}}], **HEAD})
    if usage and finish:
        parts.append({"choices": [], **HEAD, "usage": USAGE, "timings": {"predicted_n": 3}})
    if then is not None:
        parts.append(then)
    return b"".join(b"data: %s\n\n" % orjson.dumps(part) for part in parts) + (b"data: [DONE]\n\n" if finish else b"")


def read(raw: bytes) -> dict[str, Any]:
    status, whole = joined(200, raw)
    assert status == 200
    found: dict[str, Any] = orjson.loads(whole)
    return found


def test_a_text() -> None:
    whole = read(events({"role": "assistant", "content": None}, {"content": "Tea"}, {"content": " äöü\n"}))
    assert whole == {
        "id": "chatcmpl-1", "created": 7, "model": "tiny.gguf", "object": "chat.completion", "usage": USAGE,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Tea äöü\n"}}],
    }  # fmt: skip
    reply = PROVIDER.read(orjson.dumps(whole))
    assert (reply.text, reply.finish, reply.usage.tokens_in, reply.usage.tokens_out) == ("Tea äöü\n", "stop", 2, 3)


def test_thoughts_are_kept_apart() -> None:
    message = read(events({"reasoning_content": "Hm"}, {"reasoning_content": "."}, {"content": "4"}))["choices"][0]["message"]
    assert message == {"role": "assistant", "content": "4", "reasoning_content": "Hm."}


def test_tool_calls_are_put_together() -> None:
    calls = [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "pair", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"n":'}},
        {"index": 1, "id": "b", "type": "function", "function": {"name": "other", "arguments": "{}"}},
        {"index": 0, "function": {"arguments": "1}"}},
    ]
    whole = read(events({"content": None}, *({"tool_calls": [call]} for call in calls), finish="tool_calls"))
    first, second = whole["choices"][0]["message"]["tool_calls"]
    assert first == {"type": "function", "id": "a", "function": {"name": "pair", "arguments": '{"n":1}'}}
    assert second["function"] == {"name": "other", "arguments": "{}"}
    assert PROVIDER.read(orjson.dumps(whole)).tool_arguments == '{"n":1}'


BROKEN = {"error": {"code": 500, "message": "The model produced output that does not match the expected peg-native format", "type": "server_error"}}


def test_an_answer_that_is_no_text_any_more_is_a_broken_one() -> None:
    whole = read(events({"content": '{"a": "b'}, finish=None, then=BROKEN))
    reply = PROVIDER.read(orjson.dumps(whole))
    assert (reply.text, reply.finish) == ('{"a": "b', "broken")
    status, raw = joined(500, orjson.dumps(BROKEN))
    assert (status, PROVIDER.read(raw).finish) == (200, "broken")


def test_another_error_in_the_middle_is_an_error() -> None:
    error = {"error": {"code": 500, "message": "Compute error.", "type": "server_error"}}
    assert joined(200, events({"content": "a"}, finish=None, then=error)) == (500, orjson.dumps(error))


def test_an_answer_that_is_not_given_to_its_end_is_none() -> None:
    status, raw = joined(200, events({"content": "half"}, finish=None))
    assert (status, raw) == (502, b'{"error":{"message":"the answer was not given to its end"}}')


def test_a_question_that_is_too_long_is_told_with_what_to_do() -> None:
    error = {"error": {"code": 400, "message": "request (5 tokens) exceeds the available context size (4 tokens), try increasing it",
                       "type": "exceed_context_size_error"}}  # fmt: skip
    status, raw = joined(400, orjson.dumps(error))
    assert status == 400
    assert orjson.loads(raw)["error"]["message"].endswith("try increasing it; give the model a larger context")


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {}}'])
def test_errors_in_another_form_stay_as_they_are(raw: bytes) -> None:
    assert joined(503, raw) == (503, raw)
