"""What the methods for code, SQL and tools are about: what is wrong is rejected by carrying it out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sandboxed import needs_sandbox

from catalogue import carried_out, case_of
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.testing import Request


def run(name: str, folder: Path, change: Any = None, **sets: str) -> tuple[Any, list[Row], list[Request]]:
    """A recipe once over its input, with its scripted model, whose answers `change(request, value)` may alter: the result, rows, and requests."""
    said, asked = case_of(name).reply, list[Request]()
    found, rows = carried_out(name, folder, answers=lambda one: change(one, said(one)) if change else None, target=None, asked=asked, **sets)
    return found, rows, asked


@needs_sandbox
def test_a_wrong_solution_is_rejected_by_carrying_it_out(tmp_path: Path) -> None:
    def spoiled(request: Request, said: Any) -> Any:
        return {**said, "answer": said["answer"].replace("n + 1", "n - 1")} if request.chance[0] % 2 else said

    found, rows, asked = run("oss-instruct", tmp_path, spoiled)
    wrong = sum(request.chance[0] % 2 for request in asked)
    assert 0 < wrong < len(asked)
    assert found.dropped["failed_tests"] == wrong
    assert all(row.scores["executed"] == {"passes": True, "passed": 3, "tests": 3, "error": ""} for row in rows)
    assert found.executed == ("score.executed",)


def test_without_execution_problems_are_kept_untested_and_say_so(tmp_path: Path) -> None:
    found, rows, _ = run("oss-instruct", tmp_path, execute="false")
    assert found.executed == () and rows
    assert not any("executed" in row.scores for row in rows)


def test_a_snippet_has_1_to_15_lines(tmp_path: Path) -> None:
    _, rows, _ = run("oss-instruct", tmp_path, execute="false")
    source = (tmp_path / "code" / "a.py").read_text(encoding="utf-8")
    spans = [row.origin["source"]["span"] for row in rows]
    assert all(1 <= len(source[start:end].splitlines()) <= 15 for start, end in spans)
    assert len({tuple(span) for span in spans}) == len(spans)


def test_wrong_sql_is_rejected_and_the_vote_must_meet_the_query(tmp_path: Path) -> None:
    def spoiled(request: Request, said: Any) -> Any:
        kind = request.chance[0] % 3
        if "sql" in said and kind == 0:
            return {"sql": "SELECT nam FROM item"}
        if "answer" in said and kind == 1:  # they agree, on something else
            return {**said, "answer": [said["answer"][2], "SELECT name FROM item WHERE 1", said["answer"][0]]}
        if "answer" in said and kind == 2:  # no two agree
            return {**said, "answer": ["SELECT 1", "SELECT 2", said["answer"][0]]}
        return said

    found, rows, _ = run("text-to-sql", tmp_path, spoiled, count="24", agree="0.6")
    assert {"wrong_sql", "other_result", "no_majority"} <= set(found.dropped)
    assert found.kept == len(rows) == 24 - sum(found.dropped.values())
    for row in rows:
        assert row.data["answer"] == "SELECT name FROM item WHERE price > 4"
        assert (row.scores["vote"]["agree"], row.scores["vote"]["of"], row.scores["vote"]["rows"]) == (2, 3, 3)


def test_questions_come_in_every_complexity_and_style(tmp_path: Path) -> None:
    _, rows, asked = run("text-to-sql", tmp_path, count="36")
    assert {row.data["complexity"] for row in rows} == {"simple", "moderate", "complex", "highly complex"}
    assert len({row.data["style"] for row in rows}) == 9
    solver = [request for request in asked if request.model == "solver"]
    assert solver and not any("ORDER BY name" in request.text for request in solver)  # it does not see the query




def test_calls_are_checked_in_form_by_carrying_them_out_and_by_meaning(tmp_path: Path) -> None:
    def spoiled(request: Request, said: Any) -> Any:
        kind = request.chance[0] % 8
        if said is None and "holds" in (request.schema or {}).get("properties", {}):
            return {"reason": "so", "holds": kind != 0}
        if not said or not said.get("calls"):
            return said if not said or "calls" not in said or kind != 1 else {**said, "calls": [{"name": "add", "arguments": '{"a": 1, "b": 2}'}]}
        first = said["calls"][0]
        changed = {
            0: {**first, "name": "weathr"}, 1: {**first, "arguments": "{"}, 2: {**first, "arguments": '{"town": "Oslo"}'},
            3: {"name": "weather", "arguments": '{"city": "Bergen"}'},
        }.get(kind, first)  # fmt: skip
        return {**said, "calls": [changed, *said["calls"][1:]]}

    found, rows, _ = run("apigen", tmp_path, spoiled, count="60")
    assert {"unknown_tool", "bad_arguments", "ungrounded", "meaning"} <= set(found.dropped)
    assert {row.data["style"] for row in rows} >= {"simple", "multiple", "parallel", "no fitting tool"}
    for row in rows:
        called = [call for message in row.data["messages"] for call in message.get("tool_calls", ())]
        assert bool(called) == (row.data["style"] not in ("no fitting tool", "missing argument"))
        assert sum(message["role"] == "tool" for message in row.data["messages"]) == len(called)


@needs_sandbox
def test_calls_are_really_carried_out_where_it_is_allowed(tmp_path: Path) -> None:
    def spoiled(request: Request, said: Any) -> Any:
        if said and said.get("calls") and said["calls"][0]["name"] == "weather" and request.chance[0] % 2:
            return {"input": f"{said['input']} Bergen", "calls": [{"name": "weather", "arguments": '{"city": "Bergen"}'}]}
        return said

    with pytest.raises(Invalid, match="execute: true"):
        run("apigen", tmp_path, spoiled, how="real")
    found, rows, asked = run("apigen", tmp_path, spoiled, how="real", execute="true", count="24")
    assert found.dropped["call_failed"] > 0  # of Bergen the code knows nothing
    assert found.executed == ("transform.tool_results",)
    assert not any(request.model == "simulator" for request in asked)
    results = {m["content"] for row in rows if row.data["style"] == "simple" for m in row.data["messages"] if m["role"] == "tool"}
    assert results == {'{"city":"Oslo","degrees":4}'}


@needs_sandbox
def test_instructions_have_functions_that_agree_with_their_cases_and_answers_that_they_accept(tmp_path: Path) -> None:
    def spoiled(request: Request, said: Any) -> Any:
        if said and "functions" in said and request.chance[0] % 3 == 0:
            return {**said, "functions": ["def evaluate(response):\n    return True"] * 3}
        if isinstance(said, str) and request.chance[0] % 3 == 1:
            return "word " * 30 + "ends."
        return said

    found, rows, _ = run("autoif", tmp_path, spoiled, instructions="6")
    assert found.dropped["no_counterexample"] > 0 and found.dropped["not_kept"] > 0
    for row in rows:
        assert len(row.data["functions"]) == 2  # the one that gives nothing is gone
        assert row.scores["verified"] == {"rate": 1.0, "passed": 2, "of": 2}
        assert len(row.data["answer"].split()) < 20 and row.data["input"].endswith(row.data["instruction"])
    with pytest.raises(Invalid, match="execute: true"):
        run("autoif", tmp_path, spoiled, execute="false")


def test_talks_are_kept_that_end_as_their_blueprint_says(tmp_path: Path) -> None:
    asked: list[Request] = []
    found, rows = carried_out("apigen-mt", tmp_path, asked=asked, count="160", target="32")
    assert {"ungrounded", "missing_call", "other_call", "outcome"} <= set(found.dropped)
    for row in rows:
        made = [call["function"] for one in row.data["messages"] for call in one.get("tool_calls", ())]
        assert {one["name"] for one in made} == {one["name"] for one in row.data["calls"]} == {"add", "weather"}
        assert {one["role"] for one in row.data["messages"]} == {"user", "assistant", "tool"}
        assert row.scores["goal_calls"] == {"planned": 2, "made": 2, "missing": 0, "other": 0} and row.scores["outcome"]["holds"]
        assert not any("Nettles sting." in text for text in (row.data["goal"], str(row.data["messages"])))
    votes = [one for one in asked if "complete" in (one.schema or {}).get("properties", {})]
    assert {one.model for one in votes} == {"judge", "second", "third"} and len(votes) % 3 == 0
    refused = [one for one in votes if "Nettles sting." in one.text]
    assert refused, "two of three refuse it, and it goes no further"
    played = [one.text for one in asked if one.model == "simulator" and "have been tried" in one.text]
    assert played and all('{\\"value\\": 7}' in text for text in played), "who plays the tools knows what the tried calls gave"
    users = [one for one in asked if one.model == "user"]
    assert not any("weather" in str(one.data["messages"]) for one in users), "the user knows of no tool"


def test_a_committee_refuses_and_the_plan_is_made_anew(tmp_path: Path) -> None:
    def refusing(request: Request) -> Any:
        fields = (request.schema or {}).get("properties", {})
        return {name: {"reason": "No.", "score": 0} for name in fields} if "complete" in fields and request.model != "third" else None

    asked: list[Request] = []
    found, _ = carried_out("apigen-mt", tmp_path, answers=refusing, asked=asked, kept=0, count="3", target="1")
    assert found.dropped["committee"] > 0 and not any(one.model in ("user", "agent") for one in asked)
    plans = [one for one in asked if "goal" in (one.schema or {}).get("properties", {})]
    assert len(plans) > 3, "a plan that is refused is asked for again"
