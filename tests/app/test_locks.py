"""A lock pins what a version rests on; verify says where the home holds something else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from homes import Place, Workshop, place
from running import ask, jsonl

from rowsmith.app.locks import lock_of, read_lock
from rowsmith.app.proof import verify, verify_lock
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing import Request


def said(request: Request) -> dict[str, str]:
    return {"answer": f"{request.text}, {request.nth}"}


@pytest.fixture(scope="module")
def whole(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A home in which a run was made, its rows were edited and reviewed, and the run was made again over the edits."""
    with place(kind, tmp_path_factory.mktemp("locked")) as where:
        with Workshop(where, said) as shop:
            work(shop)
        yield where


def work(shop: Workshop) -> None:
    jsonl(shop.folder / "in.jsonl", [{"text": f"text {n}"} for n in range(3)])
    read = {"kind": "read.files", "paths": ["in.jsonl"], "format": "jsonl"}
    top = {"name": "qa", "models": {"writer": shop.model()}}
    assert shop.run(read, ask(), top=top).state == "finished"
    project = shop.lab.project()
    (row, *_) = project.datasets.rows("qa")
    project.reviews.add("qa", row.id, verdict="accept", values={"answer": "by hand"})
    project.history.commit("qa", "by hand")
    assert shop.run(read, ask(), {"kind": "filter.where", "where": "answer <> ''"}, top=top, fresh=True).state == "finished"
    project.datasets.export("qa", "jsonl", shop.folder / "out.jsonl", lock=True)
    project.datasets.lock("qa", shop.folder / "qa.lock.json")


@pytest.fixture
def copy(kind: str, whole: Place, tmp_path: Path) -> Iterator[Place]:
    with place(kind, tmp_path / "copy", copy_of=whole) as made:
        yield made


def problems(where: Place, path: Path) -> list[tuple[str, str]]:
    with where.lab() as lab:
        return [(p["what"], p["where"]) for p in verify_lock(lab, path).problems]


def test_what_a_lock_pins(whole: Place) -> None:
    said = read_lock(whole.folder / "qa.lock.json")
    assert [run["run"] for run in said["runs"]] == ["r1", "r2"]
    for run in said["runs"]:
        assert run["inputs"]["read.files"]["in.jsonl"][0][0] == "in.jsonl"
        assert run["recipe"]["models"]["writer"]["model"] and run["prompts"] and run["steps"]["read.files"] == "rowsmith"
        assert run["code"].keys() == {"rowsmith", "python"} and run["calls"]["count"] == 3 and len(run["calls"]["blake2b"]) == 64
        assert str(whole.folder) not in json.dumps({name: part for name, part in run.items() if name != "recipe"})
    assert said["output"]["rows"] == 3 and len(said["output"]["data_blake2b"]) == 64
    assert (said["edits"]["rows"], len(said["versions"])) == (1, 4)
    assert said["versions"][0]["id"] == said["version"] and all(one["signed_by"] for one in said["versions"])


def test_the_same_version_has_the_same_lock(whole: Place) -> None:
    with whole.lab() as lab:
        version = lab.project().datasets.get("qa")
        again = lock_of(lab, "qa", version)
    assert orjson.loads(orjson.dumps(again)) == read_lock(whole.folder / "qa.lock.json")


def test_a_lock_is_proven(whole: Place) -> None:
    assert problems(whole, whole.folder / "qa.lock.json") == []
    assert problems(whole, whole.folder / "out.jsonl.lock.json") == []
    with whole.lab() as lab:
        assert verify_lock(lab, whole.folder / "out.jsonl.lock.json").checked == {"runs": 2, "versions": 4, "rows": 3, "files": 1}


def calls(where: Place) -> int:
    (key,) = where.query("SELECT key FROM spend WHERE run = 1 AND outcome = 1 ORDER BY key LIMIT 1")[0]
    return where.change('UPDATE "call" SET raw = :r WHERE key = :k', r=b"{}", k=key)


DAMAGE: dict[str, tuple[Callable[[Place], Any], str]] = {
    "an answer": (calls, "runs.0.calls.blake2b"),
    "a recipe": (lambda w: w.change("UPDATE run SET recipe = :r WHERE n = 2", r=b'{"steps":[]}'), "runs.1.recipe"),
    "a version that is gone": (lambda w: w.change("DELETE FROM version WHERE run = 1"), "versions"),
    "the dataset": (lambda w: w.change("UPDATE dataset SET name = 'other'"), "No dataset is called 'qa'"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_not_as_it_was_locked_is_told(copy: Place, whole: Place, damage: str) -> None:
    act, said = DAMAGE[damage]
    act(copy)
    assert any(said in what for what, _ in problems(copy, whole.folder / "qa.lock.json"))


def test_the_files_of_an_export_are_those_that_were_locked(whole: Place, tmp_path: Path) -> None:
    for name in ("out.jsonl", "out.jsonl.lock.json"):
        (tmp_path / name).write_bytes((whole.folder / name).read_bytes())
    assert problems(whole, tmp_path / "out.jsonl.lock.json") == []
    (tmp_path / "out.jsonl").write_bytes(b"other")
    assert problems(whole, tmp_path / "out.jsonl.lock.json") == [("its bytes are others", str(tmp_path / "out.jsonl"))]
    (tmp_path / "out.jsonl").unlink()
    assert [what for what, _ in problems(whole, tmp_path / "out.jsonl.lock.json")] == ["it is missing"]


def test_what_is_no_lock_is_told(whole: Place, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "y.json").write_text("no")
    for name in ("x.json", "y.json"):
        with pytest.raises(Invalid, match="is no lock"):
            read_lock(tmp_path / name)
    with pytest.raises(NotFound, match="There is no lock"):
        read_lock(tmp_path / "z.json")
    with whole.lab() as lab, pytest.raises(Invalid, match="have no lock"):
        lab.project().datasets.export("run:r1", "jsonl", tmp_path / "o.jsonl", lock=True)


def test_a_run_over_peoples_changes_is_rebuilt_from_its_own_version(whole: Place) -> None:
    with whole.lab() as lab:
        assert len(lab.project().datasets.get("qa").parents) == 2  # a merge, of no run
        for spoken in (None, "qa"):
            proof = verify(lab, spoken)
            assert (proof.problems, proof.checked["rebuilt"], proof.checked["versions"]) == ([], 2, 4)
        first = lab.project().datasets.versions("qa")[-1]
        proof = verify(lab, f"qa@{first.id}")
        assert (proof.problems, proof.checked["rebuilt"], proof.checked["versions"], proof.checked["rows"]) == ([], 1, 1, 3)
        with pytest.raises(NotFound):
            verify(lab, "other")


def test_an_altered_answer_is_found_below_a_merge(copy: Place) -> None:
    for key, raw in copy.query('SELECT key, raw FROM "call"'):
        copy.change('UPDATE "call" SET raw = :r WHERE key = :k', r=bytes(raw).replace(b"text 1", b"text 9"), k=key)
    with copy.lab() as lab:
        found = [p for p in verify(lab, "qa").problems if p["kind"] == "rebuild"]
    assert {p["where"] for p in found} == {"run r1, dataset qa", "run r2, dataset qa"}
