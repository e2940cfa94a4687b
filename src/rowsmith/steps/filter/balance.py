"""Balances classes by leaving rows out."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context, Kept, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.balancing import Balancing, balance, class_of


class BalanceStep(Step):
    """Lets as many rows of each class through as of the smallest; or at most `cap` of each; or the classes in given `shares`, as many rows as
    they can give. The others are dropped (`surplus`), and so are rows that say no class (`no_class`). Which stay is chosen by row ids and
    the seed. Rows are never repeated. Rows of earlier waves stay, and count.
    """

    chooses = True

    by: Column = Field(description="Column of classes.")
    cap: Annotated[int, Field(ge=1)] | None = Field(None, description="Most rows of a class. Default: as many as the smallest class has.")
    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = Field(
        None, description="Instead: the share of each class, summing to 1, for example {yes: 0.5, no: 0.5}. Classes not named have none."
    )
    seed: int = Field(42, description="Another seed, other rows.")

    def all(self, new: Rows, kept: Kept, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped."""
        done = balance([*kept.waves(), new], self.terms(), ctx.scratch)
        for row, stays in zip(new, done.chosen, strict=True):
            if stays:
                yield row
            elif (name := class_of(row, self.by)) is None:
                yield Dropped(row.id, "no_class", f"no {self.by}")
            else:
                yield Dropped(row.id, "surplus", f"{name}: {done.after[name]:,} stay")

    def terms(self) -> Balancing:
        """The settings."""
        return Balancing(self.by, self.cap, self.shares, self.seed)

    def check(self) -> list[str]:
        """Shares sum to 1, and stand without a cap."""
        problems = ["cap and shares are both given. Choose one."] if self.cap is not None and self.shares is not None else []
        if self.shares is not None and not isclose(total := sum(self.shares.values()), 1, abs_tol=1e-6):
            problems.append(f"The shares sum to {total:g}, not to 1.")
        return problems
