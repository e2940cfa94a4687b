from __future__ import annotations

import copy
import time
from typing import Any

import orjson
import pytest
from asking import GOOD, QA, a_model
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.calls import Usage
from rowsmith.core.ids import canonical
from rowsmith.llm.providers import Reply
from rowsmith.llm.schema import Schema
from rowsmith.llm.structured import Refused, asked_again, text_of, value_of

MODEL = a_model(None, max_tokens=100)
TEXT = orjson.dumps(GOOD).decode()
SCORE = {"type": "object", "properties": {"score": {"type": "integer"}, "share": {"type": "number"}}}
NESTED = {"type": "object", "properties": {"pairs": {"type": "array", "items": QA, "minItems": 1}}, "required": ["pairs"]}


def value(text: str, schema: dict[str, Any] = QA, finish: Any = "stop", **more: Any) -> Any:
    return value_of(Reply(text=text, finish=finish, **more), Schema(schema), MODEL)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\ufeff {TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"Here it is:\n```\n{TEXT}\n```\nAnything else?",
        f"Sure! {TEXT} I hope this helps.",
        f'<think>It could be {{"input": "x", "answer": "y"}}.</think>{TEXT}',
        f"{TEXT}\n{TEXT}",
        '{"input": "Which city?" "answer": "Paris"}',
        '{"input": "Which city?", "answer": "Paris"',
        "{'input': 'Which city?', 'answer': 'Paris',}",
    ],
)
def test_what_is_meant_is_read(text: str) -> None:
    assert value(text) == GOOD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I cannot say.", "malformed"),
        ('{"input": "Which city?", "answer": "Par', "malformed"),
        (f'{TEXT} or {{"input": "a", "answer": "b"}}', "malformed"),
        ('{"input": "a", "answer": NaN}', "malformed"),
        ('{"input": "a", "answer": -Infinity}', "malformed"),
        ('{"input": "a", "answer": %s}' % ("9" * 5000), "malformed"),
        ("[" * 200_000, "malformed"),
        ('{"input": "a"}', "schema"),
        ('{"input": "a", "answer": 3}', "schema"),
        ('{"input": "a", "answer": "b", "more": 1}', "schema"),
        ("[]", "schema"),
        ("", "empty"),
        (" \n", "empty"),
    ],
)
def test_what_is_not_an_answer_has_a_reason(text: str, reason: str) -> None:
    refused = value(text)
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert refused.detail
    assert len(refused.detail) <= 1000


def test_errors_are_listed_by_field() -> None:
    refused = value('{"pairs": [{"input": 1, "answer": "x"}]}', NESTED)
    assert "pairs[0].input: 1 is not of type 'string'" in refused.detail


@pytest.mark.parametrize("text", [TEXT, TEXT[:-4], f"```json\n{TEXT}\n```"])
def test_a_cut_answer_is_never_data(text: str) -> None:
    assert value(text, finish="length").reason == "cut"
    assert value(text, finish="unknown", usage=Usage(1, 100)).reason == "cut"


def test_an_answer_of_unknown_end_is_read_but_never_repaired() -> None:
    assert value(TEXT, finish="unknown") == GOOD
    assert value(TEXT[:-1], finish="unknown").reason == "malformed"
    assert value(TEXT[:-1], usage=Usage(1, 100)).reason == "malformed"
    assert value(TEXT[:-1], usage=Usage(1, 99)) == GOOD


def test_refusals_keep_their_words() -> None:
    assert value("", refusal="I won't.") == Refused("refusal", "I won't.")
    assert value(TEXT, finish="refusal").reason == "refusal"
    assert value("", garbled="the reply is empty") == Refused("garbled", "the reply is empty")


def test_a_tool_call_is_an_answer_too() -> None:
    assert value("", tool_arguments=TEXT) == GOOD


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('"5.0 (Excellent)"', 5), ('"4/5"', 4), ('"7"', 7), ('"3 - good"', 3), ('"8: clear and complete"', 8), ("5.0", 5), ("-2", -2),
        ('"1,000"', None), ('"3-4"', None), ('"about 5"', None), ('"5 or 6"', None), ("true", None), ("5.5", None), ('""', None), ("1e300", None),
    ],
)  # fmt: skip
def test_numbers_are_read_with_tolerance(said: str, meant: int | None) -> None:
    found = value(f'{{"score": {said}}}', SCORE)
    if meant is None:
        assert found.reason == "schema"
    else:
        assert found == {"score": meant}
        assert type(found["score"]) is int


def test_a_float_stays_a_float_where_a_number_is_asked_for() -> None:
    assert value('{"share": "0.5 (half)"}', SCORE) == {"share": 0.5}
    assert type(value('{"share": 1.0}', SCORE)["share"]) is float


def test_texts_that_no_database_takes_are_replaced() -> None:
    assert value('{"input": "a\\u0000b", "answer": "\\ud800"}') == {"input": "a\ufffdb", "answer": "\ufffd"}
    assert text_of(Reply(text="a\0b\ud800", finish="stop"), MODEL) == "a\ufffdb\ufffd"


def test_text_answers_fail_too() -> None:
    assert text_of(Reply(text="Hello.", finish="stop"), MODEL) == "Hello."
    assert text_of(Reply(text="Hello.", finish="unknown"), MODEL) == "Hello."
    assert text_of(Reply(text="Hel", finish="length"), MODEL).reason == "cut"
    assert text_of(Reply(text=" ", finish="stop"), MODEL).reason == "empty"
    assert text_of(Reply(refusal="No."), MODEL).reason == "refusal"


@pytest.mark.parametrize("unit", ["[", "{", '{"a":', "```", "```json\n", "<think>", '"', "\\", "x{", "[1,", '{"a":1}', "{'", '{"a":"b"c"', "/*"])
def test_nothing_takes_long(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    start = time.process_time()
    assert isinstance(value(text), Refused)
    assert isinstance(value(text[:30_000]), Refused)
    assert time.process_time() - start < 5


@given(st.text(), st.sampled_from(["stop", "length", "refusal", "unknown"]))
def test_every_text_ends_in_a_value_or_a_reason(text: str, finish: Any) -> None:
    found = value(text, finish=finish)
    assert isinstance(found, Refused) or set(found) == {"input", "answer"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["input", "answer", "pairs", "score", "x"]), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.sampled_from([QA, SCORE, NESTED]))
def test_what_is_taken_matches_the_schema_and_can_be_stored(said: Any, schema: dict[str, Any]) -> None:
    import json

    from jsonschema import Draft202012Validator

    found = value(json.dumps(said), schema)
    if not isinstance(found, Refused):
        Draft202012Validator(schema).validate(found)
        assert orjson.loads(canonical(found)) == found


@given(JSON, st.sampled_from([QA, SCORE, NESTED]))
def test_the_quick_check_never_says_yes_where_jsonschema_says_no(said: Any, schema: dict[str, Any]) -> None:
    ready = Schema(schema)
    if ready.surely(said):
        assert ready.errors(said) == []


def test_the_given_messages_stay_as_they_are() -> None:
    messages = [{"role": "user", "content": "?"}]
    before = copy.deepcopy(messages)
    again = asked_again(messages, Reply(text="bad" * 10_000), Refused("schema", "- input: missing", again=True))
    assert messages == before
    assert [message["role"] for message in again] == ["user", "assistant", "user"]
    assert "input: missing" in again[2]["content"]
    assert len(again[1]["content"]) == 8000
