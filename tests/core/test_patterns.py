"""Patterns of people: the syntax of re, none hangs, and one that was too slow is refused from then on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowsmith.core.patterns import Pattern, TooSlow, validator
from rowsmith.core.pii import find
from rowsmith.core.row import Row
from rowsmith.llm.schema import Schema
from rowsmith.steps.form_asked import broken
from rowsmith.steps.score.pii import Pii

EVIL, LONG = r"(a+)+$", "a" * 50_000 + "!"
PATTERNS = (r"a+b?", r"(?i)\bcat\b", r"[0-9]{2,3}", r"^x|y$", r"(?<!\d)\d(?!\d)", r"(.)\1")


@given(st.sampled_from(PATTERNS), st.text("abcAT cxy019\n", max_size=30))
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    assert list(Pattern(pattern).spans(text)) == [found.span() for found in re.finditer(pattern, text)]
    assert Pattern(pattern).search(text) is (re.search(pattern, text) is not None)
    assert Pattern(pattern).fullmatch(text) is (re.fullmatch(pattern, text) is not None)


def test_what_takes_too_long_is_named_and_then_refused_at_once() -> None:
    pattern = Pattern(EVIL)
    with pytest.raises(TooSlow, match=r"The pattern '\(a\+\)\+\$' takes longer than") as slow:
        pattern.search(LONG)
    assert "`(a+)+` is `a+`" in slow.value.fix
    with pytest.raises(TooSlow):
        pattern.search("short")
    with pytest.raises(ValueError):
        Pattern("(")


@pytest.mark.parametrize(
    "look",
    [
        lambda: find(LONG, own=[("mine", Pattern(EVIL))]),
        lambda: list(Pii(own={"mine": EVIL}).rows(Row("0" * 32, b"", {"text": LONG}), None)),  # type: ignore[arg-type]
        lambda: broken({"a": LONG}, {"properties": {"a": {"pattern": EVIL}}}),
        lambda: Schema({"type": "object", "properties": {"a": {"type": "string", "pattern": EVIL}}}).errors({"a": LONG}),
        lambda: Schema({"type": "object", "patternProperties": {EVIL: {}}, "additionalProperties": False}).errors({LONG: 1}),
    ],
)
def test_wherever_people_may_write_one(look: Callable[[], Any]) -> None:
    with pytest.raises(TooSlow, match="takes longer"):
        look()


SCHEMA = {
    "type": "object", "properties": {"a": {"type": "string", "pattern": "^x"}}, "patternProperties": {"^n_": {"type": "integer"}},
    "additionalProperties": False,
}  # fmt: skip


@given(st.dictionaries(st.sampled_from(["a", "n_1", "n_2", "b"]), st.sampled_from(["x1", "y", 1, 2.5])))
def test_a_schema_says_what_it_says_elsewhere(value: dict[str, Any]) -> None:
    for schema in (SCHEMA, {**SCHEMA, "additionalProperties": {"type": "integer"}}):
        assert validator(Draft202012Validator)(schema).is_valid(value) is Draft202012Validator(schema).is_valid(value)
