"""The filters of prompts: what each makes of a value, and what it does not take."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment
from jinja2.nodes import EvalContext

from rowsmith.core.errors import RowFailed
from rowsmith.core.filters import FILTERS, MISSING, MOST, apply, written

PEOPLE = [{"n": "b", "k": 2}, {"n": "A", "k": 1}, {"n": "a", "k": 1}]
MADE: list[tuple[str, Any, tuple[Any, ...], Any]] = [
    ("abs", -2, (), 2), ("batch", [1, 2, 3], (2,), [[1, 2], [3]]), ("batch", [1, 2, 3], (2, 0), [[1, 2], [3, 0]]), ("capitalize", "aB c", (), "Ab c"),
    ("count", [1, 2], (), 2), ("d", MISSING, ("x",), "x"), ("default", "", ("x",), ""), ("default", "", ("x", True), "x"),
    ("dictsort", {"b": 1, "A": 2}, (), [["A", 2], ["b", 1]]), ("dictsort", {"b": 1, "A": 2}, (True, "value", True), [["A", 2], ["b", 1]]),
    ("first", [1, 2], (), 1), ("first", [], (), None), ("first", "ab", (), "a"), ("float", "1.5", (), 1.5), ("float", "x", (2.0,), 2.0),
    ("int", "12", (), 12), ("int", "x", (7,), 7), ("int", 2.9, (), 2), ("items", {"a": 1}, (), [["a", 1]]),
    ("join", [1, "a", None, True], ("-",), "1-a--true"),
    ("join", PEOPLE, (",", "n"), "b,A,a"), ("last", [1, 2], (), 2), ("length", {"a": 1}, (), 1), ("lower", "AB", (), "ab"), ("max", [1, 3, 2], (), 3),
    ("max", PEOPLE, (False, "k"), PEOPLE[0]), ("min", [], (), None), ("min", ["b", "A"], (), "A"), ("replace", "aaa", ("a", "b", 2), "bba"),
    ("reverse", "abc", (), "cba"), ("reverse", [1, 2], (), [2, 1]), ("round", 2.45, (1,), 2.5), ("round", 2.41, (1, "ceil"), 2.5),
    ("round", 2.49, (1, "floor"), 2.4), ("slice", [1, 2, 3], (2,), [[1, 2], [3]]), ("slice", [1, 2, 3], (2, 0), [[1, 2], [3, 0]]),
    ("sort", ["b", "A", "a"], (), ["A", "a", "b"]), ("sort", PEOPLE, (True, False, "k"), [PEOPLE[0], *PEOPLE[1:]]), ("sum", [1, 2], (), 3),
    ("sum", PEOPLE, ("k", 10), 14), ("title", "the old-mill (x", (), "The Old-Mill (X"), ("tojson", {"a": "é<"}, (), '{"a":"é<"}'),
    ("tojson", [1], (2,), "[\n  1\n]"), ("trim", " a ", (), "a"), ("trim", "xax", ("x",), "a"),
    ("truncate", "one two three four", (12,), "one two..."),
    ("truncate", "one two three four", (12, True, "!", 0), "one two thr!"), ("truncate", "short", (3,), "short"),
    ("unique", ["a", "A", "b"], (), ["a", "b"]),
    ("unique", PEOPLE, (False, "k"), PEOPLE[:2]), ("upper", "ß", (), "SS"), ("wordcount", "one, two", (), 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "args", "made"), MADE)
def test_what_a_filter_makes(name: str, value: Any, args: tuple[Any, ...], made: Any) -> None:
    assert apply(name, value, *args) == made


def test_every_filter_is_tried() -> None:
    assert {name for name, *_ in MADE} == set(FILTERS)


@pytest.mark.parametrize(("name", "value", "args", "made"), [one for one in MADE if one[1] is not MISSING and one[0] not in ("tojson", "round")])
def test_they_mean_what_jinja_means_by_them(name: str, value: Any, args: tuple[Any, ...], made: Any) -> None:
    """But for how null is shown, and what the first of nothing is."""
    keywords = {"attribute": args[1]} if name == "join" and len(args) > 1 else {}
    environment = Environment()
    context = environment.from_string("").new_context()
    theirs = environment.call_filter(name, value, args[:1] if keywords else args, keywords, context, EvalContext(environment))
    found = list(theirs) if name in ("batch", "slice", "unique", "items", "reverse", "dictsort") and not isinstance(theirs, str) else theirs
    if name in ("items", "dictsort"):
        found = [list(pair) for pair in found]
    if made is not None and not (name == "join" and None in value):
        assert found == made


REFUSED = [
    ("upper", 3, (), "takes text, and was given a number"), ("upper", None, (), "was given nothing"),
    ("length", 3, (), "takes text or a list or a mapping"),
    ("join", "abc", (), "takes a list, and was given text"), ("join", [1], (3,), "takes text"),
    ("sum", ["a"], (), "takes a number"),
    ("sum", [True], (), "was given true or false"),
    ("sort", [1, "a"], (), "cannot take a list like this"),
    ("sort", [{}], (False, False, "x"), "finds no 'x'"),
    ("batch", [1], (1001,), "takes a size of 0 to 1,000, and was given 1001"), ("slice", [1], (-1,), "was given -1"),
    ("truncate", "a", (2,), "cannot end 2"),
    ("tojson", [1], (9,), "takes a size of 0 to 8"), ("round", 1, (99,), "0 to 15"), ("round", 1, (0, "up"), "'common', 'ceil' or 'floor'"),
    ("dictsort", {}, (False, "x"), "'key' or 'value'"), ("replace", "a" * 3000, ("a", "b" * 3000), f"more than {MOST:,} characters"),
    ("join", ["a"] * 3000, ("b" * 3000,), f"more than {MOST:,} characters"), ("int", [1], (), "takes a number or true or false or text"),
    ("items", [1], (), "takes a mapping"), ("float", "x", ("y",), "takes a number"), ("abs", float, (), "something that is no JSON value"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "args", "words"), REFUSED)
def test_what_a_filter_does_not_take(name: str, value: Any, args: tuple[Any, ...], words: str) -> None:
    with pytest.raises(RowFailed) as caught:
        apply(name, value, *args)
    assert caught.value.reason == "template" and words in str(caught.value)


def test_what_is_missing_is_told_by_all_but_default() -> None:
    with pytest.raises(RowFailed) as caught:
        apply("upper", MISSING)
    assert caught.value.reason == "missing_variable"


def test_a_value_is_shown_as_text_or_json() -> None:
    assert [written(one) for one in ("a", None, True, 1, 1.5, [1], {"a": "é"})] == ["a", "", "true", "1", "1.5", "[1]", '{"a":"é"}']
    with pytest.raises(RowFailed, match="cannot be written"):
        written(2**70)
