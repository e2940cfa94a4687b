"""The library: the same acts as the terminal, the same outcomes, the same rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Bench, ask, called, texts

from rowsmith import Lab
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.engine.recipe_file import load


def test_library_and_terminal_see_the_same(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = bench.recipe(texts("a", "b"), ask())
        result = bench.runs.start(recipe)

        def told(*words: str) -> list[dict[str, object]]:
            done = called([*words, "--home", str(tmp_path / "home"), "--json"], {}, tmp_path)
            return [json.loads(line) for line in done.stdout.splitlines()]

        assert told("runs", "r1") == [json.loads(json.dumps(result.dump()))]
        assert told("run", str(recipe))[-1]["run"] == "r1"
        rows = [{"id": row.id, "data": row.data, "scores": row.scores, "origin": row.origin} for row in bench.lab.project().datasets.rows("t")]
        assert told("rows", "t") == [*({**row, "reviews": []} for row in rows), {"total": 2, "shown": 2}]
        assert told("datasets")[0][0]["version"] == bench.lab.project().datasets.get("t").id  # type: ignore[index]


def test_a_recipe_in_python_is_the_recipe_in_its_file(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        path = bench.recipe(texts("a", "b"), ask())
        assert bench.runs.start(load(path)).run == bench.runs.start(path).run == "r1"


def test_the_same_command_elsewhere_commits_there_and_calls_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = bench.recipe(texts("a", "b"), ask())
        first, second = bench.runs.start(recipe), bench.runs.start(recipe, into="other")
        assert (first.run, second.run, second.dataset, len(bench.asked)) == ("r1", "r1", "other", 2)
        datasets = bench.lab.project().datasets
        assert [row.data for row in datasets.rows("t")] == [row.data for row in datasets.rows("other")]


def test_two_labs_of_one_home(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench, Lab(tmp_path / "home") as other:
        bench.run(texts("a"))
        assert [run.run for run in other.project().runs.list()] == ["r1"]
        assert other.project().datasets.count("t") == other.project().datasets.count("run:r1") == 1


def test_names_that_are_not_there(tmp_path: Path) -> None:
    with Lab(tmp_path / "home") as lab:
        with pytest.raises(NotFound, match="'other'"):
            lab.project("other")
        with pytest.raises(NotFound, match="'r1'"):
            lab.project().runs.get("r1")
        with pytest.raises(NotFound, match="'no'"):
            lab.project().datasets.get("no")
        with pytest.raises(NotFound, match=r"no\.yaml"):
            lab.project().runs.start("no.yaml")
    (tmp_path / "file").touch()
    with pytest.raises(Invalid, match="is a file"):
        Lab(tmp_path / "file")


def test_runs_belong_to_their_project(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        other = bench.lab.projects.create("other")
        recipe = bench.recipe(texts("a"))
        assert (bench.runs.start(recipe).run, other.runs.start(recipe).run) == ("r1", "r2")
        with pytest.raises(NotFound, match="It is in project 'other'"):
            bench.runs.get("r2")
        with pytest.raises(Conflict):
            bench.lab.projects.create("other")


@pytest.mark.parametrize(("name", "value"), [("target", 0), ("limit", 0), ("budget_tokens", 0), ("budget_usd", -1.0)])
def test_wishes_that_make_no_sense(tmp_path: Path, name: str, value: float) -> None:
    with Bench(tmp_path) as bench, pytest.raises(Invalid, match=f"is {value}"):
        bench.runs.start(bench.recipe(texts("a")), **{name: value})
