"""Rows that versions have in common."""

from __future__ import annotations

from version_rows import made

from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.sharing import shared_row


def test_a_row_in_common_is_found(database: Database) -> None:
    datasets = Datasets(database)
    one, other, third = (datasets.commit("p", name, made(200, start=at)) for name, at in (("a", 0), ("b", 200), ("c", 399)))
    assert shared_row(database, [one, other]) is None
    assert shared_row(database, [one, other, third]) == made(1, start=399)[0].id
    assert shared_row(database, [one]) is None
