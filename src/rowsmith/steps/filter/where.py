"""Lets through the rows for which a condition is true; can send the others back to be made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from pydantic import Field

from rowsmith.core.expressions import Expression, parse
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Step, Where

SHOWN = 120
"""Most characters of one value in a dropped row's detail."""


class WhereFilter(Step):
    """Lets a row through when `where` is true for it; false and NULL (a missing score, a value of another kind) do not let it through.

    With `retry_from` a row that is not let through goes back to that step, which asks its model anew for the same place, at most
    `retry_times` times: the critic loop. Only when the last try is refused too is the row dropped.
    """

    where: Where = Field(min_length=1, description="The condition, for example: scores.judge.overall >= 4 AND length(answer) > 20.")
    retry_from: str = Field("", description="Name of the asking step that makes a refused row again. Default: none, it is dropped at once.")
    retry_times: Annotated[int, Field(ge=1, le=100)] = Field(2, description="How often a place is tried again before its row is dropped.")
    reason: str = Field("where", pattern=r"^[a-z0-9_]{1,60}$", description="The code under which refused rows are counted.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row, or a Drop that names the condition and the values that it met."""
        condition, scope = parse(self.where), row.scope
        if condition.test(scope):
            yield row
        else:
            yield Drop(self.reason, explained(condition, scope), self.retry_from, self.retry_times if self.retry_from else 0)

    def check(self) -> list[str]:
        """`retry_times` without `retry_from` would change nothing."""
        if "retry_times" in self.model_fields_set and not self.retry_from:
            return ["retry_times is given without retry_from. Name the step that makes refused rows again, or leave retry_times out."]
        return []


def explained(condition: Expression, scope: dict[str, Any]) -> str:
    """The condition, and the value that each of its names had.

    >>> from rowsmith.core.expressions import parse
    >>> explained(parse("n > 3"), {"n": 1})
    'not true: n > 3 (n = 1)'
    """
    values = ", ".join(f"{name} = {_shown(value)}" for name, value in condition.values(scope).items())
    return f"not true: {condition.text}" + (f" ({values})" if values else "")


def _shown(value: Any) -> str:
    if value is None:
        return "NULL"
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
