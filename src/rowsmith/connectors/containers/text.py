"""Texts: JSON Lines, one JSON value, and tables with a delimiter, a record at a time."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any, Literal

import orjson

from rowsmith.connectors.containers.encoding import Encoding, encoding
from rowsmith.connectors.containers.json_array import elements
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.said import Facts, Given, Said, fault, note, record
from rowsmith.core.delimited import DELIMITERS, Fault, Record, delimiter_of, fit, not_decoded, records
from rowsmith.core.lines import json_value, lines, open_lines

HEAD = 1 << 20
WRAPPERS = ("data", "train", "rows", "examples", "instances", "records")
"""Keys of one JSON object under which its records may stand."""
_LOOKED_AT = 20
_FITS = 0.7


def read_text(file: IO[bytes], head: bytes, name: str, given: Given, limits: Limits) -> Iterator[Said]:
    """The facts of a text and its records. The file can be read from its beginning, and is `head` there.

    Raises:
        Refused: it is no table, no JSON, or no text.
    """
    found = encoding(head, given.encoding)
    whole = len(head) < HEAD
    sample = head if whole else head[: head.rfind(b"\n") + 1] or head
    text = sample.decode(found.name, "replace").lstrip("\ufeff")
    kind = kind_of(text, whole, name)
    stream, letters = open_lines(file, found.name)
    if kind == "csv":
        yield from _table(stream, letters, text, name, given, limits, found)
        return
    yield Facts(kind, found.name, found.guessed)
    readers = {"jsonl": json_lines, "array": _array, "json": _object}
    yield from readers[kind](stream, letters, limits)


def kind_of(text: str, whole: bool, name: str) -> Literal["jsonl", "json", "array", "csv"]:
    """What a text is, by its beginning (the `whole` of it, perhaps), and its name."""
    start = text.lstrip()
    if start.startswith("[") and start[1:].lstrip()[:1] in tuple('{["-0123456789tfn]'):
        return "array"
    found = [line for line in text.split("\n")[: _LOOKED_AT * 2] if line.strip()][:_LOOKED_AT]
    values = [_object_of(line) for line in found]
    good = sum(value is not None for value in values)
    if good == 1 == len(found) and whole and _wrapped(values[0] or {}) is not None:
        return "json"
    if good * 2 >= len(found) or (start.startswith("{") and "\n" not in text):
        return "jsonl"
    texts = name.lower().endswith((".jsonl", ".ndjson"))
    return "json" if start.startswith("{") else "jsonl" if texts and start.startswith('"') else "csv"


def _object_of(line: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _loosely(line)
    return value if isinstance(value, dict) else None


def _loosely(line: str) -> Any:
    """What Python takes for JSON, NaN among it, which many a writer leaves in: the line is one of JSON Lines, and is rejected as such."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def json_lines(file: IO[bytes], letters: str, limits: Limits) -> Iterator[Said]:
    """The records from where the file stands."""
    for number, raw in lines(file, limits.line_bytes):
        yield from json_line(number, raw, letters, limits)


def json_line(number: int, raw: bytes | int, letters: str, limits: Limits) -> Iterator[Said]:
    """The record on a line, as `core.lines.lines` gives it; none where it is blank."""
    if isinstance(raw, int):
        yield fault(number, "long_line", f"The line has {raw:,} bytes; {limits.line_bytes:,} is the most.")
    elif not raw.isspace():
        yield _json_record(number, raw, letters, "line")


def _json_record(number: int, raw: bytes, letters: str, what: str) -> Said:
    try:
        value = json_value(raw, letters)
    except UnicodeDecodeError as error:
        return fault(number, "encoding", not_decoded(error, f"of the {what}"), raw)
    except ValueError as error:
        return fault(number, "broken_record", f"The {what} is not JSON: {error}", raw)
    if isinstance(value, str):
        value = {"text": value}
    return record(number, value) if isinstance(value, dict) else fault(number, "broken_record", f"The {what} is no JSON object.", raw)


def _array(file: IO[bytes], letters: str, limits: Limits) -> Iterator[Said]:
    number = 1
    try:
        for number, raw in elements(file, limits.line_bytes):
            yield _json_record(number, raw, letters, "element")
    except ValueError as error:
        yield fault(number, "broken_array", f"After this element: {error}")


