"""The process that converts pieces of a file: reads them, makes rows of the records and records of the rows, and leaves the lines in a scratch
file. Fenced in before it has seen a byte; run by piecework.py, as a module, with a line of JSON for the work and one for each piece."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith import registry
from rowsmith.app.record_rows import Ready, RecordRows
from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers.child import fence
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.pieces import Piece, read_pieces
from rowsmith.connectors.containers.said import Json
from rowsmith.core.records import Contents, Fault, Record
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
    scratch, contents, kinds = Path(work["scratch"]) / f"{piece.start}", Contents(), Kinds()
    made = registry.format(work["to"])
    check = None
    if work["consumer"]:
        check = Check(consumer(work["consumer"]), Setting(name=work["target"], contents=Contents(container=work["into"])))
    try:
        with Rejects(scratch.with_suffix(".rejects")) as rejects, scratch.open("xb") as out, Beside(scratch.with_suffix(".files"), nowhere) as files:
            records = _records(file, work, piece, contents)
            mapping = Mapping(**work["mapping"])
            rows = RecordRows(records, mapping, registry.format(work["from"]), rejects)
            report = LossReport(check=check, on_leave=rows.not_held)
            left, typed = work["most"], work["into"] == "parquet"
            for row in rows.quick(made) if _may_be_quick(mapping, made, check) else rows:
                if isinstance(row, Ready):
                    report.sound()
                    record, line = line_of(row.record, made, files.taken_along)
                else:
                    encoded = encode_row(row, made, provenance="none", report=report, change=files.taken_along)
                    if encoded is None:
                        continue
                    _, record, line, _ = encoded
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


def _may_be_quick(mapping: Mapping, made: Format, check: Check | None) -> bool:
    """Whether plain records need no care: nothing is done to them first, and nobody but the format's own consumer is asked."""
    return mapping == Mapping() and (check is None or check.consumer == made.consumer)


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
