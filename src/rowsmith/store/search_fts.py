"""The index of words in SQLite's FTS5: a table that keeps no text (`content=''`), told the words with spaces between them.

Its own tokenizer (`ascii`) cuts at those spaces alone, for words hold nothing but letters, digits and marks, and every character beyond ASCII
is part of a word to it. `_BORDER`, which is no word, stands between texts, so that no phrase reaches from one into the next; after the
last one come the pairs (core.words.pairs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from rowsmith.core.queries import Query, Term
from rowsmith.core.words import pairs
from rowsmith.store.database import fetch, many, one

_BORDER = " \uffff "
_PART = 500
_INSERT = "INSERT INTO search_words (rowid, words) VALUES (?, ?)"
_DELETE = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', ?, ?)"
_FIND = "SELECT t.hash FROM search_words w JOIN search_text t ON t.n = w.rowid WHERE w.words MATCH ?"


class FtsWords:
    """See store.search.Words."""

    def known(self, conn: Connection, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of these bodies it holds."""
        return set(_numbers(conn, hashes))

    def put(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> None:
        """Take in what is not there yet."""
        known = self.known(conn, list(bodies))
        fresh = [name for name in bodies if name not in known]
        (last,) = fetch(conn, "SELECT coalesce(max(n), 0) FROM search_text", ())[0]
        many(conn, "INSERT INTO search_text (n, hash, exact) VALUES (?, ?, 0)", [(last + i, name) for i, name in enumerate(fresh, 1)])
        many(conn, _INSERT, [(last + i, _told(bodies[name])) for i, name in enumerate(fresh, 1)])

    def find(self, conn: Connection, asked: Query) -> tuple[list[bytes], list[bytes]]:
        """The bodies that are meant; all are sure."""
        return [name for (name,) in fetch(conn, _FIND, (written(asked),))], []

    def remove(self, conn: Connection, bodies: Mapping[bytes, list[list[str]]]) -> int:
        """Take these out: FTS5 notes what is gone until it writes its parts anew, which is done at once, over pages that are zeroed."""
        numbers = _numbers(conn, list(bodies))
        if not numbers:
            return 0
        fetch(conn, "PRAGMA secure_delete=ON", ())
        many(conn, _DELETE, [(n, _told(bodies[name])) for name, n in numbers.items()])
        many(conn, "DELETE FROM search_text WHERE n = ?", [(n,) for n in numbers.values()])
        one(conn, "INSERT INTO search_words (search_words) VALUES (?)", ("optimize",))
        return len(numbers)

    def clear(self, conn: Connection) -> None:
        """Take everything out."""
        fetch(conn, "PRAGMA secure_delete=ON", ())
        one(conn, "INSERT INTO search_words (search_words) VALUES (?)", ("delete-all",))
        one(conn, "DELETE FROM search_text", ())


def _numbers(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for at in range(0, len(hashes), _PART):
        part = tuple(hashes[at : at + _PART])
        marks = ",".join("?" * len(part))
        found.update((bytes(name), n) for name, n in fetch(conn, f"SELECT hash, n FROM search_text WHERE hash IN ({marks})", part))
    return found


def _told(found: Iterable[Sequence[str]]) -> str:
    texts = list(found)
    return _BORDER.join([*map(" ".join, texts), " ".join(pair for text in texts for pair in pairs(text))])


def written(asked: Query) -> str:
    """The search as FTS5 reads it; it has something that is to be there."""
    every = " AND ".join(f"({' OR '.join(map(_term, group))})" for group in asked.every)
    return f"({every}) NOT ({' OR '.join(map(_term, asked.none))})" if asked.none else every


def _term(term: Term) -> str:
    """A phrase; its pairs, which are rarer than its letters, go before it."""
    whole = f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
    sure = list(pairs(term.words[:-1] if term.prefix else term.words))
    if len(term.words) == 2 and len(sure) == 1:
        return f'"{sure[0]}"'
    return f"({' AND '.join([*(f'{chr(34)}{pair}{chr(34)}' for pair in sure), whole])})"
