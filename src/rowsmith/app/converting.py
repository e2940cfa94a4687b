"""The process that converts pieces of a file: reads them, makes rows of the records and records of the rows, and leaves the lines in a scratch
file. Fenced in before it has seen a byte; run by piecework.py, as a module, with a line of JSON for the work and one for each piece."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith import registry
from rowsmith.app.record_rows import Ready, RecordRows
from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.pieces import Piece, read_pieces
from rowsmith.connectors.containers.said import Json
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.row import Row
from rowsmith.formats import Check, Format, LossReport, Mapping, Setting, consumer, encode_row, line_of
from rowsmith.steps.files_beside import Beside, nowhere
from rowsmith.steps.kinds import Kinds


def main() -> None:
    """Convert each piece that is asked for, and say what came of it."""
    asked = sys.stdin.buffer
    work = orjson.loads(asked.readline())
    fence(Limits(**work["limits"]), Path(work["path"]).stat().st_size)
    gc.disable()  # a piece makes millions of things, and no cycles of them
    say = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    with open(work["path"], "rb") as file:
        for line in asked:
            os.write(say, orjson.dumps(_converted(file, work, Piece(*orjson.loads(line)))) + b"\n")


def _converted(file: IO[bytes], work: dict[str, Any], piece: Piece) -> dict[str, Any]:
    """What came of a piece; its lines and rejects lie in the scratch folder."""
    scratch, contents, kinds = Path(work["scratch"]) / f"{piece.start}", Contents(), Kinds()
    made, mapping = registry.format(work["to"]), Mapping(**work["mapping"])
    setting = Setting(name=work["target"], contents=Contents(container=work["into"]))
    check = Check(consumer(work["consumer"]), setting) if work["consumer"] else None
    typed, left = work["into"] == "parquet", work["most"]
    try:
        with Rejects(scratch.with_suffix(".rejects")) as rejects, scratch.open("xb") as out, Beside(scratch.with_suffix(".files"), nowhere) as files:
            rows = RecordRows(_records(file, work, piece, contents), mapping, registry.format(work["from"]), rejects)
            report = LossReport(check=check, on_leave=rows.not_held)
            quick = mapping == Mapping() and (check is None or check.consumer == made.consumer)
            for record, line in _lines(rows.quick(made) if quick else rows, made, report, files):
                if typed or not record.keys() <= kinds.columns.keys():
                    kinds.see(record, len(line))
                out.write(line)
                if (left := left - len(line)) < 0:
                    raise Refused("Far more comes of it than its size lets expect.", "Look at what it holds, and give it in parts.")
            rejected = rejects.done()
    except Refused as refused:
        return {"what": refused.what, "fix": refused.fix}
    beside = {"rejects": rejected, "missing": files.missing, "odd": contents.odd}
    return {**report.part(), **beside, "lines": str(scratch), "columns": kinds.columns, "longest": kinds.longest}


def _lines(rows: Iterable[Row | Ready], made: Format, report: LossReport, files: Beside) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The records that are written, each with its line."""
    for row in rows:
        if isinstance(row, Ready):
            report.sound()
            yield line_of(row.record, made, files.taken_along)
        elif (found := encode_row(row, made, provenance="none", report=report, change=files.taken_along)) is not None:
            yield found.record, found.line


def _records(file: IO[bytes], work: dict[str, Any], piece: Piece, contents: Contents) -> Iterator[Record | Fault]:
    name, flat = work["name"], work["container"] == "parquet"
    for said in read_pieces(file, work["container"], work["letters"], [piece], Limits(**work["limits"])):
        if isinstance(said, Json):
            yield Record(name, said.line, orjson.loads(said.data), flat)
        elif isinstance(said, Record):
            said.file, said.flat = name, flat
            yield said
        elif isinstance(said, Fault):
            yield Fault(name, said.line, said.reason, said.detail, said.raw)
        elif isinstance(said, dict):
            contents.odd += said.get("odd", 0)


if __name__ == "__main__":
    main()
