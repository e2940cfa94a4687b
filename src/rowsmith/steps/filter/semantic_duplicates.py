"""Drops or flags rows that say in other words what another row says."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.earlier import Names, compared_with
from rowsmith.steps.leaders import Twin, Vectors, leaders
from rowsmith.steps.scratch import tables
from rowsmith.steps.shingles import compared
from rowsmith.steps.twins import Twins, named
from rowsmith.steps.unlike import unlike
from rowsmith.steps.vector_columns import raw

_SAID = "CREATE TABLE said (n INTEGER PRIMARY KEY, text TEXT)"
_FIX = 'Put {kind: transform.embed, column: ""} before this step, and name an embedder in models, such as {embedder: {model: onnx/PATH}}.'


class SemanticDuplicates(Twins):
    """Drops, or flags, a row whose vector is near to that of an earlier row that is no duplicate itself: rows that say the same in other words. Rows
    of earlier waves come before all new ones, and those of `against` and `against_files` before these.

    The vectors are those of `transform.embed` (its `column: ""` embeds all that a row says), and what is near depends on its model: 0.65 fits
    all-MiniLM-L6-v2, and models whose vectors all lie close want more; try it on pairs of your own. Every vector is compared with all kept ones,
    and the cosine is exact. Embeddings hardly see another number, a negation, an opposite, or who did what to whom; with `verify`, rows with most
    words in common that differ so are not taken for each other. Of a group the earliest row stays, or with `best` the one of which that expression
    is greatest. A row without a vector has no twin.
    """

    vector: str = Field("vector", min_length=1, description="Column that holds the vector.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.8, description="From which cosine on a row has a twin.")
    verify: bool = Field(
        True, description="Rows that differ in a number, a negation, the order of words or a word that moves the vector are no twins."
    )
    best: str = Field("", description="Expression, such as scores.judge.overall: the row with the greatest value stays. Default: the earliest.")
    into: str = Field("semantic_duplicate", min_length=1, description="flag: name of the score, the cosine to the twin, 0 where there is none.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped or flagged as `semantic_duplicate` with the id of its twin and their cosine."""
        vectors, names = Vectors(ctx.scratch), Names()
        try:
            with tables(ctx.scratch, _SAID) as db:
                for name, data in compared_with(ctx, self.against, self.against_files):
                    self._add(name, data, vectors, names, db)
                for row in kept:
                    self._add(row.id, row.data, vectors, names, db)
                settled, places, worth = vectors.count, array("q"), array("d")
                for row in new:
                    places.append(self._add(row.id, row.data, vectors, names, db))
                    worth.extend([self._worth(row)] * (places[-1] >= 0))
                if len(places) and vectors.count == settled:
                    raise Invalid(f"No row has a vector in the column {self.vector!r}, by which meanings are compared.", _FIX)
                order = [*range(settled), *sorted(range(settled, vectors.count), key=lambda n: (-worth[n - settled], n))]
                twins = leaders(vectors, order, settled, self.similarity, self._fits(names, db), ctx)
        finally:
            vectors.close()
        for row, place in zip(new, places, strict=True):
            yield self.repeated(row, self.into, _flag(names, twins[place]) if place in twins else None)

    def check(self) -> list[str]:
        """An expression that gives no number."""
        problems = super().check()
        try:
            kind = parse_value(self.best).kind if self.best else "number"
        except Invalid as error:
            return [*problems, f"best: {error}"]
        return problems if kind in ("number", "any") else [*problems, f"best: {self.best!r} gives {kind}, not a number."]

    def _add(self, name: str, data: dict[str, Any], vectors: Vectors, names: Names, db: sqlite3.Connection) -> int:
        """The number that the vector is given; -1 where there is none."""
        if not isinstance(data.get(self.vector), list):
            return -1
        vectors.add(raw(data[self.vector], self.vector))
        names.add(name)
        if self.verify:
            db.execute("INSERT INTO said VALUES (?, ?)", (vectors.count - 1, compared(data)))
        return vectors.count - 1

    def _worth(self, row: Row) -> float:
        value = parse_value(self.best).value(row.scope) if self.best else 0
        return float(value) if isinstance(value, int | float) else float("-inf")

    def _fits(self, names: Names, db: sqlite3.Connection) -> Any:
        def said(number: int) -> str:
            text: str = db.execute("SELECT text FROM said WHERE n = ?", (number,)).fetchone()[0]
            return text

        def fits(one: int, other: int, cosine: float) -> bool:
            return names[one] != names[other] and not (self.verify and unlike(said(one), said(other), cosine))

        return fits


def _flag(names: Names, twin: Twin) -> Flag:
    name, cosine = names[twin[0]], twin[1]
    return Flag("semantic-duplicates", "semantic_duplicate", f"{cosine:.2f} near in meaning to {named(name)}", round(cosine, 4), twin=name)
