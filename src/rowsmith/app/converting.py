"""The process that converts pieces of a file: reads them, makes rows of the records and records of the rows, and leaves the lines in a scratch
file. Fenced in before it has seen a byte; run by piecework.py, as a module, with a line of JSON for the work and one for each piece."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from rowsmith.app.record_rows import RecordRows
from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.pieces import Opened, Piece, opened
from rowsmith.connectors.containers.said import Json, Said
from rowsmith.core.lines import json_value
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.formats import Check, LossReport, Mapping, Setting, built_in, consumer, encode_row, json_line, json_lines, quick, ready_line
from rowsmith.steps.files_beside import Beside, nowhere
from rowsmith.steps.importing import PROVENANCE
from rowsmith.steps.kinds import Kinds


def main() -> None:
    """Convert each piece that is asked for, and say what came of it."""
    asked = sys.stdin.buffer
    work, first = orjson.loads(asked.readline()), asked.readline()
    limits = Limits(**work["limits"])
    fence(limits, Path(work["path"]).stat().st_size)
    gc.disable()  # a piece makes millions of things, and no cycles of them
    say = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        with open(work["path"], "rb") as file, opened(file, work["container"], work["letters"], limits) as source:
            for piece in chain((first,), asked):
                os.write(say, orjson.dumps(_Converting(work, source, Piece(*orjson.loads(piece))).done()) + b"\n")
    except Refused as refused:
        os.write(say, orjson.dumps({"what": refused.what, "fix": refused.fix}) + b"\n")


class _Converting:
    """The work on a piece; its lines and rejects lie in the scratch folder."""

    def __init__(self, work: dict[str, Any], source: Opened, piece: Piece) -> None:
        self._source, self._piece, self._most, self._name = source, piece, work["most"], work["name"]
        self._scratch = Path(work["scratch"]) / f"{piece.start}"
        self._rejects = Rejects(self._scratch.with_suffix(".rejects"), durable=False)
        format, self._made, mapping = built_in(work["from"]), built_in(work["to"]), Mapping(**work["mapping"])
        self._files = Beside(self._scratch.with_suffix(".beside") / f"{work['target']}.files", nowhere, self._made.attached)
        setting = Setting(name=work["target"], contents=Contents(container=work["into"]))
        self._check = Check(consumer(work["consumer"]), setting) if work["consumer"] else None
        self._rows, self._flat = RecordRows(mapping, format, self._rejects), work["container"] == "parquet"
        self._report = LossReport(check=self._check, on_leave=self._rows.not_held)
        self._kinds, self._odd = Kinds(), 0
        as_it_is = mapping == Mapping() and work["letters"] in ("", "utf-8")
        plain = as_it_is and (self._check is None or self._check.consumer == self._made.consumer)
        self._quick = quick(format, self._made, flat=self._flat) if plain else None
        self._as_they_stand = plain and not self._flat and format.as_they_stand and self._made.as_they_stand

    def done(self) -> dict[str, Any]:
        """What came of it."""
        left = self._most
        self._files.path.parent.mkdir()
        with self._rejects, self._files, self._scratch.open("xb") as out:
            for records in self._records():
                data = json_lines(records)
                out.write(data)
                self._kinds.longest = max(self._kinds.longest, len(data))
                if (left := left - len(data)) < 0:
                    raise Refused("Far more comes of it than its size lets expect.", "Look at what it holds, and give it in parts.")
            self._files.rename()
            attached = {"missing": self._files.missing, "files": str(self._files.path)}
            beside = {"rejects": self._rejects.done(), "odd": self._odd, **attached}
        return {**self._report.part(), **beside, "lines": str(self._scratch), "columns": self._kinds.columns, "longest": self._kinds.longest}

    def _records(self) -> Iterator[list[Any]]:
        """The records that are written, some at a time."""
        quick, known = self._quick, set[tuple[str, ...]]()
        for first, some in self._source.raw(self._piece):
            found, plain = list[Any](), 0
            for number, raw in enumerate(some, first):
                if quick is not None and type(raw) is bytes and (made := quick(raw)) is not None:
                    plain += 1
                    found.append(made)
                    if (keys := tuple(made)) not in known:
                        known.add(keys)
                        self._kinds.see(made, 0)
                elif self._as_they_stand and type(raw) is bytes and (record := columns(raw)) is not None:
                    plain += 1
                    line = json_line(record)
                    self._kinds.see(record, len(line))
                    found.append(ready_line(line))
                else:
                    self._report.sound(plain)
                    plain = 0
                    found += self._careful(number, raw)
            self._report.sound(plain)
            yield found

    def _careful(self, number: int, raw: bytes | int) -> Iterator[Any]:
        """The record that is written of a line or row, by way of a row."""
        for said in self._source.said(number, raw):
            if isinstance(said, dict):
                self._odd += said.get("odd", 0)
            elif (row := self._rows.row(self._named(said))) is not None:
                made = encode_row(row, self._made, provenance="none", report=self._report, change=self._files.taken_along)
                if made is not None:
                    self._kinds.see(made.record, len(made.line))
                    yield ready_line(made.line)

    def _named(self, said: Said) -> Record | Fault:
        if isinstance(said, Fault):
            return replace(said, file=self._name)
        assert isinstance(said, Json | Record)
        return Record(self._name, said.line, orjson.loads(said.data) if isinstance(said, Json) else said.data, self._flat)


def columns(raw: bytes) -> dict[str, Any] | None:
    """The columns that a line of JSON holds, where they become a row as they stand; None where the careful way has to say what they become."""
    if b'"media_type"' in raw:  # perhaps a picture, which is taken along
        return None
    try:
        record = json_value(raw, "utf-8")
    except ValueError:
        return None
    return record if type(record) is dict and record and PROVENANCE not in record else None


if __name__ == "__main__":
    main()
