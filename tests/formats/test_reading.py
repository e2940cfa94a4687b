"""Records that others have made: what each format reads of them, what it refuses, and which format they are recognised as."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from chat_rows import ASKS, CALL, CALLS, REJECTED, RESULT, SAYS, SYSTEM, TOOLS, WEATHER

from rowsmith import content
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import SAMPLES, SURE, Mapping, built_in, candidates, carried, every, imported, json_bytes, unfolded

PAIR = {"input": "Weather in Oslo?", "answer": "4 C."}
BLOCK = {"role": "user", "parts": [{"text": "Weather in Oslo?"}]}
MODEL = {"role": "model", "parts": [{"text": "4 C."}]}
CHOICE = {"input": "Cold?", "choices": ["yes", "no"], "answer": 1}
MADE = {**CALL, "id": "call_1", "function": {"name": "weather", "arguments": WEATHER}}
TWO = {"input": [SYSTEM, ASKS], "chosen": [SAYS], "rejected": [REJECTED]}
FOREIGN: list[tuple[str, Any, Any]] = [
    ("alpaca", {"instruction": "Weather in Oslo?", "output": "4 C."}, PAIR),
    ("alpaca", {"instruction": "Translate.", "input": "Hund", "output": "dog"}, {"input": "Translate.\n\nHund", "answer": "dog"}),
    ("alpaca", {"instruction": "b", "input": "", "output": "c", "system": "Be brief.", "history": [["q", "a"]]}, {
        "messages": [SYSTEM, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "b"},
                     {"role": "assistant", "content": "c"}],
    }),
    ("sharegpt", {"conversations": [{"from": "human", "value": "Weather in Oslo?"}, {"from": "gpt", "value": "4 C.", "weight": 1}]}, {
        "messages": [ASKS, {**SAYS, "weight": 1}],
    }),
    ("sharegpt", {"system": "Be brief.", "tools": json.dumps(TOOLS), "conversations": [
        {"from": "user", "value": "Weather in Oslo?"}, {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Oslo"}}'},
        {"from": "observation", "value": "4 C"}, {"from": "assistant", "value": "4 C."},
    ]}, {"messages": [SYSTEM, ASKS, {"role": "assistant", "content": None, "tool_calls": [MADE]}, {**RESULT, "tool_call_id": "call_1"}, SAYS],
         "tools": TOOLS}),
    ("openai", {"messages": [SYSTEM, ASKS, CALLS, RESULT, SAYS], "tools": TOOLS}, {"messages": [SYSTEM, ASKS, CALLS, RESULT, SAYS], "tools": TOOLS}),
    ("openai-preference", {"input": {"messages": [ASKS]}, "preferred_output": [SAYS], "non_preferred_output": [REJECTED]}, {
        "input": [ASKS], "chosen": [SAYS], "rejected": [REJECTED],
    }),
    ("chatml", {"text": "<|im_start|>user\nWeather in Oslo?<|im_end|>\n<|im_start|>assistant\n4 C.<|im_end|>"}, {"messages": [ASKS, SAYS]}),
    ("prompt-completion", {"prompt": "Weather in Oslo?", "completion": "4 C."}, PAIR),
    ("input-answer", PAIR, PAIR),
    ("dpo", {"prompt": "q", "chosen": "a", "rejected": "b"}, {"input": "q", "chosen": "a", "rejected": "b"}),
    ("kto", {"prompt": "Weather in Oslo?", "completion": "4 C.", "label": "True"}, {**PAIR, "label": True}),
    ("reward", {"chosen": [ASKS, SAYS], "rejected": [ASKS, REJECTED]}, {"input": [ASKS], "chosen": [SAYS], "rejected": [REJECTED]}),
    ("grpo", {"prompt": "Weather in Oslo?", "ground_truth": "4 C."}, {"input": "Weather in Oslo?", "ground_truth": "4 C."}),
    ("mcq", {"question": "Cold?", "choices": ["yes", "no"], "answer": 1}, CHOICE),
    ("mcq", {"question": "Cold?", "choices": ["yes", "no"], "answer": "B"}, {**CHOICE, "answer": "B"}),
    ("classification", {"text": "Oslo", "label": "city"}, {"text": "Oslo", "label": "city"}),
    ("text", {"text": "Oslo is cold."}, {"text": "Oslo is cold."}),
    ("nova", {"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "Be brief."}], "messages": [
        {"role": "user", "content": [{"text": "Weather in Oslo?"}]}, {"role": "assistant", "content": [{"text": "4 C."}]},
    ]}, {"messages": [SYSTEM, ASKS, SAYS]}),
    ("gemini", {"systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]}, "contents": [BLOCK, MODEL]}, {
        "messages": [SYSTEM, ASKS, SAYS],
    }),
    ("gemini-preference", {"contents": [BLOCK], "completions": [
        {"score": 0.1, "completion": {"role": "model", "parts": [{"text": "Dunno."}]}}, {"score": 0.9, "completion": MODEL},
    ]}, {"input": [ASKS], "chosen": [SAYS], "rejected": [{"role": "assistant", "content": "Dunno."}]}),
    ("trl-prompt-completion", {"prompt": [ASKS], "completion": [SAYS]}, {"messages": [ASKS, SAYS]}),
    ("trl-kto", {"prompt": [ASKS], "completion": [SAYS], "label": False}, {"messages": [ASKS, SAYS], "label": False}),
    ("trl-dpo", {"prompt": [ASKS], "chosen": [SAYS], "rejected": [REJECTED]}, {"input": [ASKS], "chosen": [SAYS], "rejected": [REJECTED]}),
    ("trl-dpo", {"messages": [SYSTEM, ASKS], "chosen": [SAYS], "rejected": [REJECTED]}, TWO),
    ("trl-dpo", {"messages": [SYSTEM, ASKS], "chosen": SAYS, "rejected": REJECTED}, TWO),
    ("trl-dpo", {"messages": [SYSTEM, ASKS], "chosen": SAYS["content"], "rejected": REJECTED["content"], "tools": TOOLS}, {**TWO, "tools": TOOLS}),
    ("trl-dpo", {"messages": [SYSTEM, ASKS, SAYS], "chosen": [SAYS], "rejected": REJECTED["content"]}, TWO),
    ("trl-dpo", {"messages": [SYSTEM, ASKS], "chosen": [SYSTEM, ASKS, SAYS], "rejected": [SYSTEM, ASKS, REJECTED]}, TWO),
    ("trl-dpo", {"prompt": [SYSTEM, ASKS], "chosen": SAYS["content"], "rejected": REJECTED["content"]}, TWO),
    ("trl-dpo", {"prompt": [SYSTEM, ASKS], "chosen": [SYSTEM, ASKS, SAYS], "rejected": [SYSTEM, ASKS, REJECTED]}, TWO),
    ("trl-dpo", {"prompt": ASKS["content"], "chosen": [SAYS], "rejected": [REJECTED]}, {**TWO, "input": [ASKS]}),
    ("trl-dpo", {"prompt": ASKS["content"], "chosen": [SYSTEM, ASKS, SAYS], "rejected": [SYSTEM, ASKS, REJECTED]}, TWO),
    ("trl-dpo", {"prompt": ASKS["content"], "chosen": [ASKS, SAYS], "rejected": [ASKS, REJECTED], "messages": [ASKS, SAYS], "score_chosen": 8.5}, {
        **TWO, "input": [ASKS], "score_chosen": 8.5,
    }),
    ("trl-grpo", {"prompt": [ASKS], "answer": "4"}, {"input": [ASKS], "answer": "4"}),
    ("unsloth", {"conversations": [ASKS, SAYS]}, {"messages": [ASKS, SAYS]}),
    ("langchain-documents", {"page_content": "Oslo", "metadata": {"page": 3}}, {"text": "Oslo", "page": 3}),
    ("ragas", {"user_input": "q", "response": "a", "reference": "b", "reference_contexts": ["c"], "retrieved_contexts": ["d"]}, {
        "input": "q", "answer": "a", "reference": "b", "contexts": ["c"], "retrieved_contexts": ["d"],
    }),
    ("ragas-multi-turn", {"user_input": [{"type": "human", "content": "Weather in Oslo?"}, {"type": "ai", "content": "4 C."}]}, {
        "messages": [ASKS, SAYS],
    }),
    ("deepeval", {"input": "q", "expected_output": "a", "context": ["c"], "additional_metadata": {"level": 3}}, {
        "input": "q", "answer": "a", "contexts": ["c"], "level": 3,
    }),
    ("label-studio", {"data": {"text": "Great service"}, "predictions": [{"score": 0.9, "result": [
        {"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["good"]}},
    ]}]}, {"text": "Great service", "label": "good", "predictions": [{"score": 0.9, "result": [
        {"from_name": "c", "to_name": "t", "type": "choices", "value": {"choices": ["good"]}},
    ]}]}),
    ("argilla", {"id": "1", "fields": {"input": "q", "answer": "a"}, "metadata": {"level": 3}}, {"input": "q", "answer": "a", "level": 3}),
    ("promptfoo", {"vars": {"input": '{{ "{{" }} x }}', "level": "3"}, "assert": [{"type": "equals", "value": "5"}]}, {
        "input": "{{ x }}", "level": "3", "answer": "5",
    }),
]  # fmt: skip


def recognise(*records: Any, flat: bool = False) -> Any:
    return candidates(list(enumerate(records, 1)), every(), content.columns(), flat=flat)


@pytest.mark.parametrize(("name", "record", "row"), FOREIGN, ids=[f"{name} {n}" for n, (name, _, _) in enumerate(FOREIGN)])
def test_a_record_is_read_and_recognised(name: str, record: Any, row: Any) -> None:
    before = json.dumps(record)
    assert imported(built_in(name), record) == row
    assert imported(built_in(name), {**record, "topic": "weather"}) == {**row, "topic": "weather"}
    best = recognise(record, {**record, "topic": "weather"})[0]
    assert (best.format, best.score >= SURE) == (name, True)
    assert best.evidence[0].startswith("2 of 2 sampled records have")
    assert json.dumps(record) == before


@pytest.mark.parametrize(("name", "why", "record"), [
    ("alpaca", "keys", {"instruction": "a"}), ("alpaca", "not_text", {"instruction": "a", "input": {"b": 1}, "output": "c"}),
    ("alpaca", "history", {"instruction": "a", "output": "b", "history": [["q"]]}), ("alpaca", "empty_output", {"instruction": "a", "output": " "}),
    ("sharegpt", "role", {"conversations": [{"from": "alien", "value": "x"}]}), ("sharegpt", "messages", {"conversations": "x"}),
    ("sharegpt", "tool_calls", {"conversations": [{"from": "function_call", "value": "no JSON"}]}),
    ("openai", "keys", {"messages": [{**ASKS, "thinking": "x"}]}), ("openai", "role", {"messages": [{"role": "bot", "content": "x"}]}),
    ("openai", "not_text", {"messages": [{"role": "user", "content": 3}]}), 
    ("openai", "tool_calls", {"messages": [ASKS, {**CALLS, "tool_calls": [MADE]}]}),
    ("trl-sft", "tool_calls", {"messages": [ASKS, CALLS]}), ("messages", "tools", {"messages": [ASKS], "tools": "no JSON"}),
    ("chatml", "no_chatml", {"text": "plain"}), ("kto", "label", {"prompt": "a", "completion": "b", "label": "maybe"}),
    ("trl-dpo", "messages", {"prompt": "q", "chosen": "a", "rejected": "b"}), ("trl-dpo", "keys", {"messages": [ASKS], "chosen": [SAYS]}),
    ("trl-dpo", "turn_order", {"messages": [ASKS, SAYS], "chosen": "x", "rejected": "y"}),
    ("trl-dpo", "turn_order", {"prompt": "Else?", "chosen": [ASKS, SAYS], "rejected": [ASKS, REJECTED]}),
    ("trl-dpo", "columns", {"prompt": [ASKS], "chosen": [SAYS], "rejected": [REJECTED], "messages": [ASKS, REJECTED]}),
    ("trl-dpo", "empty_chosen", {"messages": [ASKS], "chosen": " ", "rejected": "y"}),
    ("trl-dpo", "role", {"messages": [ASKS], "chosen": {"from": "gpt"}, "rejected": "y"}),
    ("reward", "turn_order", {"chosen": [SAYS], "rejected": [REJECTED]}), ("mcq", "answer", {"question": "a", "choices": ["b", "c"], "answer": 9}),
    ("classification", "label", {"text": "a", "label": None}), ("nova", "schemaVersion", {"schemaVersion": "1", "messages": []}),
    ("nova", "messages", {"schemaVersion": "bedrock-conversation-2024", "messages": "x"}), ("gemini", "role", {"contents": [{"role": "assistant"}]}),
    ("gemini", "not_text", {"contents": [{"role": "user", "parts": [{"inlineData": 1}]}]}),
    ("gemini-preference", "completions", {"contents": [BLOCK], "completions": [{"score": 1}, {"score": 1}]}),
    ("openai-preference", "messages", {"input": "x", "preferred_output": [SAYS], "non_preferred_output": [SAYS]}),
    ("promptfoo", "assert", {"vars": {"input": "a"}, "assert": [{"type": "contains", "value": "b"}]}),
    ("promptfoo", "columns", {"vars": {"input": "a", "answer": "b"}, "assert": [{"type": "equals", "value": "b"}]}),
    ("ragas-multi-turn", "messages", {"user_input": [ASKS]}),
    ("ragas-multi-turn", "tool_calls", {"user_input": [{"type": "ai", "content": "", "tool_calls": [{"name": "x"}]}]}),
    ("langchain-documents", "metadata", {"page_content": "a", "metadata": "b"}), ("deepeval", "metadata", {
        "input": "a", "expected_output": "b", "additional_metadata": [1],
    }),
    ("label-studio", "no_shape", {"data": {"image": "a.png"}}), ("label-studio", "meta", {"data": {"text": "a"}, "meta": [1]}),
    ("label-studio", "not_text", {"data": {"text": 3}}), ("argilla", "metadata", {"fields": {"text": "a"}, "metadata": {"columns": "{"}}),
    ("argilla", "columns", {"fields": {"text": "a"}, "metadata": {"text": "b"}}), ("argilla", "no_shape", {"fields": {"prompt": "a"}}),
    ("alpaca", "columns", {"instruction": "a", "output": "b", "answer": "c"}),
])  # fmt: skip
def test_what_is_no_record_of_a_format_is_refused_with_a_reason(name: str, why: str, record: Any) -> None:
    with pytest.raises(RowFailed) as error:
        imported(built_in(name), record)
    assert error.value.reason == why
    assert error.value.what.endswith(".")


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("name", [format.name for format in every()])
def test_a_row_that_a_format_carries_whole_comes_back(name: str, kind: str) -> None:
    """The table of docs/formats.md: what stands there as whole is, and comes back as the row that went, where the format reads."""
    format, data = built_in(name), SAMPLES[kind]
    how = carried(format)[kind]
    try:
        record = format.row(Row("0" * 32, b"", data))
    except RowFailed:
        assert how == "no"
        return
    assert how == ("part" if format.lost(Row("0" * 32, b"", data)) else "whole")
    assert format.reads
    back = imported(format, json.loads(json_bytes(record)))
    assert format.row(Row("0" * 32, b"", back)) == record
    if how == "whole" and back.keys() == data.keys() and name not in ("promptfoo", "mcq"):
        assert {column: simple(value) for column, value in back.items()} == {column: simple(value) for column, value in data.items()}


def simple(value: Any) -> Any:
    """Messages without what formats spell in their own way: ids, arguments, empty content, images; a question alone is its text."""
    if not isinstance(value, list) or not all(isinstance(one, dict) and "role" in one for one in value):
        return value
    if len(value) == 1:
        return value[0]["content"]
    return [(one["role"], _shown(one.get("content") or ""), one.get("thinking"), one.get("weight"), len(one.get("tool_calls", ()))) for one in value]


def test_records_are_recognised_although_some_are_broken_or_mislead() -> None:
    alpaca = [{"instruction": f"q{n}", "input": "", "output": f"a{n}"} for n in range(90)]
    odd = [{"conversations": [{"from": "human", "value": "x"}]}, {"instruction": "q", "output": ""}, {"text": "Oslo"}] * 3
    mixed = [*alpaca, *odd]
    random.Random(1).shuffle(mixed)
    best = recognise(*mixed)[0]
    assert (best.format, 0.8 < best.score < 1) == ("alpaca", True)
    assert "do not" in best.evidence[1] and "line " in best.evidence[1]
    assert recognise(*([odd[0]] * 5), *alpaca)[0].format == "alpaca"


@pytest.mark.parametrize(("record", "format", "rename"), [
    ({"question": "q", "response": "a"}, "input-answer", {"question": "input", "response": "answer"}),
    ({"prompt": "q", "response": "a"}, "input-answer", {"prompt": "input", "response": "answer"}),
    ({"Query": "q", "Ground_Truth": "a", "id": 3}, "input-answer", {"Query": "input", "Ground_Truth": "answer"}),
    ({"prompt": "q", "preferred": "a", "dispreferred": "b"}, "dpo", {"preferred": "chosen", "dispreferred": "rejected"}),
    ({"review": "good", "sentiment": "pos"}, "classification", {"review": "text", "sentiment": "label"}),
    ({"document": "Oslo is cold."}, "text", {"document": "text"}),
    ({"query": "q", "reply": "a", "label": True}, "kto", {"query": "prompt", "reply": "completion"}),
    ({"question": "q", "options": ["a", "b"], "answer": 1}, "mcq", {"options": "choices"}),
    ({"instruction": "a", "input": "b", "response": "c"}, "alpaca", {"response": "output"}),
    ({"dialogue": [ASKS, SAYS]}, "openai", {"dialogue": "messages"}),
    ({"chat": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}, "sharegpt", {"chat": "conversations"}),
])  # fmt: skip
def test_columns_with_other_names_are_mapped(record: Any, format: str, rename: Any) -> None:
    best = recognise(*[record] * 3)[0]
    assert (best.format, best.map, best.score >= SURE) == (format, rename, True)
    assert imported(built_in(format), Mapping(rename=rename).applied(record))


def test_what_nobody_knows_is_no_format() -> None:
    found = recognise({f"c{n}": "1" for n in range(200)}, flat=True)
    assert [(one.format, one.score < SURE) for one in found] == [("csv", True)]
    assert "and 192 more" in found[0].evidence[0]
    assert recognise() == []


def test_a_mapping_renames_drops_adds_and_gives_roles() -> None:
    mapping = Mapping(rename={"q": "input", "junk": None}, constants={"set": "a"}, roles={"bot": "assistant"})
    record = {"q": "x", "junk": 1, "messages": [{"role": "bot", "content": "y"}, "odd"]}
    assert mapping.applied(record) == {"input": "x", "messages": [{"role": "assistant", "content": "y"}, "odd"], "set": "a"}
    with pytest.raises(RowFailed, match="one name"):
        Mapping(rename={"a": "b"}).applied({"a": 1, "b": 2})


def test_a_table_holds_lists_as_text_and_other_text_stays() -> None:
    flat = {"messages": json.dumps([ASKS, SAYS]), "tools": "[broken", "answer": '{"a": 1}', "prompt": "[1]", "chosen": json.dumps([SAYS]), "n": 3}
    found = unfolded(flat)
    assert (found["messages"], found["chosen"]) == ([ASKS, SAYS], [SAYS])
    assert {name: found[name] for name in ("tools", "answer", "prompt", "n")} == {name: flat[name] for name in ("tools", "answer", "prompt", "n")}


def _shown(content: Any) -> Any:
    """The parts of a content, an image as a reference, whatever stands around it."""
    parts = content if isinstance(content, list) else []
    return [{"type": "image", **part["image_url"]["url"]} if part["type"] == "image_url" else part for part in parts] or content
