"""What columns hold: counted as looking at every row would count it, through a view that is there or laid over another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowsmith import Lab
from rowsmith.app.projects import Project
from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.store.datasets import Datasets


def rows(count: int) -> list[Row]:
    out = []
    for n in range(count):
        data: dict[str, Any] = {"n": n, "text": f"word {n}", "label": "xyx"[n % 3], "ok": n % 4 == 0, "mixed": n if n % 2 else [str(n)]}
        if n % 5 == 0:
            data["label"] = ""
        if n % 10 == 0:
            del data["n"]
        name = n.to_bytes(16, "big")
        out.append(Row(name.hex(), name, data, {}, {}))
    return out


@pytest.fixture
def project(tmp_path: Path) -> Any:
    with Lab(tmp_path / "home", environ={}) as lab:
        lab.project()
        Datasets(lab.db).commit("default", "qa", rows(100), run=1)
        yield lab.project()


def facts(project: Project) -> dict[str, Any]:
    return {one.name: one for one in project.datasets.columns("qa")}


def test_types_what_is_missing_values_and_histograms(project: Project) -> None:
    found = facts(project)
    assert [(one.rows, one.types, one.missing) for one in (found["n"], found["label"])] == [(100, {"number": 90}, 10), (100, {"text": 100}, 20)]
    assert (found["n"].missing_share, found["n"].values, found["n"].of) == (0.1, [], "value")
    assert sum(one["count"] for one in found["n"].histogram) == 90 and len(found["n"].histogram) == 20
    assert (found["n"].histogram[0]["from"], found["n"].histogram[-1]["to"]) == (1, 99)
    said = [row.data["label"] for row in rows(100)]
    assert {one["value"]: one["count"] for one in found["label"].values} == {value: said.count(value) for value in ("x", "y", "")}
    assert found["ok"].values == [{"value": False, "count": 75}, {"value": True, "count": 25}]
    assert (found["text"].of, [(one["from"], one["count"]) for one in found["text"].histogram if one["count"]]) == ("length", [(6, 10), (6.95, 90)])
    assert (found["mixed"].types, found["mixed"].missing) == ({"list": 50, "number": 50}, 0)


def test_they_are_kept_and_those_of_a_new_version_are_its_own(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = facts(project)
    project.edits.set("qa", rows(2)[1].id, {"n": "one", "new": True})
    assert facts(project) == first
    project.history.commit("qa")
    second = facts(project)
    assert (second["n"].types, second["new"].types, second["new"].missing) == ({"number": 89, "text": 1}, {"true/false": 1}, 99)
    monkeypatch.setattr(type(project.lab.views), "open", None)
    assert canonical([one.dump() for one in facts(project).values()]) == canonical([one.dump() for one in second.values()])
