"""Records of a CSV file after RFC 4180, one at a time, with a named fault for each that is broken."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = ",;\t|"


@dataclass(slots=True, frozen=True)
class Record:
    """The values of one record, all text, and the number of its first line."""

    line: int
    values: list[str]


@dataclass(slots=True, frozen=True)
class Fault:
    """A record that cannot be read: the number of its first line, a code and the detail."""

    line: int
    reason: str
    detail: str


class _Broken(Exception):
    """Raised through the csv reader where a record cannot be finished."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _Feed:
    """The lines of a file as the csv reader takes them, remembering those of the record at hand so that they can be given back.

    When a quote is opened and never closed, everything after it looks like one field. The record's first line is then the fault, and the lines
    after it are read again, each by itself: of those, one with an odd number of quotes is a fault too.
    """

    def __init__(self, source: Iterator[tuple[int, bytes | int]], encoding: str, limit: int) -> None:
        self._source = source
        self._encoding = encoding
        self._limit = limit
        self._again: deque[tuple[int, bytes | int]] = deque()
        self._taken: list[tuple[int, bytes | int]] = []
        self._size = 0
        self._alone_before = 0
        self._undecoded: Fault | None = None

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        number, raw = self._again.popleft() if self._again else next(self._source)
        self._taken.append((number, raw))
        if isinstance(raw, int):
            raise _Broken("long_line", f"The line has {raw:,} bytes; max_line_bytes is {self._limit:,}.")
        if number < self._alone_before and raw.count(b'"') % 2:
            raise _Broken("stray_quote", "The line has an odd number of quotes.")
        self._size += len(raw)
        if self._size > self._limit and len(self._taken) > 1:
            raise _Broken("unclosed_quote", f"A quote that opens here is not closed within max_line_bytes ({self._limit:,}).")
        return self._text(number, raw).replace("\0", "\ufffd")

    def _text(self, number: int, raw: bytes) -> str:
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            self._undecoded = self._undecoded or Fault(self._taken[0][0], "encoding", not_decoded(error, f"of line {number}"))
            return raw.decode(self._encoding, "replace")

    def finish(self, values: list[str]) -> Record | Fault:
        """The record that the reader has just completed."""
        fault, line = self._undecoded, self._taken[0][0]
        self._forget()
        return fault or Record(line, values)

    def give_up(self, reason: str, detail: str) -> Fault:
        """The record at hand is broken: its first line is the fault, the others are read again."""
        taken = self._taken
        if reason in ("long_line", "stray_quote") and len(taken) > 1:
            reason, detail = "unclosed_quote", f"A quote that opens here is not closed before line {taken[-1][0]}, which is broken too."
        self._again.extendleft(reversed(taken[1:]))
        self._alone_before = max(self._alone_before, taken[-1][0] if len(taken) > 1 else 0)
        self._forget()
        return Fault(taken[0][0], reason, detail)

    def _forget(self) -> None:
        self._taken, self._size, self._undecoded = [], 0, None


def records(source: Iterator[tuple[int, bytes | int]], encoding: str, delimiter: str, limit: int) -> Iterator[Record | Fault]:
    """Every record of the lines, blank lines left out. A broken one is a Fault and reading goes on behind it.

    Faults: `unclosed_quote`, `stray_quote`, `broken_record` (text behind a closing quote), `encoding`, `long_line`.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limit))  # the limit is the process's; ours only ever raises it
    feed = _Feed(source, encoding, limit)
    while True:
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        try:
            for values in reader:
                record = feed.finish(values)
                if values:
                    yield record
            return
        except _Broken as broken:
            yield feed.give_up(broken.reason, str(broken))
        except csv.Error as error:
            yield feed.give_up(*_reason(str(error)))


def _reason(message: str) -> tuple[str, str]:
    if "unexpected end" in message:
        return "unclosed_quote", "A quote that opens here is not closed before the end of the file."
    if "expected after" in message:
        return "broken_record", "There is text between a closing quote and the next delimiter; an earlier quote may be unclosed."
    return "broken_record", f"The record cannot be read: {message}."


def not_decoded(error: UnicodeDecodeError, where: str) -> str:
    """The detail for bytes that are not text: the first of them, its offset, and the fix."""
    byte = error.object[error.start]
    return f"Byte 0x{byte:02X} at offset {error.start:,} {where} is not {error.encoding.upper()}. Set `encoding`, for example latin-1."


def delimiter_of(sample: str) -> str:
    """The delimiter among `, ; tab |` under which most records have as many fields as the first one, and more than one; else the comma."""
    return max(DELIMITERS, key=lambda delimiter: fit(sample, delimiter))


def fit(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of records that have as many fields as the first one, and how many; nothing where that has but one."""
    widths: list[int] = []
    try:
        for values in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            widths += [len(values)] if values else []
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
