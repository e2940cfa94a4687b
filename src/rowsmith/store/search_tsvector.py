"""The index of words in PostgreSQL: a tsvector that is put together here, word by word with its positions, under a GIN index.

A tsvector has room for 16,383 positions, 255 of each word, and 1 MB. A body that needs more is kept without positions (`exact` 1), so that it
is found by its words and then looked at; one that has too many different words for that (2) is looked at in every search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from rowsmith.core.queries import Query, Term
from rowsmith.core.words import LONGEST, pairs
from rowsmith.store.database import fetch, many

POSITIONS, EACH, BYTES = 16_383, 255, 1_000_000
_PART = 4096
_SURELY = BYTES // (8 * LONGEST + 20)  # so few words have room, however long they are
_PUT = "INSERT INTO search_text (hash, exact, words) VALUES (?, ?, CAST(? AS tsvector)) ON CONFLICT (hash) DO NOTHING"
_SURE = "SELECT hash FROM search_text WHERE exact = 0 AND words @@ CAST(%s AS tsquery)"
_UNSURE = "SELECT hash FROM search_text WHERE exact = 1 AND words @@ CAST(%s AS tsquery) UNION ALL SELECT hash FROM search_text WHERE exact = 2"


class TsvectorWords:
    """See store.search.Words."""

    def known(self, conn: Connection, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of these bodies it holds."""
        found: set[bytes] = set()
        for at in range(0, len(hashes), _PART):
            part = list(hashes[at : at + _PART])
            found.update(bytes(name) for (name,) in fetch(conn, "SELECT hash FROM search_text WHERE hash = ANY(%s)", (part,)))
        return found

    def put(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> None:
        """Take in what is not there yet; sorted, so that two writers never wait for each other in a circle."""
        many(conn, _PUT, [(name, *told(bodies[name])) for name in sorted(bodies)])

    def find(self, conn: Connection, asked: Query) -> tuple[list[bytes], list[bytes]]:
        """The bodies that are meant, and those that have to be looked at."""
        sure = fetch(conn, _SURE, (written(asked, positions=True),))
        unsure = fetch(conn, _UNSURE, (written(asked, positions=False),))
        return [bytes(name) for (name,) in sure], [bytes(name) for (name,) in unsure]

    def remove(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> int:
        """Take these out."""
        return sum(many(conn, "DELETE FROM search_text WHERE hash = ?", [(name,)]) for name in sorted(bodies))

    def clear(self, conn: Connection) -> None:
        """Take everything out."""
        conn.exec_driver_sql("DELETE FROM search_text")


def told(found: Sequence[Sequence[str]]) -> tuple[int, str]:
    """How exactly a body can be kept (0, 1, 2), and its tsvector."""
    places: dict[str, str] = {}
    at = 0
    for text in found:
        for word in text:
            at += 1
            places[word] = f"{places[word]},{at}" if word in places else str(at)
        at += 1  # no phrase reaches into the next text
    beside = {pair for text in found for pair in pairs(text)}
    exact = 0 if at <= EACH or (at <= POSITIONS and all(one.count(",") < EACH for one in places.values())) else 1
    if at > _SURELY and sum(2 * len(word.encode()) + 8 for word in (*places, *beside)) + 2 * at > BYTES:
        return 2, ""
    lexemes = [f"'{word}':{one}" for word, one in places.items()] if exact == 0 else [f"'{word}'" for word in places]
    return exact, " ".join([*lexemes, *(f"'{pair}'" for pair in beside)])


def written(asked: Query, *, positions: bool) -> str:
    """The search as a tsquery. Without positions it lets more through: phrases are words in any order, and excluded ones are let pass."""
    groups = [f"({' | '.join(_term(term, positions) for term in group)})" for group in asked.every]
    none = [term for term in asked.none if positions or len(term.words) == 1]
    return " & ".join([*groups, *(f"!({_term(term, positions)})" for term in none)])


def _term(term: Term, positions: bool) -> str:
    last = f"'{term.words[-1]}'{':*' if term.prefix else ''}"
    sure: Iterable[str] = pairs(term.words[:-1] if term.prefix else term.words)
    phrase = (" <-> " if positions else " & ").join([*(f"'{word}'" for word in term.words[:-1]), last])
    known = [f"'{pair}'" for pair in sure]
    if len(term.words) == 2 and len(known) == 1:
        return known[0]
    return f"({' & '.join([*known, f'({phrase})'])})"
