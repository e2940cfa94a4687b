"""Law: a search finds the same in SQLite's index, in PostgreSQL's, and by looking at every row, whatever the script."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from rowsmith.core.errors import Invalid
from rowsmith.core.queries import Query, query
from rowsmith.core.words import cut
from rowsmith.store import search_tsvector
from rowsmith.store.database import Database
from rowsmith.store.search import Words
from rowsmith.store.search_fts import FtsWords
from rowsmith.store.search_tsvector import TsvectorWords

WORDS = [
    "tea", "Tea", "TEAM", "assam", "don't", "café", "cafe\u0301", "ﬁne", "straße", "STRASSE", "x1", "12", "a_b", "İ", "naïve",
    "東京", "東京都", "京都", "水", "カタカナ", "ｶﾅ", "サーバー", "ー", "2024年", "iPhoneを",
    "مَرْحَبا", "مرحبا", "أهلا", "اهلا", "مدرسة", "على", "كتاب", "ـكتاب", "٣",
    "ภาษาไทย", "ที่", "ไทย", "ພາສາ", "ខ្មែរ", "မြန်မာ", "한국어", "👩‍🚀", "’", "-", "e\u0301\u0301",
]  # fmt: skip
pieces = st.one_of(st.sampled_from(WORDS), st.text(min_size=1, max_size=4), st.text("東京都水ไทยที่กa", min_size=1, max_size=5))
texts = st.lists(st.tuples(pieces, st.sampled_from(["", " ", "\n", "。", ", "])), max_size=7).map(lambda parts: "".join(a + b for a, b in parts))
datas = st.lists(st.one_of(st.fixed_dictionaries({"t": texts}), st.fixed_dictionaries({"t": texts, "u": st.lists(texts, max_size=2)})), max_size=5)
bare = st.one_of(st.sampled_from(WORDS), st.text("東京都水ไทยที่กa", min_size=1, max_size=3), st.sampled_from(["te", "x", "مر"])).filter(
    lambda word: '"' not in word and not word.startswith("-")
)
terms = st.one_of(bare, bare.map(lambda word: word + "*"), st.lists(bare, min_size=1, max_size=3).map(lambda some: f'"{" ".join(some)}"'))
parts = st.one_of(terms, terms.map(lambda term: "-" + term), st.tuples(terms, terms).map(" OR ".join))
searches = st.lists(parts, min_size=1, max_size=3).map(" ".join)


def found(words: Words, conn: Connection, asked: Query, bodies: dict[bytes, Any]) -> set[bytes]:
    """As store.search puts it together."""
    outside = not asked.every
    inner = Query(asked.text, (asked.none,), ()) if outside else asked
    sure, unsure = words.find(conn, inner)
    hits = {*sure, *(name for name in unsure if inner.matches(bodies[name]))}
    assert len(hits) == len(sure) + len([name for name in unsure if name in hits])
    return set(bodies) - hits if outside else hits


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(datas, searches)
@example([{"t": "tea", "u": ["green tea", "house"]}], '"tea house"')
@example([{"t": "東京 都"}, {"t": "東京x都"}], "東京都")
@example([{"t": "the the"}], '"the the the"')
def test_an_index_finds_what_looking_at_every_row_finds(database: Database, rows: list[dict[str, Any]], search: str) -> None:
    words: Words = FtsWords() if database.dialect == "sqlite" else TsvectorWords()
    bodies = {n.to_bytes(16, "big"): cut(row) for n, row in enumerate(rows)}
    try:
        asked = query(search)
    except Invalid:
        return
    with database.write() as conn:
        words.clear(conn)
        words.put(conn, bodies)
        words.put(conn, bodies)
        assert found(words, conn, asked, bodies) == {name for name, body in bodies.items() if asked.matches(body)}


@pytest.mark.parametrize("limits", [{"EACH": 1}, {"POSITIONS": 3}, {"BYTES": 30, "_SURELY": 0}, {"BYTES": 30, "_SURELY": 0, "EACH": 1}])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rows=datas, search=searches)
def test_bodies_that_a_tsvector_has_no_room_for_are_looked_at(
    postgres: Database, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], rows: list[dict[str, Any]], search: str
) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(search_tsvector, name, value)
    test_an_index_finds_what_looking_at_every_row_finds.hypothesis.inner_test(postgres, rows, search)  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(datas, st.data())
def test_what_is_taken_out_is_found_no_more(database: Database, rows: list[dict[str, Any]], data: st.DataObject) -> None:
    words: Words = FtsWords() if database.dialect == "sqlite" else TsvectorWords()
    bodies = {n.to_bytes(16, "big"): cut(row) for n, row in enumerate(rows)}
    gone = {name: bodies[name] for name in data.draw(st.sets(st.sampled_from(sorted(bodies)) if bodies else st.nothing()))}
    with database.write() as conn:
        words.clear(conn)
        words.put(conn, bodies)
        assert words.remove(conn, {**gone, bytes(16)[:15] + b"\xff": [["never"]]}) == len(gone)
        assert words.known(conn, list(bodies)) == set(bodies) - set(gone)
        for word in {word for body in bodies.values() for text in body for word in text}:
            asked = query(word)
            assert found(words, conn, asked, bodies) == {name for name, body in bodies.items() if name not in gone and asked.matches(body)}
