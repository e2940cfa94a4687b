"""Merging branches, picking versions, restoring: what becomes of rows, who is asked, and what a kill leaves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from version_rows import made, made_row

from rowsmith.core.merge import Clash
from rowsmith.store import committing, events
from rowsmith.store.committing import Commit, commit_edits, commit_merge, commit_state, moved
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Edits
from rowsmith.store.merging import Terms
from rowsmith.store.publishing import Counts, Said
from rowsmith.store.refs import Refs
from rowsmith.store.versions import Version, Versions

ME = Said(None, "ann", "merge")
CLASH = [made_row(2, "ours 2"), made_row(3, "both")]


def forked(db: Database, ours: list[object], theirs: list[object]) -> tuple[Version, Version]:
    """A dataset of 300 rows whose branches main and draft have each taken rows of their own."""
    datasets = Datasets(db)
    first = datasets.commit("p", "qa", made(300), run=1)
    Refs(db, datasets.get("p", "qa")).make("draft", "branch", first.id, "ann")
    return datasets.commit("p", "qa", ours), datasets.commit("p", "qa", theirs, branch="draft")  # type: ignore[arg-type]


def merged(db: Database, theirs: Version, terms: Terms | None = None) -> Commit:
    return commit_merge(db, theirs.dataset, "main", theirs, ME, terms or Terms(), None)


def answer(db: Database, version: Version | None, number: int) -> object:
    assert version is not None
    return Datasets(db).row(version, made_row(number, "").id).data["answer"]


def test_both_sides_changes_come_together(database: Database) -> None:
    ours, theirs = forked(database, [made_row(1, "ours"), made_row(3, "both")], [made_row(2, "theirs"), made_row(3, "both"), made_row(900, "new")])
    done = merged(database, theirs)
    assert (done.counts, done.count_open, done.count_settled) == (Counts(added=1, changed=1), 0, 0)
    assert [answer(database, done.version, n) for n in (1, 2, 3, 900)] == ["ours", "theirs", "both", "new"]
    assert done.version is not None and done.version.parents == (ours.id, theirs.id)
    assert list(Datasets(database).check(done.version)) == []
    again = merged(database, theirs)
    assert (again.version, again.counts) == (done.version, Counts())


def test_what_changes_nothing_is_not_told(database: Database) -> None:
    _, theirs = forked(database, [made_row(1, "ours")], [made_row(2, "theirs")])
    first = merged(database, theirs).version
    before = events.found(database, "p")
    assert [event.data["version"] for event in before if event.kind == "dataset.committed"][-1:] == [first.id if first else ""]
    assert merged(database, theirs).version == first
    assert first is not None and commit_state(database, theirs.dataset, "main", first, ME, None).counts == Counts()
    assert [event.n for event in events.found(database, "p")] == [event.n for event in before]


def test_edits_that_somebody_else_has_just_committed_are_committed_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    version = Datasets(database).commit("p", "qa", made(10), run=1)
    Edits(database, version.dataset, "main").change(made_row(3, "").id, lambda row: {**row.data, "answer": "edited"}, "ann")
    others: list[Commit] = []

    def late(*given: object) -> Version | None:
        monkeypatch.undo()
        others.append(commit_edits(database, version.dataset, "main", ME, Terms(), None))
        return committing.publish(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(committing, "publish", late)
    ours = commit_edits(database, version.dataset, "main", ME, Terms(), None)
    assert [other.counts for other in others] == [Counts(changed=1)]
    assert (ours.version, ours.counts) == (None, Counts())
    assert len(Datasets(database).versions("p", "qa")) == 2


def test_a_branch_that_has_not_moved_becomes_the_other(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(30), run=1)
    Refs(database, datasets.get("p", "qa")).make("draft", "branch", first.id, "ann")
    draft = datasets.commit("p", "qa", made(2, says="draft"), branch="draft")
    done = merged(database, draft)
    assert (done.version, done.counts) == (draft, Counts(changed=2))
    assert Versions(database).head(first.dataset, "main") == draft


def test_conflicts_leave_everything_as_it_is(database: Database) -> None:
    ours, theirs = forked(database, CLASH, [made_row(2, "theirs 2"), made_row(3, "both")])
    done = merged(database, theirs)
    assert (done.version, done.counts) == (None, Counts())
    assert list(done.open) == [Clash(made_row(2, "").id, "answer", "answer 2", "ours 2", "theirs 2")]
    assert Versions(database).head(ours.dataset, "main") == ours


@pytest.mark.parametrize(("prefer", "says", "rows"), [("ours", "ours 2", 300), ("theirs", "theirs 2", 300), ("both", "ours 2", 301)])
def test_a_side_that_is_preferred(database: Database, prefer: str, says: str, rows: int) -> None:
    _, theirs = forked(database, CLASH, [made_row(2, "theirs 2")])
    done = merged(database, theirs, Terms(prefer=prefer))  # type: ignore[arg-type]
    assert done.version is not None
    assert (answer(database, done.version, 2), done.version.rows, done.count_settled) == (says, rows, 1)
    third = list(Datasets(database).rows(done.version))[3]
    assert third.data["answer"] == ("theirs 2" if prefer == "both" else "both")
    assert list(Datasets(database).check(done.version)) == []


def test_single_conflicts_are_settled_by_choice(database: Database) -> None:
    _, theirs = forked(database, [made_row(1, "ours 1"), made_row(2, "ours 2")], [made_row(1, "theirs 1"), made_row(2, "theirs 2")])
    chosen = {(made_row(1, "").id, "answer"): lambda clash: clash.theirs, (made_row(2, "").id, "answer"): lambda clash: "neither"}
    done = merged(database, theirs, Terms(chosen=chosen))
    assert [answer(database, done.version, n) for n in (1, 2)] == ["theirs 1", "neither"]


def test_scores_merge_cell_by_cell_and_origins_keep_everybodys_edits(database: Database) -> None:
    row = made_row(1, "answer 1")
    edits = [{"by": name, "columns": ["answer"]} for name in ("ann", "bob")]
    sides = [row.with_scores({name: 1.0}).with_data({**row.data, name: 1}) for name in ("a", "b")]
    ours, theirs = ([type(row)(s.id, s.order, s.data, s.scores, {**s.origin, "edits": [edit]})] for s, edit in zip(sides, edits, strict=True))
    _, draft = forked(database, list(ours), list(theirs))
    done = merged(database, draft)
    assert done.version is not None
    found = Datasets(database).row(done.version, row.id)
    assert (found.scores, found.data) == ({**row.scores, "a": 1.0, "b": 1.0}, {**row.data, "a": 1, "b": 1})
    assert found.origin["edits"] == edits


def test_picking_takes_what_one_version_changed(database: Database) -> None:
    datasets = Datasets(database)
    _, first_of_draft = forked(database, [made_row(1, "ours")], [made_row(2, "left behind")])
    second = datasets.commit("p", "qa", [made_row(3, "picked")], branch="draft")
    done = commit_merge(database, second.dataset, "main", second, ME, Terms(), None, base=first_of_draft, picked=True)
    assert done.version is not None and len(done.version.parents) == 1
    assert [answer(database, done.version, n) for n in (1, 2, 3)] == ["ours", "answer 2", "picked"]


def test_restoring_makes_a_new_version(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(30), run=1)
    second = datasets.commit("p", "qa", [*made(1, says="other"), *made(2, start=100)])
    done = commit_state(database, first.dataset, "main", first, ME, None)
    assert done.version is not None and done.version.parents == (second.id,)
    assert (done.counts, done.version.root) == (Counts(removed=2, changed=1), first.root)
    assert commit_state(database, first.dataset, "main", first, ME, None).version == done.version
    assert moved(database, done.version) == ()


CHILD = """
import sys
from rowsmith.store.committing import commit_merge, commit_edits
from rowsmith.store.database import open_database
from rowsmith.store.merging import Terms
from rowsmith.store.publishing import Said
from rowsmith.store.versions import Versions
db, me = open_database(sys.argv[1]), Said(None, "ann", "killed")
if sys.argv[2] == "merge":
    commit_merge(db, 1, "main", Versions(db).head(1, "draft"), me, Terms(prefer="ours"), None)
