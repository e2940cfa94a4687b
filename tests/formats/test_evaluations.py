"""Formats that evaluations, RAG and test runners read."""

from __future__ import annotations

import pytest
from chat_rows import ASKS, CALL, CALL2, CALLS, ODD, PARALLEL, RESULT, SAYS, SYSTEM, TOOLS, WEATHER, chat, reason, row
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment

from rowsmith.core.row import Row
from rowsmith.formats import built_in

PASSAGE = "Refunds within 30 days."


def test_langchain() -> None:
    format = built_in("langchain")
    spelt = {**CALL2, "function": {"name": "time", "arguments": '{"zone":"CET"}'}}
    calls, *results = PARALLEL
    record = format.row(chat(SYSTEM, ASKS, *PARALLEL, {**SAYS, "weight": 1}, tools=TOOLS))
    assert record == {"messages": [SYSTEM, ASKS, {**calls, "content": "", "tool_calls": [CALL, spelt]}, *results, SAYS]}
    assert format.lost(chat(ASKS, {**SAYS, "weight": 1}, tools=TOOLS)) == ["tools", "messages.weight"]


@pytest.mark.parametrize(("why", "bad"), [
    *ODD.items(),
    ("tool_calls", chat(ASKS, CALLS, {"role": "tool", "content": "4 C"}, SAYS)),
    ("tool_calls", chat(ASKS, {**CALLS, "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}]}, RESULT, SAYS)),
])  # fmt: skip
def test_conversations_that_langchain_stops_at(why: str, bad: Row) -> None:
    assert reason(built_in("langchain"), bad) == why


def test_langchain_documents() -> None:
    format = built_in("langchain-documents")
    found = row(text="Grüße", file="a.md", page=3)
    assert format.row(found) == {"page_content": "Grüße", "metadata": {"file": "a.md", "page": 3}, "id": found.id}
    assert format.lost(found) == []
    assert reason(format, row(input="a", answer="b")) == "no_text"


def test_ragas() -> None:
    format = built_in("ragas")
    asked = {"input": "What is the refund window?", "answer": "30 days", "contexts": [PASSAGE]}
    assert format.row(row(**asked)) == {"user_input": "What is the refund window?", "reference_contexts": [PASSAGE], "reference": "30 days"}
    assert format.row(row(**asked | {"contexts": PASSAGE}))["reference_contexts"] == [PASSAGE]
    judged = format.row(row(**asked, reference="Thirty days."))
    assert (judged["response"], judged["reference"]) == ("30 days", "Thirty days.")
    assert format.row(chat(ASKS, SAYS)) == {"user_input": "Weather in Oslo?", "reference": "4 C."}
    assert format.lost(row(**asked, reference="a", topic="refunds")) == ["topic"]
    assert reason(format, row(**asked | {"contexts": [1]})) == "contexts"
    assert reason(format, row(**asked, reference=30)) == "reference"
    assert reason(format, chat(SYSTEM, ASKS, SAYS)) == "system_prompt"


def test_ragas_multi_turn() -> None:
    format = built_in("ragas-multi-turn")
    calls = [{"name": "weather", "args": WEATHER}, {"name": "time", "args": {"zone": "CET"}}]
    assert format.row(chat(ASKS, *PARALLEL, SAYS, reference="Cold.", tools=TOOLS)) == {
        "user_input": [
            {"type": "human", "content": "Weather in Oslo?"}, {"type": "ai", "content": "", "tool_calls": calls},
            {"type": "tool", "content": "4 C"}, {"type": "tool", "content": "12:00"}, {"type": "ai", "content": "4 C."},
        ],
        "reference": "Cold.",
    }  # fmt: skip
    assert format.lost(chat(ASKS, *PARALLEL, SAYS, reference="Cold.", tools=TOOLS)) == ["tools"]
    assert reason(format, chat(SYSTEM, ASKS, SAYS)) == "system_prompt"
    assert [reason(format, chat(*bad, SAYS)) for bad in ((RESULT,), (ASKS, RESULT), (ASKS, SAYS, RESULT))] == ["tool_calls"] * 3
    assert reason(format, chat(ASKS, SAYS, reference=1)) == "reference"


def test_deepeval() -> None:
    format = built_in("deepeval")
    asked = {"input": "What is the refund window?", "answer": "30 days"}
    golden = {"input": "What is the refund window?", "expected_output": "30 days"}
    assert format.row(row(**asked)) == golden
    found = row(**asked, contexts=[PASSAGE], topic="refunds", steps=[{"a": 1}])
    assert format.row(found) == {**golden, "context": [PASSAGE], "additional_metadata": {"topic": "refunds", "steps": [{"a": 1}]}}
    assert format.lost(found) == []
    assert format.lost(chat(ASKS, {**SAYS, "weight": 1}, topic="x")) == ["messages.weight"]
    assert reason(format, row(**asked, contexts={"a": 1})) == "contexts"
    assert reason(format, chat(ASKS, SAYS, ASKS, SAYS)) == "extra_turns"


def test_promptfoo() -> None:
    format = built_in("promptfoo")
    found = row(input="2+3?", answer="5", contexts=["a", "b"], level=3, note="")
    assert format.row(found) == {
        "vars": {"input": "2+3?", "contexts": '["a","b"]', "level": "3"}, "assert": [{"type": "equals", "value": "5"}],
    }  # fmt: skip
    assert format.lost(found) == []
    bad = {"no_pair": {"text": "a"}, "not_text": {"input": "a", "answer": 5}, "empty_input": {"input": "", "answer": "b"}}
    assert {why: reason(format, row(**data)) for why, data in bad.items()} == {why: why for why in bad}
    assert reason(format, row(input="a", answer=" ")) == "empty_answer"


@given(st.text(st.sampled_from("{}%# \n7*endraw\"'é")))
@example("literal {{ 7*7 }} and {% raw %}{{ input }}{% endraw %} {#")
@example("{{{%")
@example("file:///etc/hosts")
@example("package:@acme/code:run")
def test_what_promptfoo_renders_is_what_the_row_said(text: str) -> None:
    """Nunjucks and Jinja read these alike."""
    held = built_in("promptfoo").row(row(input=f"x{text}", answer=f"y{text}", more=f"z{text}", start=text))
    written = [*held["vars"].values(), held["assert"][0]["value"]]
    rendered = [Environment(keep_trailing_newline=True).from_string(value).render(input="no") for value in written]
    assert rendered == [f"x{text}", f"z{text}", *([text] if text else []), f"y{text}"]
    assert [value for value in written if value.startswith(("file://", "package:"))] == []
