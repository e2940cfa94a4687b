"""Datasets: what is committed comes back, versions follow each other, names resolve, nothing is half done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from version_rows import answers, made, made_row

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.row import Row
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fast = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def datasets(database: Database) -> Datasets:
    return Datasets(database)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Datasets]:
    """On SQLite alone, for what does not depend on the database."""
    db = open_database(f"sqlite:///{tmp_path}/local.db")
    yield Datasets(db)
    db.close()


@pytest.mark.parametrize("n", [0, 1, 90, 91, 1001])
def test_rows_come_back_equal_and_in_order(datasets: Datasets, n: int) -> None:
    version = datasets.commit("p", "qa", iter(made(n)), run=1, author="me", message="first")
    assert list(datasets.rows(version)) == made(n)
    assert len(datasets.rows(version)) == version.rows == n
    assert (version.run, version.author, version.message, version.generation, version.parents) == (1, "me", "first", 0, ())
    assert datasets.resolve("p", "qa") == version
    assert list(datasets.check(version)) == []


def test_rows_can_be_read_again_and_in_windows(datasets: Datasets) -> None:
    rows = datasets.rows(datasets.commit("p", "qa", made(300)))
    assert list(rows) == list(rows)
    version = rows.version
    assert list(datasets.rows(version, start=290)) == made(300)[290:]
    assert list(datasets.rows(version, start=10, limit=5)) == made(300)[10:15]
    assert (len(datasets.rows(version, start=298, limit=5)), len(datasets.rows(version, start=400))) == (2, 0)
    assert list(datasets.rows(version, start=400)) == []


def test_one_row_by_id(datasets: Datasets) -> None:
    version = datasets.commit("p", "qa", made(200))
    assert datasets.row(version, made(200)[77].id) == made(200)[77]
    with pytest.raises(NotFound, match="has no row"):
        datasets.row(version, "ab")
    with pytest.raises(NotFound, match="has no row"):
        datasets.row(version, made(1, start=500)[0].id)


def test_a_merge_replaces_by_id_in_place_and_appends_the_rest(datasets: Datasets) -> None:
    first = datasets.commit("p", "qa", made(200), run=1)
    again = [*made(100, start=50, says="better"), *made(50, start=300)]
    second = datasets.commit("p", "qa", again, run=2)
    expected = made(200)[:50] + made(100, start=50, says="better") + made(200)[150:] + made(50, start=300)
    assert list(datasets.rows(second)) == expected
    assert (second.parents, second.generation, second.rows) == ((first.id,), 1, 250)
    assert list(datasets.rows(first)) == made(200)
    assert list(datasets.check(second)) == list(datasets.check(first)) == []
    assert [v.id for v in datasets.versions("p", "qa")] == [second.id, first.id]


def test_rows_that_a_run_keeps_no_longer_go_where_it_is_alone(datasets: Datasets) -> None:
    """A target that is met by earlier rows after all sets later ones aside, which an earlier commit of the run held."""
    rows = made(6)
    datasets.commit("p", "qa", rows[3:], run=1, all_of_run=True)
    after = datasets.commit("p", "qa", rows[:4], run=1, all_of_run=True)
    assert answers(datasets.rows(after)) == answers(rows[:4])
    assert (after.generation, after.rows, list(datasets.check(after))) == (1, 4, [])
    datasets.commit("p", "qa", made(2, start=8), run=2, all_of_run=True)  # merged: the dataset is not its own
    last = datasets.commit("p", "qa", rows[:2], run=1, all_of_run=True)
    assert answers(datasets.rows(last)) == answers([*rows[:4], *made(2, start=8)])


def test_rows_of_a_later_commit_follow_whatever_their_order(datasets: Datasets) -> None:
    datasets.commit("p", "qa", made(3, start=10, says="run 5"), run=5)
    datasets.commit("p", "qa", made(2, says="by hand"))
    version = datasets.commit("p", "qa", made(1, start=20, says="run 6"), run=6)
    assert answers(datasets.rows(version)) == ["run 5 10", "run 5 11", "run 5 12", "by hand 0", "by hand 1", "run 6 20"]


def test_a_continued_run_keeps_its_own_order(datasets: Datasets) -> None:
    datasets.commit("p", "qa", made(10)[::2], run=1)
    whole = datasets.commit("p", "qa", made(10), run=1)
    never_stopped = datasets.commit("p", "other", made(10), run=1)
    assert list(datasets.rows(whole)) == made(10)
    assert whole.root == never_stopped.root


def test_replace_starts_clean(datasets: Datasets) -> None:
    first = datasets.commit("p", "qa", made(5), run=1)
    second = datasets.commit("p", "qa", made(2, start=3, says="new"), run=2, replace=True)
    assert answers(datasets.rows(second)) == ["new 3", "new 4"]
    assert second.parents == (first.id,)
    assert list(datasets.check(second)) == []


def test_the_same_rows_again_make_no_version_unless_another_run_made_them(datasets: Datasets) -> None:
    first = datasets.commit("p", "qa", made(100), run=1, message="a")
    assert datasets.commit("p", "qa", made(100), run=1, message="b") == first
    assert datasets.commit("p", "qa", made(100), run=1, replace=True) == first
    other = datasets.commit("p", "qa", made(100), run=2)
    assert (other.root, other.parents) == (first.root, (first.id,))


def test_also_happens_with_the_version_or_not_at_all(datasets: Datasets, database: Database) -> None:
    seen = []
    version = datasets.commit("p", "qa", made(3), run=1, also=lambda conn, made: seen.append(made.id))
    assert datasets.commit("p", "qa", made(3), run=1, also=lambda conn, made: seen.append(made.id)) == version
    assert seen == [version.id, version.id]

    def fails(conn: object, made: object) -> None:
        raise Invalid("no")

    with pytest.raises(Invalid, match="no"):
        datasets.commit("p", "qa", made(5), run=1, also=fails)
    assert datasets.resolve("p", "qa") == version


def test_bodies_are_stored_once(datasets: Datasets, database: Database) -> None:
    def count() -> tuple[int, int]:
        with database.read() as conn:
            return (conn.execute(text("SELECT count(*) FROM body")).scalar_one(), conn.execute(text("SELECT count(*) FROM block")).scalar_one())

    datasets.commit("p", "qa", made(600), run=1)
    assert count() == (1200, 3)
    datasets.commit("p", "elsewhere", made(600), run=2)
    assert count() == (1200, 3)
    datasets.commit("p", "same", (Row(row.id, row.order, {"label": "spam"}, {}, row.origin) for row in made(600)), run=3)
    assert count() == (1801, 6)  # the labels are one body; the scores differ


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (made(2)[::-1], "does not come after"),
        ([made_row(0, "a"), made_row(0, "b")], "does not come after"),
        ([Row("ab", b"\1", {})], "is no row id"),
        ([Row("z" * 32, b"\1", {})], "is no row id"),
        ([Row("0" * 32, b"\1" * 241, {})], "order key of 241 bytes"),
        ([Row("0" * 32, b"", {})], "does not come after"),
        ([Row("0" * 32, b"\1", {}), Row("0" * 32, b"\2", {})], "Two rows have the id 0000"),
        ([Row("0" * 32, b"\1", {"a": {1, 2}})], "cannot be stored as JSON"),
    ],
)
def test_bad_rows_are_refused_and_nothing_changes(local: Datasets, rows: list[Row], what: str) -> None:
    before = local.commit("p", "qa", made(3))
    with pytest.raises(Invalid, match=what):
        local.commit("p", "qa", rows)
    assert local.resolve("p", "qa") == before


@pytest.mark.parametrize("name", ["", " a", "a ", "a@b", "a/b", "a\nb", "run:4", "x" * 201])
def test_bad_names_are_refused(local: Datasets, name: str) -> None:
    with pytest.raises(Invalid, match="cannot be the name"):
        local.commit("p", name, made(1))


def test_names_with_spaces_and_one_letter_are_fine(local: Datasets) -> None:
    for name in ("a", "My questions 1", "Fragen über Öl"):
        version = local.commit("p", name, made(1))
        assert local.resolve("p", name) == version
    assert [found.name for found in local.list("p")] == ["Fragen über Öl", "My questions 1", "a"]
    assert list(local.list("other")) == []


def test_resolving(datasets: Datasets) -> None:
    datasets.create("p", "empty")
    with pytest.raises(NotFound, match="has no version yet"):
        datasets.resolve("p", "empty")
    first = datasets.commit("p", "qa", made(3))
    second = datasets.commit("p", "qa", made(4))
    draft = datasets.commit("p", "qa", made(1), branch="draft")
    assert datasets.resolve("p", "qa@main") == second
    assert datasets.resolve("p", f"qa@{first.id[:8]}") == datasets.resolve("p", f"qa@{first.id}") == first
    assert datasets.resolve("p", "qa@draft") == draft
    assert datasets.refs("p", "qa") == {"main": second.id, "draft": draft.id}
    with pytest.raises(NotFound, match=r"No dataset is called 'qaa'.*Did you mean 'qa'"):
        datasets.resolve("p", "qaa")
    with pytest.raises(NotFound, match=r"no branch, tag or version 'mian'.*Did you mean 'main'"):
        datasets.resolve("p", "qa@mian")
    with pytest.raises(NotFound):
        datasets.resolve("elsewhere", "qa")


def test_too_few_digits_are_refused(local: Datasets, tmp_path: Path) -> None:
    version = local.commit("p", "qa", made(3))
    db = open_database(f"sqlite:///{tmp_path}/local.db")
    with db.write() as conn:  # a second id that begins alike
        alike = version.id[:31] + ("0" if version.id[31] != "0" else "1")
        conn.execute(text("INSERT INTO version SELECT :alike, dataset, parents, generation, root, rows, rolling, run, author, message, created_at "
                          "FROM version"), {"alike": alike})  # fmt: skip
    db.close()
    with pytest.raises(Invalid, match="fits 2 versions"):
        local.resolve("p", f"qa@{version.id[:6]}")


def test_large_rows_are_cut_into_small_blocks(local: Datasets) -> None:
    rows = [made_row(i, os.urandom(300_000).hex()) for i in range(8)]
    version = local.commit("p", "qa", rows)
    assert list(local.rows(version)) == rows


@fast
@given(st.lists(st.dictionaries(st.text(max_size=8), json, max_size=3), max_size=12), st.dictionaries(st.text(max_size=8), json, max_size=2))
def test_any_json_comes_back(local: Datasets, records: list[dict[str, object]], scores: dict[str, object]) -> None:
    rows = [Row(made_row(i, "").id, bytes([1, i]), data, scores, {"parents": ["x"]}) for i, data in enumerate(records)]
    version = local.commit("p", "qa", rows, replace=True)
    assert list(local.rows(version)) == rows
    assert list(local.check(version)) == []


@fast
@given(st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(0, 200), max_size=120)), min_size=1, max_size=5))
def test_commits_follow_the_model(local: Datasets, commits: list[tuple[int, set[int]]]) -> None:
    """Merges, as a dictionary would do them: a row keeps the place where it first stood."""
    model: dict[int, tuple[tuple[int, int], Row]] = {}
    for step, (run, numbers) in enumerate(commits):
        rows = [made_row(i, f"step {step}") for i in sorted(numbers)]
        version = local.commit("p", "qa", rows, run=run, replace=step == 0)
        for i, row in zip(sorted(numbers), rows, strict=True):
            model[i] = (model[i][0] if i in model else (run, i), row)
        expected = [row for _, row in sorted(model.values(), key=lambda item: item[0])]
        assert list(local.rows(version)) == expected
    assert list(local.check(version)) == []


@fast
@given(st.sets(st.integers(0, 400), max_size=300), st.sets(st.integers(0, 400), max_size=300))
def test_the_root_does_not_depend_on_the_path(local: Datasets, one: set[int], two: set[int]) -> None:
    def rows(numbers: set[int]) -> list[Row]:
        return [made_row(i, "same") for i in sorted(numbers)]

    local.commit("p", "ab", rows(one), run=1, replace=True)
    by_steps = local.commit("p", "ab", rows(two), run=1)
    at_once = local.commit("p", "union", rows(one | two), run=1, replace=True)
    assert (by_steps.root, by_steps.rolling, by_steps.rows) == (at_once.root, at_once.rolling, at_once.rows)


def test_many_committers_on_one_branch_lose_nothing(datasets: Datasets) -> None:
    def commits(worker: int) -> None:
        for i in range(5):
            datasets.commit("p", "qa", made(3, start=1000 * worker + 3 * i), run=worker + 1, author=f"worker {worker}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(commits, range(6)))
    versions = datasets.versions("p", "qa")
    assert [v.generation for v in versions] == list(range(29, -1, -1))
    assert all(child.parents == (parent.id,) for child, parent in pairwise(versions))
    assert versions[0].rows == 90
    assert list(datasets.check(versions[0])) == []


DIES = """
import sys
from rowsmith.store.database import open_database
from rowsmith.store.datasets import Datasets
from version_rows import made
from rowsmith.store import bodies
bodies._WRITE_PLACES = 100
db = open_database(sys.argv[1])
Datasets(db).commit("p", "qa", made(400, start=100, says="new"), run=2)
"""


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("versions.blocks.after", 1),
        ("versions.blocks.after", 3),
        *((name, 1) for name in ("versions.nodes.after", "versions.ref.before", "versions.ref.after", "store.commit.before")),
    ],
)
def test_a_commit_killed_anywhere_is_whole_or_absent_and_can_be_done_again(
    datasets: Datasets, database: Database, database_url: str, point: str, nth: int
) -> None:
    before = datasets.commit("p", "qa", made(300), run=1)
    env = {**os.environ, "ROWSMITH_FAILPOINTS": f"{point}=kill:{nth}", "PYTHONPATH": str(Path(__file__).parent)}
    died = subprocess.run([sys.executable, "-c", DIES, database_url], env=env, capture_output=True, text=True, timeout=60)
    assert died.returncode == -9, died.stderr
    head = datasets.resolve("p", "qa")
    assert (head.id == before.id) == (point != "versions.ref.after")
    again = datasets.commit("p", "qa", made(400, start=100, says="new"), run=2)
    assert again.parents == (before.id,)
    assert list(datasets.rows(again)) == made(100) + made(400, start=100, says="new")
    assert list(datasets.check(again)) == []
    with database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM version")).scalar_one() == 2
