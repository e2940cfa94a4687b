"""What the methods for code, SQL and tools are about: what is wrong is rejected by carrying it out."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from running import Bench

from rowsmith.connectors.execution import unavailable
from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.testing import Request

needs_sandbox = pytest.mark.skipif(bool(unavailable()), reason=unavailable())


def run(name: str, folder: Path, change: Any = None, sets: Mapping[str, str] | None = None, **more: Any) -> tuple[Any, list[Row], list[Request]]:
    """A recipe with its scripted model, whose answers `change(request, value)` may alter: the result, the rows, and what was asked."""
    case = import_module(f"scripted.{name.replace('-', '_')}").CASE
    for path, text in case.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")

    def reply(request: Request) -> Any:
        said = case.reply(request)
        return change(request, said) if change else said

    with Bench(folder, reply) as bench:
        given = {"model": "openai/large", "base_url": bench.server.url, **case.sets, **(sets or {})}
        found = bench.runs.start(name, sets=given, **more)
        return found, list(bench.lab.project("default").datasets.rows(name)) if found.kept else [], bench.asked


@needs_sandbox
def test_a_wrong_solution_is_rejected_by_carrying_it_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def spoiled(request: Request, said: Any) -> Any:
        return {**said, "answer": said["answer"].replace("n + 1", "n - 1")} if request.chance[0] % 2 else said

    found, rows, asked = run("oss-instruct", tmp_path, spoiled)
    wrong = sum(request.chance[0] % 2 for request in asked)
    assert 0 < wrong < len(asked)
    assert found.dropped["failed_tests"] == wrong
    assert all(row.scores["executed"] == {"passes": True, "passed": 3, "tests": 3, "error": ""} for row in rows)
    assert found.executed == ("score.executed",)


def test_without_execution_problems_are_kept_untested_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found, rows, _ = run("oss-instruct", tmp_path, sets={"execute": "false"})
    assert found.executed == () and rows
    assert not any("executed" in row.scores for row in rows)


def test_a_snippet_has_1_to_15_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, rows, _ = run("oss-instruct", tmp_path, sets={"execute": "false"})
    source = (tmp_path / "code" / "a.py").read_text(encoding="utf-8")
    spans = [row.origin["source"]["span"] for row in rows]
    assert all(1 <= len(source[start:end].splitlines()) <= 15 for start, end in spans)
    assert len({tuple(span) for span in spans}) == len(spans)


def test_wrong_sql_is_rejected_and_the_vote_must_meet_the_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def spoiled(request: Request, said: Any) -> Any:
        kind = request.chance[0] % 3
        if "sql" in said and kind == 0:
            return {"sql": "SELECT nam FROM item"}
        if "answer" in said and kind == 1:  # they agree, on something else
            return {**said, "answer": [said["answer"][2], "SELECT name FROM item WHERE 1", said["answer"][0]]}
        if "answer" in said and kind == 2:  # no two agree
            return {**said, "answer": ["SELECT 1", "SELECT 2", said["answer"][0]]}
        return said

    found, rows, _ = run("text-to-sql", tmp_path, spoiled, {"count": "24", "agree": "0.6"})
    assert {"wrong_sql", "other_result", "no_majority"} <= set(found.dropped)
    assert found.kept == len(rows) == 24 - sum(found.dropped.values())
    for row in rows:
        assert row.data["answer"] == "SELECT name FROM item WHERE price > 4"
        assert (row.scores["vote"]["agree"], row.scores["vote"]["of"], row.scores["vote"]["rows"]) == (2, 3, 3)


def test_questions_come_in_every_complexity_and_style(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, rows, asked = run("text-to-sql", tmp_path, sets={"count": "36"})
    assert {row.data["complexity"] for row in rows} == {"simple", "moderate", "complex", "highly complex"}
    assert len({row.data["style"] for row in rows}) == 9
    solver = [request for request in asked if request.model == "solver"]
    assert solver and not any("ORDER BY name" in request.text for request in solver)  # it does not see the query


