"""Finds rows whose label is likely wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Annotated

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.mislabelled import LIKELY, Labelled, judged, labelled


class Labels(Check):
    """Scores how likely the label of a row is wrong, by the other rows, and flags those that are: `scores.<into>`, 0 to 1. Without a model.

    A classifier (naive Bayes over words, pairs of words and beginnings of words) learns from the rows of the other folds, leaves out those that
    it doubts and learns again; the flag `label` names the label that it finds likelier. The score is how sure it is of that. After confident
    learning: Northcutt et al., JAIR 70 (2021), arXiv 1911.00068. Equal texts are of one fold.

    It needs some dozen rows of each class. Rows without a label or without words, those of a class of which a fold leaves fewer than two rows,
    and all where there are more than 200 labels, go on without a score. The label is the column `label`, `category`, `class` or `intent`.
    """

    column: Column | None = Field(None, description="Column that holds the label. Default: the one named label, category, class or intent.")
    sureness: Annotated[float, Field(gt=0, le=1)] = Field(0.85, description="From which sureness on a label is flagged as wrong.")
    folds: Annotated[int, Field(ge=2, le=20)] = Field(5, description="Parts of the rows; each is judged by what the others teach.")
    seed: Annotated[int, Field(ge=0)] = Field(42, description="Seed of the folds.")
    into: str = Field("label_error", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with its score; rows of earlier waves teach too."""
        read = _Read(self, kept, new)
        for row, verdict in zip(new, islice(judged(read, self.folds), len(kept), None), strict=True):
            if verdict is None:
                yield row
                continue
            flags = []
            if verdict.sureness >= self.sureness:
                flags = [Flag("labels", "label", f"{LIKELY}{verdict.likely}", verdict.sureness, self._path(row))]
            yield self.told_of_set(row, {self.into: verdict.sureness}, flags)

    def _path(self, row: Row) -> str:
        return self.column or next(name for name in row.data if name.lower() in _NAMES)


_NAMES = ("label", "labels", "category", "class", "intent")


class _Read:
    def __init__(self, step: Labels, *rows: Rows) -> None:
        self._step, self._rows = step, rows

    def __iter__(self) -> Iterator[Labelled | None]:
        step = self._step
        return (labelled(row.data, step.column, step.folds, step.seed) for row in chain(*self._rows))
