"""What a row says: each text once, with its place and part, in every shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.flags import Flag, flagged, flags_of
from rowsmith.core.row import Row
from rowsmith.core.said import parts, replaced, said

CHAT = [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "q"}]}, {"role": "assistant", "content": "a"},
        {"role": "tool", "content": "t", "tool_call_id": "x"}]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text": "t"}, [("text", "other")]),
        ({"text": "t", "label": "l"}, [("text", "other"), ("label", "label")]),
        ({"text": "t", "input": "q", "answer": "a"}, [("text", "context"), ("input", "question"), ("answer", "answer")]),
        ({"question": "q", "response": "a"}, [("question", "question"), ("response", "answer")]),
        ({"messages": CHAT}, [("messages.0.content", "system"), ("messages.1.content.0.text", "question"), ("messages.2.content", "answer"),
                              ("messages.3.content", "context")]),
        ({"input": "q", "chosen": "a", "rejected": CHAT[2:3]}, [("input", "question"), ("chosen", "answer"), ("rejected.0.content", "rejected")]),
        ({"input": "q", "choices": ["x", "y"], "answer": "x"}, [("input", "question"), ("choices.0", "question"), ("choices.1", "question"),
                                                                ("answer", "answer")]),
        ({"note": "n", "n": 3, "none": None, "deep": {"a": ["b"]}}, [("note", "other"), ("deep.a.0", "other")]),
    ],
)  # fmt: skip
def test_each_text_has_its_place_and_part(data: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(part.path, part.role) for part in parts(data)] == expected


def test_texts_of_some_roles_or_columns() -> None:
    assert said({"messages": CHAT}, "question", "answer") == "q\na"
    assert said({"messages": CHAT}) == "s\nq\na\nt"
    assert [part.path for part in parts({"a": "x", "b": "y"}, ["b"])] == ["b"]


json = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["role", "content", "x"]), inner, max_size=3))  # fmt: skip


@given(st.dictionaries(st.sampled_from(["text", "input", "answer", "messages", "messages.0", "chosen", "x\\", "x"]), json, max_size=4))
def test_texts_are_replaced_where_they_stand(data: dict[str, Any]) -> None:
    found = parts(data)
    again = parts(replaced(data, {part.path: f"{part.text}!" for part in found}))
    assert [(part.path, part.text) for part in again] == [(part.path, f"{part.text}!") for part in found]
    assert replaced(data, {}) == data


def test_flags_lie_beside_what_was_flagged_before() -> None:
    row = Row("0" * 32, b"", {"text": "x"})
    one, other = Flag("pii", "email", "an address", 0.9, "text", (0, 1)), Flag("form", "short")
    assert list(flags_of(flagged(flagged(row, [one]), [other]))) == [one, other]
    assert flagged(row, []) is row
