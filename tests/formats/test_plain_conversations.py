"""The quick way through plain conversations says what the careful way says."""

from __future__ import annotations

import itertools
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.core.errors import RowFailed
from rowsmith.core.lines import json_value
from rowsmith.core.records import Contents
from rowsmith.core.row import Row
from rowsmith.formats import Check, Setting, _chat, _turns, built_in, consumer, consumers, every, imported, unfolded
from rowsmith.formats._format import json_line
from rowsmith.formats._plain import json_lines, quick, ready_line
from rowsmith.steps.kinds import Kinds

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


QUICK_TEXTS = st.sampled_from(["Is it cold?", "Yes.", "", " ", "[1]", "{", '[{"role": "user"}]', "=1", "007", "None", '"', '\\"', 'a\\\\"b": "'])
QUICK_TEXTS |= st.text(st.sampled_from('"\\:{}[], \n\t\0\x1f\x7fa\x85\u2028\u2029é因😀\ufffd'), max_size=6)
QUICK = QUICK_TEXTS | st.none() | st.just(3)
ROLES = st.sampled_from(["system", "user", "assistant"]) | st.sampled_from(["developer", "tool"])
FROM = st.sampled_from(["system", "human", "gpt", "user", "assistant", "bot"]) | st.sampled_from(["function_call", "observation", "x"])


def either_way(keys: dict[str, Any], more: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings of these keys, in any order, perhaps with more."""
    return st.fixed_dictionaries(keys, optional=more).flatmap(lambda made: st.permutations(list(made.items())).map(dict))


QUICK_MESSAGES = either_way({"role": ROLES, "content": QUICK}, {"name": st.just("Ann"), "weight": st.just(0)})
TURNS = either_way({"from": FROM, "value": QUICK}, {"weight": st.just(0)})
PLAIN_MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": QUICK_TEXTS}), max_size=4)
RECORDS = st.one_of(
    either_way({"instruction": QUICK_TEXTS, "input": QUICK_TEXTS, "output": QUICK_TEXTS}, {"system": QUICK, "n": st.just(1)}),
    either_way({"input": QUICK_TEXTS, "answer": QUICK_TEXTS}, {"level": QUICK, "n": st.just(1.0)}),
    st.dictionaries(st.sampled_from(["input", "answer", "messages", "text"]), QUICK | st.lists(QUICK_MESSAGES, max_size=2)),
    either_way({"messages": st.lists(QUICK_MESSAGES, max_size=4)}, {"tools": st.just([]), "input": QUICK, "x": QUICK}),
    st.fixed_dictionaries({"messages": PLAIN_MESSAGES}), either_way({"conversations": st.lists(TURNS, max_size=4)}, {"tools": st.just("[]")}),
)  # fmt: skip


@st.composite
def written(draw: st.DrawFn, record: Any) -> bytes:
    """A record as one writer or another may write it: spaces, escapes, and at times a key that stands twice, or something broken."""
    text = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", "\t: ")])))
    for old, new in draw(st.lists(st.sampled_from(MENDS), max_size=2)):
        text = text.replace(old, new, draw(st.integers(1, 3)))
    return text.encode("utf-8", "surrogatepass") + draw(st.sampled_from([b"", b"\n", b" \r\n"]))


MENDS = [
    ("a", "\\u0061"), ("e", "\\u0000"), ("/", "\\/"), ("n", "\\ud800"), ("s", "\\ud83d\\ude00"), ("}", ",}"), ("}", ', "more": "x"}'),
    ('"input"', '"input"  : "first", "input"'), ('"role"', '"role": "user", "role"'), ('"content"', '"content":"","content"'), ("{", "{ "),
    ('"answer"', '"answ\\u0065r": "first", "answer"'), ('"messages"', '"messages":[],"messages"'), ("}", ', "big": 123456789012345678901}'),
    ('"value"', '"value"\t:"","value"'), (": ", ":\x0b"), ("a", "\x01"), ("}", "}}"), ("}", ', "more": NaN}'), ("a", "\ud800"),
    ('"output"', '"output": "x\\\\", "output"'),
]  # fmt: skip
"""What stands in for something else in a record's JSON."""


def careful(source: Any, made: Any, raw: bytes, flat: bool) -> bytes | None:
    """The line that the careful way makes of a record; None where it makes none, or there is something to be told of it."""
    data = imported(source, unfolded(json_value(raw)) if flat else json_value(raw))
    row = Row("0" * 32, b"", data)
    assert made.lost(row) == []
    record = made.row(row)
    for container in ("jsonl", "json", "csv", "parquet") if made.consumer else ():
        check = Check(consumer(made.consumer), Setting(contents=Contents(container=container)))
        if check.forgetful:
            check.see(record)
            assert check.done().findings == []
    kinds, plain = Kinds(), Kinds()
    kinds.see(record, 0)
    plain.see(PLAIN_RECORDS[tuple(record)], 0)
    assert kinds.columns == plain.columns
    return json_line(record)


SAYS = [{"role": "user", "content": "Why?"}]
PLAIN_RECORDS: dict[tuple[str, ...], dict[str, Any]] = {
    keys: {key: SAYS if key == "messages" else [{"from": "human", "value": "Why?"}] if key == "conversations" else "Why?" for key in keys}
    for count in range(4) for keys in itertools.permutations(["instruction", "input", "output", "answer", "messages", "conversations"], count)
}  # fmt: skip
"""By their keys, records whose columns are of the kinds that those of any plain record with these keys are."""
WAYS = [(source, made, flat) for source in every() for made in every() for flat in (False, True) if quick(source, made, flat=flat)]


@settings(max_examples=400)
@given(RECORDS.flatmap(written))
def test_what_is_quick_is_what_is_careful(raw: bytes) -> None:
    for source, made, flat in WAYS:
        way = quick(source, made, flat=flat)
        assert way is not None
        if (record := way(raw)) is not None:
            assert json_lines([record]) == careful(source, made, raw, flat)


def test_plain_records_go_the_quick_way() -> None:
    asks, says = {"role": "user", "content": 'Why "so"?\n\\'}, {"role": "assistant", "content": "So."}
    pair, chat = {"input": 'Why "so"?\n\\', "answer": "So."}, {"messages": [asks, says, asks, says]}
    sources = {"alpaca": {"instruction": 'Why "so"?\n\\', "input": "", "output": "So."}, "input-answer": pair, "jsonl": pair, "parquet": pair}
    ways = [(source, pair, target) for source in sources for target in ("alpaca", "sharegpt", "openai", "input-answer", "jsonl", "parquet")]
    shared = {"conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]}
    chats = {"openai": chat, "messages": chat, "jsonl": chat, "sharegpt": shared}
    ways += [(source, chat, target) for source in chats for target in ("sharegpt", "openai", "jsonl", "parquet")]
    for source, kind, target in ways:
        way = quick(built_in(source), built_in(target), flat=False)
        record = (sources if kind is pair else chats)[source]
        assert way is not None and way(orjson.dumps(record)) is not None and way(json.dumps(record).encode()) is not None


def test_ready_lines_stand_among_plain_records() -> None:
    lines = [json_line({"a": 1, "b": "\u2028"}), json_line({"c": "é"})]
    assert json_lines([ready_line(lines[0]), {"input": "\x85", "answer": "."}, ready_line(lines[1])]) == (
        lines[0] + b'{"input":"\\u0085","answer":"."}\n' + lines[1]
    )
    assert json_lines([]) == b""
