from __future__ import annotations

import copy
import json
from typing import Any

import orjson
import pytest
from asking import QA, a_model, chat, keys_in
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ports import Paused
from rowsmith.llm.form import Form, Server
from rowsmith.llm.keys import key_of
from rowsmith.llm.providers import Reply, built_in

OPENAI = built_in("openai")
ASKED = [{"role": "user", "content": "Hello"}]


def body(schema: Any = None, messages: Any = None, **settings: Any) -> dict[str, Any]:
    form = Form(a_model("http://h/v1", **settings), schema, OPENAI, Server("http://h"), keys_in({}))
    return dict(form.write(ASKED if messages is None else messages))


def test_only_what_is_given_is_sent_and_max_tokens_always() -> None:
    assert body() == {"model": "m", "max_tokens": 1024, "messages": ASKED}


@pytest.mark.parametrize(
    ("base_url", "url", "profile"),
    [
        (None, "https://api.openai.com/v1/chat/completions", "https://api.openai.com"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434"),
        ("https://Example.org:443/v1", "https://Example.org:443/v1/chat/completions", "https://example.org"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions", "http://[::1]:8000"),
        ("https://h/openai?api-version=1", "https://h/openai/chat/completions?api-version=1", "https://h"),
    ],
)
def test_addresses(base_url: str | None, url: str, profile: str) -> None:
    assert OPENAI.url(a_model(base_url)) == url
    assert OPENAI.profile(a_model(base_url)) == profile


@pytest.mark.parametrize("base_url", ["", "localhost:8000/v1", "ftp://h/v1", "http://", "http://h:x/", "http://u:secret@h/", "http://h/ v1", "http://a\\b/"])
def test_bad_addresses_are_refused_without_repeating_a_password(base_url: str) -> None:
    with pytest.raises(Invalid) as caught:
        OPENAI.url(a_model(base_url or "http:"))
    assert "secret" not in str(caught.value)
    assert caught.value.fix


def test_the_schema_mode_is_strict_only_where_the_schema_is() -> None:
    sent = body(QA)["response_format"]
    assert sent == {"type": "json_schema", "json_schema": {"name": "Pair", "strict": True, "schema": QA}}
    loose = [
        {**QA, "required": ["input"]},
        {k: v for k, v in QA.items() if k != "additionalProperties"},
        {**QA, "properties": {"input": {"type": "object"}, "answer": {"type": "string"}}},
        {"type": "array", "items": {"type": "object", "properties": {"a": {}}}},
        {"oneOf": [QA]},
    ]
    assert [body(schema)["response_format"]["json_schema"]["strict"] for schema in loose] == [False] * 5
    assert body({**QA, "title": "A pair, or two?"})["response_format"]["json_schema"]["name"] == "A_pair_or_two"
    assert body({"type": "string"})["response_format"]["json_schema"]["name"] == "answer"


@pytest.mark.parametrize(("mode", "form"), [("object", {"type": "json_object"}), ("json", None)])
def test_other_modes_put_the_schema_into_the_instructions(mode: str, form: Any) -> None:
    sent = body(QA, answers=mode)
    assert sent.get("response_format") == form
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert json.dumps(QA, separators=(",", ":")) in sent["messages"][0]["content"]
    with_system = body(QA, [{"role": "system", "content": "Be brief."}, *ASKED], answers=mode)["messages"]
    assert len(with_system) == 2
    assert with_system[0]["content"].startswith("Be brief.\n\n")


def test_a_tool_call_is_asked_for_by_its_name() -> None:
    sent = body({**QA, "title": "Pair"}, answers="tools")
    (tool,) = sent["tools"]
    assert tool["function"]["parameters"]["properties"] == QA["properties"]
    assert sent["tool_choice"] == {"type": "function", "function": {"name": tool["function"]["name"]}}
    assert sent["messages"] == ASKED
    assert "response_format" not in sent


def test_without_a_schema_no_mode_changes_anything() -> None:
    assert body(answers="object") == body(answers="json") == body(answers="tools") == body()


@pytest.mark.parametrize("name", ["messages", "max_tokens", "temperature", "n", "stream", "response_format"])
def test_extra_takes_nothing_that_has_a_setting(name: str) -> None:
    with pytest.raises(Invalid, match=name):
        body(extra={name: 1})


MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": st.text() | st.lists(st.just({"type": "text"}))}),
    max_size=4,
)


@given(MESSAGES, st.sampled_from(["schema", "object", "tools", "json"]), st.sampled_from([None, QA]))
def test_messages_are_never_changed(messages: list[dict[str, Any]], mode: str, schema: Any) -> None:
    before = copy.deepcopy(messages)
    sent = body(schema, messages, answers=mode)
    assert messages == before
    assert sent["messages"][len(sent["messages"]) - len(messages) + 1 :] == messages[1:]


def test_keys_come_from_the_environment() -> None:
    found = key_of(OPENAI, a_model(None), keys_in({"OPENAI_API_KEY": " k1\n"}))
    assert found is not None
    assert (found.key.get_secret_value(), found.where) == ("k1", "the environment variable OPENAI_API_KEY")
    mine = key_of(OPENAI, a_model(None, api_key_env="MINE"), keys_in({"OPENAI_API_KEY": "k1", "MINE": "k2"}))
    assert mine is not None
    assert mine.key.get_secret_value() == "k2"
    assert key_of(OPENAI, a_model("http://h"), keys_in({})) is None
    assert OPENAI.headers(a_model("http://h"), "k1")["Authorization"] == "Bearer k1"
    assert "Authorization" not in OPENAI.headers(a_model("http://h"), "")


@pytest.mark.parametrize(
    ("url", "settings", "environ"),
    [
        (None, {}, {}),
        ("http://h", {"api_key_env": "MINE"}, {"OPENAI_API_KEY": "k"}),
        (None, {}, {"OPENAI_API_KEY": "se cret\x00"}),
        (None, {}, {"OPENAI_API_KEY": "sécret"}),
        (None, {}, {"OPENAI_API_KEY": "$SECRET"}),
        (None, {}, {"OPENAI_API_KEY": "secret" * 2000}),
    ],
)
def test_a_missing_or_odd_key_pauses_and_names_the_variable_alone(url: str | None, settings: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(Paused) as caught:
        key_of(OPENAI, a_model(url, **settings), keys_in(environ))
    assert caught.value.reason == "key"
    assert settings.get("api_key_env", "OPENAI_API_KEY") in caught.value.what
    assert "cret" not in caught.value.what + caught.value.fix


def test_a_reply_is_read() -> None:
    raw = orjson.dumps(
        {
            "choices": [{"finish_reason": "length", "message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 2}},
        }
    )
    assert OPENAI.read(raw) == Reply("ab", "length", usage=Usage(5, 7, 2))
    assert OPENAI.read(raw).usage.reasoning_out is None
    assert OPENAI.read(chat(None, tool_calls=[{"function": {"name": "f", "arguments": '{"a":1}'}}])).tool_arguments == '{"a":1}'
    assert OPENAI.read(chat(None, function_call={"arguments": {"a": 1}})).tool_arguments == '{"a":1}'
    assert OPENAI.read(chat(None, refusal="No.")).refusal == "No."
    finishes = [OPENAI.read(chat("x", finish)).finish for finish in ("STOP", "max_tokens", "content_filter", None)]
    assert finishes == ["stop", "length", "refusal", "unknown"]


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        ({"completion_tokens_details": {"reasoning_tokens": 5}}, Usage(10, 7, None, 5)),
        ({"prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3}}, Usage(10, 7, 4, None, 3)),
        ({"prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 4}, Usage(10, 7, 6)),  # DeepSeek
        ({"total_tokens": 17}, Usage(10, 7)),
        ({"total_tokens": 22, "completion_tokens_details": {"reasoning_tokens": 5}}, Usage(10, 12, None, 5)),  # xAI: the completion without it
        ({"total_tokens": 30}, Usage(10, 20, None, 13)),  # Gemini: thought, billed, and nowhere listed
        ({"total_tokens": 3}, Usage(10, 7)),
        ({"completion_tokens_details": None, "prompt_tokens_details": [1]}, Usage(10, 7)),
        ({"completion_tokens_details": {"reasoning_tokens": -1}}, Usage(10, 7)),
    ],
)
def test_what_was_used_is_told_in_full_and_nothing_is_made_up(said: dict[str, Any], usage: Usage) -> None:
    raw = orjson.dumps({"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 10, "completion_tokens": 7, **said}})
    assert OPENAI.read(raw).usage == usage


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"  ", b"<html>", b"[]", b'"x"', b"{}", b'{"choices":[]}', b'{"choices":[1]}', b'{"choices":[{"message":null}]}',
        b'{"error":{"message":"down"}}', b"\xff\xfe", b"[" * 5000, b"data: {}\n\n", b'{"choices":',
    ],
)  # fmt: skip
def test_what_is_no_answer_is_garbled(raw: bytes) -> None:
    assert OPENAI.read(raw).garbled


ODD_USAGE = [None, 3, [], {"prompt_tokens": -1, "completion_tokens": "7"}, {"prompt_tokens": True, "completion_tokens": 10**40}]


@pytest.mark.parametrize("usage", ODD_USAGE)
def test_odd_usage_is_unknown_and_costs_no_answer(usage: Any) -> None:
    raw = json.dumps({"choices": [{"finish_reason": "stop", "message": {"content": "x"}}], "usage": usage}).encode()
    assert OPENAI.read(raw) == Reply("x", "stop")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2), max_leaves=4)
PART = JSON | st.dictionaries(st.sampled_from(["function", "arguments", "text", "type", "cached_tokens", "message", "code"]), JSON, max_size=3)
FEW = PART | st.lists(PART, max_size=2)
MESSAGE = PART | st.dictionaries(st.sampled_from(["content", "refusal", "tool_calls", "function_call"]), FEW, max_size=4)
CHOICE = PART | st.fixed_dictionaries({"message": MESSAGE}, optional={"finish_reason": JSON})
CHOICES = st.fixed_dictionaries({"choices": PART | st.lists(CHOICE, max_size=2)})
ENVELOPE = CHOICES | st.dictionaries(st.sampled_from(["usage", "error", "id"]), PART, max_size=2)


@given(st.binary() | ENVELOPE.map(lambda value: json.dumps(value).encode()))
def test_reading_never_fails(raw: bytes) -> None:
    assert isinstance(OPENAI.read(raw), Reply)


def test_providers_are_found_by_name() -> None:
    with pytest.raises(NotFound, match="openai/NAME") as caught:
        built_in("meta-llama")
    assert "openai" in caught.value.fix
