from __future__ import annotations

import json
from typing import Any

import pytest
from asking import GOOD, QA, a_model
from hypothesis import given
from hypothesis import strategies as st
from xml_writer import written

from rowsmith.llm.providers import Reply
from rowsmith.llm.schema import Schema
from rowsmith.llm.structured import Refused, Taken, value_of
from rowsmith.llm.xml_answer import values
from rowsmith.llm.xml_form import XmlForm

TEXT = "<reply>\n<input>Which city?</input>\n<answer>Paris</answer>\n</reply>"
CARD = {
    "type": "object",
    "properties": {
        "title": {"type": "string"}, "score": {"type": "integer"}, "good": {"type": "boolean"}, "note": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}}, "pairs": {"type": "array", "items": QA}, "any": {"type": "object"},
    },
    "additionalProperties": False,
}  # fmt: skip


def taken(text: str, schema: Any = QA, finish: Any = "stop") -> Taken | Refused:
    return value_of(Reply(text=text, finish=finish), Schema(schema), a_model(None, max_tokens=100), "xml")


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (TEXT, "plain"),
        (f"  {TEXT}\n", "plain"),
        (f"Here it is:\n{TEXT}\nGood luck.", "found"),
        (f"```xml\n{TEXT}\n```", "found"),
        (f"<think><reply><input>x</input><answer>y</answer></reply>?</think>{TEXT}", "found"),
        (f'<?xml version="1.0"?>\n{TEXT}', "found"),
        (f"{TEXT}\n{TEXT}", "plain"),
        ("<REPLY><Input>Which city?</Input><ANSWER>Paris</answer></REPLY>", "found"),
        ('<reply id="1"><input type="text">Which city?</input ><answer lang="fr">Paris</answer></reply>', "found"),
        ("<reply><!-- a note --><input>Which city?</input><!-- <answer>no</answer> --><answer>Paris</answer></reply>", "plain"),
        ("<reply><input>Which city?</input><answer><![CDATA[Paris]]></answer></reply>", "plain"),
        ("<reply><input>Which&#32;city&#x3f;</input><answer>Par&#105;s</answer></reply>", "plain"),
        ("<reply><input>Which city?</input><answer>Paris</answer>", "repaired"),
        ("<reply><input>Which city?</input><answer>Paris</answer>\n```", "repaired"),
        ("<input>Which city?</input>\n<answer>Paris</answer>", "repaired"),
        ("<input>Which city?</input>\n<answer>Paris</answer>\nThat is it.", "found"),
        ("<response><input>Which city?</input><answer>Paris</answer></response>", "found"),
        ("<reply><pair><input>Which city?</input><answer>Paris</answer></pair></reply>", "found"),
        ("<reply><note>x <b>y</b></note><input>Which city?</input><br/><answer>Paris</answer></reply>", "plain"),
        ("<reply><input>Which city?</input><answer>Paris</answer><answer>Paris</answer></reply>", "plain"),
        ("A <reply> goes like this:\n" + TEXT, "found"),
        (json.dumps(GOOD), "plain"),
        (f"```json\n{json.dumps(GOOD)}\n```", "found"),
        (f"<reply>{json.dumps(GOOD)}</reply>", "found"),
    ],
)
def test_what_is_meant_is_read(text: str, how: str) -> None:
    assert taken(text) == Taken(GOOD, how)


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("a & b < c > d", "a & b < c > d"),
        ("AT&amp;T &lt;b&gt; &quot;&apos;", "AT&T <b> \"'"),
        ("&nbsp; &amp;lt; &unknown; &", "&nbsp; &lt; &unknown; &"),
        ("<b>bold</b> and <input> and </b>", "<b>bold</b> and <input> and </b>"),
        ("if (a<b && c>d) { x<<1 }", "if (a<b && c>d) { x<<1 }"),
        ("\n  two\n  lines\n", "two\n  lines"),
        ("<![CDATA[ </answer> & ]]>", " </answer> & "),
        ("one <![CDATA[<two>]]> three", "one <two> three"),
        ("<!-- x", "<!-- x"),
        ("<![CDATA[ x", "<![CDATA[ x"),
        ("&#0;&#xD800;&#9999999;", "\ufffd\ufffd\ufffd"),
        ("", ""),
        ("null", "null"),
    ],
)
def test_texts_are_read_as_they_were_meant(answer: str, meant: str) -> None:
    found = taken(f"<reply><input>x</input><answer>{answer}</answer></reply>")
    assert isinstance(found, Taken)
    assert found.value == {"input": "x", "answer": meant}


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("<reply><input>Which city?</input><answer>Par", "malformed", "<answer> has no closing tag, so the answer may be cut off"),
        ("<reply><input>Which city?</input><answer>Par</reply>", "malformed", "<answer> has no closing tag"),
        ("<input>Which city?</input>\n<answer>Par", "malformed", "<answer> has no closing tag"),
        ("<reply><input>a</input><answer>b</answer><answer>c</answer></reply>", "malformed", "<answer> is there twice, with different content"),
        ("<reply><input>a</input><answer>use <answer>x</answer> tags</answer></reply>", "malformed", "<answer> stands within <answer>"),
        ("<reply><input>a</input> and <answer>b</answer></reply>", "malformed", "words between"),
        ("<reply><input>a</input></answer></reply>", "malformed", "</answer> closes what is not open"),
        (f"{TEXT}\n{TEXT.replace('Paris', 'Rome')}", "malformed", "2 different values"),
        ("<reply><input>a</input></reply>", "schema", "answer: missing"),
        ("<reply/>", "schema", "missing"),
        ("I cannot say.", "malformed", "it holds no XML"),
        (f"<think>{TEXT} or", "malformed", "its thought does not end"),
        ("<think>x</think>", "empty", "thoughts"),
    ],
)
def test_what_is_no_answer_has_its_reason(text: str, reason: str, said: str) -> None:
    found = taken(text)
    assert isinstance(found, Refused)
    assert (found.reason, said in found.detail) == (reason, True), found


