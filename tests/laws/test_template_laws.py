"""Laws of prompts that are templates: nothing written in one crashes, hangs or leaks; what is given for good is never read; fences hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rowsmith.connectors.templates.renderer import Renderer
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.fences import Fence
from rowsmith.core.filters import FILTERS
from rowsmith.core.prompt import MAX_RENDERED, above, fixed, parse
from rowsmith.core.sandbox import TESTS

LEAKED = ("<built-in", "<class", "<function", "<bound", "<module", " object at 0x", "<jinja2", "Undefined", "LoopContext", "mappingproxy")
NAMES = ["a", "b", "l", "m", "d", "row", "gone"]
SIGNS = st.text(st.sampled_from(["{", "}", "%", "#", "'", '"', "\n", "\r", "\\", "a", "é", "-", " ", "☃", "_", "\u2028", "\x00"]), max_size=10)
JSON = st.recursive(
    SIGNS | st.none() | st.booleans() | st.integers(-9, 99) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "a", "e f"]) | SIGNS, inner, max_size=3), max_leaves=6,
)  # fmt: skip


def _filtered(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = st.sampled_from(sorted(FILTERS))
    arguments = st.lists(st.sampled_from(["1", "2", "'a'", "b", "attribute='x'", "true", "none", "-1", "l"]), max_size=2).map(", ".join)
    return st.builds(lambda value, name, said: f"{value}|{name}" + (f"({said})" if said else ""), inner, plain, arguments | st.just(""))


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["and", "or", "==", "<", "in", "not in", "+", "-", "/", "//", "*", "~", "%"])
    return st.one_of(
        _filtered(inner),
        st.builds("{}.{}".format, inner, st.sampled_from(["x", "y", "a", "upper", "__class__", "items"])),
        st.builds("{}[{}]".format, inner, st.sampled_from(["0", "'x'", ":2", "1:", "b", "-1", "'__class__'"])),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} if {})".format, inner, inner),
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} is {})".format, inner, st.sampled_from([*TESTS, "divisibleby(3)", "in(l)", "eq(b)", "callable"])),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("{{'x': {}}}".format, inner),
        st.builds("{}()".format, inner),
    )


EXPRESSIONS = st.recursive(st.sampled_from([*NAMES, "i", "loop.index", "loop", "1", "'☃'", "'x'", "none", "_x"]), _larger, max_leaves=4)


def _pieces(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, EXPRESSIONS, inner, inner),
        st.builds("{{% for i in {} %}}{}{{% endfor %}}".format, EXPRESSIONS, inner),
        st.builds("{{% for i, j in {} if i %}}{}{{% else %}}-{{% endfor %}}".format, EXPRESSIONS, inner),
        st.builds("{}{}".format, inner, inner),
        st.builds("{{% set a = {} %}}{}".format, EXPRESSIONS, inner),
    )


TEMPLATES = st.recursive(
    st.one_of(
        st.builds("{{{{ {} }}}}".format, EXPRESSIONS), st.builds("{{{{- {} -}}}}".format, EXPRESSIONS),
        st.sampled_from(["text ", "\n", "{", "{# c #}"]),
    ),
    _pieces, max_leaves=4,
)  # fmt: skip
SCOPES = st.fixed_dictionaries(
    {
        "a": JSON, "b": JSON, "l": st.lists(JSON, max_size=3), "m": st.lists(st.fixed_dictionaries({"x": JSON}), max_size=2),
        "d": st.dictionaries(st.sampled_from(["x", "y"]), JSON), "row": st.dictionaries(st.sampled_from(["a", "b"]), JSON),
    }
)  # fmt: skip
LAWS = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=300)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    one = Renderer()
    yield one
    one.close()


def said(renderer: Renderer, text: str, scope: dict[str, Any], fence: Fence | None = None) -> str | tuple[str, str]:
    """What a text says, or why it does not."""
    try:
        found = parse(text)
        return found.render(scope, fence) if found.plain else renderer.render(text, scope, fence)
    except RowFailed as error:
        return error.reason, str(error)


def in_child(renderer: Renderer, text: str, scope: dict[str, Any]) -> str | tuple[str, str]:
    """The same by the child, whatever the text is."""
    try:
        return renderer.render(text, scope)
    except RowFailed as error:
        return error.reason, str(error)


def refused(text: str) -> Invalid | None:
    """Why the text is no prompt's."""
    try:
        parse(text)
    except Invalid as error:
        return error
    return None


