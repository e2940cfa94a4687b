"""The map of a version: buckets follow from the number of rows, and editing one row writes three nodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from version_rows import made, made_row

from rowsmith.core.row import Row
from rowsmith.store.database import open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.trees import Entry, apart, bits_for, bucket_of, changed, decode, encode, lookup, removal, turned

part = st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize(("rows", "bits"), [(0, 0), (1, 0), (90, 0), (91, 1), (180, 1), (181, 2), (10_000, 7), (1_000_000, 14)])
def test_the_number_of_buckets(rows: int, bits: int) -> None:
    assert bits_for(rows) == bits
    assert bits == 0 or 45 <= rows / 2**bits <= 90


@given(st.lists(st.builds(Entry, part, st.binary(max_size=250), part, part)))
def test_entries_come_back(entries: list[Entry]) -> None:
    assert decode(encode(entries)) == entries


@given(st.lists(st.builds(Entry, part, st.sampled_from([b"k", b"key", b"k" * 13]), part, part), unique_by=lambda e: e.place), st.data())
def test_a_bucket_is_changed_as_its_map_is(entries: list[Entry], data: st.DataObject) -> None:
    entries.sort()
    there = [e.place for e in entries]
    places = data.draw(st.lists(part | st.sampled_from(there) if there else part, unique=True))
    changes = [data.draw(st.sampled_from([removal(place), Entry(place, b"key", place, place)])) for place in sorted(places)]
    after = {**{e.place: e for e in entries}, **{c.place: c for c in changes}}
    expected = sorted(e for e in after.values() if e.data)
    before, now = encode(entries), changed(encode(entries), changes)
    assert decode(now) == expected
    assert all(lookup(now, place) == (after[place] if after[place].data else None) for place in after)
    assert apart(before, now) == (sorted({*entries} - {*expected}), sorted({*expected} - {*entries}))


@given(part, st.integers(0, 20))
def test_places(name: bytes, bits: int) -> None:
    assert turned(turned(name)) == name
    assert 0 <= bucket_of(turned(name), bits) < 2**bits


def test_one_edit_writes_three_nodes_and_ids_that_begin_alike_spread(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/x.db")
    datasets = Datasets(db)

    def nodes() -> tuple[int, int]:
        with db.read() as conn:
            count, longest = conn.execute(text("SELECT count(*), max(length(body)) FROM node")).one()
            return count, longest

    datasets.commit("p", "qa", made(20_000), run=1)
    count, longest = nodes()
    assert count == 256 + 2 + 1
    assert longest < 10_000
    version = datasets.commit("p", "qa", [made_row(7, "edited")], run=1)
    assert nodes()[0] == count + 3
    assert datasets.row(version, made_row(7, "").id).data["answer"] == "edited"

    timed = [Row(f"0199a1b2c3d4{row.id[:20]}", row.order, row.data, {}, row.origin) for row in made(2000)]
    assert list(datasets.rows(datasets.commit("p", "by hand", timed))) == timed
    assert nodes()[1] < 10_000
    db.close()
