"""A difference tells what became of the figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from homes import Place
from version_rows import made, made_row

from rowsmith import Lab
from rowsmith.app import differences
from rowsmith.app.projects import Project
from rowsmith.store.datasets import Datasets


@pytest.fixture
def project(where: Place) -> Iterator[Project]:
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", made(20))
        yield lab.project()


def test_a_difference_tells_what_became_of_the_figures(project: Project) -> None:
    first = project.datasets.get("qa").id
    rows = [made_row(0, "Der Tee ist nicht da, und das ist auch so."), made_row(1, "")]
    Datasets(project.lab.db).commit("default", "qa", [*rows, *[row.with_data({"text": "x"}) for row in made(2, start=50)]])
    told = project.differences.between("qa", first).dump()["statistics"]
    old, new = told["old"], told["new"]
    assert (old["rows"], new["rows"], old["duplicates"], new["duplicates"]) == (20, 22, 0, 1)
    assert old["filled"] == {"answer": 1.0, "input": 1.0}
    assert new["filled"] == {"answer": 19 / 22, "input": 20 / 22, "text": 2 / 22}
    assert new["languages"].get("de") == 1 and "de" not in old["languages"]
    assert old["tokens_mean"] == old["tokens"] / 20 and new["unfit"] == 3


def test_uncommitted_edits_have_their_figures_too(project: Project) -> None:
    project.edits.set("qa", made(1)[0].id, {"answer": ""})
    project.edits.add("qa", {"text": "new"})
    told = project.differences.uncommitted("qa").dump()["statistics"]
    assert (told["old"]["rows"], told["new"]["rows"], told["new"]["filled"]["answer"], told["new"]["duplicates"]) == (20, 21, 19 / 21, None)
    project.edits.discard("qa")
    Datasets(project.lab.db).create("default", "empty")
    project.edits.add("empty", {"text": "new"})
    assert project.differences.uncommitted("empty").dump()["statistics"]["old"]["rows"] == 0


def test_figures_that_would_take_long_are_left_out(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "FEW", 5)
    first = project.datasets.get("qa").id
    Datasets(project.lab.db).commit("default", "qa", made(3, says="other"))
    assert project.differences.between("qa", first).dump()["statistics"] is None
    project.datasets.show(f"qa@{first}")
    counted = project.differences.between("qa", first).dump()["statistics"]
    assert (counted["old"]["rows"], counted["new"]["rows"], counted["new"]["duplicates"]) == (20, 20, None)
