"""Which kind of document a file is: what is in it says it, and its name where that could be several."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import filter as filter_names
from typing import IO

from rowsmith.connectors.containers import recognise as containers
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.unpack import opened_zip
from rowsmith.connectors.documents.kinds import Kind, every_kind

HEAD = 1 << 16
"""Bytes from the beginning that are looked at."""
RECORDS = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".arrow", ".feather")
"""Files of records, which are read as such unless what is in them is a document."""
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_JUNK = 1024
"""So many bytes before a PDF's own mark are passed over by every reader."""


def suffix_of(name: str) -> str:
    """The ending of a file's name, lower case with its dot; the name itself where there is none (Makefile)."""
    last = name.lower().replace("\\", "/").rpartition("/")[2]
    return f".{last.rpartition('.')[2]}" if "." in last else last


def kind_of(file: IO[bytes], head: bytes, name: str, size: int, limits: Limits) -> tuple[Kind | None, str]:
    """The kind, None for an archive of files, and what is to be said where the name tells of another.

    Raises:
        Refused: there is none that it could be.
    """
    suffix, kinds = suffix_of(name), every_kind().values()
    if is_tar(head, name):
        return None, ""
    if containers.packing(head) == "zip":
        found = _zipped(file, size, limits, kinds)
        file.seek(0)
    else:
        found = _marked(head, kinds) or _of_text(head, suffix, kinds)
    return found, _misnamed(found, suffix, kinds) if found else ""


def is_tar(head: bytes, name: str) -> bool:
    """Whether it is a tar: old ones say so by their names only."""
    return head[257:262] == b"ustar" or (suffix_of(name) == ".tar" and len(head) >= 512 and head[100:108].strip(b" \0").isdigit())


def _marked(head: bytes, kinds: Iterable[Kind]) -> Kind | None:
    """A kind that is no text and no zip, by its first bytes."""
    for kind in kinds:
        if any(head.startswith(magic) or (magic == b"%PDF-" and magic in head[:_JUNK]) for magic in kind.magic):
            return kind
    words = head[:4096].isascii() and b"\0" not in head[:4096]
    if (stranger := containers.stranger(head)) and not words:
        raise Refused(f"It is {stranger}.", _FIX, "unknown_kind")
    if containers.binary(head):
        raise Refused("It holds records.", "Read it as records: read.records.", "records")
    return None


def _zipped(file: IO[bytes], size: int, limits: Limits, kinds: Iterable[Kind]) -> Kind | None:
    """A kind that is a zip, by what is in it; None for an archive of files."""
    with opened_zip(file, size, limits) as archive:
        names = set(archive.namelist())
        small = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
        mimetype = archive.read("mimetype") if small else b""
    for kind in kinds:
        if (kind.mimetype and mimetype.startswith(kind.mimetype)) or (kind.members and all(filter_names(names, member) for member in kind.members)):
            return kind
    return None


def _of_text(head: bytes, suffix: str, kinds: Iterable[Kind]) -> Kind:
    """The kind of a text: one of those with its suffix, that which knows it by its contents before others; else one that knows it; else plain."""
    texts = [kind for kind in kinds if kind.is_it or not kind.binary]
    named = [kind for kind in texts if suffix in kind.suffixes]
    knowing = [kind for kind in (named or texts) if kind.is_it and kind.is_it(head)]
    told = [kind for kind in texts if not kind.suffixes and kind.is_it and kind.is_it(head)]
    if suffix in RECORDS and not told and not knowing:
        raise Refused("It holds records.", "Read it as records: read.records.", "records")
    return next(iter(told or knowing or [kind for kind in named if kind.is_it is None] or named), every_kind()["txt"])


def _misnamed(found: Kind, suffix: str, kinds: Iterable[Kind]) -> str:
    others = [kind.name for kind in kinds if suffix in kind.suffixes]
    return f"Its name says {others[0]}, and it is read as what it holds, {found.name}." if others and found.name not in others else ""


_FIX = "Give one of the kinds that can be read, or save it as one of them."
