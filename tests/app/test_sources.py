"""Sources of a project: fetched once and kept, fetched again when asked for, followed by what was made of them, covered, and forgotten."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from homes import Place, Workshop

from rowsmith.app.fetching import reach_of
from rowsmith.app.key_sources import KeySources
from rowsmith.app.proof import verify
from rowsmith.app.results import Result
from rowsmith.connectors.vectors import open_index
from rowsmith.core.calls import floats
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.core.row import Row
from rowsmith.engine import recipe_file
from rowsmith.store.fetches import Fetches

PARAGRAPHS = {
    "a": "First paragraph about tea which is long enough to fill one chunk by itself with some words and more words.",
    "b": "Second paragraph about coffee and that is again as long as the first one was, so it is a chunk, too, as you see.",
    "c": "Third paragraph is of milk, which comes from cows and goats and is white and can be drunk, or made into cheese.",
    "d": "Fourth paragraph tells of water that falls from the sky in drops and flows in rivers to the sea, drunk by all.",
}  # fmt: skip


@pytest.fixture
def shop(where: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    with Workshop(where) as made:
        monkeypatch.chdir(made.folder)
        yield made


def database(folder: Path, *rows: tuple[int, str]) -> None:
    with closing(sqlite3.connect(folder / "x.db")) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)")
        db.execute("DELETE FROM t")
        db.executemany("INSERT INTO t VALUES (?, ?)", rows)


def documents(folder: Path, **texts: str) -> None:
    """Documents of the paragraphs that letters name."""
    (folder / "docs").mkdir(exist_ok=True)
    for old in (folder / "docs").glob("*.md"):
        old.unlink()
    for name, letters in texts.items():
        (folder / "docs" / f"{name}.md").write_text("\n\n".join(PARAGRAPHS[letter] for letter in letters))


def run(shop: Workshop, *steps: dict[str, Any], into: str = "d", models: dict[str, Any] | None = None, **how: Any) -> Result:
    recipe = recipe_file.build({"name": "r", "models": models or {}, "steps": list(steps)})
    return shop.lab.project().runs.start(recipe, into=into, **how)


def rows(shop: Workshop, spoken: str = "d") -> list[Row]:
    return list(shop.lab.project().datasets.rows(spoken))


TABLE = {"kind": "read.database", "url": "sqlite:///x.db", "table": "t"}
FILES = ({"kind": "read.files", "paths": ["docs"]}, {"kind": "chunk.tokens", "size": 32, "overlap": 0})


def test_what_is_outside_is_fetched_once_and_again_when_asked_for(shop: Workshop) -> None:
    database(shop.folder, (1, "one"), (2, "two"))
    first = run(shop, TABLE)
    assert [(row.data["text"], row.origin["source"]["key"], row.origin["source"]["table"]) for row in rows(shop)] == [
        ("one", "1", "t"), ("two", "2", "t")]  # fmt: skip
    database(shop.folder, (1, "one"), (2, "TWO"), (3, "three"))
    assert run(shop, TABLE).run == first.run  # the home's copy is read
    sources = shop.lab.project().sources
    (listed,) = sources.list()
    assert (listed["address"], listed["connector"], listed["files"], listed["missed"]) == ("sqlite:///x.db t", "databases", 1, 0)
    ids = {row.data["id"]: row.id for row in rows(shop)}
    again = run(shop, TABLE, refresh=True)
    assert again.changes == {"run": first.run, "version": first.version, "added": [], "changed": ["x.db/t.jsonl"], "removed": [], "same": 0}
    assert [row.data["text"] for row in rows(shop)] == ["one", "TWO", "three"]
    assert {row.data["id"]: row.id for row in rows(shop)}.items() >= ids.items()
    assert run(shop, TABLE, refresh=True).run == again.run  # nothing has changed since
    database(shop.folder, (3, "three"))
    assert sources.refresh("sqlite:///x.db t") == [
        {"address": "sqlite:///x.db t", "added": [], "changed": ["x.db/t.jsonl"], "removed": [], "same": 0}]  # fmt: skip
    run(shop, TABLE, refresh=True)
    assert [row.data["text"] for row in rows(shop)] == ["three"]
    assert sources.show("sqlite:///x.db t")["files"][0]["facts"]["rows"] == 1
    with pytest.raises(NotFound, match="was not fetched"):
        sources.refresh("sqlite:///y.db t")
    proof = verify(shop.lab)
    assert proof.ok, proof


def test_offline_reads_what_is_here_and_fetches_nothing(shop: Workshop) -> None:
    database(shop.folder, (1, "one"))
    with pytest.raises(Invalid, match="offline"):
        run(shop, TABLE, offline=True)
    run(shop, TABLE)
    (shop.folder / "x.db").unlink()
    assert run(shop, TABLE, into="e", offline=True).kept == 1


def test_a_password_does_not_stand_in_a_recipe(shop: Workshop) -> None:
    with pytest.raises(Invalid, match="password of the database") as caught:
        run(shop, {**TABLE, "url": "postgresql://me:s3cret@db.example/x"})
    assert "s3cret" not in str(caught.value)


def test_a_refresh_follows_the_sources_and_keeps_what_people_changed(shop: Workshop) -> None:
    documents(shop.folder, one="abc", two="d")
    run(shop, *FILES)
    before = {row.data["text"]: row.id for row in rows(shop)}
    assert len(before) == 4
    shop.lab.project().edits.set("d", before[PARAGRAPHS["c"]], {"note": "mine"})
    shop.lab.project().history.commit("d", "a note")
    documents(shop.folder, one="bc", three="a")
    done = run(shop, *FILES, refresh=True)
    assert done.changes is not None
    assert {name: done.changes[name] for name in ("added", "changed", "removed", "same")} == {
        "added": ["three.md"], "changed": ["one.md"], "removed": ["two.md"], "same": 0}  # fmt: skip
    after = {row.data["text"]: row for row in rows(shop)}
    assert set(after) == {PARAGRAPHS[letter] for letter in "abc"}
    assert after[PARAGRAPHS["b"]].id == before[PARAGRAPHS["b"]]
    assert (after[PARAGRAPHS["c"]].id, after[PARAGRAPHS["c"]].data["note"]) == (before[PARAGRAPHS["c"]], "mine")
    assert after[PARAGRAPHS["a"]].id != before[PARAGRAPHS["a"]]  # it is of another document now
    assert all(row.origin["source"]["span"][1] - row.origin["source"]["span"][0] == len(row.data["text"]) for row in after.values())


def test_without_a_refresh_rows_of_earlier_inputs_stay(shop: Workshop) -> None:
    documents(shop.folder, one="ab")
    run(shop, *FILES)
    documents(shop.folder, two="cd")
    run(shop, *FILES)
    assert len(rows(shop)) == 4


def test_coverage_tells_what_no_row_came_from_and_steers_what_is_left(shop: Workshop) -> None:
    documents(shop.folder, one="abc", two="d")
    run(shop, *FILES, {"kind": "filter.where", "where": "text LIKE 'First%' OR text LIKE 'Third%'"})
    one, two = shop.lab.project().sources.coverage("d")
    assert (one.name, one.rows, two.name, two.rows, two.covered) == ("one.md", 2, "two.md", 0, 0)
    assert [left["text"][:6] for left in one.left] == ["Second"]
    text = (shop.folder / "docs" / "one.md").read_text()
    assert text[one.left[0]["start"] : one.left[0]["end"]].strip() == PARAGRAPHS["b"]
    assert one.covered == len(PARAGRAPHS["a"]) + len(PARAGRAPHS["c"])
    done = run(shop, *FILES, {"kind": "filter.uncovered", "dataset": "d"})
    assert (done.kept, done.dropped) == (2, {"covered": 2})
    assert [found.share for found in shop.lab.project().sources.coverage("d")] == [1.0, 1.0]
    run(shop, *FILES, into="f")
    documents(shop.folder, one="ac", two="d")
    run(shop, *FILES, into="f", refresh=True)
    assert [(found.name, found.share) for found in shop.lab.project().sources.coverage("f")] == [("two.md", 1.0), ("one.md", 1.0)]
    database(shop.folder, (1, "one"))
    run(shop, TABLE, into="e")
    with pytest.raises(Invalid, match="No run has read a document"):
        shop.lab.project().sources.coverage("e")


EMBED = ({"kind": "transform.embed"}, {"kind": "write.vectors", "place": "index"})
HASHING = {"embedder": {"model": "builtin/hashing"}}


def test_forgetting_a_source_takes_its_vectors_out_of_every_index(shop: Workshop) -> None:
    documents(shop.folder, one="ab", two="cd")
    run(shop, *FILES, *EMBED, models=HASHING)
    every = {row.id: row for row in rows(shop)}
    gone = {id_ for id_, row in every.items() if row.origin["source"]["name"] == "two.md"}

    def found() -> set[str]:
        with closing(open_index("builtin", "index", shop.folder)) as index:
            return {name for name, _ in index.near(floats_of(next(iter(every.values()))), 10)}

    assert found() == set(every)
    shop.lab.project().provenance.forget("two.md")
    assert found() == set(every) - gone
    assert b"Fourth" not in b"".join(path.read_bytes() for path in (shop.folder / "index").iterdir())


def floats_of(row: Row) -> bytes:
    from rowsmith.steps.vector_columns import raw_of

    raw = raw_of(row, "vector")
    assert len(floats(raw)) == 512
    return raw


def test_what_was_fetched_is_forgotten_with_its_source(shop: Workshop) -> None:
    database(shop.folder, (1, "secret words"))
    run(shop, TABLE)
    shop.lab.project().provenance.forget("x.db/t.jsonl")
    assert [fetch.entries for fetch in Fetches(shop.lab.db).every()] == [[]]
    with pytest.raises((Invalid, Conflict)):
        run(shop, TABLE, new=True)
    assert not [name for name in shop.lab.files if b"secret words" in shop.lab.files.path(name).read_bytes()]


def code_readers() -> list[psutil.Process]:
    """The children of this process that read code."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if "rowsmith.connectors.code.child" in child.cmdline():
                found.append(child)
    return found


