"""transform.columns: every setting changes the row, in the stated order, and contradictions are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from asking_context import TEMPLATES

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Row
from rowsmith.core.step import COLUMN
from rowsmith.steps.transform.columns import Columns


class Rendering:
    """A Context that can only render."""

    def render(self, prompt: str, scope: Mapping[str, Any]) -> str:
        return TEMPLATES.render(prompt, scope)


def changed(data: dict[str, Any], **settings: Any) -> dict[str, Any]:
    (row,) = Columns(**settings).rows(Row("a" * 32, b"", data, {"judge": 4}), Rendering())  # type: ignore[arg-type]
    assert row.id == "a" * 32
    return row.data


DATA = {"input": "Why?", "answer": "Because it is.", "n": 2}


@pytest.mark.parametrize(
    ("settings", "after"),
    [
        ({"rename": {"input": "question"}}, {"question": "Why?", "answer": "Because it is.", "n": 2}),
        ({"rename": {"input": "answer", "answer": "input"}}, {"answer": "Why?", "input": "Because it is.", "n": 2}),
        ({"set": {"text": "Q: {{ input }}\nA: {{ answer }} ({{ scores.judge }})"}}, {**DATA, "text": "Q: Why?\nA: Because it is. (4)"}),
        ({"set": {"n": "{{ n }}!"}}, {**DATA, "n": "2!"}),
        ({"compute": {"words": "word_count(answer)", "many": "words > 2"}}, {**DATA, "words": 3, "many": True}),
        ({"compute": {"gone": "nothing + 1"}}, {**DATA, "gone": None}),
        ({"keep": ["answer", "input"]}, {"answer": "Because it is.", "input": "Why?"}),
        ({"drop": ["n", "absent"]}, {"input": "Why?", "answer": "Because it is."}),
        (
            {"rename": {"n": "m"}, "set": {"s": "{{ m }}"}, "compute": {"l": "length(s) + m"}, "drop": ["m", "s"]},
            {"input": "Why?", "answer": "Because it is.", "l": 3},
        ),
        ({"rename": {"absent": "there"}}, DATA),
    ],
)  # fmt: skip
def test_settings(settings: dict[str, Any], after: dict[str, Any]) -> None:
    assert changed(DATA, **settings) == after
    assert not Columns(**settings).check()
    known = frozenset(DATA) | {"absent", "nothing"}
    assert (Columns(**settings).columns(known) or frozenset()) - {"absent", "nothing", "there"} == set(after)


def test_keep_orders_the_columns() -> None:
    assert list(changed(DATA, keep=["answer", "input"])) == ["answer", "input"]


def test_a_row_that_lacks_a_variable_fails() -> None:
    with pytest.raises(RowFailed) as error:
        changed(DATA, set={"x": "{{ absent }}"})
    assert error.value.reason == "missing_variable"


def test_rename_never_replaces() -> None:
    with pytest.raises(RowFailed) as error:
        changed(DATA, rename={"n": "input"})
    assert error.value.reason == "column_taken"
    with pytest.raises(Invalid, match="there is one of that name"):
        Columns(rename={"n": "input"}).columns(frozenset(DATA))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "changes nothing"), ({"keep": ["a"], "drop": ["b"]}, "both given"), ({"set": {"x": "a"}, "compute": {"x": "1"}}, "made twice"),
        ({"rename": {"a": "c", "b": "c"}}, "made twice"), ({"rename": {"a": "a"}}, "the name that it has"),
        ({"set": {"scores": "x"}}, "No column can be called"),
        ({"set": {"x": "{% if a %}"}}, "set 'x'"), ({"compute": {"x": "a +"}}, "compute 'x'"),
        ({"rename": {"a": "b"}, "compute": {"x": "a + 1"}}, "has called 'b'"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(settings: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in Columns(**settings).check())


def test_needed_columns_are_named() -> None:
    text = "{{ c }} {{ b }} {{ origin.source.name }}"
    step = Columns(rename={"a": "b"}, set={"x": text}, compute={"y": "scores.judge + d"}, keep=["x", "y", "b", "e"])
    assert step.marked(COLUMN) == {"rename": ["a"], "set": ["c"], "compute": ["d"], "keep": ["e"]}
    assert step.columns(None) == {"x", "y", "b", "e"}
    assert Columns(drop=["a"]).columns(None) is None
