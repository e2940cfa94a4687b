"""Acts of people go with what they are about: a source that is forgotten, a branch that is deleted, a project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import jsonl
from sqlalchemy import text

from rowsmith import Lab
from rowsmith.app.projects import Project
from rowsmith.core.errors import NotFound


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Lab(tmp_path / "home", environ={}) as lab:
        lab.project()
        made = lab.projects.create("p")
        made.datasets.import_([jsonl(tmp_path / "rows.jsonl", [{"input": "planted secret"}, {"input": "b"}])], "qa", format="jsonl")
        yield made


def kept(project: Project) -> list[int]:
    with project.lab.db.read() as conn:
        return [conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("edit_act", "edit_act_row")]


def test_a_forgotten_source_is_in_no_act(project: Project) -> None:
    rows = list(project.datasets.rows("qa"))
    project.edits.set("qa", rows[0].id, {"label": "x"})
    project.edits.add("qa", {"input": "mine"})
    assert kept(project) == [2, 2]
    project.provenance.forget("rows.jsonl")
    with project.lab.db.read() as conn:
        assert [bytes(said) for (said,) in conn.execute(text("SELECT made_data FROM edit_act_row"))] == [b'{"input":"mine"}']
    assert [project.edits.undo("qa").rows, project.edits.undo("qa").rows] == [1, 0]


def test_a_branch_and_a_project_take_their_acts_along(project: Project) -> None:
    row = next(iter(project.datasets.rows("qa"))).id
    project.history.branch("qa", "draft")
    for spoken in ("qa", "qa@draft"):
        project.edits.set(spoken, row, {"label": "x"})
    project.history.delete("qa", "draft", discard=True)
    assert kept(project) == [1, 1]
    project.lab.projects.delete("p")
    assert kept(project) == [0, 0]


def test_only_the_newest_acts_are_kept(project: Project) -> None:
    row = next(iter(project.datasets.rows("qa"))).id
    for n in range(203):
        project.edits.set("qa", row, {"n": n})
    assert kept(project) == [200, 200]
    for _ in range(200):
        project.edits.undo("qa")
    assert project.edits.get("qa", row).data == {"input": "planted secret", "n": 2}
    with pytest.raises(NotFound, match="Nothing that"):
        project.edits.undo("qa")
