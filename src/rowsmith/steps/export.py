"""An export: rows into a file, with what belongs beside it. Each file appears whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import orjson

from rowsmith.core.errors import RowsmithError, StorageFull, Unavailable
from rowsmith.core.failpoints import failpoint
from rowsmith.core.row import Row
from rowsmith.formats import Extra, Format, LossReport, Provenance, encode_export
from rowsmith.steps.files_beside import Beside, Find, nowhere
from rowsmith.steps.layout import layout


def write_export(
    path: Path, rows: Iterable[Row], format: Format, *, find: Find = nowhere, provenance: Provenance | None = None,
    extra: Extra | None = None, report: LossReport | None = None,
) -> LossReport:  # fmt: skip
    """Write rows into a file, with its sidecar (`<path>.provenance.jsonl`) and its report (`<path>.report.json`). Images and sounds that
    the rows refer to are written into the folder `<path>.files`, and each reference gets the `path` of its file there; `find` says where
    they lie. The suffixes of the path say whether the file is packed (steps.layout). A `report` that is given is filled.

    Each file appears whole or not at all, the folder too. The report goes first when an export begins to replace files and comes last, so
    one that is there belongs to the files beside it: it holds their BLAKE2b-256 hashes.

    Raises:
        StorageFull, Unavailable: the file cannot be written; what stood there before still stands.
        Invalid: see formats.encode_export; or the folder holds other files.
    """
    report = LossReport() if report is None else report
    where, lying = provenance or format.provenance, layout(path, format)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.callback(lying.close)
            main = stack.enter_context(_Part(path))
            side = stack.enter_context(_Part(_beside(path, "provenance.jsonl"))) if where == "sidecar" else None
            files = stack.enter_context(Beside(_beside(path, "files"), find))
            for line, beside in encode_export(rows, format, provenance=where, report=report, extra=extra, change=files.taken_along):
                main.write(lying.line(line))
                if side is not None and beside is not None:
                    side.write(beside)
            for data in lying.end():
                main.write(data)
            report.attachments, report.attachments_missing = files.count, files.missing
            _publish(path, [main] + ([side] if side else []), files, {"format": format.name, "provenance": where, **report.dump()})
    except OSError as error:
        raise _told(path, error) from error
    return report


def _publish(path: Path, parts: list[_Part], attached: Beside, facts: Mapping[str, Any]) -> None:
    report = _beside(path, "report.json")
    with _Part(report) as last:
        files = {part.path.name: {"bytes": part.bytes, "blake2b": part.hash} for part in parts}
        last.write(orjson.dumps({**facts, "files": files}, option=orjson.OPT_INDENT_2) + b"\n")
        for part in (*parts, last):
            part.sync()
        failpoint("export.rename.before")
        report.unlink(missing_ok=True)
        if len(parts) == 1:
            _beside(path, "provenance.jsonl").unlink(missing_ok=True)  # an older export's, which would not fit this file
        attached.rename()
        for part in parts:
            part.rename()
            failpoint("export.rename.between")
        last.rename()
        _sync_folder(path.parent)
    failpoint("export.rename.after")


def _told(path: Path, error: OSError) -> RowsmithError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"No space is left for {path}.", f"Free some space in {path.parent}.")
    return Unavailable(f"{path} cannot be written: {error.strerror or error}.", "Check the folder and its permissions, or name another file.")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


class _Part:
    """A file on its way: written under a name of its own, then renamed. Gone when it never was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._temporary = path.with_name(f".{path.name[:200]}.{uuid4().hex[:12]}.part")
        self._hash = blake2b(digest_size=32)
        self._file: BinaryIO = self._temporary.open("xb")

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            self._temporary.unlink()

    @property
    def hash(self) -> str:
        """64 hexadecimal digits, BLAKE2b-256 of what was written."""
        return self._hash.hexdigest()

    def write(self, line: bytes) -> None:
        """Add bytes."""
        self.bytes += len(line)
        self._hash.update(line)
        self._file.write(line)

    def sync(self) -> None:
        """Make what was written durable."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def rename(self) -> None:
        """Let the file appear under its name."""
        os.replace(self._temporary, self.path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
