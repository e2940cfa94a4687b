"""How good an answer is beside the one that was expected, without a model (core.metrics)."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from rowsmith.core.metrics import Exact, Spoken
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import pick


class MetricStep(Step):
    """Scores an answer beside the expected one: `scores.<into>`, from 0 (wrong) to 1 (right).

    The metric is a word (exact, label, contains, f1, number, json, judge), a mapping with its settings ({kind: number, tolerance: 0.01}), parts with
    weights (exact=2,f1=1), or an expression over `answer`, `expected` and the columns. `judge` reads what a `score.judge` before it has given. A row
    that the metric does not fit fails (`metric`): a number was to be compared, and none is expected.
    """

    metric: Spoken = Field(Exact(), description="What makes an answer good: a word, a mapping, parts with weights or an expression.")
    answer: Column = Field("answer", min_length=1, description="Column with the answer.")
    expected: Column = Field("expected", min_length=1, description="Column with the answer that was expected.")
    into: str = Field("metric", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row with its score, rounded to 6 digits."""
        found = pick(row, dict.fromkeys((self.answer, self.expected)))
        yield row.with_scores({self.into: round(self.metric.score(found[self.answer], found[self.expected], row.scope), 6)})
