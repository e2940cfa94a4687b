"""Bodies that nobody needs are gone from their blocks; everything else can be read on, by readers who had begun before, too."""

from __future__ import annotations

import pytest
from version_rows import answers, bytes_in_blocks, made

from rowsmith.core.errors import StorageBusy
from rowsmith.store import projects
from rowsmith.store.blanking import blank_unneeded
from rowsmith.store.bodies import Bodies
from rowsmith.store.changes import stored
from rowsmith.store.checks import check
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.holds import held
from rowsmith.store.tombstones import put
from rowsmith.store.trees import Trees
from rowsmith.store.versions import Version


def entomb(db: Database, version: Version, wanted: str) -> None:
    """Tombstones for the rows of a version that answer so."""
    trees = Trees(db)
    entries = list(trees.entries(trees.load(version.root)))
    bodies = Bodies(db).read({entry.data for entry in entries})
    with db.write() as conn:
        put(conn, 1, [(version.dataset, entry) for entry in entries if wanted.encode() in bodies[entry.data]])


def test_what_no_version_needs_goes(database: Database) -> None:
    projects.ensure(database, "p")
    store = Datasets(database)
    first = store.commit("p", "d", made(300))
    with held(database) as hold, stored(database, made(40, start=1000, says="orphan"), hold):  # a commit that dies before it is one
        pass
    assert b"orphan 1001" in bytes_in_blocks(database)
    assert blank_unneeded(database) == 80
    assert b"orphan" not in bytes_in_blocks(database)
    assert blank_unneeded(database) == 0
    entomb(database, first, "answer 7")
    assert blank_unneeded(database) == 2 * len([i for i in range(300) if str(i).startswith("7")])
    assert answers(store.rows(first)) == [f"answer {i}" for i in range(300) if not str(i).startswith("7")]
    assert list(check(database, first)) == []
    store.commit("p", "other", made(3, start=70))  # the same text, said by another
    assert b"answer 71" in bytes_in_blocks(database)
    assert blank_unneeded(database) == 0


def test_a_deleted_project_leaves_nothing(database: Database) -> None:
    for name in ("one", "two"):
        projects.ensure(database, name)
        Datasets(database).commit(name, "d", made(5, says=name))
    projects.delete(database, "one")
    blank_unneeded(database)
    assert b"one 1" not in bytes_in_blocks(database)
    assert b"two 1" in bytes_in_blocks(database)


def test_a_reader_who_had_begun_reads_on(database: Database) -> None:
    projects.ensure(database, "p")
    store = Datasets(database)
    version = store.commit("p", "d", made(3000))
    rows = iter(store.rows(version))
    assert next(rows).data["answer"] == "answer 0"
    entomb(database, version, "answer 2999")
    blank_unneeded(database)
    assert answers(rows) == [f"answer {i}" for i in range(1, 2999)]


def test_nothing_goes_while_somebody_commits(database: Database) -> None:
    projects.ensure(database, "p")
    Datasets(database).commit("p", "d", made(3))
    with held(database) as hold, stored(database, made(3, start=9), hold), pytest.raises(StorageBusy, match="being committed just now"):
        blank_unneeded(database)
    assert blank_unneeded(database) == 6
