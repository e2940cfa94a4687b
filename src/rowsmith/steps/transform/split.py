"""Splits rows into parts that share no source, no group and no near-duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context, Kept, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import COLUMN, Column, Step
from rowsmith.steps.parts import parse_parts
from rowsmith.steps.splitting import NO_PART, Splitting, split
from rowsmith.steps.ties import GROUP, ties


class SplitStep(Step):
    """Writes into a column which part each row belongs to. Rows that hang together stay together: those that share a source, a value of a
    column that is named, or nearly their text (`by`), and whatever hangs together through others.

    Parts are chosen by row ids and the seed: the same rows get the same parts, in whatever order they come. Sizes are met as nearly as
    rows that hang together allow; numbers of rows that are not those that come are taken as proportions. Where a target brings further
    waves, rows that have a part keep it, and new ones that are tied to them get the same; a new row that is tied to two parts is dropped
    (`between_parts`). Rows whose origin names no source have none in common. `rowsmith split DATASET --report` shows what the parts of a
    finished dataset share.
    """

    parts: dict[str, float | int | str] = Field(
        description="Name and size of each part: shares that sum to 1 ({train: 0.8, test: 0.2}), or numbers of rows; one may be `rest`."
    )
    by: list[str] = Field(["source", "near_duplicates"], description="What keeps rows together: source, near_duplicates, group:COLUMN.")
    stratify: Column | None = Field(None, description="Column of classes that each part is to have in the same shares.")
    seed: int = Field(42, description="Another seed, another split.")
    column: str = Field("split", min_length=1, description="Column that the part is written into.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="From which similarity (0 to 1) on rows count as near-duplicates.")
    compare: list[Column] | None = Field(None, min_length=1, description="Columns whose text is compared for that. Default: all with text.")

    def all(self, new: Rows, kept: Kept, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its part; or dropped, because it is tied to two."""
        before = [*kept.waves()]
        # How many rows come is not known when a recipe is written, and no run fails over it once its answers are paid for.
        done = split([*before, new], replace(self.terms(), exactly=False), ctx.scratch)
        start = sum(map(len, before))
        for number, row in enumerate(new, start):
            part = done.part_of[number]
            if part == NO_PART:
                yield Dropped(row.id, "between_parts", "tied to rows of two parts that were there before")
            else:
                yield row.with_data({**row.data, self.column: done.names[part]})

    def terms(self) -> Splitting:
        """The settings, read.

        Raises:
            Invalid: the parts or the ties cannot be read.
        """
        compare = None if self.compare is None else tuple(self.compare)
        return Splitting(parse_parts(self.parts), ties(self.by), self.stratify, self.seed, self.column, self.similarity, compare)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The split's column comes to the others."""
        return None if before is None else before | {self.column}

    def marked(self, mark: Any) -> dict[str, Any]:
        """The columns of groups must be there, too."""
        groups: Sequence[str] = [one.removeprefix(GROUP) for one in self.by if one.startswith(GROUP)] if mark is COLUMN else ()
        return {**super().marked(mark), **({"by": groups} if groups else {})}

    def check(self) -> list[str]:
        """Parts and ties that cannot be read."""
        try:
            self.terms()
        except Invalid as error:
            return [str(error)]
        return []
