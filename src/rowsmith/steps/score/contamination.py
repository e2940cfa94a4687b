"""Whether rows contain items of the sets that will test what is trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.flags import Flag, flagged
from rowsmith.core.ports import Context, Index, Rows
from rowsmith.core.row import Drop, Dropped, Row
from rowsmith.core.said import Part
from rowsmith.core.step import DatasetName, InputPaths
from rowsmith.steps.checking import Check
from rowsmith.steps.contained import Found, Items, words_of
from rowsmith.steps.earlier import Names, compared_with, missing
from rowsmith.steps.placed import placed
from rowsmith.steps.twins import named
from rowsmith.steps.vector_columns import raw

BLOCK, REVIEW = "contaminated", "contaminated_review"
MOST = 3
"""Items that are told of one row."""


class Contamination(Check):
    """Scores how much of an item of an evaluation set stands in the row, anywhere in it: `scores.<into>` from 0 to 1, of the item of which most does.

    The share is the mean of two: of the item's words, weighted by how few items have them, within one stretch of the row; and of its pairs of
    neighbouring words there. An item is known by its question, or by passage and question; its answer is beside the point. From `block` on the row
    is flagged as `contaminated` (a copy, whatever the case, punctuation and white space); from `review` on as `contaminated_review` (the item with
    other names, numbers and words, or in another order). A flag names the item, the place in the row and the share.

    Of a question that stands beside its passage, and of an item of fewer than 8 words, only a copy counts; items of fewer than 4 words are left out.
    With `run`, a run of so many words of an item is for review too, however long the item. With `vector`, so is a row whose vector is near to that of
    an item of a dataset, which finds items that are retold; `transform.embed` puts vectors into both, by the same model.
    """

    against: list[DatasetName] = Field([], description="Datasets of evaluation items: name, name@branch, name@tag or name@version.")
    against_files: InputPaths = Field([], description="Files of evaluation items: of any format that is read, and documents.")
    block: Annotated[float, Field(gt=0, le=1)] = Field(0.9, description="From which share on a row is `contaminated`, which `action: drop` drops.")
    review: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="From which share on a row is flagged for review, never dropped.")
    run: Annotated[int, Field(ge=0)] = Field(0, description="From how many words in a row on, equal to the item's, a row is for review; 0: none.")
    vector: str = Field("", description="Column with the vectors of rows and items; empty: meanings are not compared.")
    similarity: Annotated[float, Field(gt=0, le=1)] = Field(0.85, description="From which cosine of the vectors on a row is for review.")
    into: str = Field("contamination", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its score."""
        with ExitStack() as stack:
            index = ctx.index("builtin") if self.vector else None
            if index is not None:
                stack.callback(index.close)
            items, names = self._items(ctx, index)
            for row in new:
                flags = self._flags(row, items, names) + self._near(row, index)
                score = max((flag.score for flag in flags), default=0.0)
                yield self.told_of_set(row, {self.into: score}, [flag for flag in flags if flag.reason][:MOST])

    def told(self, row: Row, scores: dict[str, Any], flags: Any) -> Row | Drop:
        """What is for review is flagged, whatever the action."""
        blocked = any(flag.reason == BLOCK for flag in flags)
        return super().told(row, scores, flags) if blocked else flagged(row.with_scores(scores), flags)

    def check(self) -> list[str]:
        """No set, files that are not there, thresholds in the wrong order."""
        problems = missing(self.against_files)
        if not self.against and not self.against_files:
            problems.append("Nothing is named to compare with. Name evaluation sets in `against` (datasets) or `against_files`.")
        if self.review > self.block:
            problems.append(f"review ({self.review}) is above block ({self.block}).")
        return problems

    def _items(self, ctx: Context, index: Index | None) -> tuple[Items, Names]:
        items, names = Items(), Names()
        for name, data in compared_with(ctx, self.against, self.against_files):
            items.add(data)
            names.add(name)
            if index is not None and isinstance(data.get(self.vector), list):
                index.add(name, raw(data[self.vector], self.vector))
        if items.count == items.left_out:
            raise Invalid("The evaluation sets hold no item that can be compared.", "Their items need a question or a text of 4 words or more.")
        items.ready()
        return items, names

    def _flags(self, row: Row, items: Items, names: Names) -> list[Flag]:
        words, begins = words_of(row.data)
        return [self._flag(one, begins, names[one.item]) for one in items.find(words) if names[one.item] != row.id]

    def _flag(self, one: Found, begins: list[tuple[Part, int]], item: str) -> Flag:
        share = round(one.share, 4)
        reason = BLOCK if share >= self.block else REVIEW if share >= self.review or 0 < self.run <= one.run else ""
        if not reason:
            return Flag("contamination", "", score=share)
        part, span = _place(one, begins)
        detail = f"{share:.0%} of the item {named(item)}, {one.run} words of it in a row"
        return Flag("contamination", reason, detail, share, part.path, span, item)

    def _near(self, row: Row, index: Index | None) -> list[Flag]:
        if index is None or not isinstance(row.data.get(self.vector), list):
            return []
        near = [one for one in index.near(raw(row.data[self.vector], self.vector), 2) if one[0] != row.id and one[1] >= self.similarity]
        return [
            Flag("contamination", REVIEW, f"{cosine:.2f} near in meaning to the item {named(item)}", round(cosine, 4), twin=item)
            for item, cosine in near[:1]
        ]  # fmt: skip


def _place(one: Found, begins: list[tuple[Part, int]]) -> tuple[Part, tuple[int, int]]:
    """The part in which most of the stretch stands, and its characters there."""
    ends = [begin for _, begin in begins[1:]] + [one.end]
    inside = [(min(one.end, end) - max(one.start, begin), -number) for number, ((_, begin), end) in enumerate(zip(begins, ends, strict=True))]
    number = -max(inside)[1]
    part, begin = begins[number]
    spans = list(placed(part.text))
    return part, (spans[max(one.start, begin) - begin][0], spans[min(one.end, begin + len(spans)) - begin - 1][1])
