"""Search: an index that follows versions, is never less than it should be, and forgets what it has to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from looked_at import Change, edited, wanted
from sqlalchemy import text
from version_rows import made_row

from rowsmith.core.queries import query
from rowsmith.core.row import Row
from rowsmith.store.bodies import Bodies
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.search import Search
from rowsmith.store.trees import Entry, Trees
from rowsmith.store.versions import Version
from rowsmith.store.view import Look
from rowsmith.store.views import Views

SAID = [
    "green tea from Assam", "tea house", "東京都に住む", "京都の水は甘い", "أهلاً وسهلاً بكم", "مدرسة على التل",
    "ภาษาไทยง่าย", "coffee", "cafe\u0301", "x y z",
]  # fmt: skip
SEARCHES = [
    "tea", '"tea house"', "te*", "tea -green", "京都", "水", "都に住", '"京都の水"', "اهلا", "مدرسه علي", "ไทย", "tea OR coffee", "café", "-tea",
    "nothing",
]


@pytest.fixture
def search(database: Database) -> Search:
    return Search(database)


@pytest.fixture
def views(database: Database, search: Search, tmp_path: Path) -> Iterator[Views]:
    found = Views(database, Files(tmp_path / "files"), search.hits, small=0)
    yield found
    found.close()


def rows(said: Iterable[Any], start: int = 0) -> list[Row]:
    return [made_row(i, text) for i, text in enumerate(said, start)]


def indexed(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM search_text")).scalar_one())


def agrees(views: Views, version: Version, there: list[Row], edits: list[Change] | None = None) -> None:
    for search in SEARCHES:
        look = Look(search=search)
        found = wanted(there, look)
        assert [row.id for row in views.open(version, edits or []).rows(look=look)] == [row.id for row in found], search
        filtered = Look(search=search, where="length(answer) > 9", sort=("-answer",))
        assert list(views.open(version, edits or []).rows(look=filtered)) == wanted(there, filtered), search


def test_every_version_and_uncommitted_edits_are_searched(database: Database, views: Views) -> None:
    store = Datasets(database)
    first = store.commit("p", "qa", rows(SAID))
    agrees(views, first, rows(SAID))
    assert indexed(database) == len(SAID)
    second = store.commit("p", "qa", rows(["tea is gone", "東京"], start=1))
    changed = list(store.rows(second))
    agrees(views, second, changed)
    assert indexed(database) == len(SAID) + 2
    new = Change("ab" * 16, {"answer": ["tea", {"x": "tea house"}]})
    edits = [Change(changed[0].id, {"answer": "京都 coffee"}), Change(changed[5].id, None), new]
    agrees(views, second, edited(changed, edits), edits)
    agrees(views, first, rows(SAID))
    assert indexed(database) == len(SAID) + 2


def test_small_versions_are_looked_through_and_give_the_same(database: Database, search: Search, tmp_path: Path) -> None:
    views = Views(database, Files(tmp_path / "small"), search.hits)
    agrees(views, Datasets(database).commit("p", "qa", rows(SAID)), rows(SAID))
    assert indexed(database) == 0
    views.close()


def test_datasets_with_equal_texts_share_what_is_indexed(database: Database, views: Views) -> None:
    store = Datasets(database)
    one, other = store.commit("p", "a", rows(SAID)), store.commit("p", "b", rows([*SAID[:3], "more tea"]))
    agrees(views, one, rows(SAID))
    agrees(views, other, rows([*SAID[:3], "more tea"]))
    assert indexed(database) == len(SAID) + 1


CHILD = """
import sys
from rowsmith.core.queries import query
from rowsmith.store import search
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
search._BATCH = 3
db = Database(sys.argv[1])
print(len(search.Search(db).hits(Datasets(db).resolve("p", "qa"), query("tea"))[0]))
"""


@pytest.mark.parametrize("point", ["search.batch.after", "search.root.before", "search.root.after"])
def test_killed_while_it_is_indexed(database: Database, views: Views, point: str) -> None:
    version = Datasets(database).commit("p", "qa", rows(SAID))
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    done = subprocess.run([sys.executable, "-c", CHILD, database.url], env=env, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    agrees(views, version, rows(SAID))
    assert indexed(database) == len(SAID)


def bodies_of(db: Database, version: Version) -> dict[str, tuple[bytes, bytes]]:
    """What each row says, by its answer: hash and body."""
    trees = Trees(db)
    entries = list(trees.entries(trees.load(version.root)))
    found = Bodies(db).read([entry.data for entry in entries])
    return {row.data["answer"]: (entry.data, found[entry.data]) for entry in entries for row in [Datasets(db).row(version, _id(entry))]}


def _id(entry: Entry) -> str:
    return (entry.place[8:] + entry.place[:8]).hex()


@pytest.mark.parametrize("point", ["", "store.commit.before", "search.remove.after"])
def test_what_is_taken_out_leaves_no_trace(database: Database, tmp_path: Path, search: Search, point: str) -> None:
    planted = "xylophonequartz"
    version = Datasets(database).commit("p", "qa", rows([*SAID, f"the {planted} secret"]))
    search.update(version)
    bodies = bodies_of(database, version)
    gone = dict([bodies[f"the {planted} secret"], bodies["coffee"]])
    if point:
        assert _removed_apart(database, gone, point) == -signal.SIGKILL
    assert search.remove(gone) == (0 if point == "search.remove.after" else 2)
    assert search.remove(gone) == 0
    assert [len(search.hits(version, query(word))[0]) for word in (planted, "coffee", "tea")] == [0, 0, 2]
    with database.read() as conn:
        if database.dialect == "sqlite":
            kept = b"".join(bytes(block) for (block,) in conn.exec_driver_sql("SELECT block FROM search_words_data"))
        else:
            kept = "".join(str(words) for (words,) in conn.exec_driver_sql("SELECT words FROM search_text")).encode()
    assert planted.encode() not in kept and b"house" in kept


def _removed_apart(db: Database, bodies: dict[bytes, bytes], point: str) -> int:
    code = (
        "import sys\nfrom rowsmith.store.database import Database\nfrom rowsmith.store.search import Search\n"
        "Search(Database(sys.argv[1])).remove({bytes.fromhex(name): body.encode() for name, body in zip(sys.argv[2::2], sys.argv[3::2])})"
    )
    said = [part for name, body in bodies.items() for part in (name.hex(), body.decode())]
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    return subprocess.run([sys.executable, "-c", code, db.url, *said], env=env, check=False).returncode


def test_what_is_taken_out_while_a_version_is_indexed_stays_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other's work is done once more, over what is left."""
    version = Datasets(database).commit("p", "qa", rows(SAID))
    bodies, one, other, seen = bodies_of(database, version), Search(database), Search(database), []
    new = one._new

    def overtaken(version: Version) -> Iterator[Entry]:
        entries = list(new(version))
        seen.append(len(entries))
        if len(seen) == 1:
            other.remove(dict([bodies["coffee"]]))
            return iter(entries)
        return iter([entry for entry in entries if entry.data != bodies["coffee"][0]])

    monkeypatch.setattr(one, "_new", overtaken)
    assert (len(one.hits(version, query("coffee"))[0]), len(one.hits(version, query("tea"))[0]), len(seen)) == (0, 2, 2)