@pytest.mark.parametrize("text", [TEXT, TEXT[:-8], TEXT[:-20]])
def test_a_cut_answer_is_never_data(text: str) -> None:
    found = taken(text, finish="length")
    assert isinstance(found, Refused)
    assert found.reason == "cut"


def test_without_its_end_it_is_whole_only_if_the_model_ended() -> None:
    text = "<reply><input>a</input><answer>b</answer>"
    assert taken(text) == Taken({"input": "a", "answer": "b"}, "repaired")
    assert isinstance(taken(text, finish="unknown"), Refused)


@pytest.mark.parametrize(
    ("inner", "meant"),
    [
        ("<score>4</score><good>true</good>", {"score": 4, "good": True}),
        ("<score> 4/5 </score><good>Yes</good>", {"score": 4, "good": True}),
        ("<note>null</note>", {"note": None}),
        ("<note/>", {"note": ""}),
        ("<note><![CDATA[null]]></note>", {"note": "null"}),
        ("<tags></tags>", {"tags": []}),
        ("<tags><item>a, b</item><item/></tags>", {"tags": ["a, b", ""]}),
        ("<tags><tag>a</tag><tag>b</tag></tags>", {"tags": ["a", "b"]}),
        ("<tags>a</tags><tags>b</tags>", {"tags": ["a", "b"]}),
        ("<tags>a</tags>", {"tags": ["a"]}),
        ('<tags>["a", "b"]</tags>', {"tags": ["a", "b"]}),
        ("<pairs><item><input>a</input><answer>b</answer></item></pairs>", {"pairs": [{"input": "a", "answer": "b"}]}),
        ("<pairs><pair><input>a</input><answer>b</answer></pair></pairs>", {"pairs": [{"input": "a", "answer": "b"}]}),
        ("<pairs><input>a</input><answer>b</answer></pairs>" * 2, {"pairs": [{"input": "a", "answer": "b"}] * 2}),
        ('<any>{"x": [1, "&lt;"]}</any>', {"any": {"x": [1, "<"]}}),
        ("<any>{'x': <1>}</any>", None),
        ("<score>many</score>", None),
        ("<tags>a, b</tags>", None),
        ("<tags>a\nb</tags>", None),
        ("<tags><item>a</item>", None),
    ],
)
def test_types_come_from_the_schema(inner: str, meant: Any) -> None:
    found = taken(f"<reply>{inner}</reply>" if meant is not None or inner.endswith("/tags>") else f"<reply>{inner}", CARD)
    assert found.value == meant if isinstance(found, Taken) else meant is None


NAMES = st.sampled_from(["answer", "reply", "item", "row", "first name", "1st", "A", "a", "ä", "x-y", "null", "think"])
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["null", " x ", "\n", "]]>", "<item>", "</reply>", "&amp;", "<![CDATA[", "a, b", "<!--", "[1]", "{}"]
)


