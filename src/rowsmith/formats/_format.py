"""What a format is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict

from rowsmith.core.errors import NotFound, choose
from rowsmith.core.ids import cleaned
from rowsmith.core.row import Json, Row

Provenance = Literal["column", "sidecar", "none"]
Attached = Literal["reference", "path", "inline"]
"""How a record has images and sound: a reference with its `path`, the path alone, or the bytes as a data URL."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file of an export: its path from what lies beside it, with forward slashes; of which dataset and split (empty: none) its rows are,
    their number, its bytes, their SHA-256 (64 hexadecimal digits), and its columns in the order in which they first came."""

    path: str
    dataset: str
    split: str
    rows: int
    bytes: int
    sha256: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """What an export has written: its name, and its data files. `about` finds what a card may say of a dataset: its `version`, the `licences` and
    terms, the `models` that wrote in it, and how many `sources` it has."""

    name: str
    files: Sequence[DataFile]
    about: Callable[[str], Mapping[str, Any]]


class Companions:
    """What belongs beside the data files: configurations, cards. One object an export, which sees each record."""

    def see(self, record: dict[str, Json]) -> None:
        """A record that is written."""

    def files(self, laid: Laid) -> dict[str, bytes]:
        """The files, by their paths."""
        raise NotImplementedError


class Shape(NamedTuple):
    """What plain records of a format are (formats._plain): a TypedDict of texts, or of messages of two texts; and how many strings one holds, keys
    among them, below 0 where it is not plain all the same."""

    type: type
    strings: Callable[[dict[str, Any]], int]


class Format(BaseModel):
    """A row's foreign clothes: which record a row becomes. How records lie in a file is the container's business."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]
    extension: ClassVar[str] = "jsonl"
    """The container of its files, where their path does not say another."""
    consumer: ClassVar[str] = ""
    """Who usually reads it, for the export check; none: it is checked for whom the user names."""
    folder: ClassVar[bool] = False
    """Whether it is always a folder: its data files, and what belongs beside them."""
    ascii: ClassVar[bool] = False
    """Whether letters beyond ASCII are escaped, for readers that take whatever encoding the machine has."""
    numbered: ClassVar[bool] = False
    """Whether the data files of a folder are numbered even where there is one."""
    split_name: ClassVar[str] = r"[\w.-]{1,80}"
    """What the name of a split may be, as a pattern."""
    whole: ClassVar[str] = ""
    """The split, in a folder, of rows that belong to none."""
    splits: ClassVar[Mapping[str, str]] = {}
    """What it calls a split that others call so."""
    needs: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Columns it needs: one of these sets. Empty: any."""
    drops: ClassVar[tuple[str, ...]] = ()
    """What it never holds, in words. What an export really left out is counted in its LossReport."""
    attached: ClassVar[Attached] = "reference"
    """How its records have images and sound."""
    pictures: ClassVar[tuple[str, ...]] = ()
    """The keys of a record under which paths of images stand."""
    beside: ClassVar[bool] = False
    """Whether images and sound lie, in a folder, beside the data file that names them, and its paths are from there."""
    single: ClassVar[bool] = False
    """Whether, in a folder, each split is one file of its name and container, and nothing else is read."""
    provenance: ClassVar[Provenance] = "sidecar"
    """Where provenance goes unless the user says otherwise."""
    keys: ClassVar[tuple[str, ...]] = ()
    """The keys of a record that `read` reads; none: all of them, as columns."""
    also: ClassVar[tuple[str, ...]] = ()
    """Further columns that records of this format often have, by which it is recognised."""
    rank: ClassVar[int] = 1
    """Of formats that read a record alike, the one with the lower rank is named first."""
    plain: ClassVar[Shape | None] = None
    """What its plain records are, where it has any."""
    as_they_stand: ClassVar[bool] = False
    """Whether its records are the columns of rows as they stand, whatever these are."""

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

    def quick_read(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """The columns of the row that a plain record becomes, some or all of `_plain.Columns`: what `formats.imported` says, sooner. None: that has
        to say it."""
        return None

    def quick_row(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """The plain record of such columns: what `row` says, sooner, when nothing of them is lost and the consumer's check finds nothing. None:
        those have to say it."""
        return None

    @property
    def reads(self) -> bool:
        """Whether it has a reading half."""
        return type(self).read is not Format.read

    def lost(self, row: Row) -> list[str]:
        """The columns of a row, or parts of them, that say something and are not in its record."""
        return []

    def stem(self, dataset: str, split: str, many: bool) -> str:
        """What a data file in a folder is called, without number and suffix; `many`: whether there are others' datasets, too."""
        return (f"{dataset}-{split}" if many else split) if split else dataset

    def companions(self) -> Companions | None:
        """Makes what belongs beside the data files, of one export."""
        return None


def json_line(record: Json, *, ascii: bool = False) -> bytes:
    """A JSON value on one line: also for readers that take U+0085, U+2028 and U+2029 for line ends, so these are escaped; or, in `ascii`, whatever
    is not ASCII."""
    line = json_bytes(record)
    if line.isascii():
        return line + b"\n"
    if ascii:
        return json.dumps(orjson.loads(line), separators=(",", ":")).encode() + b"\n"
    return escaped(line) + b"\n"


def escaped(text: bytes) -> bytes:
    """JSON in which U+0085, U+2028 and U+2029 are escaped."""
    for mark, escape in ((b"\xc2\x85", b"\\u0085"), (b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029")):
        if mark in text:
            text = text.replace(mark, escape)
    return text


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
