"""Gives rows a quantile of a score among the rows of their group, such as how good the weaker answers to a prompt are.

Source: Yu et al., "R.I.P.: Better Models by Survival of the Fittest Prompts", arXiv 2501.18578: the lowest rewards of its answers tell how good a
prompt is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.ids import canonical
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step


class Quantile(Step):
    """Gives each row `scores.<into>`: the quantile of `score` among the rows of its group, which are equal in the columns `by`. 0 is the least of
    them, 1 the greatest, and between two rows the value lies between theirs (linear interpolation).

        - {kind: score.quantile, by: [input], score: scores.judge.overall, quantile: 0.25, into: low}
        - {kind: filter.where, where: scores.low >= 6}

    Rows for which `score` gives no number count for nothing, and a group of them has null. A group is what has come in the same wave and before.
    """

    by: list[Column] = Field(min_length=1, description="Columns in which the rows of a group are equal.")
    score: str = Field(min_length=1, description="Expression that gives a row its number, such as scores.judge.overall.")
    quantile: Annotated[float, Field(ge=0, le=1)] = Field(0.25, description="Which quantile: 0 the least, 0.5 the median, 1 the greatest.")
    into: str = Field("quantile", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its score."""
        values: dict[bytes, list[float]] = {}
        for rows in (kept, new):
            for row in rows:
                found = parse_value(self.score).value(row.scope)
                if isinstance(found, int | float) and not isinstance(found, bool):
                    values.setdefault(self._group(row), []).append(float(found))
        told = {group: self._of(sorted(found)) for group, found in values.items()}
        for row in new:
            yield row.with_scores({self.into: told.get(self._group(row))})

    def check(self) -> list[str]:
        """An expression that gives a number."""
        try:
            kind = parse_value(self.score).kind
        except Invalid as error:
            return [f"score: {error}"]
        return [] if kind in ("number", "any") else [f"score: {self.score!r} gives {kind}, not a number."]

    def _group(self, row: Row) -> bytes:
        return canonical([row.data.get(name) for name in self.by])

    def _of(self, values: list[float]) -> float:
        place = self.quantile * (len(values) - 1)
        below = int(place)
        above = min(below + 1, len(values) - 1)
        return round(values[below] + (values[above] - values[below]) * (place - below), 6)
