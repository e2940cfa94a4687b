"""Steps about calls of tools: their form, their results, and the conversation that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asking_context import work
from sandboxed import needs_sandbox
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Row
from rowsmith.steps.score.goal_calls import GoalCalls
from rowsmith.steps.score.tool_calls import ToolCalls
from rowsmith.steps.transform.tool_messages import ToolMessages
from rowsmith.steps.transform.tool_results import ToolResults

CITY = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}
TOOLS = [{"name": "weather", "description": "", "parameters": CITY}, {"type": "function", "function": {"name": "time"}}]


def flags(calls: Any, data: dict[str, Any] | None = None, **settings: Any) -> list[str]:
    (found,) = ToolCalls(**settings).rows(row({"tools": TOOLS, "calls": calls, **(data or {})}), StepContext(Path()))
    return [flag["reason"] for flag in found.origin.get("flags", ())]


def call(name: str, arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


@pytest.mark.parametrize(
    ("calls", "reasons"),
    [
        ([call("weather", {"city": "Oslo"})], []),
        ([{"id": "1", "type": "function", "function": call("weather", '{"city": "Oslo", "days": 2}')}, call("time", "{}")], []),
        ([call("wether", {"city": "Oslo"})], ["unknown_tool"]),
        ([call("weather", {})], ["bad_arguments"]),
        ([call("weather", {"city": 3})], ["bad_arguments"]),
        ([call("weather", {"city": "Oslo", "unit": "C"})], ["bad_arguments"]),
        ([call("weather", "Oslo")], ["bad_arguments"]),
        ([call("time", {})] * 2, ["repeated_call"]),
        ([], ["no_call"]),
    ],
)
def test_the_form_of_calls(calls: Any, reasons: list[str]) -> None:
    assert flags(calls) == reasons


def test_arguments_come_from_what_was_said() -> None:
    said = {"input": "The weather in OSLO, for 3 days?"}
    assert flags([call("weather", {"city": "Oslo", "days": 3})], said, said="input") == []
    assert flags([call("weather", {"city": "Oslo", "days": 30})], said, said="input") == ["ungrounded"]


def test_rows_that_must_have_no_call() -> None:
    assert flags([], {"kind": "none"}, without="kind = 'none'") == []
    assert flags([call("time", {})], {"kind": "none"}, without="kind = 'none'") == ["needless_call"]
    with pytest.raises(RowFailed, match="no list of calls"):
        flags("weather")


@needs_sandbox
def test_tools_are_carried_out_in_one_world() -> None:
    code = "n = 0\ndef up(by):\n    global n\n    n += by\n    return {'n': n}\n"
    tools = [{"name": "up"}]
    step = ToolResults(how="real", execute=True)
    (found,), ctx = work(step, row({"tools": tools, "calls": [call("up", {"by": 2}), call("up", '{"by": 3}')], "code": code}), None, [])
    assert isinstance(found, Row) and found.data["results"] == ['{"n":2}', '{"n":5}']
    assert not ctx.asks
    (failed,), _ = work(step, row({"tools": tools, "calls": [call("up", {"by": "x"})], "code": code}), None, [])
    assert isinstance(failed, Drop) and failed.reason == "call_failed" and "TypeError" in failed.detail


def test_tools_are_simulated_and_a_result_that_lacks_fails_the_row() -> None:
    data = {"tools": TOOLS, "calls": [call("weather", {"city": "Oslo"})]}
    (found,), ctx = work(ToolResults(), row(data), {"results": ["rain"]}, [])
    assert isinstance(found, Row) and found.data["results"] == ["rain"] and "Oslo" in ctx.request
    with pytest.raises(RowFailed, match="0 results for 1 calls"):
        work(ToolResults(), row(data), {"results": []}, [])
    (none,), ctx = work(ToolResults(), row({**data, "calls": []}), None, [])
    assert isinstance(none, Row) and none.data["results"] == [] and not ctx.asks


def test_calls_and_results_are_a_conversation() -> None:
    data = {"input": "Rain?", "tools": TOOLS, "calls": [call("weather", {"city": "Oslo"})], "results": ["yes"], "answer": "It rains.", "n": 1}
    (found,) = ToolMessages().rows(row(data), StepContext(Path()))
    function = {"name": "weather", "arguments": '{"city":"Oslo"}'}
    assert found.data["messages"] == [
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "yes"},
        {"role": "assistant", "content": "It rains."},
    ]
    assert [tool["function"]["name"] for tool in found.data["tools"]] == ["weather", "time"]
    assert set(found.data) == {"messages", "tools", "n"}
    with pytest.raises(RowFailed, match="a result for each"):
        list(ToolMessages().rows(row({**data, "results": []}), StepContext(Path())))


def talk(*made: tuple[str, str]) -> list[dict[str, Any]]:
    """A conversation in which these calls are made, a turn for each."""
    turns = [{"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": call(*one)}]} for one in made]
    return [{"role": "user", "content": "Go on."}, *turns, {"role": "assistant", "content": "Done."}]


@pytest.mark.parametrize(
    ("made", "reasons"),
    [
        ([("weather", '{"city": " oslo", "days": 2.0}'), ("time", "{}")], []),
        ([("time", "{}"), ("weather", '{"days": 2, "city": "OSLO"}'), ("time", "{}")], []),
        ([("time", "{}")], ["missing_call"]),
        ([], ["missing_call"]),
        ([("weather", '{"city": "Rome", "days": 2}'), ("time", "{}")], ["missing_call", "other_call"]),
        ([("weather", '{"city": "Oslo", "days": 2}'), ("time", "{}"), ("read", '{"what": "all"}')], []),
        ([("weather", '{"city": "Oslo", "days": 2}'), ("time", "{}"), ("pay", "{}")], ["other_call"]),
    ],
)
def test_the_calls_of_a_talk_are_those_of_its_goal(made: list[tuple[str, str]], reasons: list[str]) -> None:
    planned = [call("weather", '{"city": "Oslo", "days": 2}'), call("time", {})]
    (found,) = GoalCalls(harmless=["read"]).rows(row({"messages": talk(*made), "calls": planned}), StepContext(Path()))
    assert isinstance(found, Row) and [flag["reason"] for flag in found.origin.get("flags", ())] == reasons
    assert found.scores["goal_calls"]["planned"] == 2 and found.scores["goal_calls"]["made"] == len(set(made))


def test_what_is_no_talk_or_no_plan_fails() -> None:
    for data in ({"messages": "Hello", "calls": []}, {"messages": talk(), "calls": "weather"}):
        with pytest.raises(RowFailed, match="holds no list of calls"):
            list(GoalCalls().rows(row(data), StepContext(Path())))
    (found,) = GoalCalls(action="drop").rows(row({"messages": talk(), "calls": [call("time", {})]}), StepContext(Path()))
    assert isinstance(found, Drop) and found.reason == "missing_call"
