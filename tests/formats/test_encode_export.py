"""Provenance travels with every row, and what does not go is counted."""

from __future__ import annotations

import json

import pytest

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.row import Row
from rowsmith.formats import LossReport, Provenance, built_in, encode_export

ROWS = [
    Row(f"{i:032x}", bytes([1, i]), {"input": f"q{i}", "answer": "a" if i != 3 else "", "why": "x"}, {"judge": i}, {"source": {"line": i}})
    for i in range(1, 6)
]
EXTRA = {"dataset": "qa", "version": "abc", "run": 7, "recipe": "f" * 32}


def export(name: str, provenance: Provenance, rows: list[Row] = ROWS) -> tuple[list[bytes], list[bytes | None], LossReport]:
    report = LossReport()
    lines = list(encode_export(rows, built_in(name), provenance=provenance, report=report, extra=EXTRA))
    return [one.line for one in lines], [one.beside for one in lines], report


def test_as_a_column() -> None:
    lines, sides, report = export("jsonl", "column")
    record = json.loads(lines[0])
    assert record.pop("provenance") == {"id": ROWS[0].id, **EXTRA, "origin": ROWS[0].origin, "scores": {"judge": 1}}
    assert record == ROWS[0].data
    assert set(sides) == {None}
    assert report.dump() == {"rows_in": 5, "rows_out": 5, "left_out": {}, "dropped": {}, "examples": []}


def test_as_a_sidecar_in_the_same_order() -> None:
    lines, sides, report = export("alpaca", "sidecar")
    assert [json.loads(line)["instruction"] for line in lines] == ["q1", "q2", "q4", "q5"]
    assert [json.loads(side or b"")["id"] for side in sides] == [row.id for row in ROWS if row.id != ROWS[2].id]
    assert json.loads(sides[0] or b"")["recipe"] == "f" * 32
    assert (report.rows_in, report.rows_out, report.left_out, report.dropped) == (5, 4, {"empty_answer": 1}, {"why": 4})
    assert report.examples == [{"id": ROWS[2].id, "reason": "empty_answer", "detail": "The last message says nothing."}]


def test_none() -> None:
    lines, sides, _ = export("openai", "none")
    assert (len(lines), set(sides)) == (4, {None})
    assert b"recipe" not in b"".join(lines)


def test_a_column_of_that_name_is_never_overwritten() -> None:
    with pytest.raises(Invalid, match="have a column 'provenance' of their own"):
        export("jsonl", "column", [Row("0" * 32, b"\1", {"provenance": "mine"})])


def test_a_stream_that_can_be_read_once_is_enough() -> None:
    assert len(list(encode_export(iter(ROWS), built_in("csv"), provenance="none", report=LossReport()))) == 5


def test_letters_are_escaped_for_readers_that_take_any_encoding() -> None:
    row = Row("0" * 32, b"\1", {"input": "Grüße 𝄞", "answer": "ü"})
    (line,) = [one.line for one in encode_export([row], built_in("mlx-lm"), provenance="none", report=LossReport())]
    assert line.isascii()
    assert json.loads(line)["messages"][0]["content"] == "Grüße 𝄞"


def test_examples_are_few() -> None:
    _, _, report = export("alpaca", "none", [Row(f"{i:032x}", b"\1", {"text": "x"}) for i in range(1001)])
    assert (report.left_out, len(report.examples)) == ({"no_conversation": 1001}, 5)


def test_formats_by_name() -> None:
    assert [built_in(name).name for name in ("alpaca", "csv", "jsonl", "openai", "sharegpt")] == ["alpaca", "csv", "jsonl", "openai", "sharegpt"]
    assert {built_in(name).extension for name in ("alpaca", "jsonl", "openai", "sharegpt")} == {"jsonl"}
    with pytest.raises(NotFound, match="Did you mean 'alpaca'"):
        built_in("alpacca")