def _object(file: IO[bytes], letters: str, limits: Limits) -> Iterator[Said]:
    raw = file.read(limits.object_bytes + 1)
    if len(raw) > limits.object_bytes:
        raise Refused(f"It is one JSON object of more than {limits.object_bytes:,} bytes.", "Give JSON Lines, or a JSON array: those are streamed.")
    try:
        value = json_value(raw, letters)
    except UnicodeDecodeError as error:
        raise Refused(not_decoded(error, "of the file"), "Name its encoding.") from None
    except ValueError as error:
        raise Refused(f"It begins like one JSON object and is none: {error}", "Repair it; JSON Lines has one whole object on each line.") from None
    for number, one in enumerate(_wrapped(value) or [value], 1):
        yield record(number, one) if isinstance(one, dict) else fault(number, "broken_record", "The element is no JSON object.")


def _wrapped(value: dict[str, Any]) -> list[Any] | None:
    """The records within an object: a list under one of the usual keys, or columns of equal length."""
    for name in WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            return inner
    columns = list(value.values())
    if len(columns) > 1 and all(isinstance(column, list) for column in columns) and len({len(column) for column in columns}) == 1 and columns[0]:
        scalar = all(not isinstance(one, dict | list) for column in columns for one in column)
        return [dict(zip(value, ones, strict=True)) for ones in zip(*columns, strict=True)] if scalar else None
    return None


def _table(file: IO[bytes], letters: str, sample: str, name: str, given: Given, limits: Limits, found: Encoding) -> Iterator[Said]:
    suffix = name.lower().rpartition(".")[2]
    delimiter = given.delimiter or delimiter_of(sample)
    share, width = fit(sample, delimiter)
    if not given.delimiter and suffix not in ("csv", "tsv", "tab") and (width < 2 or share < _FITS):
        raise Refused(
            "It is text, and neither JSON nor a table whose lines have the same fields.",
            f"Name the delimiter of a table ({' '.join(DELIMITERS)}); documents are read by the step read.files.",
        )
    with file:
        every = records(lines(file, limits.line_bytes), letters, delimiter, limits.line_bytes)
        first = _first(next(every, None), "header" if given.header else "first record")
        header = first.values if given.header else numbered(len(first.values))
        names = usable(header, limits)
        yield Facts("tsv" if delimiter == "\t" else "csv", found.name, found.guessed, delimiter, tuple(names))
        yield from renamed(header, names)
        for one in every if given.header else chain((first,), every):
            if isinstance(one, Fault):
                yield fault(one.line, one.reason, one.detail)
            elif len(one.values) != len(names):
                detail = f"The record has {len(one.values)} fields, the {'header' if given.header else 'first one'} has {len(names)}."
                yield fault(one.line, "broken_record", detail, delimiter.join(one.values))
            else:
                yield record(one.line, dict(zip(names, one.values, strict=True)))


def _first(found: Record | Fault | None, what: str) -> Record:
    if found is None or isinstance(found, Fault):
        raise Refused(f"Its {what} cannot be read. {found.detail if found else ''}".strip(), "Repair the file's first line.")
    return found


def numbered(count: int) -> list[str]:
    """The names of the columns of a table without a header."""
    return [f"column_{number}" for number in range(1, count + 1)]


def usable(names: list[str], limits: Limits) -> list[str]:
    """The names of a table's columns; one that has none, as the index that pandas writes, is called by its number.

    Raises:
        Refused: one stands twice, or there are too many.
    """
    if len(names) > limits.columns:
        raise Refused(f"It has {len(names):,} columns; {limits.columns:,} are the most.", "Take the columns apart into several files.")
    found = [name if name.strip() else other for name, other in zip(names, numbered(len(names)), strict=True)]
    if wrong := [f"{name[:60]!r}" for name, count in Counter(found).items() if count > 1]:
        raise Refused(f"Its header has column names that stand twice: {', '.join(wrong[:10])}.", "Give every column a name of its own.")
    return found


def renamed(header: list[str], names: list[str]) -> Iterator[Said]:
    """What is to be said of the columns whose names in the header are empty."""
    if given := [new for old, new in zip(header, names, strict=True) if old != new]:
        yield note(f"Columns without a name in the header are called by their numbers: {', '.join(given[:5])}.")


class Joined(io.RawIOBase):
    """A stream from its beginning again, of which the head has been read; behind the head comes the error that was met there."""

    def __init__(self, head: bytes, rest: IO[bytes], late: Exception | None = None) -> None:
        self._head, self._rest, self._at, self._late = head, rest, 0, late

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """As far as the head goes."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the head."""
        self._at = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        """Some bytes."""
        data = self._head[self._at : self._at + len(buffer)]
        if not data and self._late:
            raise self._late
        data = data or self._rest.read(len(buffer))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)


csv.field_size_limit(1 << 24)
