"""Rows on their way out: the record of each, its provenance beside it, and a count of what did not go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats._consumers import Check, Checked
from rowsmith.formats._format import Format, Provenance, json_line

COLUMN = "provenance"
"""The column that holds provenance, where it travels as a column."""
_EXAMPLES = 5
_REFERENCE = b'"media_type"'
"""Stands in the line of a record that refers to a file."""

Extra = Mapping[str, Json] | Callable[[Row], Mapping[str, Json]]
"""What a caller adds to the provenance of every row: the same for all, or a function of the row."""


@dataclass
class LossReport:
    """What an export did: rows in, rows out, why the others did not go (`left_out`: reason -> count), and which columns or parts of
    them did not go with the rows that went (`dropped`: name -> rows in which it said something)."""

    rows_in: int = 0
    rows_out: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)
    """The first rows of each reason: {id, reason, detail}."""
    attachments: int = 0
    attachments_missing: int = 0
    """Images and sounds that the rows refer to: written beside the file, and not found."""

    check: Check | None = None
    """Sees every record that is written."""
    anyway: bool = False
    """Whether the check may fail."""
    checked: Checked | None = None
    """What the check found."""
    on_leave: Callable[[Row, RowFailed], None] | None = None
    """Told of every row that the format cannot hold."""
    require: Callable[[], None] | None = None
    """Asked at the end; raises where what came of it is not to be written."""

    def sound(self, count: int) -> None:
        """Count rows that go whole, and in whose records the check finds nothing."""
        self.rows_in += count
        self.rows_out += count
        if self.check is not None:
            self.check.sound(count)

    def leave(self, row: Row, error: RowFailed) -> None:
        """Count a row that the format cannot hold."""
        if self.on_leave is not None:
            self.on_leave(row, error)
        self.left_out[error.reason] += 1
        if self.left_out[error.reason] <= _EXAMPLES:
            self.examples.append({"id": row.id, "reason": error.reason, "detail": error.what})

    def part(self) -> dict[str, Any]:
        """What the report says of a part of an export, as plain data."""
        return {**self.dump(), **({} if self.check is None else {"found": self.check.part()})}

    def add(self, part: Mapping[str, Any]) -> None:
        """Add what the report of the part that comes next says."""
        self.rows_in, self.rows_out = self.rows_in + part["rows_in"], self.rows_out + part["rows_out"]
        self.dropped.update(part["dropped"])
        room = {reason: _EXAMPLES - self.left_out[reason] for reason in part["left_out"]}
        for example in part["examples"]:
            if room[example["reason"]] > 0:
                room[example["reason"]] -= 1
                self.examples.append(example)
        self.left_out.update(part["left_out"])
        if self.check is not None:
            self.check.add(part["found"])

    def settle(self) -> None:
        """All records have been seen.

        Raises:
            Invalid: the check fails, and may not; or see `require`.
        """
        if self.require is not None:
            self.require()
        if self.check is not None:
            self.checked = self.check.done(self.rows_in)
            if not self.anyway:
                self.checked.require()

    def dump(self) -> dict[str, Any]:
        """The report as plain data."""
        counts = {"rows_in": self.rows_in, "rows_out": self.rows_out}
        attached = {name: getattr(self, name) for name in ("attachments", "attachments_missing") if getattr(self, name)}
        checked = {} if self.checked is None else {"check": self.checked.dump()}
        return {**counts, "left_out": dict(self.left_out), "dropped": dict(self.dropped), "examples": self.examples, **attached, **checked}


class Encoded(NamedTuple):
    """A row on its way out: its record as a line of JSON, and its line of the sidecar, where there is one."""

    row: Row
    record: dict[str, Json]
    line: bytes
    beside: bytes | None


def encode_export(
    rows: Iterable[Row], format: Format, *, provenance: Provenance, report: LossReport, extra: Extra | None = None,
    change: Callable[[dict[str, Json]], dict[str, Json]] | None = None,
) -> Iterator[Encoded]:  # fmt: skip
    """The rows that the format holds, each with its line of the sidecar (with `provenance="sidecar"`). Fills `report`. `change` is what is done
    to each record that refers to files (core.references), whose columns stay the same.

    Provenance is the row's id, origin and scores, and what the caller adds to every row as `extra` (dataset, version, run, recipe, reviews).

    Raises:
        Invalid: the rows have a column of their own called `provenance` where that is to be added.
    """
    for row in rows:
        encoded = encode_row(row, format, provenance=provenance, report=report, extra=extra, change=change)
        if encoded is not None:
            yield encoded


def encode_row(
    row: Row, format: Format, *, provenance: Provenance, report: LossReport, extra: Extra | None = None,
    change: Callable[[dict[str, Json]], dict[str, Json]] | None = None,
) -> Encoded | None:  # fmt: skip
    """One of the rows of `encode_export`; None where the format cannot hold it, or a file that it shows is missing."""
    report.rows_in += 1
    try:
        record = format.row(row)
        told = provenance_of(row, extra) if provenance != "none" else None
        made, line = line_of(_with_provenance(record, told) if provenance == "column" else record, format, change)
    except RowFailed as error:
        report.leave(row, error)
        return None
    if report.check is not None:
        report.check.see(record)
    report.rows_out += 1
    if lost := format.lost(row):
        report.dropped.update(lost)
    return Encoded(row, made, line, json_line(told) if provenance == "sidecar" else None)


def line_of(
    record: dict[str, Json], format: Format, change: Callable[[dict[str, Json]], dict[str, Json]] | None
) -> tuple[dict[str, Json], bytes]:  # fmt: skip
    """The record as it is written, changed where it refers to files, and its line."""
    line = json_line(record, ascii=format.ascii)
    if change is None or _REFERENCE not in line:
        return record, line
    record = change(record)
    return record, json_line(record, ascii=format.ascii)


def provenance_of(row: Row, extra: Extra | None = None) -> dict[str, Json]:
    """Where a row comes from, as an export tells it."""
    more = extra(row) if callable(extra) else extra or {}
    return {"id": row.id, **more, "origin": row.origin, "scores": row.scores}


def _with_provenance(record: dict[str, Json], told: Json) -> dict[str, Json]:
    if COLUMN in record:
        raise Invalid(f"The rows have a column {COLUMN!r} of their own.", "Export with provenance in a sidecar, or rename that column.")
    return {**record, COLUMN: told}
