"""Errors over HTTP say what is wrong and what to do."""

from __future__ import annotations

from running import ask
from served import Desk


def test_what_is_not_there_is_told_with_its_fix(desk: Desk) -> None:
    told = desk.client.get("/projects/default/datasets/no/rows", status=404)
    assert (told["status"], told["error"], told["title"]) == (404, "NotFound", "Not Found")
    assert "no" in told["what"] and told["fix"]
    assert desk.client.http.get("/projects/other").headers["content-type"] == "application/problem+json"
    assert desk.client.get("/projects/other", status=404)["error"] == "NotFound"
    assert desk.client.get("/nothing/here", status=404)["fix"]
    assert desk.client.post("/health", status=405)["what"]


def test_every_problem_of_a_recipe_is_told_and_nothing_runs(desk: Desk) -> None:
    told = desk.started({"kind": "read.rows", "rows": [{"text": "a"}]}, ask(modell="x"), {"kind": "filter.nothing"}, status=422)
    assert len(told["problems"]) >= 2 and all(one["what"] and one["line"] for one in told["problems"])
    assert desk.client.get("/projects/default/runs")["items"] == []


def test_values_that_cannot_be_are_named(desk: Desk) -> None:
    told = desk.client.post("/projects/default/runs", {"recipe": "x", "target": 0, "budgt": 1}, status=422)
    assert {one["what"].partition(":")[0] for one in told["problems"]} == {"target", "budgt"}
    assert desk.client.get("/projects/default/runs", limit=0, status=422)["problems"][0]["what"].startswith("limit")
