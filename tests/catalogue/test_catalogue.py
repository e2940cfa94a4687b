"""Every recipe of the catalogue: it runs from its name, delivers its target, asks as often as it says, sends what its golden text says, leaves no
word of ours in a row, and goes out whole in each format that it names. `ROWSMITH_GOLDEN=write` writes the golden texts anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from case import usual
from running import Bench
from sent import GOLDEN, pieces, strings, told

from catalogue import case_of, laid_out, settings
from rowsmith.app.catalogue import listing, one
from rowsmith.app.quotes import quote
from rowsmith.content import recipes
from rowsmith.engine.recipe_file import load
from rowsmith.testing import Request

NEAR = 0.34
"""How far, as a share, the calls of a run of a few rows may be from what the recipe says."""


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_keeps_what_the_catalogue_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(name)
    monkeypatch.chdir(tmp_path)
    laid_out(case, tmp_path)

    def reply(request: Request) -> Any:
        said = None if request.inputs is not None else case.reply(request)
        return usual(request) if said is None and request.inputs is None else said

    with Bench(tmp_path, reply) as bench:
        sets = settings(name, case, bench.server.url)
        runs, datasets = bench.lab.project("default").runs, bench.lab.project("default").datasets
        forecast = quote(runs, Path(name), sets, target=case.target).calls
        result = runs.start(name, sets=sets, target=case.target)
        assert (result.state, result.kept) == ("finished", case.target), result
        rows = list(datasets.rows(name))
        ours = pieces(load(Path(name), sets))
        assert not [piece for row in rows for text in strings(row.data) for piece in ours if piece in text]
        asked = [request for request in bench.asked if request.inputs is None]
        expected = one(name).about.calls
        assert expected * (1 - NEAR) <= len(asked) / case.target <= expected * (1 + NEAR) + 0.01, len(asked)
        assert forecast is not None and forecast.low <= len(asked) <= forecast.high, (forecast, len(asked))
        for format_ in one(name).about.gives:
            done = datasets.export(name, format_, tmp_path / "out" / format_)
            assert done.rows_out == case.target, (format_, done.lost, done.examples)
            assert done.check is None or done.check.consumer_keeps == case.target, (format_, done.check)
        golden = GOLDEN / f"{name}.txt"
        said = told(asked, ours).replace(bench.server.url, "SERVER")
    if os.environ.get("ROWSMITH_GOLDEN") == "write":
        golden.write_text(said, encoding="utf-8")
    assert golden.is_file(), "There is no golden text: ROWSMITH_GOLDEN=write"
    assert said == golden.read_text(encoding="utf-8")


def test_every_recipe_has_a_case_and_a_golden_text() -> None:
    scripted = {path.stem.replace("_", "-") for path in GOLDEN.parent.joinpath("scripted").glob("*.py")}
    assert scripted == {path.stem for path in GOLDEN.glob("*.txt")} == {found.name for found in listing()} == set(recipes())


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_tells_what_it_is(name: str) -> None:
    found = one(name)
    assert found.description.endswith(".") and len(found.description) < 160
    assert all(given.help for given in found.parameters.values())
    assert {"model", "base_url"} <= set(found.parameters) or not found.roles
