"""Anthropic's Messages API: what is sent, by each generation of its models, and what comes back."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import orjson
import pytest
from asking import QA, ask, keys_in, outcomes, question
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from memory_ledger import MemoryLedger
from provided import provided

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.llm.form import Form, Server
from rowsmith.llm.keys import key_of
from rowsmith.llm.providers import Reply, built_in
from rowsmith.llm.providers._claude import Claude
from rowsmith.llm.providers._closed import beyond, closed
from rowsmith.testing.strict import claude

ANTHROPIC = built_in("anthropic")
ASKED = [{"role": "user", "content": "Hello"}]
GENERATIONS = [
    "claude-3-5-haiku-20241022", "claude-3-7-sonnet-20250219", "claude-sonnet-4-20250514", "claude-opus-4-1", "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5", "claude-opus-4-6", "claude-opus-4-7", "claude-sonnet-5", "claude-opus-5", "claude-fable-5", "claude-opus-5-5",
    "claude-sonnet-5-5", "claude-haiku-5-5", "claude-mythos-preview",
]  # fmt: skip


def a_claude(name: str = "claude-haiku-4-5", **settings: Any) -> Model:
    return Model(**{"model": f"anthropic/{name}", "base_url": "http://h", **settings})


def body(schema: Any = None, messages: Any = None, **settings: Any) -> dict[str, Any]:
    form = Form(a_claude(**settings), schema, ANTHROPIC, Server("http://h"), keys_in({}))
    return dict(form.write(ASKED if messages is None else messages))


# -- requests -------------------------------------------------------------------------------------------------------------------------


def test_only_what_is_given_is_sent() -> None:
    assert body() == {"model": "claude-haiku-4-5", "max_tokens": 1024, "messages": ASKED}
    given = body(temperature=0.5, stop=["END"], max_tokens=9, extra={"top_k": 3})
    assert given == {"model": "claude-haiku-4-5", "max_tokens": 9, "temperature": 0.5, "stop_sequences": ["END"], "top_k": 3, "messages": ASKED}


@pytest.mark.parametrize(
    ("base_url", "url", "profile"),
    [
        (None, "https://api.anthropic.com/v1/messages", "https://api.anthropic.com"),
        ("http://h:1/v1", "http://h:1/v1/messages", "http://h:1"),
        ("http://h/proxy/", "http://h/proxy/v1/messages", "http://h"),
        ("http://h/v1/messages", "http://h/v1/messages", "http://h"),
    ],
)
def test_addresses(base_url: str | None, url: str, profile: str) -> None:
    assert (ANTHROPIC.url(a_claude(base_url=base_url)), ANTHROPIC.profile(a_claude(base_url=base_url))) == (url, profile)


def test_the_key_has_a_header_of_its_own() -> None:
    headers = ANTHROPIC.headers(a_claude(), "k1")
    assert (headers["x-api-key"], headers["anthropic-version"], "Authorization" in headers) == ("k1", "2023-06-01", False)
    assert "x-api-key" not in ANTHROPIC.headers(a_claude(), "")
    with pytest.raises(Paused, match="ANTHROPIC_API_KEY"):
        key_of(ANTHROPIC, a_claude(base_url=None), keys_in({}))


def test_what_the_system_says_stands_apart() -> None:
    said = [{"role": "system", "content": "One."}, *ASKED, {"role": "assistant", "content": "Hi"}, {"role": "system", "content": "Two."}]
    sent = body(messages=said)
    assert sent["system"] == "One.\n\nTwo."
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant"]
    parts = body(messages=[{"role": "system", "content": [{"type": "text", "text": "One."}]}, *ASKED])
    assert parts["system"] == "One."
    assert body(messages=[{"role": "system", "content": "Only."}])["messages"] == [{"role": "user", "content": "Only."}]


def test_instructions_go_to_the_system() -> None:
    sent = body(QA, answers="json")
    assert json.dumps(QA, separators=(",", ":")) in sent["system"]
    assert sent["messages"] == ASKED


def test_a_schema_goes_by_the_schema_mode_and_older_models_call_a_tool() -> None:
    assert body(QA)["output_config"] == {"format": {"type": "json_schema", "schema": QA}}
    older = body(QA, name="claude-3-5-haiku-20241022")
    assert (older["tools"][0]["input_schema"], older["tool_choice"]["name"]) == (QA, "Pair")
    assert "output_config" not in older


OPEN = {"type": "object", "properties": {"words": {"type": "object", "additionalProperties": {"type": "integer"}}}, "required": ["words"]}


def test_a_schema_beyond_the_mode_goes_another_way_or_is_refused() -> None:
    assert body(OPEN)["tools"]
    assert "system" in body(OPEN, name="claude-opus-5-5")  # it cannot be made to call a tool: by instructions
    with pytest.raises(Invalid, match="asks for an object with names that it does not give"):
        body(OPEN, answers="schema")


def test_effort_and_schema_share_the_output_config() -> None:
    sent = body(QA, name="claude-opus-4-7", reasoning_effort="xhigh", max_tokens=4000)
    assert sent["thinking"] == {"type": "adaptive"}
    assert (sent["output_config"]["effort"], sent["output_config"]["format"]["type"]) == ("xhigh", "json_schema")


@pytest.mark.parametrize(("effort", "budget"), [("minimal", 1024), ("low", 2000), ("medium", 5000), ("high", 8000)])
def test_older_models_think_within_a_share_of_max_tokens(effort: str, budget: int) -> None:
    assert body(reasoning_effort=effort, max_tokens=10_000)["thinking"] == {"type": "enabled", "budget_tokens": budget}


@given(st.integers(1, 200_000), st.sampled_from(["minimal", "low", "medium", "high"]))
def test_a_budget_is_always_below_max_tokens(most: int, effort: str) -> None:
    model = a_claude(max_tokens=most, reasoning_effort=effort)
    if ANTHROPIC.refuses(model):
        assert most <= 1024
    else:
        assert 1024 <= body(max_tokens=most, reasoning_effort=effort)["thinking"]["budget_tokens"] < most


@pytest.mark.parametrize(
    ("name", "off"),
    [("claude-opus-4-6", "disabled"), ("claude-opus-5", "disabled"), ("claude-sonnet-5-5", "between_tools"), ("claude-haiku-5-5", "disabled")],
)
def test_thinking_is_turned_off_in_each_generations_way(name: str, off: str) -> None:
    assert body(name=name, reasoning_effort="none")["thinking"] == {"type": off}


@pytest.mark.parametrize(
    ("settings", "setting", "words"),
    [
        ({"frequency_penalty": 0.0}, "frequency_penalty", "has no frequency_penalty"),
        ({"presence_penalty": 0.0}, "presence_penalty", "has no presence_penalty"),
        ({"seed": 0}, "seed", "has no seed"),
        ({"temperature": 1.5}, "temperature", "up to 1"),
        ({"temperature": 0.5, "top_p": 0.5}, "top_p", "not both"),
        ({"temperature": 0.5, "reasoning_effort": "low", "max_tokens": 4096}, "temperature", "while it thinks"),
        ({"top_p": 0.5, "reasoning_effort": "low", "max_tokens": 4096}, "top_p", "from 0.95 on"),
        ({"reasoning_effort": "low"}, "max_tokens", "at least 1,024"),
        ({"reasoning_effort": "xhigh"}, "reasoning_effort", "'xhigh'"),
        ({"name": "claude-3-5-haiku-20241022", "reasoning_effort": "low"}, "reasoning_effort", "'low'"),
        ({"name": "claude-fable-5", "reasoning_effort": "none"}, "reasoning_effort", "'none'"),
        ({"name": "claude-opus-4-6", "reasoning_effort": "minimal"}, "reasoning_effort", "'minimal'"),
        ({"name": "claude-opus-4-7", "temperature": 0.5}, "temperature", "takes no temperature"),
        ({"name": "claude-sonnet-5", "top_p": 0.5}, "top_p", "takes no top_p"),
        ({"token_field": "max_completion_tokens"}, "token_field", "max_completion_tokens"),
        ({"answers": "object"}, "answers", "no JSON mode"),
        ({"name": "claude-opus-4-1", "answers": "schema"}, "answers", "no JSON Schema"),
        ({"name": "claude-opus-5-5", "answers": "tools"}, "answers", "cannot be made to call a tool"),
        ({"name": "claude-opus-5", "answers": "tools"}, "answers", "while it thinks"),
    ],
)
def test_what_the_api_does_not_take_is_refused_by_name(settings: dict[str, Any], setting: str, words: str) -> None:
    refused = ANTHROPIC.refuses(a_claude(**settings))
    assert list(refused) == [setting]
    assert words in refused[setting].what
    assert refused[setting].fix
    with pytest.raises(Invalid, match=setting):
        body(**settings)


@pytest.mark.parametrize("taken", ["messages", "system", "max_tokens", "output_config", "tools", "stream", "temperature"])
def test_extra_takes_nothing_that_has_a_setting(taken: str) -> None:
    with pytest.raises(Invalid, match=taken):
        body(extra={taken: 1})


def test_thinking_may_be_written_out_where_no_effort_is_given() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    assert body(extra={"thinking": thinking})["thinking"] == thinking
    with pytest.raises(Invalid, match="thinking"):
        body(extra={"thinking": thinking}, reasoning_effort="low", max_tokens=4096)


SETTINGS = {
    "temperature": [None, 0.0, 1.0], "top_p": [None, 0.5, 0.97], "reasoning_effort": [None, "none", "minimal", "low", "xhigh"],
    "answers": ["auto", "schema", "tools", "json"],
}  # fmt: skip


@pytest.mark.parametrize("name", GENERATIONS)
def test_whatever_is_let_through_keeps_the_apis_rules(name: str) -> None:
    let_through = 0
    for values in product(*SETTINGS.values()):
        model = a_claude(name, max_tokens=3000, **dict(zip(SETTINGS, values, strict=True)))
        if ANTHROPIC.refuses(model):
            continue
        let_through += 1
        form = Form(model, QA, ANTHROPIC, Server("http://h"), keys_in({}))
        assert list(claude(form.write(ASKED))) == [], model
    assert let_through >= 6


def test_a_name_without_a_version_is_taken_for_a_current_model() -> None:
    known = Claude.of("a-gateways-name")
    assert (known.thinking, known.schema, known.sampling) == ("adaptive", True, True)


# -- schemas --------------------------------------------------------------------------------------------------------------------------

BOUNDED = {
    "type": "object",
    "description": "An item",
    "properties": {
        "n": {"type": "integer", "minimum": 1, "maximum": 5, "description": "How many"},
        "day": {"type": "string", "format": "date"},
        "code": {"type": "string", "pattern": "^a"},
        "list": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}}, "minItems": 1, "maxItems": 3},
        "either": {"oneOf": [{"type": "string"}, {"type": "null"}]},
        "ref": {"$ref": "#/$defs/part"},
    },
    "required": ["n"],
    "$defs": {"part": {"type": "object", "properties": {"y": {"const": 1}}, "additionalProperties": False}},
}


def test_a_schema_is_closed_and_its_bounds_are_told_in_words() -> None:
    made = closed(BOUNDED)
    assert list(claude({"model": "claude-opus-5", "messages": ASKED, "max_tokens": 9, "output_config": {"format": {"schema": made}}})) == []
    assert made["properties"]["n"] == {"type": "integer", "description": "How many (minimum 1, maximum 5)"}
    assert made["properties"]["day"] == {"type": "string", "format": "date"}
    assert made["properties"]["code"]["description"] == 'pattern "^a"'
    assert made["properties"]["list"]["minItems"] == 1
    assert made["properties"]["list"]["items"]["additionalProperties"] is False
    assert made["properties"]["either"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert BOUNDED["properties"]["n"]["minimum"] == 1
    good = {"n": 2, "day": "2024-01-01", "code": "abc", "list": [{"x": 1}], "either": None, "ref": {"y": 1}}
    for schema in (BOUNDED, made):
        Draft202012Validator(schema).validate(good)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {"type": "string"}}, "no object"),
        ({"type": "object"}, "names that it does not give"),
        (OPEN, "names that it does not give"),
        ({"type": "object", "properties": {"a": {"type": "object", "patternProperties": {"x": {}}}}}, "patternProperties"),
        ({"type": "object", "properties": {"a": {"not": {"type": "string"}}}}, "not"),
        ({"type": "object", "properties": {"a": True}}, "says nothing"),
        ({"type": "object", "properties": {"a": {"$ref": "#/properties/b"}, "b": {"type": "string"}}}, "another part"),
        (
            {
                "type": "object",
                "properties": {"a": {"$ref": "#/$defs/one"}},
                "$defs": {"one": {"type": "object", "properties": {"b": {"$ref": "#/$defs/two"}}}, "two": {"anyOf": [{"$ref": "#/$defs/one"}]}},
            },
            "contains itself",
        ),
    ],
)
def test_what_the_mode_cannot_hold_is_said(schema: dict[str, Any], words: str) -> None:
    assert words in beyond(schema)


# -- replies --------------------------------------------------------------------------------------------------------------------------


def raw(*content: dict[str, Any], stop_reason: Any = "end_turn", usage: Any = None, **more: Any) -> bytes:
    return orjson.dumps({"type": "message", "content": content, "stop_reason": stop_reason, "usage": usage, **more})


TEXT = {"type": "text", "text": "a"}


def test_a_reply_is_read() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "x"}
    assert ANTHROPIC.read(raw(thought, TEXT, TEXT)) == Reply("aa", "stop")
    assert ANTHROPIC.read(raw({"type": "tool_use", "name": "t", "input": {"x": 1}}, stop_reason="tool_use")) == Reply("", "stop", '{"x":1}')
    used = {"input_tokens": 10, "output_tokens": 7, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 5}
    assert ANTHROPIC.read(raw(TEXT, usage=used)).usage == Usage(45, 7, 30, cache_write_in=5)
    assert ANTHROPIC.read(raw(TEXT, usage={"output_tokens": 7})).usage == Usage(None, 7, None)
    declined = ANTHROPIC.read(raw(stop_reason="refusal", stop_details={"type": "refusal", "explanation": "Not that."}))
    assert (declined.finish, declined.refusal) == ("refusal", "Not that.")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"), ("stop_sequence", "stop"), ("tool_use", "stop"), ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"), ("refusal", "refusal"), (None, "unknown"), ("new_reason", "unknown"), (3, "unknown"),
    ],
)  # fmt: skip
def test_stop_reasons(reason: Any, finish: str) -> None:
    assert ANTHROPIC.read(raw(TEXT, stop_reason=reason)).finish == finish


def test_a_turn_that_was_paused_is_no_answer() -> None:
    assert "pause_turn" in ANTHROPIC.read(raw(TEXT, stop_reason="pause_turn")).garbled


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"content": 3}', b'{"type": "error", "error": {"message": "down"}}', b"\xff"])
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    assert ANTHROPIC.read(body).garbled


JSON = st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=2), max_leaves=3)
PART = JSON | st.dictionaries(st.sampled_from(["type", "text", "input"]), JSON | st.sampled_from(["text", "tool_use"]), max_size=3)
SAID = st.dictionaries(st.sampled_from(["content", "stop_reason", "usage", "stop_details", "error"]), PART | st.lists(PART, max_size=2), max_size=4)


@given(st.binary(max_size=20) | SAID.map(lambda value: json.dumps(value).encode()))
def test_reading_never_fails(body: bytes) -> None:
    assert isinstance(ANTHROPIC.read(body), Reply)


# -- errors ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "message", "outcome"),
    [
        (400, "invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01.", "quota"),
        (402, "billing_error", "Check your payment details.", "quota"),
        (403, "permission_error", "Your API key does not have permission.", "key"),
        (413, "request_too_large", "Request exceeds the maximum size", "context"),
        (400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 199000 + 9000 > 200000", "context"),
        (404, "not_found_error", "model: claude-x", "model"),
        (400, "invalid_request_error", "messages: at least one message is required", "http_400"),
    ],
)
def test_errors_by_their_type(status: int, kind: str, message: str, outcome: str) -> None:
    said = orjson.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"})
    found = ANTHROPIC.trouble(status, {}, said)
    assert {"refused": "http_400"}.get(found, found) == outcome


def test_a_timeout_of_theirs_may_have_been_billed() -> None:
    assert ANTHROPIC.trouble(504, {}, b'{"error": {"type": "timeout_error", "message": "m"}}') == "lost"


@pytest.mark.parametrize("name", ["claude-haiku-4-5", "claude-opus-4-7", "claude-opus-5-5", "claude-3-5-haiku-20241022"])
def test_each_generation_answers(name: str) -> None:
    with provided("anthropic") as at:
        answer = ask(MemoryLedger(), question(at.model(model=f"anthropic/{name}")), **at.gate())[0]
        assert set(answer.value) == {"input", "answer"}


def test_a_refusal_fails_the_row_with_its_explanation() -> None:
    with provided("anthropic", faults={"refusal": 1}) as at:
        failed = outcomes(MemoryLedger(), [question(at.model(reasks=0))], **at.gate())[0]
    assert isinstance(failed, RowFailed)
    assert failed.reason == "refusal"
