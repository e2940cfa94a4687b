"""Links rows that share an entity into chains: what a question of several hops is asked about.

Source of the method: Yang et al., "HotpotQA", arXiv 1809.09600 (passages joined by a bridge entity).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, model_validator

from rowsmith.core.expressions import parse
from rowsmith.core.ids import share
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step, Where
from rowsmith.steps.listing import plain
from rowsmith.steps.scratch import tables

WIDTH = 12
"""Most rows that are followed from one."""
_TABLES = (
    "CREATE TABLE said (n INTEGER PRIMARY KEY, id TEXT, text TEXT, document TEXT, source BLOB)",
    "CREATE TABLE named (entity TEXT, n INTEGER, written TEXT, PRIMARY KEY (entity, n)) WITHOUT ROWID",
    "CREATE INDEX of_row ON named (n)",
)


class Link(Step):
    """Links each row to earlier ones with an entity in common, and gives it the texts of the chain: its own, then one for each hop, in the column
    `into`; and `links`, the entity of each hop.

    From each row the rarest entity is followed first, since it says most; one in more than `most` rows links nothing, and none is followed twice.
    Only rows that come before it are linked to a row, so that no two are linked twice. Which of equals is taken the ids of the rows decide.
    Entities are compared without case, width, spaces and punctuation.

    A row without a chain of `hops` texts is dropped (`unlinked`), or with `alone: keep` goes on with its own text and no link. Origin: `linked`
    [{id, by}], and `source` is that of every text of the chain.
    """

    entities: Column = Field("entities", description="Column with the entities: a list of texts.")
    text: Column = Field("text", description="Column whose text is linked.")
    into: str = Field("passages", min_length=1, description="Column that is given the list of texts.")
    hops: Annotated[int, Field(ge=2, le=5)] = Field(2, description="Texts in a chain.")
    most: Annotated[int, Field(ge=2)] = Field(10, description="Most rows that an entity may be in, to link them.")
    other_documents: bool = Field(False, description="Whether each text of a chain is of another document.")
    where: Where | None = Field(None, description="Rows that begin a chain; others are linked to, and count as alone. Default: all begin one.")
    alone: Literal["drop", "keep"] = Field("drop", description="What becomes of a row without a chain.")

    @model_validator(mode="after")
    def _own_column(self) -> Link:
        if self.into in (self.text, self.entities, "links"):
            raise ValueError(f"`into` is {self.into!r}, a column that is there already; give the texts another.")
        return self

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: with its chain, or dropped."""
        with tables(ctx.scratch, *_TABLES) as db:
            for number, row in enumerate(chain(kept, new)):
                self._add(db, number, row)
            for number, row in enumerate(new, len(kept)):
                if not isinstance(row.data.get(self.text), str):
                    yield Dropped(row.id, "not_text", f"Column {self.text!r} holds no text.")
                    continue
                begins = self.where is None or parse(self.where).test(row.scope) is True
                found = next(self._chains(db, row.id, [(number, "")]), None) if begins else None
                if found is None and self.alone == "drop":
                    yield Dropped(row.id, "unlinked", f"{len(self._entities(row))} entities, none of which leads to a chain of {self.hops} texts")
                else:
                    yield self._linked(db, row, found or [])

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, the texts' and the entities that link them."""
        return None if before is None else before | {self.into, "links"}

    def _add(self, db: sqlite3.Connection, number: int, row: Row) -> None:
        source = row.origin.get("source")
        text = row.data.get(self.text)
        if not isinstance(text, str):
            return
        document = f"{source.get('name', '')}/{source.get('member', '')}" if isinstance(source, dict) else row.id
        db.execute("INSERT INTO said VALUES (?, ?, ?, ?, ?)", (number, row.id, text, document, orjson.dumps(source)))
        db.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?)", ((key, number, one) for key, one in self._entities(row).items()))

    def _entities(self, row: Row) -> dict[str, str]:
        """The entities as they are compared, and as they are written."""
        said = row.data.get(self.entities)
        return {plain(one): one for one in said if isinstance(one, str) and plain(one)} if isinstance(said, list) else {}

    def _chains(self, db: sqlite3.Connection, start: str, path: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
        """The hops of each chain that goes on from a path: the row that each leads to, and by which entity."""
        if len(path) == self.hops:
            yield path[1:]
            return
        used = {key for _, key in path}
        documents, texts = ({_said(db, at)[place] for at, _ in path} for place in (2, 1))
        for key, at in self._next(db, start, path[-1][0], path[0][0]):
            _, text, document, _ = _said(db, at)
            if key not in used and text not in texts and not (self.other_documents and document in documents):
                yield from self._chains(db, start, [*path, (at, key)])

    def _next(self, db: sqlite3.Connection, start: str, number: int, below: int) -> list[tuple[str, int]]:
        """Where a row leads to, by its rarest entity first, of the rows before the first of its path."""
        found: list[tuple[int, float, str, int]] = []
        for (key,) in db.execute("SELECT entity FROM named WHERE n = ?", (number,)).fetchall():
            others = [n for (n,) in db.execute("SELECT n FROM named WHERE entity = ? LIMIT ?", (key, self.most + 1))]
            if len(others) <= self.most:
                found += [(len(others), share(start, f"link {key} {_said(db, n)[0]}"), key, n) for n in others if n != number and n < below]
        return [(key, n) for _, _, key, n in sorted(found)[:WIDTH]]

    def _linked(self, db: sqlite3.Connection, row: Row, hops: list[tuple[int, str]]) -> Row:
        others = [_said(db, at) for at, _ in hops]
        names = [db.execute("SELECT written FROM named WHERE entity = ? AND n = ?", (key, at)).fetchone()[0] for at, key in hops]
        data = {**row.data, self.into: [row.data.get(self.text), *(text for _, text, _, _ in others)], "links": names}
        linked = [{"id": other[0], "by": name} for other, name in zip(others, names, strict=True)]
        sources = [one for one in (row.origin.get("source"), *(orjson.loads(source) for *_, source in others)) if isinstance(one, dict)]
        origin = {**row.origin, "linked": linked, **({"source": sources} if hops and sources else {})}
        return Row(row.id, row.order, data, row.scores, origin)


def _said(db: sqlite3.Connection, number: int) -> Any:
    """Id, text, document and source of a row."""
    return db.execute("SELECT id, text, document, source FROM said WHERE n = ?", (number,)).fetchone()
