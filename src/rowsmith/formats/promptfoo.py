"""promptfoo (0.123.1), tests: `{vars, assert}`, for `tests: file://tests.jsonl`."""

from __future__ import annotations

import re

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading
from rowsmith.formats._format import Format, says

_STILL = re.compile(r'\{\{ "(\{[{%#]|file://|package:)" \}\}')
_LIVE = re.compile(r"\{[{%#]|^(?:file://|package:)")


class Promptfoo(Format):
    """Every column but `answer` is a variable, `input` among them; the assertion is that the output equals `answer`.

    promptfoo renders variables and expected values as templates, and reads a file where one begins with `file://` (L38): what would begin
    such a thing is written so that it comes out as it stands. A list would make a test of each element, so it is JSON text.
    """

    name = "promptfoo"
    consumer = "promptfoo"
    needs = (("input", "answer"),)
    keys = ("vars", "assert")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with `no_pair`, `not_text`, `empty_input`, `empty_answer`."""
        asked, answer = row.data.get("input"), row.data.get("answer")
        if asked is None or answer is None:
            raise RowFailed("no_pair", "It needs `input` and `answer`.")
        if not isinstance(asked, str) or not isinstance(answer, str):
            raise RowFailed("not_text", "`input` and `answer` must be text.")
        if not asked.strip() or not answer.strip():
            raise RowFailed("empty_answer" if asked.strip() else "empty_input", "`input` or `answer` is empty.")
        values = {name: _still(_chat.as_text(value)) for name, value in row.data.items() if name != "answer" and says(value)}
        return {"vars": values, "assert": [{"type": "equals", "value": _still(answer)}]}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The variables as columns, and what is asserted as `answer`; fails with `assert`, `columns` and the reasons of `_reading.text`."""
        values, wanted = _reading.need(record, "vars", "assert")
        if not isinstance(values, dict) or not isinstance(wanted, list) or len(wanted) != 1 or wanted[0].get("type") != "equals":
            raise RowFailed("assert", "It has no mapping of `vars`, or not one assertion that the output equals something.")
        said = {name: _again(value) if isinstance(value, str) else value for name, value in values.items()}
        _reading.text(said, "input")
        if "answer" in said:
            raise RowFailed("columns", "A variable is called `answer`.")
        return {**said, "answer": _again(_reading.text(wanted[0], "value"))}


def _still(text: str) -> str:
    """The text as a template that gives it."""
    return _LIVE.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text)


def _again(template: str) -> str:
    """What such a template gives."""
    return _STILL.sub(lambda found: found[1], template)


FORMAT = Promptfoo()
