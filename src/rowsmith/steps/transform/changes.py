"""Puts what was changed in a row side by side."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import parts
from rowsmith.core.step import Step
from rowsmith.steps.rewriting import REWRITTEN


class Changes(Step):
    """Puts the texts of a row that were rewritten, translated or changed by rule, as they were at first and as they are, into two columns, whatever
    the row's shape, so that checks can compare them: `score.similarity` and `score.grounded` with `column` and `against`.

    A row of which no text differs from what it was is dropped (`unchanged`).
    """

    before: str = Field("before", min_length=1, description="Column that takes what the texts were.")
    after: str = Field("after", min_length=1, description="Column that takes what they are.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with the two columns."""
        was = row.origin.get(REWRITTEN, {})
        now = {part.path: part.text for part in parts(row.data) if part.path in was and part.text != was[part.path]}
        if not now:
            yield Drop("unchanged", "No text differs from what it was.")
            return
        yield row.with_data({**row.data, self.before: "\n".join(was[path] for path in now), self.after: "\n".join(now.values())})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the two."""
        return None if before is None else before | {self.before, self.after}

    def check(self) -> list[str]:
        """One column for both."""
        return [f"`before` and `after` are both {self.before!r}; name two."] if self.before == self.after else []
