"""The quick way through plain conversations says what the careful way says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import RowFailed
from rowsmith.core.records import Contents
from rowsmith.core.row import Row
from rowsmith.formats import Check, Setting, _chat, _turns, built_in, consumer, consumers, every, imported, json_bytes

TEXTS = st.sampled_from(["Is it cold?", "Yes.", "", " ", "\n", "No, why?"]) | st.none() | st.just(3) | st.just([{"type": "text", "text": "Hi."}])
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool", "bot"]), "content": TEXTS},
    optional={"tool_calls": st.just([]), "name": st.just("Ann")},
)
TOOLS = st.sampled_from([[], None, "", 0, [{}]])
DATA = st.fixed_dictionaries({}, optional={"messages": st.lists(MESSAGES, max_size=4) | TEXTS, "input": TEXTS, "answer": TEXTS, "tools": TOOLS})


@given(DATA)
def test_plain_turns_are_those_of_the_careful_way(data: dict[str, Any]) -> None:
    row = Row("0" * 32, b"", data)
    if (found := _chat.plain(row.data)) is None:
        return
    assert found == _turns.turns(_chat.conversation(row), row)


def test_most_conversations_go_the_quick_way() -> None:
    asks, says = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
    assert _chat.plain({"input": "Why?", "answer": "So.", "more": 1}) == [("user", "Why?"), ("assistant", "So.")]
    assert _chat.plain({"messages": [asks, says, asks, says]}) is not None
    with pytest.raises(RowFailed, match="not the assistant"):
        _turns.of(Row("0" * 32, b"", {"messages": [asks]}))


@given(st.dictionaries(st.sampled_from(["text", "input", "answer", "label", "data"]), TEXTS | st.lists(MESSAGES)))
def test_a_rule_finds_nothing_in_records_without_its_keys(record: dict[str, Any]) -> None:
    for one in consumers().values():
        for rule in one.rules:
            if rule.keys and not any(key in record for key in rule.keys):
                assert rule.watch(Setting()).row(record, 1) is None


@given(st.lists(st.dictionaries(st.sampled_from(["text", "messages", "conversations", "output", "history"]), TEXTS | st.lists(MESSAGES)), max_size=4))
def test_a_forgetful_rule_remembers_nothing(records: list[dict[str, Any]]) -> None:
    for one in consumers().values():
        for rule in one.rules:
            if not rule.tokens and (watch := rule.watch(Setting())).forgetful:
                assert [watch.row(record, 1) for record in records] == [rule.watch(Setting()).row(record, 1) for record in records]
                assert watch.end() is None


QUICK_TEXTS = st.sampled_from(["Is it cold?", "Yes.", "", " ", "[1]", "{", "=1", "007", "2024-01-01", "None"]) | st.none() | st.just(3)
QUICK_MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool"]), "content": QUICK_TEXTS}, optional={"name": st.just("Ann")}
)
RECORDS = st.one_of(
    st.fixed_dictionaries({"instruction": QUICK_TEXTS, "input": QUICK_TEXTS, "output": QUICK_TEXTS}, optional={"system": QUICK_TEXTS}),
    st.fixed_dictionaries({"input": QUICK_TEXTS, "answer": QUICK_TEXTS}, optional={"level": QUICK_TEXTS}),
    st.fixed_dictionaries({"messages": st.lists(QUICK_MESSAGES, max_size=4)}, optional={"tools": st.just([]), "input": QUICK_TEXTS}),
)


@given(RECORDS)
def test_what_is_quick_is_what_is_careful(record: dict[str, Any]) -> None:
    for format in every():
        if (data := format.quick_read(record)) is not None:
            assert json_bytes(data) == json_bytes(imported(format, record))
        if (made := format.quick_row(record)) is None:
            continue
        row = Row("0" * 32, b"", record)
        assert json_bytes(made) == json_bytes(format.row(row)) and format.lost(row) == []
        for container in ("jsonl", "json", "csv", "parquet") if format.consumer else ():
            check = Check(consumer(format.consumer), Setting(contents=Contents(container=container)))
            if check.forgetful:
                check.see(made)
                assert check.done().findings == []


def test_plain_records_go_the_quick_way() -> None:
    asks, says = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
    pair, chat = {"input": "Why?", "answer": "So."}, {"messages": [asks, says, asks, says]}
    assert built_in("alpaca").quick_read({"instruction": "Why?", "input": "", "output": "So."}) == pair
    assert [built_in(name).quick_read(pair) for name in ("input-answer", "jsonl", "parquet")] == [pair] * 3
    assert [built_in(name).quick_read(chat) for name in ("openai", "messages", "jsonl")] == [chat] * 3
    for name in ("alpaca", "sharegpt", "openai", "input-answer", "jsonl", "parquet"):
        assert built_in(name).quick_row(pair) is not None
    for name in ("sharegpt", "openai", "jsonl"):
        assert built_in(name).quick_row(chat) is not None
