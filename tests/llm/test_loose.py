from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rowsmith.llm.loose import Broken, Patience, read


def loose(text: str) -> Any:
    return read(text, 0, Patience()).value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'x'}", {"a": "x"}),
        ("{'a': 'It's fine', 'b': 'the dogs' end'}", {"a": "It's fine", "b": "the dogs' end"}),
        ("{a: 1, b_2: true, $c: []}", {"a": 1, "b_2": True, "$c": []}),
        ('{"a": True, "b": FALSE, "c": None}', {"a": True, "b": False, "c": None}),
        ("{“a”: “x”, ‘b’: „y“, ’c’: ‘z’}", {"a": "x", "b": "y", "c": "z"}),
        ('{"a": "say "no" to it", "b": 1}', {"a": 'say "no" to it', "b": 1}),
        ('{"a": "say "no", then go", "b": 1}', {"a": 'say "no", then go', "b": 1}),
        ('{"a": """one "two"\nthree"""}', {"a": 'one "two"\nthree'}),
        ('{"a": 1, "b": [1, 2,],}', {"a": 1, "b": [1, 2]}),
        ('{"a": "x" "b": "y"\n"c": 1 "d": {} "e": [] "f": null}', {"a": "x", "b": "y", "c": 1, "d": {}, "e": [], "f": None}),
        ('[{"a": 1} {"a": 2}\n{"a": 3}]', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('["x"\n "y"\n]', ["x", "y"]),
        ('{"a" "x", "b" {"c": 1}}', {"a": "x", "b": {"c": 1}}),
        ('{"a": [{"b": 1}}', {"a": [{"b": 1}]}),
        ('[{"a": 1]', [{"a": 1}]),
        ('{"a": "x", // it\'s a note, "b": 2\n "b": "y" # another\n /* and "one" more */}', {"a": "x", "b": "y"}),
        ('{\\n  "a": "x\\\\n",\\n  "b": 1\\n}', {"a": "x\\n", "b": 1}),
        ('{"a": +1, "b": .5, "c": 5., "d": -0.25e2}', {"a": 1, "b": 0.5, "c": 5.0, "d": -25.0}),
        ('{"a": "x\ny\tz"}', {"a": "x\ny\tz"}),
        ('{"first\\_name": "x"}', {"first_name": "x"}),
        ("{'a': 'it\\'s', 'b': 'say \"yes\"'}", {"a": "it's", "b": 'say "yes"'}),
        ('{"a": "\\ud83d\\ude00 \\u00e9"}', {"a": "😀 é"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_is_meant_is_read(text: str, value: Any) -> None:
    assert loose(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "x"', {"a": "x"}),
        ('{"a": {"b": null', {"a": {"b": None}}),
        ("{", {}),
        ('{"a": [1]\n', {"a": [1]}),
        ('{"a": 1\n```', {"a": 1}),
    ],
)
def test_brackets_that_are_missing_at_the_end_of_objects_are_told(text: str, value: Any) -> None:
    assert read(text, 0, Patience()).value == value
    assert read(text, 0, Patience()).open
    assert not read('{"a": {}}', 0, Patience()).open


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": "x', "the middle of a text"),
        ('{"a": "say "no', "the middle of a text"),
        ("{'a': 'it's", "the middle of a text"),
        ('{"a": 12', "a number"),
        ('{"a": tr', "where a value belongs"),
        ('{"a":', "ends where a value belongs"),
        ('{"a": 1,', "ends where a key belongs"),
        ('{"a": ["x"', "within a list"),
        ('["x", "y"', "within a list"),
        ('{"a": /* x', "within a comment"),
        ('{"a": 1,, "b": 2}', "where a key belongs"),
        ('{"a": NaN}', '"NaN}" where a value belongs'),
        ('{"a": -Infinity}', "where a value belongs"),
        ('{"a": undefined}', "where a value belongs"),
        ('{"a": 007}', "where a value belongs"),
        ('{"a": 1,000}', "where a key belongs"),
        ('{"a": 7/10}', "where a comma or a bracket belongs"),
        ('{"a": some words}', "where a value belongs"),
        ('{"a": ...}', "where a value belongs"),
        ('{"a": "x"; "b": "y"}', "cannot be told"),
        ('{"a": "\\alpha"}', "a backslash"),
        ('["x" "y"]', "cannot be told"),
        ('["say "no", then go"]', "cannot be told"),
        ("{'a': 'the dogs', 'cats' and more', 'b': 1}", "cannot be told"),
        ('{"a": "one "quote", "b": 1}', "cannot be told"),
        ('{"a": "He said "yes" and "', "cannot be told"),
        ("[" * 101 + "]" * 101, "nested deeper"),
    ],
)
def test_what_cannot_be_known_is_refused(text: str, why: str) -> None:
    with pytest.raises(Broken, match=why):
        read(text, 0, Patience())


