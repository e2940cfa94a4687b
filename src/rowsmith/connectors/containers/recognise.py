"""What a file is, from its first bytes; for a zip from the names in it, too."""

from __future__ import annotations

import zipfile
from typing import IO, Literal

Container = Literal["jsonl", "json", "csv", "tsv", "parquet", "arrow", "xlsx", "ods"]

PACKED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zst"}
OTHERS = {
    b"%PDF": "a PDF", b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image", b"\xd0\xcf\x11\xe0": "an old Office file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive", b"Rar!": "a RAR archive", b"SQLite format 3\0": "a SQLite database", b"\x7fELF": "a program",
    b"MZ": "a program", b"\x80\x02": "a pickle", b"\x80\x03": "a pickle", b"\x80\x04": "a pickle", b"\x80\x05": "a pickle",
    b"\x93NUMPY": "a NumPy array",
}  # fmt: skip
"""What is never read, and what it is called."""

_TOLD = {
    "csv": ("csv", "tsv"), "tsv": ("tsv",), "tab": ("tsv",), "json": ("json", "jsonl"), "jsonl": ("jsonl",), "ndjson": ("jsonl",),
    "parquet": ("parquet",), "arrow": ("arrow",), "feather": ("arrow",), "xlsx": ("xlsx",), "ods": ("ods",),
}  # fmt: skip
"""Suffix -> the containers that a file with it may hold. What many call .json is JSON Lines, and .csv a table with any delimiter."""
_PACKINGS = (*PACKED.values(), "zip")


def misnamed(name: str, container: str) -> str:
    """What is to be said of a file whose suffix tells of another container; empty where there is nothing."""
    *_, before, last = ["", *name.lower().split(".")]
    suffix = before if last in _PACKINGS else last
    return f"its name says {suffix}, and it is read as what it holds, {container}." if container not in _TOLD.get(suffix, (container,)) else ""


def mispacked(name: str, packing: str) -> str:
    """The same of a file whose suffix tells that it is packed otherwise, or not at all."""
    suffix = name.lower().rpartition(".")[2]
    if suffix in _PACKINGS and suffix != packing:
        return f"its name says {suffix}, and it is {f'packed as {packing}' if packing else 'not packed'}."
    unpacked = suffix in _TOLD and (packing != "zip" or suffix not in ("xlsx", "ods"))
    return f"its name says {suffix}, and it is packed as {packing}." if packing and unpacked else ""


def packing(head: bytes) -> str:
    """How the file is packed: gz, bz2, xz, zst, zip; empty for not at all."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return next((name for magic, name in PACKED.items() if head.startswith(magic)), "")


def binary(head: bytes) -> Container | None:
    """The container that is no text: Parquet or Arrow."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow"
    return None


def stranger(head: bytes) -> str:
    """What the file is called, where it is something that is never read; else empty."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((name for magic, name in OTHERS.items() if head.startswith(magic)), "")


def workbook(file: IO[bytes]) -> Container | None:
    """Whether a zip is a spreadsheet: XLSX or ODS."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
            return "xlsx"
        if "mimetype" in names and "content.xml" in names and archive.getinfo("mimetype").file_size < 200:
            return "ods" if b"opendocument.spreadsheet" in archive.read("mimetype") else None
    return None
