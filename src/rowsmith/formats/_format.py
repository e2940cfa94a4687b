"""What a format is."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar, Literal

import orjson
from pydantic import BaseModel, ConfigDict

from rowsmith.core.errors import NotFound, choose
from rowsmith.core.ids import cleaned
from rowsmith.core.row import Json, Row

Provenance = Literal["column", "sidecar", "none"]


class Format(BaseModel):
    """A row's foreign clothes. The fields of a subclass are the format's options.

    Files are UTF-8 without a byte-order mark, line ends `\\n`, one record per row, a header only where `header` says so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    extension: ClassVar[str]
    needs: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Columns it needs: one of these sets. Empty: any."""
    drops: ClassVar[tuple[str, ...]] = ()
    """What it never holds, in words. What an export really left out is counted in its LossReport."""
    provenance: ClassVar[Provenance] = "sidecar"
    """Where provenance goes unless the user says otherwise."""
    keys: ClassVar[tuple[str, ...]] = ()
    """The keys of a record that `read` reads; none: all of them, as columns."""
    also: ClassVar[tuple[str, ...]] = ()
    """Further columns that records of this format often have, by which it is recognised."""
    rank: ClassVar[int] = 1
    """Of formats that read a record alike, the one with the lower rank is named first."""
    header: ClassVar[bool] = False
    """Whether the file begins with the names of its columns, which must be known before the first row."""

    def row(self, row: Row) -> dict[str, Json]:
        """The record of a row.

        Raises:
            RowFailed: the format cannot hold this row; the reason says why.
        """
        raise NotImplementedError

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The columns of the row that a record of this format says: what `row` makes of them is that record again.

        Of the record's keys it reads `keys`; the others are the caller's, see `formats.imported`.

        Raises:
            RowFailed: it is no record of this format; the reason says why.
        """
        raise NotImplementedError

    @property
    def reads(self) -> bool:
        """Whether it has a reading half."""
        return type(self).read is not Format.read

    def lost(self, row: Row) -> list[str]:
        """The columns of a row, or parts of them, that say something and are not in its record."""
        return []

    def head(self, columns: Sequence[str]) -> bytes:
        """What stands before the first record."""
        return b""

    def line(self, record: dict[str, Json], columns: Sequence[str] = ()) -> bytes:
        """One record as bytes, with its line end. `columns` is the header's order, where there is a header."""
        return json_line(record)


def json_line(record: Json) -> bytes:
    """A JSON value on one line: also for readers that take U+0085, U+2028 and U+2029 for line ends, so these are escaped."""
    line = json_bytes(record)
    for mark, escape in ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029")):
        if mark in line:
            line = line.replace(mark, escape)
    return line + b"\n"


def json_bytes(value: Json) -> bytes:
    """Compact JSON, keys as they stand; lone surrogates become U+FFFD, whole numbers beyond 64 bits text, as in the store."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(cleaned(value))


def says(value: Any) -> bool:
    """Whether a value says anything."""
    return value is not None and value != "" and value != [] and value != {}


def unused(row: Row, used: Sequence[str]) -> list[str]:
    """The columns beyond these that say something."""
    return [name for name, value in row.data.items() if name not in used and says(value)]


def built_in(name: str) -> Format:
    """The format of this name that ships with Rowsmith.

    Raises:
        NotFound: there is none; the fix lists those there are.
    """
    if name not in (names := _names()):
        raise NotFound(f"No format is called {name!r}.", choose(name, names))
    found: Format = import_module(f"rowsmith.formats.{name.replace('-', '_')}").FORMAT
    return found


def every() -> list[Format]:
    """All formats that ship with Rowsmith, by name."""
    return [built_in(name) for name in _names()]


def _names() -> list[str]:
    modules = iter_modules([str(Path(__file__).parent)])
    return sorted(module.name.replace("_", "-") for module in modules if not module.name.startswith("_"))
