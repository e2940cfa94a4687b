"""Recipes that are graphs: whose rows go where, each with an id of its own, and the funnel's numbers along the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench, ask, conserved, texts

from rowsmith.app.results import Result
from rowsmith.engine.recipe_file import loads
from rowsmith.engine.routes import routes

TOWNS = ("Oslo lies in Norway", "Rome lies in Italy")


def passages(result: Result) -> dict[str, tuple[int, int, int]]:
    """Step -> rows that came, were made, were let through."""
    return {passage.step: (passage.came, passage.made, passage.passed) for passage in result.funnel}


def test_roots_are_sources_then_set_steps() -> None:
    recipe = loads("""
name: t
steps:
  - {kind: read.rows, rows: [{text: a}]}
  - {kind: filter.duplicates}
  - {kind: read.rows, name: more, rows: [{text: b}]}
  - {kind: chunk.tokens, from: [filter.duplicates, more]}
""")
    found = routes(recipe)
    assert (found.roots, found.next, found.can_make_more) == ([0, 2, 1], ((1,), (3,), (3,), ()), False)


def test_two_sources_into_one_step(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        more = {**texts("Paris lies in France"), "name": "more"}
        result = bench.run(texts(*TOWNS), more, {"kind": "filter.duplicates", "from": ["read.rows", "more"]})
        assert bench.said(result) == [*TOWNS, "Paris lies in France"]
        assert [row.origin["source"]["name"] for row in bench.rows(result)] == ["read.rows", "read.rows", "more"]
        assert passages(result) == {"read.rows": (0, 2, 2), "more": (0, 1, 1), "filter.duplicates": (3, 0, 3)}


def test_branches_make_rows_of_their_own(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        long, short = ask("Long: {{ text }}", name="long"), {**ask("Short: {{ text }}", name="short"), "from": "read.rows"}
        result = bench.run(texts(*TOWNS), long, short, {"kind": "transform.columns", "set": {"seen": "yes"}, "from": ["long", "short"]})
        rows = bench.rows(result)
        assert (result.state, result.requested, len({row.id for row in rows})) == ("finished", 4, 4)
        assert [row.data["answer"].split(":")[0].split()[0] for row in rows] == ["Long", "Short", "Long", "Short"]
        assert passages(result) == {"read.rows": (0, 2, 2), "long": (2, 2, 2), "short": (2, 2, 2), "transform.columns": (4, 0, 4)}


@pytest.mark.parametrize("limit", [2, 3])
def test_branches_count_as_what_they_open(tmp_path: Path, limit: int) -> None:
    """Each text opens two slots, so a limit takes in half as many texts; and what was not taken in comes when the limit is raised."""
    with Bench(tmp_path) as bench:
        steps = (texts(*"abcdef"), ask(name="long"), {**ask("Short: {{ text }}", name="short"), "from": "read.rows"})
        first = bench.run(*steps, limit=limit)
        assert limit <= first.requested <= limit + 1
        assert bench.run(*steps).kept == 12
        assert (len(bench.asked), bench.server.calls.repeated()) == (12, {})


def test_an_empty_branch_says_so_and_the_other_goes_on(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        qa = {"kind": "generate.qa", "from": "read.rows", "column": "title"}
        source = {"kind": "read.rows", "rows": [{"text": "One text.", "title": " "}]}
        result = bench.run(source, {"kind": "chunk.tokens"}, qa)
        assert (result.kept, result.dropped, result.requested) == (1, {"empty_text": 1}, 2)
        other = bench.run(source, {**qa, "from": "read.rows"}, {"kind": "chunk.tokens", "from": "read.rows"}, top={"name": "other way round"})
        assert (other.kept, other.dropped, other.requested) == (1, {"empty_text": 1}, 2)


def test_a_failed_branch_is_tried_again_by_itself(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.server.change(rules=[{"contains": "Short", "fault": "400"}])
        models = {"writer": bench.model(), "judge": bench.model()}
        steps = (texts(*TOWNS), ask("Long: {{ text }}", name="long"), {**ask("Short: {{ text }}", name="short", model="judge"), "from": "read.rows"})
        first = bench.run(*steps, top={"models": models})
        assert (first.state, first.kept, first.failed) == ("shortfall", 2, {"http_400": 2})
        bench.server.change(rules=[])
        again = bench.runs.resume(first.run)
        conserved(again)
        assert (again.state, again.kept, again.failed, again.pending) == ("finished", 4, {}, 0)
        assert len([text for text in bench.texts if text.startswith("Long")]) == 2


def test_a_branch_behind_a_branch(tmp_path: Path) -> None:
    """Numbers of the funnel follow the way that a row took, not the place of a step in the list."""
    with Bench(tmp_path) as bench:
        result = bench.run(
            texts(*TOWNS),
            ask(name="a"),
            {"kind": "filter.where", "where": "answer LIKE '%Oslo%'"},
            {**ask("B {{ text }}", name="b"), "from": "read.rows"},
            {**ask("C {{ answer }}", name="c"), "from": "b"},
            {**ask("D {{ answer }}", name="d"), "from": "b"},
        )
        assert passages(result) == {
            "read.rows": (0, 2, 2), "a": (2, 2, 2), "filter.where": (2, 0, 1), "b": (2, 2, 2), "c": (2, 2, 2), "d": (2, 2, 2),
        }  # fmt: skip
        assert (result.kept, result.dropped) == (5, {"where": 1})
        assert len({row.id for row in bench.rows(result)}) == 5
