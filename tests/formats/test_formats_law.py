"""What holds for every format: a row becomes one record, whole, or is refused with a reason; and what is said to be lost is what did not go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chat_rows import ASKS, CHOSEN, REJECTED, SAYS, SYSTEM, TOOLS, row
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith import registry
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json
from rowsmith.formats import Format, LossReport, built_in, encode_export, imported
from rowsmith.registry import builtin

NAMES = builtin.names("formats")
SAMPLES: dict[str, Json] = {
    "messages": [ASKS, SAYS], "input": "Weather in Oslo?", "answer": "4 C.", "chosen": "4 C.", "rejected": "Dunno.", "text": "It is cold.",
    "label": True, "choices": ["4 C.", "5 C."], "image": {"file": "ab" * 32, "media_type": "image/png"},
}  # fmt: skip

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.sampled_from(["2+3?", "Grüße ☃", "a\u2028b", "{{ x }}", "yes", "no"])
value = st.none() | st.booleans() | st.integers(-9, 9) | text | st.lists(text, max_size=2) | st.dictionaries(st.sampled_from("ab"), text)


def mostly(good: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 11).flatmap(lambda n: good if n else odd)


references = st.fixed_dictionaries({"file": st.sampled_from(["ab" * 32, "cd" * 32]), "media_type": st.sampled_from(["image/png", "image/jpeg"])})
text_part = st.fixed_dictionaries({"type": st.just("text"), "text": words})
picture = references.map(lambda found: {"type": "image", **found})
data_url = st.just({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGFsbG8="}})
parts = st.lists(text_part, min_size=1, max_size=2) | st.lists(text_part | picture | data_url, min_size=1, max_size=3)
content = mostly(words | words | parts, value)
arguments = mostly(st.sampled_from([{"city": "Oslo"}, '{"city":"Oslo"}']), st.sampled_from(["{", [], None]))
function = st.fixed_dictionaries({"name": st.just("weather"), "arguments": arguments})
call = mostly(st.fixed_dictionaries({"id": st.just("c1"), "function": function}), st.fixed_dictionaries({"function": function}))
more = {"weight": st.integers(0, 1), "thinking": words, "name": st.just("Ann")}


def said(role: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"role": st.just(role), "content": content, **fields}, optional=more)


calls = said("assistant", content=words | st.none(), tool_calls=st.lists(call, max_size=2))
result = said("tool", tool_call_id=mostly(st.just("c1"), st.none()))
turn = st.tuples(said("user"), said("assistant")) | st.tuples(said("user"), calls, result, said("assistant"))
leading = st.lists(st.sampled_from(["system", "developer"]).flatmap(said), max_size=1)
conversation = st.tuples(leading, st.lists(turn, min_size=1, max_size=2)).map(lambda found: [*found[0], *(one for turn in found[1] for one in turn)])
single = st.tuples(said("user"), said("assistant")).map(list)
wild = st.lists(st.sampled_from([ASKS, SAYS, SYSTEM]) | said("user") | calls | result | value, max_size=3) | value
columns = {
    "messages": mostly(conversation | single, wild), "input": mostly(words | words | conversation.map(lambda found: found[:-1]), wild),
    "answer": mostly(words | st.integers(0, 1), value), "chosen": mostly(words | st.just([CHOSEN]), wild),
    "rejected": mostly(words | st.just([REJECTED]), wild), "choices": mostly(st.just(["yes", "no", "2+3?"]), value),
    "text": mostly(words, value), "label": mostly(st.booleans(), value),
}  # fmt: skip
beside = {
    "tools": st.sampled_from([TOOLS, json.dumps(TOOLS), None, [], "no JSON"]), "contexts": mostly(st.lists(words, min_size=1, max_size=2), value),
    "reference": words, "note": value, "label": st.booleans(), "image": mostly(references, value),
    "images": mostly(st.lists(references, min_size=1, max_size=2), value),
}  # fmt: skip
shapes = [["messages"], ["input", "chosen", "rejected"], ["input", "choices", "answer"], ["input", "answer"], ["text", "label"], ["text"]]


def of_shape(shape: list[str]) -> st.SearchStrategy[dict[str, Json]]:
    others = {name: found for name, found in beside.items() if name not in shape}
    return st.fixed_dictionaries({name: columns[name] for name in shape}, optional=others)


rows = st.one_of(map(of_shape, shapes))


def record_of(format: Format, data: dict[str, Json]) -> Json:
    """The record; of a row that does not go, why."""
    try:
        return format.row(row(**data))
    except RowFailed as error:
        return f"{error.reason}: {error.what}"


def says(value: Json) -> bool:
    return value not in (None, "", [], {})


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=rows)
def test_a_row_becomes_one_record_or_is_refused_and_what_is_lost_did_not_go(name: str, data: dict[str, Json]) -> None:
    format = built_in(name)
    before = json.dumps(data)
    record = record_of(format, data)
    if isinstance(record, str):
        reason, _, detail = record.partition(": ")
        assert reason.isidentifier()
        assert detail.endswith(".")
        return
    ((_, _, line, _),) = encode_export([row(**data)], format, provenance="none", report=LossReport())
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == record
    lost = format.lost(row(**data))
    for column in filter(lambda column: says(data[column]), data):
        without = record_of(format, {name: value for name, value in data.items() if name != column})
        assert (without == record) == (column in lost), column
    for field in (found for found in lost if found not in data):
        column, _, key = field.partition(".")
        bare = [{name: value for name, value in message.items() if name != key} for message in data[column]]
        assert bare != data[column]
        assert record_of(format, data | {column: bare}) == record
    assert json.dumps(data) == before


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=120)
@given(data=rows)
def test_what_a_format_writes_it_reads_and_writes_again(name: str, data: dict[str, Json]) -> None:
    """The record of what was read of a record is that record; and what came as it went stands under the same names."""
    format = built_in(name)
    record = record_of(format, data)
    if isinstance(record, str):
        return
    before = json.dumps(record)
    back = imported(format, record)
    assert record_of(format, back) == record
    assert json.dumps(record) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_format_needs_what_it_says_that_it_needs(name: str) -> None:
    format = built_in(name)
    for needs in format.needs:
        sample = {column: SAMPLES[column] for column in needs}
        assert isinstance(record_of(format, sample), dict), needs
        for column in needs:
            assert isinstance(record_of(format, {name: value for name, value in sample.items() if name != column}), str), (needs, column)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_format_is_its_file_s(name: str) -> None:
    found = registry.format(name)
    assert found is built_in(name)
    assert found.name == name
    assert type(found).__module__ == f"rowsmith.formats.{name.replace('-', '_')}"
    assert type(found)() == found
