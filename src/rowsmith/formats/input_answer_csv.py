"""Pairs for evaluations as a table with the columns `input` and `answer`."""

from __future__ import annotations

from rowsmith.formats.input_answer import InputAnswer


class InputAnswerCsv(InputAnswer):
    """As `input-answer`, in comma-separated values. Exact by default: reading it back gives every text unchanged."""

    name = "input-answer-csv"
    extension = "csv"
    rank = 2


FORMAT = InputAnswerCsv()
