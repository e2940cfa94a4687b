"""Gives rows another row as a partner, so that a model can make one of two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from rowsmith.core.ids import share
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.merging import joint


class Partner(Step):
    """Gives each row, or a share of them, columns of another one beside its own, such as a second parent for crossover:

        - {kind: transform.partner, columns: [input, answer]}      then other_input and other_answer stand there, too

    Rows stand in a ring, whose order their ids draw, and each is given the next of its wave that says something else in these columns: where all
    differ, every row is a partner once. Where a row goes without, by `share` or because there is no other, the columns hold null. Origin: the
    sources of both, and `parents`, their ids.

    A row that has one of the new columns already is dropped (`column_taken`), a partner's missing column is null.
    """

    columns_: list[Column] = Field(alias="columns", min_length=1, description="Columns of the partner that the row is given.")
    prefix: str = Field("other_", min_length=1, description="What their names begin with.")
    share: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="Probability that a row has a partner; its id decides.")
    seed: int = Field(42, description="Another seed, other partners.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order."""
        places = sorted((share(row.id, f"ring {self.seed}"), place) for place, row in enumerate(new))
        ring = [place for _, place in places]
        held = {place: (row.id, row.origin, {name: row.data.get(name) for name in self.columns_}) for place, row in enumerate(new)}
        wanted = {
            place: next((other for other in ring[at + 1 :] + ring[:at] if held[other][2] != held[place][2]), place) for at, place in enumerate(ring)
        }
        for place, row in enumerate(new):
            taken = [name for name in self._named() if name in row.data]
            if taken:
                yield Dropped(row.id, "column_taken", f"The row has a column {taken[0]!r} already.")
            elif wanted[place] == place or share(row.id, f"partner {self.seed}") >= self.share:
                yield row.with_data({**row.data, **dict.fromkeys(self._named())})
            else:
                other, origin, data = held[wanted[place]]
                theirs = dict(zip(self._named(), data.values(), strict=True))
                yield replace(row, data={**row.data, **theirs}, origin=joint([row.origin, origin], [row.id, other]))

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The partner's are there, too."""
        return None if before is None else before | frozenset(self._named())

    def check(self) -> list[str]:
        """A column that is named twice."""
        return ["A column is named twice."] if len(set(self.columns_)) < len(self.columns_) else []

    def _named(self) -> list[str]:
        return [f"{self.prefix}{name}" for name in self.columns_]
