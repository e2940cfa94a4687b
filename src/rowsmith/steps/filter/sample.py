"""Lets a sample of the rows through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import COLUMN, Step
from rowsmith.steps.sampling import BESIDE, UNUSABLE, Sampling, sample


class SampleStep(Step):
    """Lets `n` rows through, or a share of them, and drops the others (`not_sampled`). By row ids and the seed: the same rows give the same
    sample, in whatever order they come.

    random: each row alike. stratified: of each value of `by` its share of the sample, or as many of each (`equal_strata`). weighted: the
    odds of a row are as its weight `by`, an expression, without replacement. top: the rows with the greatest value of the expression
    `by`; of equals the earlier. diverse: rows whose texts are far apart, of column `by` or of all with text. A row whose weight is negative
    or no number is dropped (`no_weight`), so is one without a value (`no_value`). Rows of earlier waves count towards `n`.
    """

    chooses = True

    n: Annotated[int, Field(ge=1)] | None = Field(None, description="How many rows; all, when there are fewer.")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Instead of n: which share of the rows, above 0 and up to 1.")
    how: Literal["random", "stratified", "weighted", "top", "diverse"] = Field("random", description="How they are chosen.")
    by: str = Field("", description="Column of strata, expression of weight or value, or column whose text is compared.")
    equal_strata: bool = Field(False, description="stratified: as many rows of each stratum, as far as it has them.")
    seed: int = Field(42, description="Another seed, another sample.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped."""
        done = sample(new, self.size(len(new), len(kept)), self.terms(), ctx.scratch)
        unusable = "no_weight" if self.how == "weighted" else "no_value"
        for row, chosen in zip(new, done.chosen, strict=True):
            if chosen == UNUSABLE:
                yield Dropped(row.id, unusable, f"{self.by} gives it none")
            else:
                yield row if chosen else Dropped(row.id, "not_sampled")

    def terms(self) -> Sampling:
        """The settings."""
        return Sampling(self.how, self.by, self.seed, self.equal_strata)

    def size(self, new: int, kept: int = 0) -> int:
        """How many of so many new rows are let through, where so many were before."""
        return max(0, (self.n or 0) - kept) if self.share is None else round(self.share * new)

    def marked(self, mark: Any) -> dict[str, Any]:
        """The columns that `by` names must be there."""
        if mark is not COLUMN or not self.by or self.check():
            return super().marked(mark)
        names = parse_value(self.by).columns - BESIDE if self.how in ("weighted", "top") else {self.by}
        return {"by": sorted(names)} if names else {}

    def check(self) -> list[str]:
        """Exactly one size, and a `by` where the way needs one."""
        problems = [] if (self.n is None) != (self.share is None) else ["Give n or share, one of them."]
        if self.how in ("stratified", "weighted", "top") and not self.by:
            problems.append(f"how: {self.how} needs `by`: {'a column' if self.how == 'stratified' else 'a column or an expression'}.")
        if self.how == "random" and self.by:
            problems.append("by is given, and a random sample has no use for it. Choose another `how`, or leave it out.")
        if self.equal_strata and self.how != "stratified":
            problems.append("equal_strata is given without how: stratified.")
        if self.how in ("weighted", "top") and self.by:
            problems += _unreadable(self.by)
        return problems


def _unreadable(text: str) -> list[str]:
    try:
        kind = parse_value(text).kind
    except Invalid as error:
        return [f"by: {error}"]
    return [] if kind in ("number", "any") else [f"by: {text!r} gives {kind}, not a number."]
