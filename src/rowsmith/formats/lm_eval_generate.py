"""lm-evaluation-harness (0.4.13), free answers: a folder with the YAML of a task and its data, `{question, answer}`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, input_answer
from rowsmith.formats._lm_eval import LmEvalTask

_LINES = '''output_type: generate_until
doc_to_text: "Question: {{question}}\\nAnswer:"
doc_to_target: answer
generation_kwargs: {until: ["\\n"], max_gen_toks: 256, do_sample: false}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true, ignore_case: true, ignore_punctuation: true}'''


class LmEvalGenerate(LmEvalTask):
    """One question and the answer that is expected: what the model says up to the end of its line has to be that answer."""

    name = "lm-eval-generate"
    consumer = "lm-eval"
    needs = input_answer.FORMAT.needs
    drops = input_answer.FORMAT.drops
    keys = ("question", "answer")
    rank = 4

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `input-answer`."""
        found = input_answer.FORMAT.row(row)
        return {"question": found["input"], "answer": found["answer"]}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return input_answer.FORMAT.lost(row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The pair; fails with the reasons of `_reading.texts`."""
        return _reading.pair(*_reading.texts(record, "question", "answer"))

    def task_lines(self) -> str:
        """The answer has to be the one that is expected."""
        return _LINES


FORMAT = LmEvalGenerate()
