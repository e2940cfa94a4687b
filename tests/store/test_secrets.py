"""Stored keys: what stands in the database opens only with the key-encrypting key, and only where it was written."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from rowsmith.core.errors import Unavailable
from rowsmith.store import kek
from rowsmith.store.backup import backup, restore
from rowsmith.store.database import Database, open_database
from rowsmith.store.files import Files
from rowsmith.store.kek import Ring
from rowsmith.store.schema import secret
from rowsmith.store.secrets import Place, Secrets, marks

KEY = "sk-canary-7d2f9a41c6e85b30"
HERE = Place("home", "OPENAI_API_KEY", "https://api.openai.com")


def a_ring(*words: str) -> Ring:
    return kek.ring({"ROWSMITH_KEK": ",".join(words or [secrets.token_urlsafe(32)])})


def kept(database: Database, *places: Place, ring: Ring) -> Secrets:
    store = Secrets(database)
    for place in places or (HERE,):
        store.put(place, KEY, ring.first(), "ada")
    return store


def opened(store: Secrets, ring: Ring, place: Place = HERE) -> str | None:
    return store.open(place, lambda: ring)


def rows(database: Database) -> list[dict[str, object]]:
    with database.read() as conn:
        return [dict(row) for row in conn.execute(select(secret)).mappings()]


def test_a_key_is_opened_where_it_was_put(database: Database) -> None:
    ring = a_ring()
    store = kept(database, ring=ring)
    assert opened(store, ring) == KEY
    assert opened(store, ring, Place("home", "OPENAI_API_KEY", "https://elsewhere.example")) is None
    store.put(HERE, "another-key-of-mine", ring.first(), "bob")
    assert opened(store, ring) == "another-key-of-mine"
    (told,) = store.list()
    assert (told.place, told.author, told.ends_with, told.kek) == (HERE, "bob", "mine", ring.first().id)
    store.remove([HERE])
    assert (store.list(), opened(store, ring)) == ([], None)


def test_nothing_of_a_key_stands_in_the_database_but_its_end(database: Database) -> None:
    ring = a_ring()
    kept(database, ring=ring)
    (row,) = rows(database)
    assert KEY not in repr(row)
    assert KEY[:-4].encode() not in bytes(row["body"]) + bytes(row["data_key"])  # type: ignore[arg-type]
    assert ring.first().key not in bytes(row["body"]) + bytes(row["data_key"])  # type: ignore[arg-type]
    assert row["ends_with"] == KEY[-4:]


def test_the_same_key_is_never_encrypted_alike(database: Database) -> None:
    ring = a_ring()
    kept(database, HERE, Place("project:p", HERE.name, HERE.address), ring=ring)
    one, two = rows(database)
    assert one["body"] != two["body"]
    assert one["data_key"] != two["data_key"]


@pytest.mark.parametrize("changed", [{"scope": "project:p"}, {"name": "OTHER_KEY"}, {"address": "https://evil.example"}])
def test_a_row_that_is_copied_elsewhere_does_not_decrypt(database: Database, changed: dict[str, str]) -> None:
    ring = a_ring()
    store = kept(database, ring=ring)
    (row,) = rows(database)
    copied = {**row, **changed}
    with database.write() as conn:
        conn.execute(insert(secret).values(copied))
    with pytest.raises(Unavailable, match="altered, or copied"):
        opened(store, ring, Place(str(copied["scope"]), str(copied["name"]), str(copied["address"])))
    assert opened(store, ring) == KEY


@pytest.mark.parametrize("column", ["body", "data_key"])
def test_an_altered_row_does_not_decrypt(database: Database, column: str) -> None:
    ring = a_ring()
    store = kept(database, ring=ring)
    (row,) = rows(database)
    was = bytes(row[column])  # type: ignore[call-overload]
    for damaged in (was[:-1] + bytes([was[-1] ^ 1]), bytes([was[0] ^ 1]) + was[1:], was[:-1], b"", was[:12]):
        with database.write() as conn:
            conn.execute(text(f"UPDATE secret SET {column} = :damaged"), {"damaged": damaged})
        with pytest.raises(Unavailable, match="altered") as caught:
            opened(store, ring)
        assert KEY not in repr(caught.value)


def test_another_key_encrypting_key_is_refused_and_names_the_one_that_is_needed(database: Database) -> None:
    ring = a_ring()
    store = kept(database, ring=ring)
    with pytest.raises(Unavailable, match=ring.first().id) as caught:
        opened(store, a_ring())
    assert "ROWSMITH_KEK" in caught.value.fix
    assert store.list()[0].ends_with == KEY[-4:], "what may be told of it is told without"
    forged = Ring(None, {ring.first().id: a_ring().first()})
    with pytest.raises(Unavailable, match="does not decrypt"):
        opened(store, forged)


def test_a_rotation_changes_what_wraps_and_nothing_else(database: Database) -> None:
    old, new = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    store = kept(database, HERE, Place("project:p", "MINE", "http://h:1"), ring=a_ring(old))
    locked = Place("home", "LOCKED", "http://h:1")
    kept(database, locked, ring=a_ring())
    before = {(row["scope"], row["name"]): row for row in rows(database)}
    ring = a_ring(new, old)
    assert store.rewrap(ring, ring.first()) == 2
    assert store.rewrap(ring, ring.first()) == 0
    for row in rows(database):
        was = before[row["scope"], row["name"]]
        same = {name for name in row if row[name] == was[name]}
        assert set(row) - same == (set() if row["name"] == "LOCKED" else {"data_key", "kek"})
    assert opened(store, a_ring(new)) == KEY
    with pytest.raises(Unavailable):
        opened(store, a_ring(old))


def test_keys_are_read_all_the_time_while_they_are_rotated(database: Database) -> None:
    words = [secrets.token_urlsafe(32)]
    store = kept(database, ring=a_ring(*words))
    ended, failed, read = threading.Event(), list[BaseException](), list[str | None]()

    def reader() -> None:
        try:
            while not ended.is_set():
                read.append(store.open(HERE, lambda: a_ring(*reversed(words))))  # read each time, as a process does
        except BaseException as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    def patient() -> None:
        for _ in range(10):
            words.append(secrets.token_urlsafe(32))
            ring = a_ring(*reversed(words))
            assert store.rewrap(ring, ring.first()) == 1

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for thread in readers:
        thread.start()
    try:
        patient()
    finally:
        ended.set()
        for thread in readers:
            thread.join()
    assert failed == []
    assert set(read) == {KEY}


def test_a_backup_holds_keys_encrypted_and_nothing_to_decrypt_them_with(database: Database, tmp_path: Path, other_url: str) -> None:
    ring = a_ring()
    kept(database, ring=ring)
    backup(database, Files(tmp_path / "files"), tmp_path / "b")
    for name, url in (("one", None), ("two", other_url)):
        restore(tmp_path / "b", tmp_path / name, url)
        db = open_database(url or f"sqlite:///{tmp_path}/{name}/rowsmith.db")
        assert opened(Secrets(db), ring) == KEY
        with pytest.raises(Unavailable, match="not here"):
            opened(Secrets(db), a_ring())
        assert rows(db) == rows(database)
        db.close()


@settings(deadline=None, max_examples=20)  # slow by design
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
def test_marks_tell_keys_apart_and_show_at_most_a_third_of_one(key: str) -> None:
    shown = marks(key, "N", "http://h")
    assert len(shown["ends_with"]) * 3 <= len(key)
    assert shown == marks(key, "N", "http://h")
    assert shown["fingerprint"] != marks(key + "x", "N", "http://h")["fingerprint"]
