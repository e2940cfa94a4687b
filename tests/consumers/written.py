"""Rows of every kind that the formats hold, and of the kinds that they refuse, written as files for a consumer to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import Format, built_in
from rowsmith.steps.export import write_export

TALKS: list[dict[str, Any]] = [
    {"input": "What is 2 plus 3?", "answer": "2 plus 3 is 5."},
    {"input": "Wie heißt die Hauptstadt? 東京 ☂", "answer": "Tokio – 東京.\n\n* one\n* two"},
    {"input": "{{ 7 * 7 }} {% raw %}", "answer": "\"quoted\", 'single', \\n, \u2028 and \t a tab"},
    {"messages": [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather in Oslo?"}, {"role": "assistant", "content": "4 °C."},
    ]},
    {"messages": [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And in Rome?"}, {"role": "assistant", "content": "20 °C."},
    ]},
]  # fmt: skip
TOOLS = [{"type": "function", "function": {
    "name": "weather", "description": "The weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}}]  # fmt: skip
CALLING: dict[str, Any] = {"tools": TOOLS, "messages": [
    {"role": "user", "content": "Weather in Oslo?"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}},
    ]},
    {"role": "tool", "tool_call_id": "c1", "content": "4 C"},
    {"role": "assistant", "content": "It is 4 C in Oslo."},
]}  # fmt: skip
PAIRS: list[dict[str, Any]] = [
    {"input": "Greet me", "chosen": "Hello, good to see you.", "rejected": "What?"},
    {"input": "Weather in Oslo?", "chosen": "4 °C. ☂", "rejected": "Dunno."},
    {"input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
     "chosen": [{"role": "assistant", "content": "Hello."}], "rejected": [{"role": "assistant", "content": "No."}]},
]  # fmt: skip
REFUSED: list[dict[str, Any]] = [
    {"input": "", "answer": "An answer to nothing."},
    {"input": "A question without an answer?", "answer": ""},
    {"messages": [{"role": "assistant", "content": "I begin."}]},
    {"input": "Which?", "chosen": "The same.", "rejected": "The same."},
    {"note": "no conversation at all"},
]


@dataclass(frozen=True)
class Written:
    """A file, what went into it, and what the export says of that."""

    name: str
    path: Path
    rows: Sequence[Row]
    rows_out: int

    def chatml(self, first: int) -> list[str]:
        """The text of the first rows, by our own ChatML."""
        return [str(built_in("chatml").row(row)["text"]) for row in self.rows[:first]]


def row(number: int, data: dict[str, Any]) -> Row:
    return Row(f"{number:032x}", number.to_bytes(4, "big"), data)


def written(folder: Path, format: str, data: Sequence[dict[str, Any]], *, name: str = "") -> Written:
    """Rows that the format takes, and all that it refuses among them, in a file of its kind. `rows`: those that went out."""
    found = built_in(format)
    rows = [row(number, said) for number, said in enumerate([*data, *REFUSED])]
    path = folder / f"{name or format}.{found.extension}"
    report = write_export(path, rows, found, provenance="none")
    out = [one for one in rows if _goes(found, one)]
    assert out[: len(data)] == rows[: len(data)], f"{format} leaves out what it is to hold: {report.left_out}"
    assert report.rows_out == len(out)
    return Written(name or format, path, out, report.rows_out)


def _goes(format: Format, row: Row) -> bool:
    try:
        format.row(row)
    except RowFailed:
        return False
    return True


def records(path: Path) -> list[Any]:
    """The lines of a JSONL file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