@LAWS
@given(text=TEMPLATES | SIGNS, scope=SCOPES)
@example(text="{{ a|sort }}", scope={"a": [1, "x"]})
@example(text="{% for i in a %}{{ i|join(b) }}{% endfor %}", scope={"a": [[1]], "b": None})
def test_nothing_that_is_written_crashes_hangs_or_leaks(renderer: Renderer, text: str, scope: dict[str, Any]) -> None:
    wrong = refused(text)
    if wrong is not None:
        assert wrong.what.startswith("The prompt ") and wrong.fix
    else:
        first = said(renderer, text, scope)
        assert first == said(renderer, text, scope), "rendering is deterministic"
        told = first if isinstance(first, str) else first[1]
        assert len(told) <= MAX_RENDERED and not any(sign in told for sign in LEAKED)
        assert isinstance(first, str) or first[0] in ("template", "missing_variable", "prompt_too_long")
    raw = in_child(renderer, text, scope)  # nobody looked at it
    assert isinstance(raw, tuple) or not any(sign in raw for sign in LEAKED)
    assert isinstance(raw, str) or raw[0] in ("template", "missing_variable", "prompt_too_long")


@LAWS
@given(text=TEMPLATES, scope=SCOPES, a=JSON, stages=st.booleans())
@example(text="{% if a %}{{ a }}{% endif %}", scope={}, a="{% endif %}{{ b }}", stages=True)
@example(text="{{ a }}{{ b }}", scope={}, a='"}}{{ b }}', stages=True)
def test_what_is_given_for_good_reads_as_if_the_row_had_it(renderer: Renderer, text: str, scope: dict[str, Any], a: Any, stages: bool) -> None:
    try:
        parse(text)
        some, others = {"a": a, **({"b": scope.get("b", 1)} if stages else {})}, {**scope}
        given_text = text
        for name in sorted(some):
            given_text = fixed(given_text, {name: some[name]})
    except Invalid:
        return
    now = parse(given_text)
    assert now.variables == parse(text).variables - some.keys()
    for name in some:
        others.pop(name, None)
    before = said(renderer, text, {**others, **some})
    assert said(renderer, given_text, others) == before
    assert given_text == fixed(given_text, some), "it is not read again"
    if isinstance(before, str):
        assert said(renderer, above("{{ b }}{% x", given_text), others) == f"{{{{ b }}}}{{% x\n\n{before}"


@LAWS
@given(text=TEMPLATES, scope=SCOPES)
@example(text="{% for i in row|items %}{{ i[1] }}{% endfor %}", scope={"row": {"a": "☃"}})
@example(text="{% for i in row|items %}{{ i[1].x }}{% endfor %}", scope={"row": {"a": {"x": "☃"}}})
@example(text="{{ (b or a)|upper|truncate(1, true, '') }}", scope={"a": "☃☃☃", "b": ""})
@example(text="{{ (a, b) }}{{ (a, 1)|join }}{% for x in (a, b) %}{{ x }}{% endfor %}", scope={"a": "☃", "b": ""})
@example(text="{{ b|default(a) }}{{ [a]|join('-') }}{{ b|join(a) }}", scope={"a": "☃", "b": ["x", "y"]})
def test_what_is_fenced_off_is_printed_between_its_lines_alone(renderer: Renderer, text: str, scope: dict[str, Any]) -> None:
    text = text.replace("☃", "x")
    marked = {name: _snow(value, name == "a") for name, value in scope.items()} | {"row": {"a": "☃☃", "b": 1}}
    try:
        parse(text)
    except Invalid:
        return
    found = said(renderer, text, marked, Fence({("a",): "a", ("row", "a"): "a"}, "0123456789ab"))
    if isinstance(found, str):
        outside = re.sub(r"--- 0123456789ab [^\n]* ---\n.*?\n--- 0123456789ab end ---", "", found, flags=re.DOTALL)
        assert "☃" not in outside


def _snow(value: Any, fenced: bool) -> Any:
    """The same value with snowmen in its texts where it is fenced off, and none where it is not."""
    if isinstance(value, str):
        return value.replace("☃", "x") + "☃☃" * fenced
    if isinstance(value, list):
        return [_snow(one, fenced) for one in value]
    if isinstance(value, dict):
        return {_snow(name, fenced): _snow(one, fenced) for name, one in value.items()}
    return value


@LAWS
@given(text=TEMPLATES, scope=SCOPES)
@example(text="{{ d.x|upper|default('n') }}", scope={"d": {"x": "ß"}})
@example(text="{{ gone|default('n')|length }} {{ a }}", scope={"a": [True, None]})
def test_a_plain_text_says_the_same_here_and_in_the_child(renderer: Renderer, text: str, scope: dict[str, Any]) -> None:
    try:
        found = parse(text)
    except Invalid:
        return
    if found.plain:
        here, there = said(renderer, text, scope), in_child(renderer, text, scope)
        assert (here if isinstance(here, str) else here[0]) == (there if isinstance(there, str) else there[0])
