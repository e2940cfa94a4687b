"""Differences of versions: exactly what was edited, whatever the sizes of the maps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from version_rows import made, made_row

from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.diffs import diff, row_differences
from rowsmith.store.trees import Trees, turned

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def test_what_was_added_and_changed(database: Database) -> None:
    datasets = Datasets(database)
    old = datasets.commit("p", "qa", made(500), run=1)
    new = datasets.commit("p", "qa", [made_row(7, "edited"), *made(3, start=600)], run=2)
    found = list(row_differences(database, diff(Trees(database), old.root, new.root)))
    assert {(d.id, d.old is None, d.new is None) for d in found} == {
        (made_row(7, "").id, False, False), *((row.id, True, False) for row in made(3, start=600)),
    }  # fmt: skip
    assert [(d.old.data["answer"], d.new.data["answer"]) for d in found if d.old and d.new] == [("answer 7", "edited")]


@pytest.mark.parametrize("sizes", [(0, 5), (80, 95), (1000, 3)])
def test_maps_of_different_depth(tmp_path: Path, sizes: tuple[int, int]) -> None:
    db = open_database(f"sqlite:///{tmp_path}/x.db")
    datasets = Datasets(db)
    old, new = (datasets.commit("p", f"d{n}", made(n), run=1) for n in sizes)
    found = list(diff(Trees(db), old.root, new.root))
    assert len(found) == abs(sizes[0] - sizes[1])
    assert [d.place for d in found] == sorted(d.place for d in found)
    every = list(Trees(db).entries(Trees(db).load(new.root)))
    assert list(diff(Trees(db), None, new.root)) == [(entry.place, None, entry) for entry in every]
    db.close()


@few
@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
def test_turned_round_it_is_the_same(tmp_path_factory: pytest.TempPathFactory, one: set[int], other: set[int]) -> None:
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('d')}/x.db")
    datasets = Datasets(db)
    sides = (("a", one), ("b", other))
    rows = [[made_row(i, f"{name if i % 3 == 0 else ''}{i}") for i in sorted(chosen)] for name, chosen in sides]
    a, b = (datasets.commit("p", name, said, run=1) for (name, _), said in zip(sides, rows, strict=True))
    there, back = list(diff(Trees(db), a.root, b.root)), list(diff(Trees(db), b.root, a.root))
    assert [(d.place, d.new, d.old) for d in there] == list(back)
    expected = (one ^ other) | {i for i in one & other if i % 3 == 0}
    assert {turned(d.place).hex() for d in there} == {made_row(i, "").id for i in expected}
    db.close()
