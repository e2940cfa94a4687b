"""lm-evaluation-harness (0.4.13), multiple choice: a folder with the YAML of a task and its data, `{question, choices, answer}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import mcq
from rowsmith.formats._lm_eval import LmEvalTask

_LINES = '''output_type: multiple_choice
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_choice: choices
doc_to_target: answer
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}'''


class LmEval(LmEvalTask):
    """Records as `mcq` has them. A model that prefers a position looks good where the right choice always stands there: shuffle them first."""

    name = "lm-eval"
    consumer = "lm-eval"
    needs = mcq.FORMAT.needs
    drops = mcq.FORMAT.drops
    keys = mcq.FORMAT.keys
    rank = 4

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `mcq`."""
        return mcq.FORMAT.row(row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return mcq.FORMAT.lost(row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """Question, choices and answer; fails as `mcq`."""
        return mcq.FORMAT.read(record)

    def task_lines(self) -> str:
        """The right choice is to be the likeliest."""
        return _LINES


FORMAT = LmEval()