def test_the_number_of_values_is_bounded() -> None:
    with pytest.raises(Broken, match="too long"):
        read("[" + "'x'," * 100 + "]", 0, Patience(100))
    assert len(read("[" + "'x'," * 99 + "]", 0, Patience(100)).value) == 99


KEYS = st.sampled_from(["a", "b", "first name", "score", "x_1"]) | st.text("abc :,{}[]'\"\\\n", min_size=1, max_size=5)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10)
BOXES = st.dictionaries(KEYS, VALUES, max_size=4) | st.lists(VALUES, max_size=4)


@given(BOXES, st.booleans(), st.sampled_from([None, 0, 2]))
def test_json_is_read_as_json(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert read(text, 0, Patience()) == (value, len(text), False)


@given(BOXES)
def test_python_is_read_as_python_meant_it(value: Any) -> None:
    text = repr(value)
    assume("\\x" not in text and "\\U" not in text)  # escapes that JSON has not
    assert loose(text) == value


class Dirt:
    """Writes a value with faults that lose nothing, as `draw` chooses."""

    def __init__(self, draw: Any) -> None:
        self.choose = lambda *options: draw(st.sampled_from(options))

    def text(self, value: str) -> str:
        said = json.dumps(value, ensure_ascii=False)
        return "'" + said[1:-1].replace('\\"', '"').replace("'", "\\'") + "'" if self.choose(True, False) else said

    def gap(self) -> str:
        return self.choose("", " ", "\n", "\\n ", " // note\n", " # note\n", " /* note */ ")

    def key(self, name: str) -> str:
        return name if name.isidentifier() and name.isascii() and self.choose(True, False) else self.text(name)

    def value(self, value: Any) -> str:
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return self.choose(json.dumps(value), repr(value), json.dumps(value).upper())
        if isinstance(value, list):
            return "[" + self.items([self.value(item) for item in value]) + "]"
        if isinstance(value, dict):
            inner = [f"{self.gap()}{self.key(name)}{self.choose('', ' ')}:{self.gap()}{self.value(item)}" for name, item in value.items()]
            return "{" + self.items(inner) + "}"
        return json.dumps(value)

    def items(self, items: list[str]) -> str:
        return ",".join(items) + (self.choose(",", "") if items else "") + self.gap()


@given(st.data(), BOXES)
def test_faults_that_lose_nothing_lose_nothing(data: Any, value: Any) -> None:
    assert loose(Dirt(data.draw).value(value)) == value


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)] + list(value)
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


@given(BOXES, st.data())
def test_a_cut_never_shortens_a_text_or_a_number(value: Any, data: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    try:
        found = read(cut, 0, Patience())
    except Broken:
        return
    assert found.open
    whole = [json.dumps(leaf) for leaf in leaves(value)]
    assert [leaf for leaf in leaves(found.value) if json.dumps(leaf) not in whole] == []


@given(st.text("{}[]\"':,ab1. \n\\/*#", max_size=60))
def test_nothing_is_made_up(text: str) -> None:
    at = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=-1)
    if at < 0:
        return
    try:
        found = read(text, at, Patience())
    except Broken:
        return
    assert "\\" in text or [leaf for leaf in leaves(found.value) if isinstance(leaf, str) and leaf not in text] == []
