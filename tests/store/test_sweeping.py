"""Sweeping: what nothing leads to goes, what anything leads to stays, and who is committing is left in peace."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from version_rows import answers, bytes_in_blocks, made, made_row

from rowsmith.core.errors import Conflict
from rowsmith.store import blanking, sweeping
from rowsmith.store.bodies import Bodies
from rowsmith.store.committing import commit_edits
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Edits
from rowsmith.store.holds import held
from rowsmith.store.merging import Terms
from rowsmith.store.publishing import Said
from rowsmith.store.refs import Refs
from rowsmith.store.runs import Runs
from rowsmith.store.sweeping import sweep
from rowsmith.store.trees import Trees
from rowsmith.store.versions import Version, Versions


def counts(db: Database) -> list[int]:
    with db.read() as conn:
        return [conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("version", "node", "body", "block")]


def stranded(db: Database) -> tuple[Version, list[int]]:
    """A dataset whose branch was rolled back, and what it took before it went on."""
    datasets = Datasets(db)
    first = datasets.commit("p", "qa", made(1000), run=1)
    before = counts(db)
    datasets.commit("p", "qa", made(400, says="other"))
    Refs(db, datasets.get("p", "qa")).roll_back("main", first.id, "me")
    return first, before


def half_stranded(db: Database) -> tuple[Version, Version]:
    """Two versions that live; a third that does not has rows of its own in the block of the second's."""
    datasets = Datasets(db)
    first = datasets.commit("p", "qa", made(10))
    datasets.commit("p", "qa", made(40, start=100, says="going") + made(40, start=200, says="staying"))
    Refs(db, datasets.get("p", "qa")).roll_back("main", first.id, "me")
    return first, datasets.commit("p", "qa", made(40, start=200, says="staying"))


def test_what_nothing_leads_to_goes(database: Database) -> None:
    first, before = stranded(database)
    now = counts(database)
    swept = sweep(database, grace_s=0, only_count=True)
    assert counts(database) == now
    assert sweep(database, grace_s=0) == swept
    newest = 1  # block, which stays
    assert [swept.versions, swept.nodes, swept.bodies, swept.blocks + newest] == [now[i] - before[i] for i in range(4)]
    assert swept.bytes > 10_000 and counts(database) == [*before[:3], before[3] + newest]
    assert list(Datasets(database).rows(first)) == made(1000) and list(Datasets(database).check(first)) == []
    assert sweep(database, grace_s=0) == sweeping.Swept(0, 0, 0, 0, 0, 0)


def test_what_is_dead_beside_what_lives_goes(database: Database) -> None:
    first, live = half_stranded(database)
    text_of = bytes_in_blocks(database)
    assert sweep(database, grace_s=3600).blanked == 0 and bytes_in_blocks(database) == text_of
    assert sweep(database, grace_s=0, only_count=True).blanked == 80 and bytes_in_blocks(database) == text_of
    assert sweep(database, grace_s=0).blanked == 80
    assert b"going" not in bytes_in_blocks(database) and b"staying" in bytes_in_blocks(database)
    assert sweep(database, grace_s=0) == sweeping.Swept(0, 0, 0, 0, 0, 0)
    for version in (first, live):
        assert list(Datasets(database).check(version)) == []
    again = Datasets(database).commit("p", "qa", made(40, start=100, says="going"))
    assert answers(Datasets(database).rows(again))[-40:] == [f"going {i}" for i in range(100, 140)]


