"""Law: a view shows what one would see by looking at every row: of any version, with any edits, filtered, searched, sorted, sampled, by pages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looked_at import Change, edited, wanted
from version_rows import made_row

from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.files import Files
from rowsmith.store.plain import PlainRows
from rowsmith.store.positions import Positions, base_mark
from rowsmith.store.search import Search
from rowsmith.store.view import Look
from rowsmith.store.views import Views

LONG = ["a long text that goes on", "a long text that goes in"]
texts = st.one_of(st.sampled_from(["tea", "Tea house", "東京都", "京都の水", "ไทยที่", "كتاب", *LONG, "\0", "É"]), st.text(max_size=3))
scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 2**53 + 1, 1e300, -0.0]), texts)
values = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from(["x", "X"]), scalars, max_size=2))
numbers = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False))
NAMES = ["a", "A", "t", "n", "id", "scores", "odd name", "", "x.y", "b"]
datas = st.one_of(
    st.fixed_dictionaries({"t": texts, "n": st.integers(-3, 3)}),
    st.fixed_dictionaries({"t": texts}, optional={"n": numbers, "b": st.booleans()}),
    st.dictionaries(st.sampled_from(NAMES), values, max_size=4),
)
scores = st.one_of(st.just({}), st.fixed_dictionaries({"judge": st.one_of(st.integers(0, 5), st.fixed_dictionaries({"overall": values}))}))
contents = st.tuples(datas, scores)
looks = st.builds(
    Look,
    where=st.one_of(st.none(), st.sampled_from([
        "n > 0", "t = 'tea'", "length(t) > 3", "a = 1 OR b", "scores.judge.overall >= 2", "origin.source.file = 'a.md'", "scores.judge = 3",
        "id > '8'", "scores IS NULL", "n IS NULL", "contains(t, 'e')", '"odd name" = t', '"A" = a', "NOT b", "t < n",
    ])),
    search=st.one_of(st.none(), st.none(), st.sampled_from(["tea", "東京", "te*", "-tea", "水", '"tea house"', "كتاب OR ไทย", "goes -in"])),
    sort=st.lists(st.sampled_from(
        ["t", "-t", "n", "-n", "a", "-a", "b", "scores.judge.overall", "-scores.judge", "id", "length(t)", "-origin.source.span", '"x.y"']
    ), max_size=2).map(tuple),
    sample=st.one_of(st.none(), st.none(), st.integers(0, 5)),
    seed=st.integers(0, 2),
)  # fmt: skip
edits = st.lists(st.tuples(st.integers(0, 14), st.one_of(st.none(), datas), scores), max_size=4, unique_by=lambda edit: edit[0])


def made(i: int, content: tuple[dict[str, Any], dict[str, Any]]) -> Row:
    origin = {"source": {"name": "docs", "file": "a.md" if i % 2 else "b.md", "span": [i, 1]}}
    return Row(source_id("law", str(i), 0), source_order(0, i), content[0], content[1], origin)


def change(edit: tuple[int, dict[str, Any] | None, dict[str, Any]]) -> Change:
    return Change(source_id("law", str(edit[0]), 0), edit[1], edit[2], key=bytes([edit[0] % 3]))


def known(rows: list[Row], look: Look) -> Look:
    """Without sorts by what no row has: that is told, not shown."""
    names = {name for row in rows for name in row.data} | {"id", "scores", "origin"}
    parts = {"length(t)": "t", '"x.y"': "x.y"}
    sort = tuple(one for one in look.sort if parts.get(one, one.lstrip("-").partition(".")[0]) in names)
    return Look(look.where, look.search, sort, look.sample, look.seed)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.lists(contents, min_size=1, max_size=12), st.dictionaries(st.integers(0, 14), contents, max_size=3), edits,
    st.lists(looks, min_size=1, max_size=3), st.booleans(), st.integers(0, 5), st.integers(0, 6),
)  # fmt: skip
def test_a_view_shows_what_looking_at_every_row_shows(
    database: Database, first: Any, second: Any, laid: Any, looked: list[Look], kept: bool, start: int, limit: int
) -> None:
    store = Datasets(database)
    with tempfile.TemporaryDirectory() as folder:
        name = f"d{len(store.list('p'))}"
        old = store.commit("p", name, [made(i, content) for i, content in enumerate(first)])
        new = store.commit("p", name, [made(i, content) for i, content in sorted(second.items())])
        views = Views(database, Files(Path(folder)), Search(database).hits, small=0 if kept else 100)
        for version in (old, new, old):
            changes = [change(edit) for edit in laid]
            rows = edited(list(store.rows(version)), changes)
            view = views.open(version, changes)
            assert (list(view.rows()), len(view)) == (rows, len(rows))
            plain = PlainRows(database, version, changes, start, limit)
            assert (list(plain), plain.total) == (rows[start : start + limit], len(rows))
            for one in looked:
                look = known(rows, one)
                page = view.page(start, limit, look)
                expected = wanted(rows, look)
                assert (page.rows, page.total) == (expected[start : start + limit], len(expected)), f"{look}"
                assert view.count(look) == len(expected)
        views.close()


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    """Views of rows that are in no version; what they show does not depend on the database."""
    db = open_database(f"sqlite:///{tmp_path}/local.db")
    found = Views(db, Files(tmp_path / "files"))
    yield found
    found.close()
    db.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(contents, max_size=10), looks)
def test_a_view_of_rows_shows_what_looking_at_every_row_shows(views: Views, contents: Any, one: Look) -> None:
    rows = [made(i, content) for i, content in enumerate(contents)]
    look, view = known(rows, one), views.of_rows(rows)
    assert list(view.rows(look=look)) == wanted(rows, look)
    view.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(values, min_size=2, max_size=10), st.lists(scalars, min_size=1, max_size=4), st.booleans())
def test_sorts_of_every_kind_of_value(views: Views, values: list[Any], others: list[Any], descending: bool) -> None:
    rows = [made(i, ({"a": value, "b": others[i % len(others)]}, {})) for i, value in enumerate(values)]
    look, view = Look(sort=("b", "-a" if descending else "a")), views.of_rows(rows)
    assert list(view.rows(look=look)) == wanted(rows, look)
    view.close()


@settings(max_examples=200)
@given(st.data(), st.integers(0, 9), st.integers(0, 12), st.integers(0, 12))
def test_positions_of_what_is_laid_over_a_base(data: st.DataObject, rows: int, start: int, stop: int) -> None:
    gone = sorted(data.draw(st.sets(st.integers(0, rows - 1)) if rows else st.just(set[int]())))
    before = sorted(data.draw(st.lists(st.integers(0, rows), max_size=5)))
    positions = Positions(rows, gone, before)
    every = sorted([*(base_mark(n) for n in range(rows) if n not in gone), *positions.marks])
    found: list[int] = []
    for n, m in positions.spans(start, stop):
        found += [positions.marks[m]] if n < 0 else [base_mark(i) for i in range(n, m)]
    assert (found, positions.total) == (every[start : max(start, stop)], len(every))


@pytest.mark.parametrize("times", [1, 2])
def test_a_sample_stays_when_other_rows_come_and_go(database: Database, tmp_path: Path, times: int) -> None:
    store, views = Datasets(database), Views(database, Files(tmp_path))
    few = store.commit("p", "qa", [made_row(i, "x") for i in range(50)])
    more = store.commit("p", "qa", [made_row(i, "y") for i in range(50, 60 * times)])
    samples = [[row.id for row in views.open(version).rows(look=Look(sample=20, seed=1))] for version in (few, more)]
    ids = {row.id for row in store.rows(few)}
    assert [id_ for id_ in samples[1] if id_ in ids] == [id_ for id_ in samples[0] if id_ in samples[1]]
    views.close()
