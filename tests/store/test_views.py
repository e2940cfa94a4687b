"""Views: kept, read through for what is near, made again when damaged, old or new when a process dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from looked_at import Change, edited, wanted
from sqlalchemy import text
from version_rows import made, made_row

from rowsmith.core.errors import Invalid, NotFound, StorageFull
from rowsmith.core.ids import source_order
from rowsmith.core.row import Row
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.heap import Stored
from rowsmith.store.plain import PlainRows
from rowsmith.store.search import Search
from rowsmith.store.versions import Version
from rowsmith.store.view import Look
from rowsmith.store.views import KEPT, Views

SAMPLE = Look(where="length(answer) > 8", sort=("-scores.judge",), sample=7)
LOOKS = [Look(), Look(where="scores.judge > 20"), Look(sort=("-answer", "input")), SAMPLE]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def views(database: Database, folder: Path) -> Iterator[Views]:
    """Views that are kept however small."""
    found = Views(database, Files(folder), small=0)
    yield found
    found.close()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Database]:
    """On SQLite alone, for what does not depend on the database."""
    db = open_database(f"sqlite:///{tmp_path}/local.db")
    yield db
    db.close()


@pytest.fixture
def kept(local: Database, folder: Path) -> Iterator[Views]:
    found = Views(local, Files(folder), small=0)
    yield found
    found.close()


def folders(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "views").glob("*-*"))


def agrees(views: Views, version: Version, rows: list[Row], edits: list[Change] | None = None) -> None:
    view = views.open(version, edits or [])
    for look in LOOKS:
        found = wanted(rows, look)
        page = view.page(2, 5, look)
        assert (page.rows, page.total) == (found[2:7], len(found))
        assert list(view.rows(look=look)) == found


def test_versions_and_branches_are_read_through_one_view(database: Database, views: Views, folder: Path) -> None:
    store = Datasets(database)
    first = store.commit("p", "qa", made(300), run=1)
    agrees(views, first, made(300))
    second = store.commit("p", "qa", [*made(20, start=90, says="better"), *made(5, start=300)], run=1)
    rows = list(store.rows(second))
    agrees(views, second, rows)
    assert folders(folder) == [f"{first.dataset}-{first.root.hex()}"]
    edits = [Change(rows[3].id, {"answer": "by hand", "input": 7}, {"judge": 90}), Change(rows[4].id, None), Change("ab" * 16, {"answer": "new"})]
    agrees(views, second, edited(rows, edits), edits)
    agrees(views, first, made(300))
    assert len(folders(folder)) == 1
    again = Views(database, Files(folder), small=0)
    agrees(again, second, rows)
    assert len(folders(folder)) == 1
    again.close()


def test_a_version_that_is_far_from_every_view_gets_its_own(local: Database, kept: Views, folder: Path) -> None:
    store = Datasets(local)
    first = store.commit("p", "qa", made(900), run=1)
    kept.open(first)
    assert kept.ready(first)
    far = store.commit("p", "qa", made(400, says="better"), run=1)
    assert not kept.ready(far)
    agrees(kept, far, list(store.rows(far)))
    assert len(folders(folder)) == 2
    for n in range(KEPT):
        kept.open(store.commit("p", f"other {n}", made(3)))
    assert len(folders(folder)) == KEPT and not kept.ready(first)


def test_datasets_with_equal_rows_have_views_of_their_own(local: Database, kept: Views, folder: Path) -> None:
    store = Datasets(local)
    one, other = store.commit("p", "a", made(5)), store.commit("p", "b", made(5))
    kept.open(one), kept.open(other)
    assert one.root == other.root and len(folders(folder)) == 2
    kept.remove(one.dataset)
    assert folders(folder) == [f"{other.dataset}-{other.root.hex()}"]
    agrees(kept, one, made(5))
    assert kept.tidy() == 0
    with local.write() as conn:
        conn.execute(text("DELETE FROM version WHERE dataset = :n"), {"n": one.dataset})
    assert (kept.tidy(), folders(folder)) == (1, [f"{other.dataset}-{other.root.hex()}"])
    kept.remove()
    assert folders(folder) == []


def test_small_versions_leave_nothing_behind(local: Database, folder: Path) -> None:
    views = Views(local, Files(folder))
    version = Datasets(local).commit("p", "qa", made(50))
    agrees(views, version, made(50))
    assert not views.ready(version)
    views.close()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_same_view_is_given_until_it_is_gone(local: Database, kept: Views) -> None:
    version = Datasets(local).commit("p", "qa", made(50))
    edits = [Change(made(1)[0].id, {"answer": "x"})]
    view = kept.open(version)
    assert kept.open(version) is view is not kept.open(version, edits)
    assert kept.open(version, edits) is not kept.open(version, [Change(made(1)[0].id, {"answer": "y"})])
    kept.remove()
    assert kept.open(version) is not view


def test_what_is_erased_while_a_view_is_made_or_open_is_let_go(local: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erasure takes text out of the index first, and then removes views."""
    version = Datasets(local).commit("p", "qa", made(50))
    for small in (0, 1000):
        views, shown = Views(local, Files(folder), small=small), made(50)
        stored = views._stored

        def erased(version: Version, views: Views = views, shown: list[Row] = shown, stored: Any = stored) -> Iterator[Stored]:
            yield from list(stored(version))[: len(shown)]
            if len(shown) == 50:
                del shown[40:]
                Search(local).remove({})

        monkeypatch.setattr(views, "_stored", erased)
        made_first = list(views.open(version).rows())
        assert made_first == (shown if small == 0 else made(50))
        assert list(views.open(version).rows()) == shown and len(shown) == 40
        views.remove()
        views.close()


