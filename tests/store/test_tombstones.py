"""Erased rows are passed over where they were erased, and nowhere else."""

from __future__ import annotations

import pytest
from version_rows import made

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.store import projects, tombstones
from rowsmith.store.bodies import Bodies
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.forgotten import Plan, begin
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version


def entries(db: Database, version: Version) -> list[Entry]:
    trees = Trees(db)
    return list(trees.entries(trees.load(version.root)))


def test_one_dataset_and_exactly_this_row(database: Database) -> None:
    projects.ensure(database, "p")
    store = Datasets(database)
    one, two = (store.commit("p", name, made(2000)) for name in ("one", "two"))
    every = entries(database, one)
    with database.write() as conn:
        tombstones.put(conn, 1, [(one.dataset, entry) for entry in every[::2]])
    assert list(tombstones.living(database, one.dataset, every)) == every[1::2]
    assert list(tombstones.living(database, two.dataset, every)) == every
    assert (tombstones.erased_in(database, one), tombstones.erased_in(database, two)) == (1000, 0)
    assert [tombstones.exact(entry) for entry in tombstones.of_dataset(database, one.dataset)] == [tombstones.exact(entry) for entry in every[::2]]
    assert tombstones.erased(database, every[:5]) == {tombstones.exact(entry) for entry in every[:5:2]}
    child = store.commit("p", "one", made(1, start=2000))
    assert (tombstones.erased_in(database, child), len(store.rows(child))) == (1000, 1001)
    changed = store.commit("p", "one", made(2000, says="other"))
    assert (tombstones.erased_in(database, changed), len(store.rows(changed))) == (0, 2001)


def test_committing_and_lifting(database: Database) -> None:
    projects.ensure(database, "p")
    store = Datasets(database)
    version = store.commit("p", "d", made(3))
    forgotten = begin(database, "p", "tea.txt", Plan(), {}, [], "alice")
    with database.write() as conn:
        tombstones.put(conn, forgotten.n, [(version.dataset, entries(database, version)[0])])
    with pytest.raises(Invalid, match="was erased from this dataset"):
        store.commit("p", "d", made(3))
    assert len(store.commit("p", "other", made(3)).id) == 32
    with database.write() as conn:
        assert tombstones.lift(conn, forgotten.n) == 1
    assert len(store.rows(version)) == 2
    assert len(store.rows(store.commit("p", "d", made(1, start=3)))) == 3
    assert len(store.rows(version)) == 2
    before = tombstones.mark(database)
    assert len(store.rows(store.commit("p", "d", made(3)))) == 4
    assert len(store.rows(version)) == 3
    assert list(tombstones.of_dataset(database, version.dataset)) == []
    assert tombstones.mark(database) != before


def test_a_body_that_is_missing_and_was_not_erased_is_damage(database: Database) -> None:
    projects.ensure(database, "p")
    store = Datasets(database)
    version = store.commit("p", "d", made(3))
    entry = entries(database, version)[1]
    with database.write() as conn:
        conn.exec_driver_sql("DELETE FROM body")
    with pytest.raises(Unavailable, match=r"The store is damaged: body .* is missing"):
        list(store.rows(version))
    assert Bodies(database).there([entry.data]) == {}