else:
    commit_edits(db, 1, "main", me, Terms(), None)
"""
POINTS = ["versions.blocks.after", "versions.nodes.after", "versions.ref.before", "store.commit.before", "store.commit.after", "versions.ref.after"]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("act", ["merge", "commit"])
def test_killed_it_is_old_or_new(database: Database, database_url: str, act: str, point: str) -> None:
    asked = made_row(1, "").with_data({"input": "asked anew", "answer": "answer 1"})  # with ours it makes a row that neither side has
    ours, _ = forked(database, [made_row(1, "ours"), *CLASH], [asked, made_row(2, "theirs"), made_row(4, "new")])
    Edits(database, ours.dataset, "main").change(made_row(9, "").id, lambda row: {**row.data, "answer": "edited"}, "ann")
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    assert subprocess.run([sys.executable, "-c", CHILD, database_url, act], env=env, timeout=60).returncode == -9
    head = Datasets(database).resolve("p", "qa")
    assert list(Datasets(database).check(head)) == []
    assert head == ours or head.message == "killed"
    edited = len(Edits(database, ours.dataset, "main")) == 0
    assert edited == (act == "commit" and head != ours)
    assert subprocess.run([sys.executable, "-c", CHILD, database_url, act], timeout=60).returncode == 0
    done = Datasets(database).resolve("p", "qa")
    expected = {"merge": ("ours 2", "new", "answer 9"), "commit": ("ours 2", "answer 4", "edited")}[act]
    assert tuple(answer(database, done, n) for n in (2, 4, 9)) == expected