def flip(path: Path, share: float) -> None:
    body = bytearray(path.read_bytes())
    body[int(len(body) * share)] ^= 0x10
    path.write_bytes(body)


DAMAGES: list[Callable[[Path], object]] = [
    lambda folder: shutil.rmtree(folder),
    *(lambda folder, name=name: (folder / name).unlink() for name in ("rows.heap", "columns.parquet", "view.json")),  # type: ignore[misc]
    *(lambda folder, name=name: (folder / name).write_bytes(b"") for name in ("rows.heap", "columns.parquet", "view.json")),  # type: ignore[misc]
    *(
        lambda folder, name=name, share=share: flip(folder / name, share)  # type: ignore[misc]
        for name in ("rows.heap", "columns.parquet", "view.json") for share in (0.0, 0.02, 0.3, 0.6, 0.97, 0.999)
    ),
]  # fmt: skip


@pytest.mark.parametrize("seen", [False, True])
def test_a_damaged_view_is_made_again(local: Database, folder: Path, seen: bool) -> None:
    """`seen`: by a process that has it open."""
    version, rows, look = Datasets(local).commit("p", "qa", made(200)), made(200), SAMPLE
    where = folder / "views" / f"{version.dataset}-{version.root.hex()}"
    views = Views(local, Files(folder), small=0)
    for damage in DAMAGES:
        views.open(version)
        assert list(views.check()) == [(where.name, True)]
        if not seen:
            views.close()
        damage(where)
        assert list(views.check()) in ([(where.name, False)], [])  # a folder that is not there is not damaged
        assert list(views.open(version).rows()) == rows
        assert list(views.open(version).rows(look=look)) == wanted(rows, look)
        if seen:
            views.remove()
    views.close()


