from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.llm.tolerant import MOST, Unreadable, envelope, found, load

A, B = '{"a": 1}', '{"b": [2]}'


def values(text: str, wants: str = "object") -> list[Any]:
    return [one.value for one in found(text, wants)[0]]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (A, [{"a": 1}]),
        (f"Sure! {A} I hope this helps. [1]", [{"a": 1}]),
        (f"```json\n{A}\n```", [{"a": 1}]),
        (f"~~~\n{A}\n~~~\n```{B}", [{"a": 1}, {"b": [2]}]),
        (f"The set {{x | x > 0}}, \\frac{{1}}{{2}} and f() {{ return; }} come before {A}.", [{"a": 1}]),
        (f"[see {{note}}]({A})", [{"a": 1}]),
        ("none at all {} []", []),
        ("{'a': 1, }", [{"a": 1}]),
        ('{\\n \\"a\\": \\"x\\\\ny\\"}', [{"a": "x\ny"}]),
        ('["x"]', []),
        (f"[{A}]", [[{"a": 1}]]),
        (f"[{A}, {B}]", [[{"a": 1}, {"b": [2]}]]),
    ],
)
def test_values_stand_in_a_text(text: str, meant: list[Any]) -> None:
    assert values(text) == meant


def test_lists_are_looked_for_where_one_is_wanted() -> None:
    assert values('See ["x", "y"] and [z].', "array") == [["x", "y"]]
    assert values(f"{A} ['x']", "") == [{"a": 1}, ["x"]]


def test_each_says_how_it_was_found() -> None:
    one, two, three = found(f'{A} {{\'a\': 2}} then {{"a": "x"', "object")[0]
    assert (one.strict, one.open, one.last) == (True, False, False)
    assert (two.strict, two.open, two.last) == (False, False, False)
    assert (three.strict, three.open, three.last) == (False, True, True)
    assert [found(f"{A}{end}", "object")[0][0].last for end in ("\n```\n", " .", "</tool_call>", "<|im_end|>", " x")] == [True] * 4 + [False]


@pytest.mark.parametrize("text", [f"{A}, {B}", f"x {A}}}", f"x {A} ]", f'{{"q": oops {A}}}'])
def test_a_piece_of_something_larger_is_told(text: str) -> None:
    assert not found(text, "object")[0][0].sound


def test_what_lies_within_a_broken_value_is_not_looked_at() -> None:
    text = '{"a": "x", "more": {"a": "y"}, oops}'
    values_, problem = found(text, "object")
    assert values_ == []
    assert problem == 'it holds "oops}" where a key belongs'


def test_the_number_of_values_is_bounded() -> None:
    assert len(values(A * 1000)) == MOST


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, JSON, min_size=1, max_size=3), st.sampled_from(["", "Here you are: ", "```json\n", "(x) [1] {y} "]))
def test_a_value_is_found_as_it_was_written(value: Any, before: str) -> None:
    assert values(f"{before}{json.dumps(value)}\n``` Good luck.") == [value]


@given(JSON)
def test_json_is_loaded(value: Any) -> None:
    assert load(json.dumps(value)) == value
    assert load(f"\ufeff {json.dumps(value)}\n") == value


@pytest.mark.parametrize("text", ["NaN", '{"a": -Infinity}', "1e999", "9" * 30, "[" * 101 + "]" * 101, "", "x", '{"a": 1} x'])
def test_what_is_not_one_value_is_not_loaded(text: str) -> None:
    with pytest.raises(Unreadable):
        load(text)


def test_an_envelope_may_hold_what_an_answer_may_not() -> None:
    assert envelope(b'\xef\xbb\xbf{"a": 123456789012345678901234, "b": "\\ud800"}')["b"] == "\ud800"
    with pytest.raises(Unreadable, match="UTF-8"):
        envelope(b'{"a": "\xff"}')


UNITS = [
    "[", "{", '{"a":', '{"a":1,', '{"a":1}', "[1,", "{'", '{"a":"b"c"', '{"a":"b","', '{"a":"b" "', '{"a" "b"', "{'a':'b''", "{“a”:“", '{"""',
    '{"a":"""', "/*", "{/*", '{"a": //', '{"a": "b", # x"\n', '{"a":"x"/*', "{a:", '{\\"', '[{\\"', "{\\n", '{"a":"\\', '\\"', "\\n",
    "```", "x{", "{ ", " ", "[[{", '{"a": [',
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", '{"q": "', '{"q": ['])
@pytest.mark.parametrize("unit", UNITS)
def test_nothing_takes_long(unit: str, before: str) -> None:
    """A megabyte of anything takes about a second at most; what grows with the square takes minutes, and the suite's timeout ends it."""
    text = before + unit * (1_000_000 // len(unit))
    for kind in ("object", "array"):
        assert all(isinstance(value, dict | list) for value in values(text, kind))
