"""`check` finds every kind of damage, and says where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from version_rows import made

from rowsmith.core.errors import Unavailable
from rowsmith.core.row import Row
from rowsmith.store.bodies import pack, unpack
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.versions import Version


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{tmp_path}/x.db")
    yield found
    found.close()


@pytest.fixture
def version(db: Database) -> Version:
    return Datasets(db).commit("p", "qa", made(400), run=1)


def change(db: Database, sql: str, **values: Any) -> None:
    with db.write() as conn:
        conn.execute(text(sql), values)


def problems(db: Database, version: Version) -> list[dict[str, Any]]:
    datasets = Datasets(db)
    return [dict(found) for found in datasets.check(datasets.resolve("p", f"qa@{version.id}"))]


def test_a_whole_version_has_no_problem(db: Database, version: Version) -> None:
    assert problems(db, version) == []


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("UPDATE version SET message = 'forged'", {"version"}),
        ("UPDATE version SET rows = 399", {"version", "count"}),
        ("UPDATE version SET rolling = zeroblob(16)", {"version", "rolling"}),
        ("""UPDATE version SET parents = CAST('["00"]' AS BLOB)""", {"version"}),
        ("DELETE FROM node WHERE hash = (SELECT root FROM version)", {"node", "count", "rolling"}),
        ("DELETE FROM node WHERE hash IN (SELECT hash FROM node WHERE length(body) > 1000 LIMIT 1)", {"node", "count", "rolling"}),
        ("UPDATE node SET body = zeroblob(9) WHERE hash IN (SELECT hash FROM node WHERE length(body) > 1000 LIMIT 1)", {"node", "count", "rolling"}),
        ("DELETE FROM body WHERE hash IN (SELECT hash FROM body LIMIT 1)", {"body"}),
        ("UPDATE body SET pos = 100000 WHERE hash IN (SELECT hash FROM body LIMIT 1)", {"body"}),
        ("DELETE FROM block WHERE n = 1", {"body"}),
        ("UPDATE block SET body = CAST('zjunk' AS BLOB) WHERE n = 1", {"body"}),
    ],
)  # fmt: skip
def test_damage_is_found(db: Database, version: Version, sql: str, kinds: set[str]) -> None:
    change(db, sql)
    found = problems(db, version)
    assert {problem["kind"] for problem in found} == kinds
    assert all(problem["where"].startswith(f"version {version.id[:12]}") and problem["what"] for problem in found)


def test_an_altered_text_is_found_by_row(db: Database, version: Version) -> None:
    with db.read() as conn:
        parts = unpack(conn.execute(text("SELECT body FROM block WHERE n = 1")).scalar_one())
    parts[0] = parts[0].replace(b"answer 0", b"answer 9")
    change(db, "UPDATE block SET body = :body WHERE n = 1", body=pack(parts))
    (problem,) = problems(db, version)
    assert problem == {"kind": "body", "what": "its data is altered", "where": f"version {version.id[:12]}, row {made(1)[0].id}"}


def test_a_row_without_provenance_is_found(db: Database) -> None:
    rows = [made(1)[0], Row("f" * 32, b"\xff", {"text": "from nowhere"})]
    version = Datasets(db).commit("p", "qa", rows)
    assert [(found["kind"], found["where"][-32:]) for found in problems(db, version)] == [("provenance", "f" * 32)]


def test_reading_a_damaged_version_says_so(db: Database, version: Version) -> None:
    change(db, "DELETE FROM body")
    with pytest.raises(Unavailable, match=r"damaged: body .* is missing.*rowsmith verify"):
        list(Datasets(db).rows(version))
    change(db, "DELETE FROM node WHERE hash = (SELECT root FROM version)")
    with pytest.raises(Unavailable, match=r"damaged: node .* is missing"):
        list(Datasets(db).rows(version))