CHILD = """
import sys
from pathlib import Path
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.view import Look
from rowsmith.store.views import Views
db = Database(sys.argv[1])
version = Datasets(db).resolve("p", "qa")
print(Views(db, Files(Path(sys.argv[2])), small=0).open(version).count(Look(where="scores.judge > 20")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("point", ["views.heap.after", "views.columns.after", "views.rename.before", "views.rename.after"])
def test_killed_while_a_view_is_made(local: Database, folder: Path, point: str) -> None:
    version = Datasets(local).commit("p", "qa", made(200))
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill"}
    done = subprocess.run([sys.executable, "-c", CHILD, local.url, str(folder)], env=env, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    views = Views(local, Files(folder), small=0)
    assert views.ready(version) is (point == "views.rename.after")
    agrees(views, version, made(200))
    views.close()
    left = [path for path in (folder / "scratch").rglob("*") if path.name != "building" and path != folder / "scratch" / "views"]
    assert left == []


def test_many_processes_make_one_view(local: Database, folder: Path) -> None:
    Datasets(local).commit("p", "qa", made(200))
    command = [sys.executable, "-c", CHILD, local.url, str(folder)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert {child.communicate()[0] for child in children} == {b"59\n"}
    assert len(folders(folder)) == 1


def test_no_space_is_told_and_leaves_nothing(local: Database, folder: Path) -> None:
    Datasets(local).commit("p", "qa", made(200))
    env = {**os.environ, "ROWSMITH_FAILPOINTS": "views.columns.after=full"}
    done = subprocess.run([sys.executable, "-c", CHILD, local.url, str(folder)], env=env, capture_output=True, text=True)
    assert StorageFull.__name__ in done.stderr and folders(folder) == []


def test_many_threads_look_at_once(local: Database, kept: Views) -> None:
    store = Datasets(local)
    versions = [store.commit("p", "qa", made(200)), store.commit("p", "qa", made(10, says="other"))]
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda n: agrees(kept, versions[n % 2], list(store.rows(versions[n % 2]))), range(12)))
    assert done == [None] * 12


def test_a_thousand_columns_and_odd_names(local: Database, kept: Views) -> None:
    rows = [
        Row(row.id, row.order, {f"c{n}": n * i for n in range(1000)} | {"C1": "upper", "": "none", "a'b\"c": i, "id": "mine", "x" * 300: "long"})
        for i, row in enumerate(made(4))
    ]
    rows.append(Row(made_row(9, "").id, source_order(0, 9), {"text": "a very long text", "c1": "a text"}))
    view = kept.open(Datasets(local).commit("p", "wide", rows))
    odd = ("\"C1\" = 'upper'", "\"a'b\"\"c\" = 2", "id = 'mine'", "id <> 'mine'", f'"{"x" * 300}" = \'long\'')
    for where in ("c999 = 2997", "c1 = 3", "c1 = 'a text'", "length(text) > 10", *odd):
        look = Look(where=where, sort=("-c500", "-c1"))
        assert list(view.rows(look=look)) == wanted(rows, look) != [], where


def test_rows_of_many_megabytes(local: Database, kept: Views) -> None:
    rows = [Row(row.id, row.order, {"text": "y" * (i << 22), "n": i}) for i, row in enumerate(made(6))]
    version = Datasets(local).commit("p", "long", rows)
    for edits in ([], [Change(rows[5].id, {"text": "z" * (24 << 20), "n": 5})]):
        found, look = edited(rows, edits), Look(where="length(text) > 5000000 AND n < 9", sort=("-text",))
        assert list(kept.open(version, edits).rows(look=look)) == wanted(found, look) != []


@pytest.mark.parametrize("says", ["the same beginning of every text, then ", ""])
def test_texts_are_sorted_to_their_ends(local: Database, kept: Views, says: str) -> None:
    texts = [says + "x" * (i % 3) * 10 + str(i * 7 % 40) if i % 5 else None for i in range(60)]
    rows = [Row(row.id, row.order, {"t": texts[i], "n": i % 4}) for i, row in enumerate(made(60))]
    view = kept.open(Datasets(local).commit("p", "qa", rows))
    for sort in (("t",), ("-t",), ("n", "-t"), ("-t", "n"), ("-n", "t")):
        assert list(view.rows(look=Look(sort=sort))) == wanted(rows, Look(sort=sort))


@pytest.mark.parametrize(
    ("look", "error", "what"),
    [
        (Look(where="length("), Invalid, "cannot be read"), (Look(where="1 + 1"), Invalid, "not true or false"),
        (Look(sort=("-",)), Invalid, "nothing to sort by"),
        (Look(sort=("anwser",)), NotFound, "No row has a column 'anwser'. Did you mean 'answer'"), (Look(search="..."), Invalid, "no word"),
        (Look(sample=-1), Invalid, "sample of -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown(local: Database, kept: Views, look: Look, error: type[Exception], what: str) -> None:
    view = kept.open(Datasets(local).commit("p", "qa", made(5)))
    with pytest.raises(error, match=what.replace("?", "[?]")):
        view.page(look=look)
    with pytest.raises(Invalid, match="begins at row 0"):
        view.page(-1)


def test_an_empty_version(local: Database, kept: Views) -> None:
    version = Datasets(local).commit("p", "qa", [])
    view = kept.open(version)
    assert (len(view), view.page().rows, view.count(Look(where="a = 1")), list(PlainRows(local, version))) == (0, [], 0, [])
    new = [Change("ab" * 16, {"a": 1}), Change("cd" * 16, {"a": 0}, key=b"\1")]
    assert [row.data["a"] for row in kept.open(version, new).rows()] == [1, 0]
    assert [row.data["a"] for row in kept.open(version, new).rows(look=Look(sort=("a",), where="a < 5"))] == [0, 1]


def test_rows_of_an_interrupted_stream_go_on_over_a_view_that_was_made_again(local: Database, kept: Views) -> None:
    version = Datasets(local).commit("p", "qa", made(5000))
    rows = kept.open(version).rows()
    first = [next(rows) for _ in range(10)]
    path = next((kept.folder).glob("*-*")) / "rows.heap"
    path.write_bytes(bytes(path.stat().st_size))
    assert first + list(rows) == made(5000)
