"""Drops or flags rows that have most words in the same order as an earlier row: the novelty of Self-Instruct.

Source: Wang et al., "Self-Instruct: Aligning Language Models with Self-Generated Instructions", arXiv 2212.10560: an instruction joins the pool
when its ROUGE-L to every one in it is below 0.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse_value
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column
from rowsmith.steps.earlier import compared_with
from rowsmith.steps.shingles import compared
from rowsmith.steps.subsequence import Pool
from rowsmith.steps.twins import Twins, named


class RougeDuplicates(Twins):
    """Drops, or flags, a row whose ROUGE-L to an earlier row that is no duplicate itself is `similarity` or more: the F1 of the longest subsequence
    of words that both have, in lower case and without punctuation. Rows of earlier waves come before all new ones, and those of `against` and
    `against_files` before these. Rows without words are let through.

    It is the measure of Self-Instruct (arXiv 2212.10560), made for instructions of a sentence or a few: each row is looked up among all others. For
    long texts and large sets take `filter.near_duplicates`.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns whose text is compared. Default: all but labels.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="From which ROUGE-L (0 to 1) on a row has a twin.")
    order: str = Field(
        "", description="Expression that gives a number, such as round: rows of a lower one are the earlier ones. Default: as the rows stand."
    )
    into: str = Field("rouge_duplicate", min_length=1, description="flag: name of the score, the ROUGE-L to the twin, 0 where there is none.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself, or dropped or flagged as `rouge_duplicate` with the id of its twin and their ROUGE-L."""
        if not len(new):  # files are read in a process of their own, which is not worth starting for nothing
            return
        pool = Pool()
        for name, data in compared_with(ctx, self.against, self.against_files, self.columns_):
            pool.add(name, pool.read(compared(data, self.columns_)))
        for row in kept:
            pool.add(row.id, pool.read(compared(row.data, self.columns_)))
        texts, ids, ranks = [], [], []
        for row in new:
            texts.append(pool.read(compared(row.data, self.columns_)))
            ids.append(row.id)
            ranks.append(self._rank(row))
        twins: dict[int, tuple[str, float]] = {}
        for place in sorted(range(len(ids)), key=lambda place: (ranks[place], place)):
            found = pool.twin(texts[place], self.similarity, ids[place]) if texts[place] else None
            if found is None:
                pool.add(ids[place], texts[place])
            else:
                twins[place] = found
        for place, row in enumerate(new):
            yield self.repeated(row, self.into, _flag(*twins[place]) if place in twins else None)

    def check(self) -> list[str]:
        """Files that are not there, and an order that is no number."""
        problems = super().check()
        if not self.order:
            return problems
        try:
            kind = parse_value(self.order).kind
        except Invalid as error:
            return [*problems, f"order: {error}"]
        return problems if kind in ("number", "any") else [*problems, f"order: {self.order!r} gives {kind}, not a number."]

    def _rank(self, row: Row) -> float:
        """What puts the row before others; without a number it comes last."""
        value = parse_value(self.order).value(row.scope) if self.order else 0
        return float(value) if type(value) in (int, float) else float("inf")


def _flag(twin: str, like: float) -> Flag:
    return Flag("rouge-duplicates", "rouge_duplicate", f"ROUGE-L {like:.2f} to {named(twin)}", round(like, 4), twin=twin)
