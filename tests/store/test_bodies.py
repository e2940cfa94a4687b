"""Blocks of bodies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from rowsmith.store.bodies import Bodies, BodyWriter, Named, pack, tagged, unpack
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database
from rowsmith.store.holds import held


@given(st.lists(st.binary()))
def test_blocks_come_back(parts: list[bytes]) -> None:
    assert unpack(pack(parts)) == parts


@given(st.binary(max_size=40))
def test_junk_is_no_block(junk: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(junk)
    with pytest.raises(ValueError):
        unpack(b"z" + junk)


def test_the_same_bytes_have_a_name_for_each_use() -> None:
    assert len({tagged(tag, b"x") for tag in (b"rowsmith.data", b"rowsmith.meta", b"rowsmith.bucket")}) == 3


def put(db: Database, count: int) -> list[Named]:
    """That many bodies, stored a few at a time."""
    named = [(tagged(DATA, b"%d" % n), b"%d" % n) for n in range(count)]
    with held(db) as hold, BodyWriter(db, hold) as bodies:
        for at in range(0, count, 50):
            bodies.add(named[at : at + 50], named[at // 2 : at // 2 + 50])
    return named


def test_bodies_come_back_whatever_their_number(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("_WRITE_ROWS", 120), ("_WRITE_PLACES", 70), ("_TOGETHER", 16), ("_REMEMBERED", 100)):
        monkeypatch.setattr(f"rowsmith.store.bodies.{name}", most)
    named = put(database, 1000)
    assert Bodies(database).read(name for name, _ in named) == dict(named)
    assert put(database, 1000) == named
    with database.read() as conn:
        stored = conn.execute(text("SELECT count(*), max(block) FROM body")).one()
        assert stored[0] == 1000, "each once"
        assert stored[1] == conn.execute(text("SELECT max(n) FROM block")).scalar_one(), "nothing was stored again"


def test_a_writer_that_is_interrupted_names_nothing(database: Database) -> None:
    def interrupted() -> None:
        with held(database) as hold, BodyWriter(database, hold) as bodies:
            bodies.add([(tagged(DATA, b"1"), b"1")], [])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert Bodies(database).there([tagged(DATA, b"1")]) == {}


def test_two_writers_of_the_same_bodies_end_with_one_of_each(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        every = list(pool.map(lambda _: put(database, 600), range(4)))
    assert Bodies(database).read(name for name, _ in every[0]) == dict(every[0])
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM body")).scalar_one() == 600
