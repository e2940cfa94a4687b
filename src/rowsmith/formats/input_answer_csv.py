"""Pairs for evaluations as a table with the columns `input` and `answer`."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _turns, input_answer
from rowsmith.formats.csv import Csv


class InputAnswerCsv(Csv):
    """As `input-answer`, in comma-separated values. Exact by default: reading it back gives every text unchanged."""

    name = "input-answer-csv"
    needs = _chat.NEEDS
    drops = _turns.DROPS
    keys = ("input", "answer")
    rank = 2

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `input-answer`."""
        return input_answer.FORMAT.row(row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return input_answer.FORMAT.lost(row)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The pair; fails as `input-answer`."""
        return input_answer.FORMAT.read(record)


FORMAT = InputAnswerCsv()