def test_when_somebody_commits_what_is_dead_stays_for_the_next_sweep(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    half_stranded(database)

    def commits(*asked: Any) -> int:
        Datasets(database).commit("p", "other", made(40, start=100, says="going"))
        return blanking.blank(*asked)

    monkeypatch.setattr(sweeping, "blank", commits)
    assert sweep(database, grace_s=0).blanked == 0
    assert answers(Datasets(database).rows(Datasets(database).resolve("p", "other"))) == [f"going {i}" for i in range(100, 140)]


def test_the_number_of_a_block_is_not_given_again(database: Database) -> None:
    """Whoever has a block open knows it by its number."""
    datasets, reader, trees = Datasets(database), Bodies(database), Trees(database)

    def said(version: Version) -> list[str]:
        bodies = reader.read({entry.data for entry in trees.entries(trees.load(version.root))})
        return sorted(orjson.loads(body)["answer"] for body in bodies.values())

    first = datasets.commit("p", "qa", made(1))
    assert said(datasets.commit("p", "qa", made(2, start=1, says="one"))) == ["answer 0", "one 1", "one 2"]
    Refs(database, datasets.get("p", "qa")).roll_back("main", first.id, "me")
    sweep(database, grace_s=0)
    assert said(datasets.commit("p", "qa", made(2, start=1, says="two"))) == ["answer 0", "two 1", "two 2"]


def test_what_is_young_tagged_or_made_by_a_run_stays(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(10), run=1)
    tagged = datasets.commit("p", "qa", made(1, says="tagged"))
    dataset = datasets.get("p", "qa")
    Refs(database, dataset).make("keep", "tag", tagged.id, "me")
    of_run = datasets.commit("p", "qa", made(1, says="a run's"), run=2)
    with database.write() as conn:
        conn.execute(text("INSERT INTO run (project, recipe_name, identity, recipe, lock, options, state, totals, version, created_at) "
                          "VALUES ('p', 'r', 'i', :e, :e, :e, 'finished', :e, :v, 0)"), {"e": b"{}", "v": of_run.id})  # fmt: skip
    Refs(database, dataset).roll_back("main", first.id, "me")
    young = datasets.commit("p", "qa", made(1, says="young"))
    Refs(database, dataset).roll_back("main", first.id, "me")
    assert sweep(database, grace_s=3600).versions == 0
    assert sweep(database, grace_s=0).versions == 1
    left = {version.id for version in Versions(database).every()}
    assert young.id not in left and {first.id, tagged.id, *of_run.parents, of_run.id} == left


def test_what_edits_were_made_over_stays(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(300), run=1)
    second = datasets.commit("p", "qa", [made_row(7, "second")])
    Edits(database, first.dataset, "main").change(made_row(7, "").id, lambda row: {**row.data, "input": "edited"}, "me")
    with database.write() as conn:  # as if the branch had been moved below the edit
        conn.execute(text("UPDATE ref SET version = :v"), {"v": first.id})
    sweep(database, grace_s=0)
    assert second.id not in {version.id for version in Versions(database).every()}
    done = commit_edits(database, first.dataset, "main", Said(None, "me", ""), Terms(prefer="theirs"), None).version
    assert done is not None
    assert datasets.row(done, made_row(7, "").id).data == {"input": "edited", "answer": "answer 7"}


def test_nothing_is_swept_while_somebody_commits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stranded(database)
    now = counts(database)
    monkeypatch.setattr(sweeping, "TRIES", 2)
    monkeypatch.setattr(sweeping, "WAIT_S", 0.01)
    with held(database), pytest.raises(Conflict, match="committing all the time"):
        sweep(database, grace_s=0)
    assert counts(database) == now
    assert sweep(database, grace_s=0).versions == 1


@pytest.mark.slow
def test_commits_and_sweeps_at_once(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(300), run=1)
    dataset, stop = datasets.get("p", "qa"), threading.Event()

    def collect() -> None:
        while not stop.is_set():
            try:
                sweep(database, grace_s=0)
            except Conflict:
                continue

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for turn in range(12):  # the same rows come and go, so that a commit finds bodies that a sweep is about to take
            datasets.commit("p", "qa", made(100, says=f"turn {turn % 3}"))
            if turn % 4 != 3:
                Refs(database, dataset).roll_back("main", first.id, "me")
    finally:
        stop.set()
        collector.join()
    head = datasets.resolve("p", "qa")
    assert [row.data["answer"] for row in datasets.rows(head, limit=100)] == [f"turn 2 {i}" for i in range(100)]
    assert all(list(datasets.check(version)) == [] for version in Versions(database).log(head))


CHILD = """
import sys
from rowsmith.store.database import open_database
from rowsmith.store.sweeping import sweep
from rowsmith.store.trees import Trees
sweep(open_database(sys.argv[1]), grace_s=0)
"""


@pytest.mark.parametrize("point", ["sweep.before", "sweep.removed", "store.commit.before", "sweep.after", "sweep.blanked"])
def test_killed_in_a_sweep(database: Database, database_url: str, point: str) -> None:
    first, before = stranded(database)
    now = counts(database)
    swept = [*before[:3], before[3] + 1]  # the newest block stays
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    assert subprocess.run([sys.executable, "-c", CHILD, database_url], env=env).returncode == -9
    assert counts(database) == (swept if point in ("sweep.after", "sweep.blanked") else now)
    assert list(Datasets(database).check(first)) == []
    sweep(database, grace_s=0)
    assert counts(database) == swept and b"other" not in bytes_in_blocks(database)


def test_what_a_run_reads_stays(database: Database) -> None:
    datasets = Datasets(database)
    first = datasets.commit("p", "qa", made(10))
    read = datasets.commit("p", "qa", made(3, says="read"))
    Refs(database, datasets.get("p", "qa")).roll_back("main", first.id, "me")
    Runs(database).create("p", {"name": "r"}, "i", {"datasets": {"read.dataset": {"qa": read.id}}}, {})
    assert sweep(database, grace_s=0).versions == 0
    assert len(list(datasets.rows(read))) == 10
