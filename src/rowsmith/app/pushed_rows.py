"""The very rows of a version, beside what others read of them: id, data, scores and origin of each, and the files that they refer to. Parquet
gives every row every column, and no format holds ids and origins, so what comes back is read from here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith.connectors.containers import read_records
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.records import Fault
from rowsmith.core.references import referred
from rowsmith.core.row import Row

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

ROWS = ".rowsmith/rows.jsonl.zst"
FILES = ".rowsmith/files"
_HASH = re.compile(r"[0-9a-f]{64}")


def write_rows(datasets: Datasets, spoken: str, folder: Path) -> None:
    """Write the rows, and the images and sounds that they refer to, as far as the home has them."""
    import zstandard

    (folder / ROWS).parent.mkdir(parents=True, exist_ok=True)
    wanted: set[str] = set()
    with (folder / ROWS).open("xb") as file, zstandard.ZstdCompressor(level=6).stream_writer(file) as packed:
        for row in datasets.rows(spoken, edits=False):
            packed.write(orjson.dumps({"id": row.id, "data": row.data, "scores": row.scores, "origin": row.origin}) + b"\n")
            wanted |= files_in(row.data)
    for name in sorted(wanted):
        if datasets.lab.files.has(name):
            (folder / FILES).mkdir(exist_ok=True)
            (folder / FILES / name).symlink_to(datasets.lab.files.find(name).absolute())


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of such a file, which is a stranger's: read in a process of its own, and looked at one by one.

    Raises:
        Invalid: it holds something else.
    """
    for number, record in enumerate(read_records(path, "rows.jsonl.zst")):
        if isinstance(record, Fault):
            raise _broken(number, record.detail)
        said = record.data
        parts: list[Any] = [said.get(name) for name in ("data", "scores", "origin")]
        if not isinstance(said.get("id"), str) or not re.fullmatch("[0-9a-f]{32}", said["id"]) or not all(isinstance(one, dict) for one in parts):
            raise _broken(number, "it is no row")
        yield Row(said["id"], number.to_bytes(6, "big"), *parts)


def files_in(data: dict[str, Any]) -> set[str]:
    """The hashes of the files that a row refers to."""
    found: set[str] = set()

    def note(reference: dict[str, Any]) -> dict[str, Any]:
        found.add(str(reference["file"]))
        return reference

    referred(data, note)
    return {name for name in found if _HASH.fullmatch(name)}


def not_ours(name: str) -> NotFound:
    """The error for a repository without such a file."""
    return NotFound(f"{name} was not written by rowsmith push: it has no {ROWS}.", f"Import it: rowsmith import {name} --into DATASET.")


def _broken(number: int, why: str) -> Invalid:
    return Invalid(f"Row {number + 1} of {ROWS} cannot be read: {why}.", "Nothing has been committed. Push the dataset again where it came from.")
