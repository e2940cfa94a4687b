"""Makes two answers with a verdict of a preference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import pick


class Unpair(Step):
    """Makes two rows of a preference: the chosen answer with the label true, and the rejected one with false, each in the column `into`, beside the
    row's other columns. That is what KTO is trained on (Ethayarajh et al., arXiv 2402.01306), which needs no pairs.

    A row that has a column of either name already fails (`column_taken`).
    """

    makes: ClassVar[bool] = True

    chosen: Column = Field("chosen", min_length=1, description="Column with the better answer.")
    rejected: Column = Field("rejected", min_length=1, description="Column with the worse answer.")
    into: str = Field("answer", min_length=1, description="Column that takes the answer.")
    label: str = Field("label", min_length=1, description="Column that takes the verdict, true or false.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New]:
        """The chosen one, then the rejected one."""
        answers = pick(row, [self.chosen, self.rejected])
        rest = {name: value for name, value in row.data.items() if name not in answers}
        if taken := [name for name in (self.into, self.label) if name in rest]:
            raise RowFailed("column_taken", f"The row has a column {taken[0]!r} already; an answer does not replace it.")
        for index, (name, label) in enumerate(((self.chosen, True), (self.rejected, False))):
            yield New({**rest, self.into: answers[name], self.label: label}, index=index)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The two answers become one column."""
        return None if before is None else before - {self.chosen, self.rejected} | {self.into, self.label}

    def check(self) -> list[str]:
        """Two columns of one name."""
        problems = [f"`chosen` and `rejected` are both the column {self.chosen!r}; name two."] if self.chosen == self.rejected else []
        return problems + ([f"`into` and `label` are both {self.into!r}; name two."] if self.into == self.label else [])