@pytest.mark.parametrize(("rule", "emptied"), [("0 14.0.0", True), ("1 3.2.0", True), ("1 99.0.0", False), ("99 3.2.0", False)])
def test_words_that_were_cut_by_an_older_rule_are_cut_again(database: Database, search: Search, rule: str, emptied: bool) -> None:
    version = Datasets(database).commit("p", "qa", rows(SAID))
    search.update(version)
    with database.write() as conn:
        conn.execute(text("UPDATE search_state SET rule = :rule"), {"rule": rule})
        conn.execute(text("INSERT INTO search_text (n, hash, exact) VALUES (1000, :hash, 0)"), {"hash": bytes(16)})
    assert len(search.hits(version, query("tea"))[0]) == 2
    assert indexed(database) == len(SAID) + (not emptied)
    search.clear()
    assert indexed(database) == 0 and list(search.roots(version.dataset)) == []
    assert len(search.hits(version, query("京都"))[0]) == 2


def test_after_a_sweep_the_index_forgets_what_is_gone(database: Database, search: Search) -> None:
    store = Datasets(database)
    first = store.commit("p", "qa", rows(SAID))
    second = store.commit("p", "qa", rows(["more tea"]), replace=True)
    for version in (first, second):
        search.update(version)
    search.tidy()
    assert (indexed(database), len(list(search.roots(first.dataset)))) == (len(SAID) + 1, 2)
    with database.write() as conn:
        conn.execute(text("DELETE FROM version WHERE id = :id"), {"id": first.id})
        for name, _ in bodies_of(database, first).values():
            conn.execute(text("DELETE FROM body WHERE hash = :hash"), {"hash": name})
    search.tidy()
    assert (indexed(database), len(list(search.roots(first.dataset)))) == ((0, 0) if database.dialect == "sqlite" else (1, 1))
    assert len(search.hits(second, query("tea"))[0]) == 1
    again = store.commit("p", "qa", rows(SAID), replace=True)
    assert (again.root, len(search.hits(again, query("tea"))[0])) == (first.root, 2 + 1)


def test_a_backup_leaves_the_index_out_and_a_restored_home_makes_it_again(tmp_path: Path) -> None:
    from rowsmith.store.backup import backup, restore

    db = open_database(f"sqlite:///{tmp_path}/home/rowsmith.db")
    version = Datasets(db).commit("p", "qa", rows(SAID))
    Search(db).update(version)
    backup(db, Files(tmp_path / "home" / "files"), tmp_path / "b.tar")
    db.close()
    restore(tmp_path / "b.tar", tmp_path / "again")
    again = open_database(f"sqlite:///{tmp_path}/again/rowsmith.db")
    assert indexed(again) == 0 and len(Search(again).hits(version, query("tea"))[0]) == 2
    again.close()
