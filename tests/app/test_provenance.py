"""Provenance both ways: from a row back, from a source forward, and a source forgotten so that no byte of it is left."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop, place
from planted import places
from running import ask, jsonl, texts

from rowsmith.app import forgetting, home
from rowsmith.app.proof import verify
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.row import Row
from rowsmith.testing import Request

SECRET = "Zorblé-Quux 7731 «planted»"
"""With signs that JSON may escape, so that every form of it is another."""
WORD = "Zorblequuxian"
"""One that an index of words keeps whole, in small letters."""
OTHER = "Frimble-4400"
BOB = "Wumble-5511"
sqlite_alone = pytest.mark.parametrize("kind", ["sqlite"], scope="module")
"""What does not depend on the database."""


def answer(request: Request) -> Any:
    if request.inputs is not None:
        return None
    if "odd" in request.text:
        return "no json at all: " + request.text
    return {"answer": f"It says: {request.text}"}


@pytest.fixture
def shop(where: Place) -> Iterator[Workshop]:
    """An empty home."""
    with Workshop(where, answer, price_in=1.0, price_out=2.0) as made:
        yield made


@pytest.fixture(scope="module")
def worked(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(kind, tmp_path_factory.mktemp("worked")) as made:
        with Workshop(made, answer, price_in=1.0, price_out=2.0) as shop:
            work(shop)
        yield made


@pytest.fixture
def full(kind: str, worked: Place, tmp_path: Path) -> Iterator[Workshop]:
    """A home in which something has been done, and its inputs."""
    shutil.copytree(worked.folder / "notes", tmp_path / "copy" / "notes")
    with place(kind, tmp_path / "copy", copy_of=worked) as made, Workshop(made, answer) as shop:
        yield shop


def work(shop: Workshop) -> None:
    """Two files in one run, with chunks, answers, vectors, a set step, rows that are dropped, fail, and are beyond the target."""
    notes = shop.folder / "notes"
    notes.mkdir()
    for name, secret in (("alice.txt", SECRET), ("bob.txt", BOB)):
        said = "\n\n".join(f"{secret}: paragraph {n} of {name} speaks of it and of the number {n * 7}." for n in range(6))
        (notes / name).write_text(f"{said}\n\nAn odd one, {secret}.\n", encoding="utf-8")
    jsonl(shop.folder / "people.jsonl", [{"id": "1", "text": f"one {SECRET}"}, {"id": "2", "text": f"two {OTHER}"}, {"id": "3", "text": "three"}])
    top = {"models": {"writer": shop.model(reasks=0), "embedder": shop.model()}}
    steps = (
        {"kind": "read.files", "paths": ["notes"]}, {"kind": "chunk.tokens", "size": 24, "overlap": 0},
        {"kind": "filter.where", "where": "text NOT LIKE '%paragraph 4%'"}, {"kind": "score.similarity", "column": "text", "to": "a fixed text"},
        ask("Ask about {{ text }}", forward=["text"]), {"kind": "filter.duplicates", "columns": ["answer"]},
    )  # fmt: skip
    first = shop.run(*steps, top={"name": "notes", **top})
    assert first.failed
    assert first.dropped
    shop.run({"kind": "read.files", "paths": ["people.jsonl"]}, ask("Say {{ text }}", forward=["text"]), top={"name": "people", **top})
    shop.run(texts(f"inline {SECRET}", "inline plain"), ask("Say {{ text }}", forward=["text"]), top={"name": "inline", **top})


def provenance(shop: Workshop) -> Any:
    return shop.lab.project().provenance


def left(shop: Workshop, *planted: str) -> list[str]:
    """Where the texts are found, with the home closed as a user leaves it, and open again."""
    with shop.where.database_of() as db:
        return places(db, shop.where.files, *(planted or (SECRET,)))


def said(shop: Workshop, dataset: str) -> list[str]:
    return [row.data["text"] for row in shop.lab.project().datasets.rows(dataset)]


def test_the_search_finds_what_is_planted(full: Workshop) -> None:
    found = " ".join(left(full))
    assert [word for word in ("block.body", "row.data", "call.raw", "run.recipe", "slot.detail", "file ") if word not in found] == []
    assert "inflated" in found


def test_nothing_of_a_forgotten_source_is_left_and_all_else_is(full: Workshop) -> None:
    before, others = said(full, "notes"), left(full, BOB)
    told = [provenance(full).forget(name) for name in ("alice.txt", "people.jsonl", "read.rows")]
    assert left(full) == []
    assert said(full, "notes") == [text for text in before if BOB in text]
    assert said(full, "people") == said(full, "inline") == []
    assert others and left(full, BOB)
    assert [(one.versions, one.files) for one in told] == [(1, 1), (1, 1), (1, 0)]
    assert all(one.rows and one.calls for one in told)
    assert (told[0].vectors > 0, told[1].vectors) == (True, 0)
    proof = verify(full.lab)
    assert proof.problems == []
    assert len(proof.erased) == 6  # a version and a run each


@sqlite_alone
def test_money_and_slots_stay_counted(full: Workshop) -> None:
    was = full.runs.result("r1")
    provenance(full).forget("alice.txt")
    now = full.runs.result("r1")
    assert (now.requested, now.cost_usd, now.calls, now.tokens_in) == (was.requested, was.cost_usd, was.calls, was.tokens_in)
    assert now.kept < was.kept
    assert now.dropped["erased"] >= was.kept - now.kept
    assert now.failed == was.failed
    assert all(SECRET not in json.dumps(trouble) for trouble in full.runs.troubles("r1"))


def test_only_one_record_of_a_file(full: Workshop) -> None:
    rows = list(full.lab.project().datasets.rows("people"))
    (parent,) = rows[0].origin["parents"]
    told = provenance(full).forget(parent)
    assert (told.rows, told.versions, told.files) == (1, 1, 1)
    assert [text[:3] for text in said(full, "people")] == ["two", "thr"]
    assert [place for place in left(full) if "people" in place] == []
    provenance(full).forget("alice.txt")
    provenance(full).forget("read.rows")
    assert left(full) == []
    with pytest.raises(Invalid, match="was made from another one"):
        provenance(full).forget(rows[1].id)


@sqlite_alone
def test_one_file_of_several_after_the_other(full: Workshop) -> None:
    """The second one is found although the first is gone."""
    provenance(full).forget("alice.txt")
    provenance(full).forget("bob.txt")
    assert said(full, "notes") == []
    assert left(full, BOB) == []
    assert verify(full.lab).problems == []


def _lasting(told: forgetting.Forgetting) -> forgetting.Forgetting:
    """What was told, without the temporary folder, in which others may be at work."""
    return replace(told, unreachable=[copy for copy in told.unreachable if copy["kind"] != "temporary"])


def test_forgetting_is_done_once_and_can_be_asked_for_again(full: Workshop) -> None:
    dry = provenance(full).forget("alice.txt", dry_run=True)
    assert left(full)
    first = provenance(full).forget("alice.txt")
    assert _lasting(replace(dry, dry_run=False)) == _lasting(first)
    again = provenance(full).forget("alice.txt")
    assert (again.rows, again.versions, again.calls, again.vectors, again.files) == (0, 0, 0, 0, 0)
    assert verify(full.lab, rebuild=False).problems == []


@sqlite_alone
def test_the_same_source_is_not_taken_in_again_until_it_is_lifted(full: Workshop) -> None:
    recipe = full.recipe({"kind": "read.files", "paths": ["notes"]}, name="again")
    provenance(full).forget("alice.txt")
    with pytest.raises(Conflict, match=r"'alice\.txt' was forgotten by .*rowsmith forget alice\.txt --lift"):
        full.runs.start(recipe)
    (one,) = provenance(full).forgotten()
    assert [full.lab.files.has(name) for name in one.plan.files] == [False]
    with pytest.raises(Conflict, match="cannot go on: a part of what it rests on was forgotten"):
        full.runs.resume("r1")
    assert provenance(full).lift("alice.txt") > 0
    assert full.runs.start(recipe).kept == 2
    assert any(SECRET in text for text in said(full, "again"))
    assert said(full, "notes") == [text for text in said(full, "notes") if BOB in text]


@sqlite_alone
def test_rows_of_a_recipe_are_not_taken_in_again(shop: Workshop) -> None:
    shop.run(texts(SECRET, "plain"))
    provenance(shop).forget("read.rows")
    with pytest.raises(Conflict, match=r"Row 1 of step 'read\.rows' was forgotten"):
        shop.run(texts(SECRET, "plain"), new=True)
    assert shop.run(texts("quite another"), top={"name": "u"}).kept == 1
    assert left(shop) == []


@sqlite_alone
def test_the_same_text_of_another_source_stays(shop: Workshop) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        jsonl(shop.folder / name, [{"id": name, "text": SECRET}])
        shop.run({"kind": "read.files", "paths": [name]}, ask("Say {{ text }}", forward=["text"]), top={"name": "t"})
    told = provenance(shop).forget("a.jsonl")
    assert said(shop, "t") == [SECRET]
    assert told.calls == 0
    assert any("word for word" in reason for reason in told.kept)
    assert verify(shop.lab).problems == []


@sqlite_alone
def test_another_project_keeps_its_own(shop: Workshop) -> None:
    jsonl(shop.folder / "a.jsonl", [{"text": SECRET}])
    recipe = shop.recipe({"kind": "read.files", "paths": ["a.jsonl"]})
    other = shop.lab.projects.create("other")
    for project in (shop.lab.project(), other):
        project.runs.start(recipe)
    told = provenance(shop).forget("a.jsonl")
    assert any("project 'other' has read the same file" in reason for reason in told.kept)
    assert (said(shop, "t"), [row.data["text"] for row in other.datasets.rows("t")]) == ([], [SECRET])
    assert verify(shop.lab).problems == []
    assert other.provenance.forget("a.jsonl").files == 1
    assert left(shop) == []


@sqlite_alone
def test_erased_rows_are_not_counted_shown_exported_or_committed_again(shop: Workshop) -> None:
    datasets = shop.lab.project().datasets
    jsonl(shop.folder / "a.jsonl", [{"id": str(n), "text": f"{n} {SECRET}"} for n in range(100)])
    jsonl(shop.folder / "b.jsonl", [{"id": str(n), "text": f"{n} plain"} for n in range(100)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]})
    gone = next(row for row in datasets.rows("t") if SECRET in row.data["text"])
    provenance(shop).forget("a.jsonl")
    assert (datasets.count("t"), len(list(datasets.rows("t"))), datasets.show("t").rows, datasets.count("run:r1")) == (100, 100, 100, 100)
    assert [row.data["text"] for row in datasets.rows("t", start=98)] == ["98 plain", "99 plain"]
    assert len(list(datasets.rows("t", start=95, limit=3))) == 3
    with pytest.raises(NotFound, match="was erased"):
        datasets.row("t", gone.id)
    (logged,) = shop.lab.project().history.log("t")
    assert (logged.rows, logged.version.rows) == (100, 200)
    datasets.plots("t", shop.folder / "t.html")
    assert '<td class="n">100</td>' in (shop.folder / "t.html").read_text().rpartition("Versions")[2]
    with pytest.raises(Invalid, match="t has 100 rows, and 150 are to be taken"):
        shop.lab.project().shaping.sample("t", 150)
    sampled = shop.lab.project().shaping.sample("t", 50, into="u")
    assert (sampled.rows_before, sampled.rows) == (100, 50)
    assert datasets.export("t", "jsonl", shop.folder / "out.jsonl").rows_out == 100
    store = datasets._store
    with pytest.raises(Invalid, match=r"was erased from this dataset by .*--lift"):
        store.commit("default", "t", [gone])
    made = Row("f" * 32, b"1", {"text": "by hand"}, {}, {"source": {"name": "me"}})
    store.commit("default", "t", [made])
    assert (datasets.count("t"), len(list(datasets.rows("t")))) == (101, 101)
    assert verify(shop.lab).problems == []


@sqlite_alone
def test_a_row_made_of_several_sources_goes_with_any_of_them(shop: Workshop) -> None:
    store = shop.lab.project().datasets._store
    parent = Row("a" * 32, b"1", {"text": f"parent {SECRET}"}, {}, {"source": {"name": "one"}})
    both = Row("b" * 32, b"2", {"text": f"both {SECRET}"}, {}, {"source": [{"name": "two"}, {"name": "one"}]})
    child = Row("c" * 32, b"3", {"text": f"child {SECRET}"}, {}, {"source": {"name": "three"}, "parents": ["d" * 32, "a" * 32]})
    grandchild = Row("e" * 32, b"4", {"text": f"grandchild {SECRET}"}, {}, {"source": {"name": "three"}, "parents": ["c" * 32]})
    apart = Row("d" * 32, b"5", {"text": "apart"}, {}, {"source": {"name": "three"}})
    store.commit("default", "t", [parent, both, child, grandchild, apart])
    store.commit("default", "u", [grandchild])
    with provenance(shop).trace("one") as traced:
        assert (traced.rows, traced.versions, traced.datasets) == (2, 2, ("t", "u")) or traced.rows == 5
        assert sorted(row.id[0] for row in traced) == ["a", "b", "c", "e", "e"]
    told = provenance(shop).forget("one")
    assert (told.rows, told.versions) == (4, 2)
    assert said(shop, "t") == ["apart"]
    assert left(shop) == []


@sqlite_alone
def test_a_source_may_be_called_by_what_one_knows_of_it(shop: Workshop) -> None:
    for folder in ("x", "y"):
        (shop.folder / folder).mkdir()
        (shop.folder / folder / "a.txt").write_text(f"{folder} {SECRET}", encoding="utf-8")
    (shop.folder / "x" / "only.txt").write_text("only", encoding="utf-8")
    shop.run({"kind": "read.files", "paths": ["."], "kinds": ["txt"]})
    (row,) = [row for row in shop.lab.project().datasets.rows("t") if row.data["text"].startswith("x")]
    source = row.origin["source"]
    for name in (source["name"], source["hash"], source["hash"][:12], str(shop.folder / "x" / "a.txt"), row.id, row.id[:12]):
        with provenance(shop).trace(name) as traced:
            assert [found.id for found in traced] == [row.id], name
    with provenance(shop).trace("only.txt") as traced:
        assert traced.rows == 1
    with pytest.raises(Conflict, match=r"Several sources may be meant by 'a\.txt'"), provenance(shop).trace("a.txt"):
        pass
    with pytest.raises(NotFound, match=r"Did you mean 'x/only\.txt'"), provenance(shop).trace("x/onyl.txt"):
        pass


def test_copies_that_cannot_be_reached_are_listed(full: Workshop) -> None:
    datasets, calls = full.lab.project().datasets, full.lab.project().calls
    for dataset in ("notes", "people", "run:r1"):
        datasets.export(dataset, "jsonl", full.folder / f"{dataset.replace(':', '-')}.out")
    calls.export(full.folder / "all.calls")
    home.back_up(full.lab, full.folder / "one.backup")
    jsonl(full.folder / "in.jsonl", [{"text": "written"}])
    full.run({"kind": "read.files", "paths": ["in.jsonl"]}, {"kind": "write.files", "path": str(full.folder / "written.jsonl")}, top={"name": "w"})
    (full.folder / "notes.out").unlink()
    told = provenance(full).forget("alice.txt").unreachable
    found = {(copy["kind"], Path(copy["where"]).name, copy["there"]) for copy in told if copy["kind"] != "temporary"}
    expected = {("export", "notes.out", False), ("export", "run-r1.out", True), ("calls", "all.calls", True), ("backup", "one.backup", True)}
    server = {copy["kind"] for copy in told} - {"export", "calls", "backup", "temporary"}
    assert expected <= found
    assert server == ({"server"} if full.where.database else set())
    again = provenance(full).forget("alice.txt").unreachable
    assert expected <= {(copy["kind"], Path(copy["where"]).name, copy["there"]) for copy in again}
    written = provenance(full).forget("in.jsonl").unreachable
    assert ("written", str(full.folder / "written.jsonl")) in {(copy["kind"], copy["where"]) for copy in written}


@sqlite_alone
def test_a_run_that_is_under_way_keeps_its_source(full: Workshop) -> None:
    with full.where.database_of() as db:
        from rowsmith.store.processes import register, renounce

        owner = register(db)
        try:
            full.where.change("UPDATE run SET owner = :o, state = 'running' WHERE n = 1", o=owner)
            for dry_run in (True, False):
                with pytest.raises(Conflict, match="Run r1 uses the source and is being carried out"):
                    provenance(full).forget("alice.txt", dry_run=dry_run)
        finally:
            renounce(owner)
    assert any(SECRET in text for text in said(full, "notes"))


@pytest.mark.slow
def test_views_and_the_index_of_search_are_rid_of_it(shop: Workshop) -> None:
    project = shop.lab.project()
    for name, word in (("a.jsonl", f"{SECRET} {WORD}"), ("b.jsonl", "Plainly")):
        jsonl(shop.folder / name, [{"id": str(n), "text": f"{n} {word} {n * 7}"} for n in range(2600)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]})
    assert project.datasets.rows("t", where="text LIKE '%Zorblequuxian%'").total == 2600
    assert project.datasets.rows("t", search=f"{WORD} 7731").total == 2600
    found = " ".join(left(shop, SECRET, WORD.lower()))
    assert "file rows.heap" in found
    assert "search" in found
    version = project.datasets.get("t")
    with shop.where.lab() as other:  # another process that has it open
        assert other.project().datasets.rows("t", where="text LIKE '%Zorblequuxian%'").total == 2600
        provenance(shop).forget("a.jsonl")
        assert other.project().datasets.rows("t", where="text LIKE '%Zorblequuxian%'").total == 0
        assert left(shop, SECRET, WORD, WORD.lower()) == []
        for lab in (shop.lab, other):
            datasets = lab.project().datasets
            assert datasets.rows("t", search=WORD).total == 0
            assert datasets.rows("t", search="plainly", sort=["-text"]).total == 2600
            assert (datasets.count("t"), datasets.show("t").rows, version.rows) == (2600, 2600, 5200)
    assert verify(shop.lab).problems == []


@pytest.mark.slow
@sqlite_alone
def test_views_and_indexes_follow_what_is_hidden_and_what_comes_back(shop: Workshop) -> None:
    """A process that dies right after a forgetting is written down leaves views in which the rows are."""
    jsonl(shop.folder / "a.jsonl", [{"id": str(n), "text": f"{n} {SECRET}"} for n in range(5100)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl"]})
    assert shop.lab.project().datasets.rows("t", where="text LIKE '%Quux%'").total == 5100

    def dies(lab: Any, one: Any) -> None:
        raise RuntimeError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgetting, "_carry_out", dies)
        with pytest.raises(RuntimeError):
            provenance(shop).forget("a.jsonl")
    with shop.where.lab() as lab:
        assert lab.project().datasets.rows("t", where="text LIKE '%Quux%'").total == 0
        assert [problem["kind"] for problem in verify(lab, rebuild=False).problems] == ["erasure"]
    provenance(shop).finish()
    datasets = shop.lab.project().datasets
    first = datasets.get("t")
    assert (datasets.rows("t", search="Quux").total, datasets.rows("t").total) == (0, 0)
    provenance(shop).lift("a.jsonl")
    assert (datasets.rows("t", search="Quux").total, datasets.rows("t").total) == (0, 0)
    shop.run({"kind": "read.files", "paths": ["a.jsonl"]})
    assert datasets.get("t").root == first.root
    assert (datasets.rows("t", where="text LIKE '%Quux%'").total, datasets.rows("t", search="Quux").total) == (5100, 5100)
    assert datasets.rows(f"t@{first.id}").total == 5100


@sqlite_alone
def test_runs_that_read_the_rows_from_a_dataset_are_rid_of_them(shop: Workshop) -> None:
    for name, secret in (("a.jsonl", SECRET), ("b.jsonl", "plain")):
        jsonl(shop.folder / name, [{"id": str(n), "text": f"{n} {secret}"} for n in range(3)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]})
    shop.run({"kind": "read.dataset", "dataset": "t"}, {"kind": "filter.where", "where": "text NOT LIKE '1%'"}, top={"name": "again"})
    shop.run({"kind": "read.dataset", "dataset": "again"}, ask("Say {{ text }}", forward=["text"]), top={"name": "said"})
    told = provenance(shop).forget("a.jsonl")
    assert (told.runs, told.calls) == (["r1", "r2", "r3"], 2)
    assert left(shop) == []
    assert sorted(said(shop, "said")) == sorted(said(shop, "again")) == ["0 plain", "2 plain"]
    assert verify(shop.lab).problems == []


@sqlite_alone
def test_locks_bundles_and_statistics_tell_of_it(shop: Workshop) -> None:
    from rowsmith.app.bundles import verify_bundle
    from rowsmith.app.proof import verify_lock

    datasets = shop.lab.project().datasets
    for name, secret in (("a.jsonl", SECRET), ("b.jsonl", "plain")):
        jsonl(shop.folder / name, [{"id": str(n), "text": f"{n} {secret}"} for n in range(3)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]})
    lock, before = shop.folder / "t.lock", shop.folder / "before.zip"
    datasets.lock("t", lock)
    datasets.bundle("t", before)
    assert datasets.show("t").rows == 6
    told = provenance(shop).forget("a.jsonl")
    assert {(copy["kind"], Path(copy["where"]).name) for copy in told.unreachable} >= {("lock", "t.lock"), ("bundle", "before.zip")}
    proof = verify_lock(shop.lab, lock)
    assert (proof.problems, len(proof.erased)) == ([], 2)
    bundle = datasets.bundle("t", shop.folder / "after.zip")
    assert (bundle.rows, bundle.erased) == (6, 3)
    checked = verify_bundle(shop.folder / "after.zip")
    assert (checked.problems, len(checked.erased)) == ([], 3)
    assert datasets.show("t").rows == 3


@sqlite_alone
def test_edits_branches_and_differences_pass_over_what_was_erased(shop: Workshop) -> None:
    project = shop.lab.project()
    for name, secret in (("a.jsonl", SECRET), ("b.jsonl", "plain")):
        jsonl(shop.folder / name, [{"id": str(n), "text": f"{n} {secret}"} for n in range(3)])
    shop.run({"kind": "read.files", "paths": ["a.jsonl", "b.jsonl"]})
    gone, kept = (next(row for row in project.datasets.rows("t") if word in row.data["text"]) for word in (SECRET, "plain"))
    first = project.datasets.get("t").id
    project.history.branch("t", "draft")
    project.edits.set("t", gone.id, {"text": f"edited {SECRET}"})
    project.history.commit("t", "an edit of it")
    project.edits.set("t", gone.id, {"text": f"edited again {SECRET}"})
    project.edits.set("t@draft", gone.id, {"text": f"on a branch {SECRET}"})
    project.edits.set("t@draft", kept.id, {"text": "kept and edited"})
    for row in (gone, kept):
        project.reviews.add("t", row.id, verdict="reject", note=f"It speaks of {row.data['text']}")
    told = provenance(shop).forget("a.jsonl")
    assert (told.rows, told.versions) == (3, 2)
    assert left(shop) == []
    assert [review.review.row for review in project.reviews.list("t")] == [kept.id]
    assert project.differences.between("t", first).rows == ()
    with pytest.raises(NotFound, match="has no row"):
        project.edits.set("t", gone.id, {"text": "once more"})
    project.history.commit("t@draft", "what is left")
    merged = project.history.merge("t", "draft")
    assert (merged.changed, merged.conflict_count) == (1, 0)
    assert sorted(said(shop, "t")) == ["1 plain", "2 plain", "kept and edited"]
    assert verify(shop.lab).problems == []


@sqlite_alone
def test_what_dead_processes_and_plans_left_goes(full: Workshop) -> None:
    files = full.lab.files
    (files.scratch("run-1-7") / "rows").write_text(SECRET, encoding="utf-8")
    (files.scratch("peril-1") / "marks").write_text(SECRET, encoding="utf-8")
    (files.root / "blobs" / "dead.part").write_text(SECRET, encoding="utf-8")
    (full.folder / "planned.txt").write_text(f"only planned: {SECRET}", encoding="utf-8")
    planned = files.put_file(full.folder / "planned.txt")
    os.utime(files.path(planned), (0, 0))
    for name in ("alice.txt", "people.jsonl", "read.rows"):
        provenance(full).forget(name)
    assert left(full) == []


@sqlite_alone
def test_a_batch_at_a_server_has_to_end_first(full: Workshop) -> None:
    full.where.change(
        "INSERT INTO batch (token, run, profile, model, state, created_at) VALUES ('t', 1, 'p', :m, 'submitted', 1)", m=b"{}"
    )
    with pytest.raises(Conflict, match="Batch b1 asks about the source and is not settled") as refused:
        provenance(full).forget("alice.txt")
    assert refused.value.fix == "Cancel its run first: rowsmith cancel r1."
    output = full.lab.files.put_file(full.folder / "notes" / "alice.txt")
    full.where.change("UPDATE batch SET state = 'fetched', output = :o, detail = 'said: Zorbl'", o=output)
    provenance(full).forget("alice.txt")
    assert full.where.query("SELECT output, detail FROM batch") == [(None, "")]


@sqlite_alone
def test_what_a_run_that_failed_said_goes(full: Workshop) -> None:
    full.where.change("UPDATE run SET state = 'failed', reason = :r WHERE n = 1", r=f"It broke at {SECRET}")
    told = json.dumps({"profile": "p", "detail": f"the server says {SECRET}"}).encode()
    full.where.change("INSERT INTO event (project, run, kind, data, at) VALUES ('default', 1, 'server.failing', :d, 1)", d=told)
    for name in ("alice.txt", "people.jsonl", "read.rows"):
        provenance(full).forget(name)
    assert left(full) == []
    assert {event.kind for event in full.lab.project().events.list()} >= {"run.started", "run.ended", "source.forgotten", "server.failing"}
