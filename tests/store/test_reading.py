"""Versions whose rows lie scattered over the blocks are read in order all the same, many blocks at once."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from version_rows import made

from rowsmith.core.ids import source_order
from rowsmith.core.row import Row
from rowsmith.store import streams
from rowsmith.store.bodies import Bodies
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.ordering import sorted_by
from rowsmith.store.plain import PlainRows


def shuffled(rows: list[Row]) -> list[Row]:
    rows = list(rows)
    random.Random(1).shuffle(rows)
    return [replace(row, order=source_order(0, n)) for n, row in enumerate(rows)]


def test_scattered_rows_come_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets, rows = Datasets(database), made(1200)
    ordered = datasets.commit("p", "qa", rows)
    mixed = shuffled(rows)
    version = datasets.commit("p", "qa", mixed, replace=True)
    monkeypatch.setattr(streams, "BATCH", 64)
    monkeypatch.setattr(streams, "_GATHERED", 200 * 500)
    opened: list[int] = []
    packed = Bodies.packed
    monkeypatch.setattr(Bodies, "packed", lambda self, numbers: opened.extend(numbers) or packed(self, numbers))
    monkeypatch.setattr("rowsmith.store.bodies._CACHED", 1)
    assert [row.id for row in datasets.rows(version)] == [row.id for row in mixed]
    scattered = len(opened)
    assert scattered <= 5 * (1200 // 64) / 2, "fewer than a block a batch and block"
    assert list(datasets.rows(version, start=1000, limit=100)) == [replace(row, order=row.order) for row in mixed[1000:1100]]
    opened.clear()
    assert [row.id for row in PlainRows(database, version)] == [row.id for row in mixed], "as people look at them, and as views are made"
    assert len(opened) <= scattered
    opened.clear()
    assert list(datasets.rows(ordered)) == rows
    assert len(opened) < scattered


def test_rows_are_sorted_on_disk(database: Database) -> None:
    rows = made(100)
    assert list(sorted_by(rows, lambda row: row.id.encode())) == sorted(rows, key=lambda row: row.id)
    assert list(sorted_by(rows, lambda row: b"")) == sorted(rows, key=lambda row: row.id), "of equal keys by id"
    assert list(sorted_by([], lambda row: b"")) == []
