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
from rowsmith.llm.providers import Reply, Way
from rowsmith.llm.schema import Schema
from rowsmith.llm.structured import Refused, Taken, asked_again, text_of, value_of

MODEL = a_model(None, max_tokens=100)
TEXT = orjson.dumps(GOOD).decode()
SCORE = {"type": "object", "properties": {"score": {"type": "integer"}, "share": {"type": "number"}}}
NESTED = {"type": "object", "properties": {"pairs": {"type": "array", "items": QA, "minItems": 1}}, "required": ["pairs"]}


def taken(text: str, schema: dict[str, Any] = QA, finish: Any = "stop", way: Way = "json", **more: Any) -> Taken | Refused:
    return value_of(Reply(text=text, finish=finish, **more), Schema(schema), MODEL, way)


def value(text: str, schema: dict[str, Any] = QA, finish: Any = "stop", **more: Any) -> Any:
    found = taken(text, schema, finish, **more)
    return found.value if isinstance(found, Taken) else found


DRAFT = '{"input": "Draft?", "answer": "No"}'
READ = {
    "as it stands": (TEXT, "plain"),
    "a byte order mark and space": (f"\ufeff {TEXT}\n", "plain"),
    "fenced": (f"```json\n{TEXT}\n```", "found"),
    "fenced, with words around": (f"Here it is:\n```\n{TEXT}\n```\nAnything else?", "found"),
    "fenced by tildes, indented": (f"  ~~~ JSON\n  {TEXT}\n  ~~~", "found"),
    "a fence that does not end": (f"```json\n{TEXT}", "found"),
    "words around": (f"Sure! {TEXT} I hope this helps.", "found"),
    "words with brackets around": (f"As [1] says, {{x}} and f(x) = \\frac{{a}}{{b}}: {TEXT} [2]", "found"),
    "a thought with a draft": (f"<think>It could be {DRAFT}.</think>{TEXT}", "found"),
    "a long thought with many drafts": (f"<thinking>{'{ maybe: ' * 500}{DRAFT * 50}</thinking>\n\n{TEXT}", "found"),
    "a thought whose beginning the template swallowed": (f"It could be {DRAFT}.\n</think>\n\n{TEXT}", "found"),
    "a thought that is opened and never closed, then the answer": (f"<think>\n{TEXT}", "found"),
    "channels": (f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{TEXT}", "found"),
    "channels without their marks": (f"analysisPerhaps {DRAFT}.assistantfinal{TEXT}", "found"),
    "a tool call as text": (f'<tool_call>\n{{"name": "Pair", "arguments": {TEXT}}}\n</tool_call>', "repaired"),
    "twice the same": (f"{TEXT}\n{TEXT}", "found"),
    "beside the schema": (f"{orjson.dumps(QA).decode()}\n{TEXT}", "found"),
    "beside something of another form": (f'{TEXT}\n{{"confidence": 0.9}}', "found"),
    "a comma is missing": ('{"input": "Which city?" "answer": "Paris"}', "repaired"),
    "a brace is missing": ('{"input": "Which city?", "answer": "Paris"', "repaired"),
    "a colon is missing": ('{"input" "Which city?", "answer": "Paris"}', "repaired"),
    "Python": ("{'input': 'Which city?', 'answer': 'Paris',}", "repaired"),
    "no quotes around keys": ('{input: "Which city?", answer: "Paris"}', "repaired"),
    "smart quotes": ("{“input”: “Which city?”, “answer”: “Paris”}", "repaired"),
    "comments": ('{"input": "Which city?", // the question\n"answer": "Paris" /* or Lyon */}', "repaired"),
    "JSON within a text": (orjson.dumps(TEXT).decode(), "repaired"),
    "quotes escaped": (TEXT.replace('"', '\\"'), "repaired"),
    "line breaks escaped": ('{\\n  "input": "Which city?",\\n  "answer": "Paris"\\n}', "repaired"),
    "a list of one": (f"[{TEXT}]", "repaired"),
    "put into a box": (f'{{"answer": {TEXT}}}', "repaired"),
    "the schema filled in": (f'{{"type": "object", "properties": {TEXT}, "required": ["input", "answer"]}}', "repaired"),
    "keys in other case": ('{"Input": "Which city?", "ANSWER": "Paris"}', "repaired"),
    "a field too many": (f'{TEXT[:-1]}, "confidence": 0.9}}', "repaired"),
}


@pytest.mark.parametrize("what", READ)
def test_what_is_meant_is_read(what: str) -> None:
    text, how = READ[what]
    assert taken(text) == Taken(GOOD, how)


@pytest.mark.parametrize("what", READ)
def test_arguments_of_a_tool_are_read_alike(what: str) -> None:
    text, how = READ[what]
    assert taken("", tool_arguments=text, way="tools") == Taken(GOOD, how)
    assert taken("I call it now.", tool_arguments=text, way="tools") == Taken(GOOD, how)


def test_the_answer_is_looked_for_where_it_was_asked_for_and_then_elsewhere() -> None:
    assert value(TEXT, tool_arguments=DRAFT, way="json") == GOOD
    assert value(DRAFT, tool_arguments=TEXT, way="tools") == GOOD
    assert value("I call it now.", tool_arguments=TEXT, way="schema") == GOOD
    assert value(TEXT, tool_arguments="{", way="tools") == GOOD
    assert value("I cannot.", tool_arguments='{"input": "x"}', way="tools").detail == "answer: missing"


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
        ('{"input": "a", "note": "b"}', "schema"),
        ("{'input': 'a', 'answer': 'b', 'more': 1}", "schema"),
        (f"<think>So {DRAFT} or", "malformed"),
        (f"<think>{DRAFT}</think>", "empty"),
        (f"<think>{DRAFT}</think>I cannot.", "malformed"),
        (f'{{"pairs": [{TEXT}, oops', "malformed"),
        (f'{{"note": oops {TEXT}}}', "malformed"),
        (f'{{"draft": {DRAFT}, "final": {TEXT}}}', "schema"),
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
    assert refused.detail == "pairs[0].input: 1 is not a text"
    refused = value('{"pairs": [{"input": "x"}, {"answer": "y", "input": null}]}', NESTED)
    assert refused.detail == "pairs[0].answer: missing\npairs[1].input: null is not a text"


def test_errors_are_those_of_the_value_that_comes_nearest() -> None:
    assert value('See {"note": 1} and [{"a": 2}]: {"answer": {"input": "x", "answer": 3}}').detail == "answer: 3 is not a text"


def test_a_detail_holds_whole_lines() -> None:
    schema = {"type": "object", "properties": {}, "required": [f"{'long' * 40}{n}" for n in range(10)]}
    lines = value("{}", schema).detail.split("\n")
    assert len(lines) == 5
    assert all(line.endswith(": missing") for line in lines)


@pytest.mark.parametrize("text", [TEXT, TEXT[:-4], f"```json\n{TEXT}\n```"])
def test_a_cut_answer_is_never_data(text: str) -> None:
    assert value(text, finish="length").reason == "cut"
    assert value(text, finish="unknown", usage=Usage(1, 100)).reason == "cut"


def test_an_answer_of_unknown_end_is_read_but_never_repaired() -> None:
    assert value(TEXT, finish="unknown") == GOOD
    assert value(TEXT[:-1], finish="unknown").detail == "The answer cannot be read: its end is missing, so it may be cut off."
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
    assert text_of(Reply(text="a\0b\ud800", finish="stop"), MODEL) == Taken("a\ufffdb\ufffd")


def test_text_answers_fail_too() -> None:
    assert text_of(Reply(text="Hello.", finish="stop"), MODEL) == Taken("Hello.")
    assert text_of(Reply(text="Hello.", finish="unknown"), MODEL) == Taken("Hello.")
    for reply, reason in [
        (Reply(text="Hel", finish="length"), "cut"), (Reply(text=" ", finish="stop"), "empty"), (Reply(refusal="No."), "refusal"),
        (Reply(text="<think>Hm", finish="stop"), "empty"), (Reply(text="<think>Hm</think>\n", finish="stop"), "empty"),
    ]:  # fmt: skip
        refused = text_of(reply, MODEL)
        assert isinstance(refused, Refused)
        assert refused.reason == reason


def test_a_text_has_no_thoughts() -> None:
    assert text_of(Reply(text="<think>Hm.</think>\n\nHello.", finish="stop"), MODEL) == Taken("Hello.", "found")


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


BAD = Refused("schema", "input: missing\nanswer: 3 is not a text", again=True)


def test_the_given_messages_stay_as_they_are() -> None:
    messages = [{"role": "user", "content": "?"}]
    before = copy.deepcopy(messages)
    again = asked_again(messages, Reply(text="bad" * 10_000), BAD, "json", "Pair")
    assert messages == before
    assert [message["role"] for message in again] == ["user", "assistant", "user"]
    assert f"\n{BAD.detail}\n" in again[2]["content"]
    assert len(again[1]["content"]) == 8000


def test_thoughts_are_not_shown_again() -> None:
    again = asked_again([], Reply(text="<think>long</think>\n{}"), BAD, "json", "Pair")
    assert again[0] == {"role": "assistant", "content": "{}"}
    assert asked_again([], Reply(text="<think>long"), BAD, "json", "Pair")[0]["content"] == "long"


@pytest.mark.parametrize("way", ["schema", "object", "json", "tools", "xml"])
def test_each_way_is_asked_again_in_its_words(way: Way) -> None:
    told = asked_again([], Reply(text="{}"), BAD, way, "Pair")[-1]["content"]
    assert {"tools": "call the tool", "xml": "corrected XML"}.get(way, "corrected JSON") in told


def test_a_tool_call_is_answered_by_its_result() -> None:
    again = asked_again([], Reply(text="I call it.", tool_arguments='{"input": 3,}'.replace(",}", "}")), BAD, "tools", "Pair")
    call = again[0]["tool_calls"][0]
    assert [message["role"] for message in again] == ["assistant", "tool"]
    assert call["function"] == {"name": "Pair", "arguments": '{"input":3}'}
    assert again[1]["tool_call_id"] == call["id"]
    assert BAD.detail in again[1]["content"]


@pytest.mark.parametrize("arguments", ['{"input": ', "[1]", "3", orjson.dumps({"input": "x" * 9000}).decode()])
def test_arguments_that_no_interface_takes_are_shown_as_text(arguments: str) -> None:
    again = asked_again([], Reply(tool_arguments=arguments), BAD, "tools", "Pair")
    assert [message["role"] for message in again] == ["assistant", "user"]
    assert again[0]["content"] == arguments[:8000]
