"""Statistics of versions: kept, and made from the nearest ones by what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from version_rows import made, made_row

from rowsmith.core.ids import canonical
from rowsmith.core.statistics import Statistics, counted
from rowsmith.store import statistics as store
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.statistics import cheaply, count_now, guess, proven, statistics, stored
from rowsmith.store.versions import Version


@pytest.fixture
def version(database: Database) -> Version:
    return Datasets(database).commit("p", "qa", made(200), run=1)


def anew(db: Database, version: Version) -> Statistics:
    rows = list(Datasets(db).rows(version))
    found = counted(((row.data, len(canonical(row.data))) for row in rows), guess())
    found.duplicates = len(rows) - len({canonical(row.data) for row in rows})
    return found


def forget(db: Database) -> None:
    with db.write() as conn:
        conn.execute(text("DELETE FROM statistics"))


def test_they_are_those_of_the_rows_and_kept(database: Database, version: Version) -> None:
    assert stored(database, version.root) is None
    found = statistics(database, version)
    assert found == anew(database, version) == stored(database, version.root)
    assert (found.rows, found.duplicates, found.shape) == (200, 0, ("input, answer", 0))


def test_a_child_is_counted_by_what_differs(database: Database, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    statistics(database, version)
    changes = [made_row(3, "question 4"), made_row(4, "other"), *made(2, start=900, says="Die Ernte ist das, was wir nicht haben")]
    child = Datasets(database).commit("p", "qa", changes)
    monkeypatch.setattr(store, "_said", None)  # all rows are not read
    found = statistics(database, child)
    monkeypatch.undo()
    assert found == anew(database, child)
    assert found.rows == 202


def test_duplicates_are_exact(database: Database) -> None:
    version = Datasets(database).commit("p", "qa", [made_row(i, "same") for i in range(3)])
    assert statistics(database, version).duplicates == 0  # the question is another one
    twice = Datasets(database).commit("p", "qa", [row.with_data({"text": "x"}) for row in made(4, start=10)])
    assert statistics(database, twice).duplicates == 3


def test_what_costs_too_much_is_left_for_later(database: Database, version: Version) -> None:
    assert cheaply(database, version, 199) is None
    assert stored(database, version.root) is None
    count_now(database, version)
    assert stored(database, version.root) is not None
    child = Datasets(database).commit("p", "qa", made(5, says="new"))
    assert cheaply(database, child, 4) is None
    near = cheaply(database, child, 5)
    assert near is not None and near.duplicates is None  # 200 rows were not counted for them
    assert statistics(database, child) == anew(database, child)
    assert cheaply(database, child, 0) == anew(database, child)


def test_another_version_can_be_what_is_counted_from(database: Database, version: Version) -> None:
    child = Datasets(database).commit("p", "qa", made(5, says="new"))
    statistics(database, child)
    back = cheaply(database, version, 5, near=child)
    assert back is not None and back.rows == 200
    assert statistics(database, version) == anew(database, version)


def test_what_is_kept_is_proven(database: Database, version: Version) -> None:
    datasets = Datasets(database)
    versions = [version, datasets.commit("p", "qa", made(5, says="new")), datasets.commit("p", "qa", made(1, start=500))]
    assert list(proven(database, versions)) == []
    for one in versions[1:]:
        statistics(database, one)
    assert [differs for _, differs in proven(database, versions)] == [False, False]
    with database.write() as conn:
        facts = conn.execute(text("SELECT facts FROM statistics WHERE root = :r"), {"r": versions[2].root}).scalar_one()
        changed = bytes(facts).replace(b'"rows":201', b'"rows":202')
        conn.execute(text("UPDATE statistics SET facts = :f WHERE root = :r"), {"f": changed, "r": versions[2].root})
    assert [(one.id, differs) for one, differs in proven(database, versions)] == [(versions[1].id, False), (versions[2].id, True)]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("statistics")
    db = open_database(f"sqlite:///{folder}/x.db")
    yield db
    db.close()


said = st.sampled_from(["tea", "Der Tee ist nicht da", "", "a b c d e f", "茶"])
edits = st.lists(st.dictionaries(st.integers(0, 12), said | st.none(), max_size=6), min_size=1, max_size=4)


@settings(max_examples=25)
@given(edits)
def test_law_by_differences_as_from_all_rows(local: Database, commits: list[dict[int, str | None]]) -> None:
    """Whatever was committed, the statistics made step by step are those made at once."""
    datasets = Datasets(local)
    name = f"d{len(datasets.list('p'))}"
    for commit in commits:
        rows = [made_row(i, answer) for i, answer in sorted(commit.items())]
        version = datasets.commit("p", name, rows)
        step_by_step = statistics(local, version)
        assert step_by_step == anew(local, version)