@pytest.mark.slow
def test_code_that_breaks_its_reader_is_one_failed_row(shop: Workshop) -> None:
    """The child is killed over the second of three files, as the system does it when memory runs out."""
    (shop.folder / "code").mkdir()
    for name, text in {"a": "def a(): pass\n", "b": "[ " * 900_000, "c": "def c(): pass\n"}.items():
        (shop.folder / "code" / f"{name}.py").write_text(text)
    killed: list[int] = []
    done, before = threading.Event(), {child.pid for child in code_readers()}  # those of other tests of this process

    def kill_when_busy() -> None:
        while not done.wait(0.02) and not killed:
            for child in code_readers():
                with suppress(psutil.NoSuchProcess):
                    if child.pid not in before and child.cpu_times().user > 1.5:
                        child.kill()
                        killed.append(child.pid)

    killing = threading.Thread(target=kill_when_busy)
    killing.start()
    try:
        result = run(shop, {"kind": "read.files", "paths": ["code"]}, {"kind": "chunk.code", "size": 1_000_000})
    finally:
        done.set()
        killing.join()
    assert killed and (result.kept, result.failed) == (2, {"memory": 1})
    assert [row.data["symbol"] for row in rows(shop)] == ["a", "c"]
    again = shop.lab.project().runs.resume(result.run, retry_failed=True)
    assert again.failed == {} and again.kept > 2, "nothing was wrong with the file itself"
    assert {child.pid for child in code_readers()} <= before


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "GOOGLE_CREDENTIALS", "GITHUB_TOKEN", "AZURE_STORAGE_ACCOUNT_KEY"])
def test_keys_of_the_environment_go_to_the_storages_that_they_are_of_and_nowhere_else(name: str, tmp_path: Path) -> None:
    own = {"AW": "https://s3.amazonaws.com", "GO": "https://storage.googleapis.com", "GI": "https://api.github.com", "AZ": "https://mine.blob.core.windows.net"}
    environ = {name: "k", "AZURE_STORAGE_ACCOUNT_NAME": "mine"}
    reach = reach_of(environ, tmp_path, KeySources(environ, "", None), lambda said: None)
    for address in own.values():
        if address == own[name[:2]]:
            assert (found := reach.secret(name, address)) is not None and found.get_secret_value() == "k"
        else:
            with pytest.raises(Unavailable, match=f"{name} is not sent to {address}"):
                reach.secret(name, address)
