"""Reviews belong to a dataset and a row: whatever branch says what was reviewed has them."""

from __future__ import annotations

import pytest
from version_rows import made, made_row

from rowsmith.core.review import NOTHING, Review
from rowsmith.core.row import Row
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.reviews import Opinion, Reviews, said_now, standing
from rowsmith.store.versions import Version


@pytest.fixture
def version(database: Database) -> Version:
    return Datasets(database).commit("p", "qa", made(600), run=1)


def add(db: Database, version: Version, row: Row, said: Opinion, author: str = "a") -> int:
    with db.write() as conn:
        return Reviews(db, version.dataset).add(conn, "main", row.id, said_now(row), said, author)


def test_a_review_comes_back_as_it_was_given(database: Database, version: Version) -> None:
    row = made(1)[0]
    said = Opinion("accept", 0.5, "good", "well said", {"answer": "x"})
    n = add(database, version, row, said)
    reviews = Reviews(database, version.dataset)
    (found,) = reviews.list()
    assert found == Review(n, row.id, said_now(row), "accept", 0.5, "good", "well said", {"answer": "x"}, "a", found.created_at, "main")
    assert found.created_at > 0 and reviews.any()


def test_the_newest_first_and_filtered(database: Database, version: Version) -> None:
    one, other = made(2)
    ns = [add(database, version, r, Opinion(v), a) for r, v, a in ((one, "accept", "a"), (other, "reject", "b"), (one, "reject", "b"))]  # type: ignore[arg-type]
    reviews = Reviews(database, version.dataset)
    assert [review.n for review in reviews.list()] == ns[::-1]
    assert [review.n for review in reviews.list(row=one.id)] == [ns[2], ns[0]]
    assert [review.n for review in reviews.list(author="b")] == [ns[2], ns[1]]
    assert [review.n for review in reviews.list(row=one.id, author="b", verdict="reject")] == [ns[2]]
    assert reviews.list(verdict="accept", author="b") == []


def test_rows_have_their_reviews_beside_them(database: Database, version: Version) -> None:
    rows = made(600)
    reviews = Reviews(database, version.dataset)
    assert [len(found) for _, found in reviews.laid_beside(rows)] == [0] * 600
    for at in (0, 0, 599):
        add(database, version, rows[at], Opinion("accept"))
    found = dict(enumerate(reviews.laid_beside(iter(rows))))
    assert {at: len(of_row) for at, (_, of_row) in found.items() if of_row} == {0: 2, 599: 1}
    assert [row for row, _ in found.values()] == rows
    assert standing(*found[1]) == NOTHING
    assert standing(*found[0])["accepted"] == 1


def test_summaries_of_a_version(database: Database, version: Version) -> None:
    rows = made(3)
    for row in rows:
        add(database, version, row, Opinion("accept"))
    changed = Datasets(database).commit("p", "qa", [made_row(0, "other")])
    reviews = Reviews(database, version.dataset)
    then, now = dict(reviews.summaries(version, {})), dict(reviews.summaries(changed, {rows[1].id: "ff" * 16}))
    assert [then[row.id]["accepted"] for row in rows] == [1, 1, 1]
    assert [(now[row.id]["accepted"], now[row.id]["outdated"]) for row in rows] == [(0, 1), (0, 1), (1, 0)]
    assert list(reviews.summaries(None, {})) == []


def test_another_dataset_brings_its_reviews_once(database: Database, version: Version) -> None:
    row, gone = made(1)[0], made_row(9999, "not there")
    add(database, version, row, Opinion("accept"))
    add(database, version, gone, Opinion("reject"))
    other = Reviews(database, Datasets(database).create("p", "other").n)
    for _ in range(2):
        with database.write() as conn:
            other.bring(conn, version.dataset, version)
    (found,) = other.list()
    (was,) = Reviews(database, version.dataset).list(row=row.id)
    assert (found.row, found.hash, found.verdict, found.author, found.created_at) == (row.id, was.hash, "accept", "a", was.created_at)
