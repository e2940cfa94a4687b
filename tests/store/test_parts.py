"""Every stored part is looked at: a flipped bit anywhere in a node or a block is found, or changes nothing that anybody reads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from version_rows import made

from rowsmith.store.bodies import unpack
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.parts import parts

FLIPS = 40


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("parts")
    found = open_database(f"sqlite:///{folder}/x.db")
    Datasets(found).commit("p", "qa", made(400), run=1)
    Datasets(found).commit("p", "qa", made(20, says="other"))
    yield found
    found.close()


def problems(db: Database) -> list[dict[str, str]]:
    return [problem for _, found in parts(db) for problem in found]


def test_whole_parts_have_no_problem(database: Database) -> None:
    Datasets(database).commit("p", "qa", made(300), run=1)
    assert problems(database) == []
    assert {name for name, _ in parts(database)} == {"nodes", "blocks"}


@pytest.mark.parametrize("seed", range(FLIPS))
def test_a_flipped_bit_is_found(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    table, key = chance.choice([("node", "hash"), ("block", "n"), ("block", "n"), ("body", "hash")])
    column = "hash" if table == "body" else "body"
    with db.read() as conn:
        rows = conn.execute(text(f"SELECT {key} AS name, {column} AS body FROM {table} ORDER BY {key}")).all()
    row = chance.choice(rows)
    was = bytes(row.body)
    bit = chance.randrange(len(was) * 8)
    now = was[: bit // 8] + bytes([was[bit // 8] ^ 1 << bit % 8]) + was[bit // 8 + 1 :]
    put(db, table, key, column, row.name, now)
    try:
        assert problems(db) or says_the_same(table, was, now)
    finally:
        put(db, table, key, column, now if table == "body" else row.name, was)
    assert problems(db) == []


def put(db: Database, table: str, key: str, column: str, name: object, body: bytes) -> None:
    with db.write() as conn:
        conn.execute(text(f"UPDATE {table} SET {column} = :body WHERE {key} = :name"), {"body": body, "name": name})


def says_the_same(table: str, was: bytes, now: bytes) -> bool:
    """Whether a compressed block still holds the same bodies: then nothing is damaged."""
    return table == "block" and unpack(was) == unpack(now)


def test_a_lost_block_is_found(database: Database) -> None:
    Datasets(database).commit("p", "qa", made(300), run=1)
    with database.write() as conn:
        conn.execute(text("DELETE FROM block WHERE n = (SELECT min(n) FROM block)"))
    (problem,) = problems(database)
    assert problem["kind"] == "body" and "missing" in problem["what"]
