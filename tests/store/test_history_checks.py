"""What names, edits, reviews, signatures and statistics say has to fit what is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from version_rows import made

from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Edits
from rowsmith.store.history_checks import history, statistics
from rowsmith.store.refs import Refs
from rowsmith.store.reviews import Opinion, Reviews, said_now
from rowsmith.store.signing import Signer
from rowsmith.store.statistics import statistics as count


@pytest.fixture
def db(database: Database) -> Database:
    return filled(database)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    db = open_database(f"sqlite:///{folder}/x.db")
    filled(db)
    db.close()
    return folder


@pytest.fixture
def copy(kept: Path, tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone, for what does not depend on the database."""
    shutil.copytree(kept, tmp_path / "copy")
    db = open_database(f"sqlite:///{tmp_path}/copy/x.db")
    yield db
    db.close()


def filled(database: Database) -> Database:
    datasets = Datasets(database)
    version = datasets.commit("p", "qa", made(5), run=1, signer=Signer(Ed25519PrivateKey.generate()))
    datasets.commit("p", "other", made(2), run=2)
    Refs(database, datasets.get("p", "qa")).make("v1", "release", version.id, "me")
    Edits(database, version.dataset, "main").change(made(1)[0].id, lambda row: {**row.data, "answer": "better"}, "me")
    with database.write() as conn:
        Reviews(database, version.dataset).add(conn, "main", made(1)[0].id, said_now(made(1)[0]), Opinion("accept"), "me")
    count(database, version)
    return database


def problems(db: Database, only: int | None = None) -> list[dict[str, str]]:
    versions = Datasets(db).versions("p", "qa")
    return [problem for found in (history(db, only), statistics(db, versions[::-1])) for _, of_one in found for problem in of_one]


def test_a_whole_history_has_no_problem(db: Database) -> None:
    assert problems(db) == []
    assert {name for name, _ in history(db)} == {"refs", "edits", "reviews", "signatures"}
    assert sum(1 for name, _ in history(db, Datasets(db).get("p", "qa").n) if name == "refs") == 2


@pytest.mark.parametrize(
    ("sql", "kind", "said"),
    [
        ("UPDATE ref SET version = 'ffff' WHERE name = 'v1'", "ref", "which is missing"),
        ("UPDATE ref SET kind = 'brunch' WHERE name = 'v1'", "ref", "which is nothing"),
        ("UPDATE ref SET version = (SELECT version FROM ref WHERE dataset = 2) WHERE name = 'v1'", "ref", "of another dataset"),
        ("UPDATE ref SET dataset = 77 WHERE name = 'v1'", "ref", "its dataset is missing"),
        ("UPDATE ref SET name = 'v2' WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE ref SET kind = 'tag' WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE ref SET author = 'ne' WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE ref SET message = 'a' WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE ref SET created_at = created_at + 1 WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE ref SET digest = NULL WHERE name = 'v1'", "ref", "is altered"),
        ("UPDATE edit SET dataset = 77", "edit", "its dataset is missing"),
        ("UPDATE edit SET branch = 'gone'", "edit", "its branch is missing"),
        ("UPDATE edit SET data = meta", "edit", "does not have its hash"),
        ("UPDATE edit SET base_data = hash", "edit", "made over is missing"),
        ("UPDATE review SET dataset = 77", "review", "its dataset is missing"),
        ("UPDATE review SET verdict = 'accapt'", "review", "which is none"),
        ("UPDATE signature SET signature = signer", "signature", "not what its signer makes"),
        ("UPDATE signature SET version = 'ffff'", "signature", "is missing"),
        ("UPDATE version SET dataset = 77", "version", "its dataset is missing"),
    ],
)
def test_what_does_not_fit_is_found(copy: Database, sql: str, kind: str, said: str) -> None:
    change(copy, sql)
    found = problems(copy)
    assert [p for p in found if p["kind"] == kind and said in p["what"]], found
    assert all(set(p) == {"kind", "what", "where"} and all(p.values()) for p in found)


def test_a_branch_that_moves_is_whole_if_it_was(db: Database) -> None:
    datasets = Datasets(db)
    first, refs = datasets.resolve("p", "qa"), Refs(db, datasets.get("p", "qa"))

    def move() -> None:
        datasets.commit("p", "qa", made(2, start=5))
        refs.roll_back("main", first.id, "me", with_edits=True)
        datasets.commit("p", "qa", made(3, start=5))

    move()
    assert problems(db) == []
    change(db, "UPDATE ref SET author = 'somebody else' WHERE name = 'main'")
    move()
    assert [(p["where"], "altered" in p["what"]) for p in problems(db)] == [("qa@main", True), ("other@main", True)]


def test_statistics_that_are_not_those_of_the_rows_are_found(db: Database) -> None:
    with db.read() as conn:
        facts = bytes(conn.execute(text("SELECT facts FROM statistics")).scalar_one())
    change(db, "UPDATE statistics SET facts = :facts", facts=facts.replace(b'"rows":5', b'"rows":6'))
    assert [p["kind"] for p in problems(db)] == ["statistics"]


def change(db: Database, sql: str, **values: Any) -> None:
    with db.write() as conn:
        conn.execute(text(sql), values)
