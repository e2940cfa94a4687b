"""Lets the best rows of each group through, such as the best of several answers to one question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from pydantic import Field

from rowsmith.core.expressions import parse_value
from rowsmith.core.ids import canonical
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.scratch import fill, tables

_ROWS = "CREATE TABLE rows (place INTEGER PRIMARY KEY, held TEXT, value REAL)"
_CHOSEN = """
SELECT rows.place, rows.value IS NULL, COALESCE(rank, 0) + COALESCE(earlier.n, 0) FROM rows
LEFT JOIN (SELECT place, ROW_NUMBER() OVER (PARTITION BY held ORDER BY value {order}, place) AS rank FROM rows WHERE value IS NOT NULL) USING (place)
LEFT JOIN (SELECT held, COUNT(*) AS n FROM earlier GROUP BY held) AS earlier USING (held)
ORDER BY rows.place
"""


class Top(Step):
    """Lets the `n` rows of each group through that have the highest `score`, of equals the first; the others are dropped (`not_top`), and rows for
    which `score` gives no number (`no_value`). Rows of one group are equal in the columns `by`. Rows of earlier waves stay, and count.

        - {kind: filter.top, by: [input], score: scores.judge.overall}      the best answer to each question
        - {kind: filter.top, by: [input], score: word_count(reasoning), lowest: true}      the shortest
    """

    chooses = True
    spent = frozenset({"not_top"})
    by: list[Column] = Field(min_length=1, description="Columns in which the rows of a group are equal.")
    score: str = Field(min_length=1, description="Expression that gives a row its number, such as scores.judge.overall.")
    n: Annotated[int, Field(ge=1)] = Field(1, description="Rows of each group that go on.")
    lowest: bool = Field(False, description="Whether the lowest go on, not the highest.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped."""
        with tables(ctx.scratch, _ROWS, "CREATE TABLE earlier (held TEXT)") as db:
            fill(db, "INSERT INTO earlier VALUES (?)", ((self._group(row),) for row in kept))
            fill(db, "INSERT INTO rows VALUES (?, ?, ?)", ((at, self._group(row), self._value(row)) for at, row in enumerate(new)))
            with closing(db.execute(_CHOSEN.format(order="ASC" if self.lowest else "DESC"))) as found:
                for row, (_, nothing, rank) in zip(new, found, strict=True):
                    if nothing:
                        yield Dropped(row.id, "no_value", f"{self.score} gives it none")
                    elif rank > self.n:
                        yield Dropped(row.id, "not_top", f"{rank}. of its group by {self.score}; {self.n} go on")
                    else:
                        yield row

    @property
    def gathers(self) -> list[str]:
        return self.by

    def check(self) -> list[str]:
        """An expression that can be read."""
        parse_value(self.score)
        return []

    def _group(self, row: Row) -> str:
        return canonical([row.data.get(name) for name in self.by]).hex()

    def _value(self, row: Row) -> float | None:
        value = parse_value(self.score).value(row.scope)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