def nullable(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    schema, strategy = pair
    return {"anyOf": [schema, {"type": "null"}]}, strategy | st.none()


JSONS = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXTS, lambda inner: st.dictionaries(TEXTS, inner, max_size=2), max_leaves=3)
LEAVES = st.sampled_from(
    [
        ({"type": "string"}, TEXTS),
        ({"type": ["string", "null"]}, TEXTS | st.none()),
        ({"enum": ["a b", "<", "null"]}, st.sampled_from(["a b", "<", "null"])),
        ({"const": "x"}, st.just("x")),
        ({"type": "integer"}, st.integers(-(2**53), 2**53)),
        ({"type": "number"}, st.floats(allow_nan=False, allow_infinity=False)),
        ({"type": ["boolean", "null"]}, st.booleans() | st.none()),
        ({"type": ["string", "integer"]}, TEXTS | st.integers(-9, 9)),
        ({"type": "object", "additionalProperties": True}, st.dictionaries(TEXTS, JSONS, max_size=2)),
        ({}, JSONS),
    ]
)


def objects(inner: Any) -> Any:
    def one(fields: dict[str, tuple[Any, Any]]) -> tuple[Any, Any]:
        names = list(fields)
        schema = {"type": "object", "properties": {name: fields[name][0] for name in names}, "required": names[::2], "additionalProperties": False}
        must = {name: fields[name][1] for name in names[::2]}
        return schema, st.fixed_dictionaries(must, optional={name: fields[name][1] for name in names[1::2]})

    return st.dictionaries(NAMES, inner, min_size=1, max_size=4).map(one)


def lists(inner: Any) -> Any:
    return inner.map(lambda pair: ({"type": "array", "items": pair[0]}, st.lists(pair[1], max_size=3)))


SCHEMAS = st.recursive(LEAVES, lambda inner: objects(inner) | lists(inner) | inner.map(nullable), max_leaves=6)


@given(SCHEMAS, st.data())
def test_what_is_written_as_the_instructions_ask_is_read_back(pair: tuple[Any, Any], data: Any) -> None:
    schema, strategy = pair
    value = data.draw(strategy)
    form = XmlForm(schema)
    text = written(value, form, lambda said: data.draw(st.booleans()), data.draw(st.sampled_from(["", "\n", "\n  ", "<!-- note -->"])))
    before, after = data.draw(st.sampled_from([("", ""), ("Here it is:\n```xml\n", "\n```\nGood luck."), ("a < b & c <x>:", "<br>")]))
    found, problem = values(f"{before}{text}{after}", form)
    assert [json.dumps(one.value) for one in found] == [json.dumps(value)], problem


@given(objects(LEAVES), st.data())
def test_a_cut_never_shortens_a_value(pair: tuple[Any, Any], data: Any) -> None:
    schema, strategy = pair
    value = data.draw(strategy)
    form = XmlForm(schema)
    text = written(value, form)
    for found in values(text[: data.draw(st.integers(0, len(text) - 1))], form)[0]:
        assert found.missing
        assert {name: json.dumps(item) for name, item in found.value.items()}.items() <= {
            name: json.dumps(item) for name, item in value.items()
        }.items()


@given(st.text("<>/!-[]CDAT&;# inputaswer\n", max_size=80))
def test_every_text_ends_in_a_value_or_a_reason(text: str) -> None:
    found = taken(text)
    assert isinstance(found, Refused) or set(found.value) == {"input", "answer"}


UNITS = [
    "<", "<reply>", "<input>", "</input>", "<input>x</input>", "<answer><input>", "<reply/>", "<![CDATA[", "<!--", "]]>", "&", "&#1;", "<a ",
    "<a b=\"", "<x></x>",    "<reply><input>", "<input></input><answer></answer>", "<tags><item>", "<tags>",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", "<reply>", "<reply><input>", "<reply><tags>"])
@pytest.mark.parametrize("unit", UNITS)
def test_nothing_takes_long(unit: str, before: str) -> None:
    """A megabyte of anything takes about a second at most; what grows with the square takes minutes, and the suite's timeout ends it."""
    text = before + unit * (1_000_000 // len(unit))
    for schema in (QA, CARD):
        assert isinstance(taken(text, schema), Taken | Refused)
