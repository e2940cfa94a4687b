"""An export into a folder: a data file for each dataset and split, in shards, and what the format has beside them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.failpoints import failpoint
from rowsmith.core.row import Json, Row
from rowsmith.formats import DataFile, Format, Laid, LossReport, Provenance, encode_export
from rowsmith.steps.export import Source, beside, report_of, require_rows
from rowsmith.steps.files_beside import Beside, Find, nowhere
from rowsmith.steps.layout import CONTAINERS, PACKERS, Container, container
from rowsmith.steps.part import Part, sync_folder, told
from rowsmith.steps.row_file import RowFile

SPLIT = "split"
"""The column that `rowsmith split` writes, by which formats with splits part the rows unless they are told otherwise."""
SPLITS = frozenset({"train", "training", "validation", "valid", "val", "dev", "eval", "test", "testing"})
_NAME = re.compile(r"[\w.-]{1,80}")
OURS = ".rowsmith.json"
"""The file in a folder that lists what an export has put there."""
FILES = "files"
"""Where the images and sounds lie in the folder."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How an export is to lie in a folder: parted by the values of a column, in shards of so many rows, in containers of this suffix (such as
    `.jsonl.gz`). `safe`: tables disarm what a spreadsheet would take for a formula."""

    split_by: str | None = None
    shard_rows: int | None = None
    suffix: str | None = None
    safe: bool = False

    def folder(self, path: str | Path, format: Format, datasets: int = 1) -> bool:
        """Whether the export is a folder, and no file."""
        asked = self.split_by is not None or self.shard_rows is not None or self.suffix is not None
        return format.folder or asked or datasets > 1 or str(path).endswith("/") or Path(path).is_dir()

    def into(self, format: Format) -> Container:
        """How records lie in each data file.

        Raises:
            Invalid: no container has this suffix; or see steps.layout.container.
        """
        found = container(Path(f"x{self.suffix or ''}"), format, safe=self.safe)
        if self.suffix is not None and found.suffix != self.suffix.lower():
            known = f"{', '.join(CONTAINERS)}, or one of these packed: {', '.join(PACKERS)}"
            raise Invalid(f"No container has the suffix {self.suffix!r}.", f"Give {known}.")
        if format.single and (self.shard_rows is not None or found.suffix != f".{format.extension}"):
            what = f"{format.name} is one .{format.extension} file for each split, since its readers look for nothing else."
            raise Invalid(what, "Leave --shard-rows and --suffix out.")
        if self.shard_rows is not None and self.shard_rows < 1:
            raise Invalid(f"A shard cannot have {self.shard_rows} rows.", "Give 1 or more.")
        return found


def placed(path: str | Path) -> Path:
    """The path of a file or folder, by a name of its own, which `.` and `..` are not.

    Raises:
        Invalid: a device, a pipe or a socket is there, in whose place a file would be put.
    """
    found = Path(path)
    found = found.resolve() if found.name in ("", "..") else found
    if found.exists() and not found.is_file() and not found.is_dir():
        raise Invalid(f"{path} is neither a file nor a folder.", "Name a file, or a folder; an export takes the place of what is there.")
    return found


def write_folder(
    folder: Path, sources: Sequence[Source], format: Format, arrangement: Arrangement, *, find: Find = nowhere,
    provenance: Provenance | None = None, report: LossReport | None = None,
) -> tuple[LossReport, Sequence[DataFile]]:  # fmt: skip
    """Write the rows of one or more datasets into a folder, in which everything appears at once. Beside it lie its report
    (`<folder>.report.json`) and, with `provenance="sidecar"`, the folder `<folder>.provenance` with a file for each data file.
    An older export's folder is replaced; one that holds anything else is left alone.

    Raises:
        StorageFull, Unavailable: it cannot be written. Invalid: see formats.encode_export and steps.layout; the folder holds files that no export
            wrote; a name is none of a file; or there is no row to write.
    """
    report, where = report or LossReport(), provenance or format.provenance
    try:
        require_ours(folder)
        require_ours(beside(folder, "provenance"))
        folder.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            made = stack.enter_context(_Swapped(folder))
            sides = stack.enter_context(_Swapped(beside(folder, "provenance"))) if where == "sidecar" else None
            writing = _Writing(made.path, None if sides is None else sides.path, format, arrangement, find, stack)
            for source in sources:
                writing.all(source, len(sources) > 1, where, report)
            report.attachments, report.attachments_missing = writing.attached()
            report.settle()
            require_rows(report, format)
            of = {source.name: source for source in sources}
            laid, hashes = writing.end(Laid(folder.name, (), lambda name: of[name].about()))
            _publish(folder, made, sides, {"format": format.name, "provenance": where, **report.dump(), "files": hashes})
    except OSError as error:
        raise told(folder, error) from error
    return report, laid.files


def require_ours(folder: Path) -> None:
    """Raises Invalid where the folder holds something that no export of ours wrote."""
    if not folder.is_dir() or not any(folder.iterdir()):
        if folder.exists() and not folder.is_dir():
            raise Invalid(f"{folder} is a file.", "Name a folder.")
        return
    try:
        known = {OURS, *orjson.loads((folder / OURS).read_bytes())}
    except (OSError, ValueError):
        known = set()
    if strange := next((name for name in _names(folder) if name not in known), ""):
        raise Invalid(f"{folder} holds {strange}, which no export wrote.", "Move it away, or export into another folder.")


def _names(folder: Path) -> list[str]:
    """Every file in the folder, by its path from there."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


class _Swapped:
    """A folder on its way: filled under a name of its own, then put in the place of the older one. Gone when it never was."""

    def __init__(self, folder: Path) -> None:
        tag = f".{folder.name[:200]}.{uuid4().hex[:12]}"
        self.folder, self.path, self._former = folder, folder.with_name(f"{tag}.part"), folder.with_name(f"{tag}.old")

    def __enter__(self) -> _Swapped:
        self.path.mkdir()
        return self

    def __exit__(self, *error: object) -> None:
        for one in (self.path, self._former):
            with suppress(FileNotFoundError):
                shutil.rmtree(one)

    def finish(self) -> None:
        """Note what is in it, by which it is known as ours, and make its names durable."""
        names = _names(self.path)
        with Part(self.path / OURS) as part:
            part.write(orjson.dumps(names))
            part.finish()
            part.rename()
        for inside in (self.path, *(path for path in self.path.rglob("*") if path.is_dir())):
            sync_folder(inside)

    def rename(self) -> None:
        """Let it appear."""
        if self.folder.is_dir():
            os.replace(self.folder, self._former)
        os.replace(self.path, self.folder)


def _publish(folder: Path, made: _Swapped, sides: _Swapped | None, facts: dict[str, Any]) -> None:
    report = beside(folder, "report.json")
    with Part(report) as last:
        last.write(report_of(facts))
        last.finish()
        for one in (made, *([sides] if sides is not None else [])):
            one.finish()
        failpoint("export.rename.before")
        report.unlink(missing_ok=True)
        made.rename()
        failpoint("export.rename.between")
        if sides is not None:
            sides.rename()
        else:
            shutil.rmtree(beside(folder, "provenance"), ignore_errors=True)  # an older export's, which would not fit
        last.rename()
        sync_folder(folder.parent)
    failpoint("export.rename.after")


@dataclass(slots=True)
class _Group:
    """The shards of a dataset's split."""

    dataset: str
    split: str
    stem: str
    shards: list[RowFile]


class _Writing:
    """The data files of a folder, and what is to lie beside them."""

    def __init__(
        self, folder: Path, sides: Path | None, format: Format, arrangement: Arrangement, find: Find, stack: ExitStack
    ) -> None:  # fmt: skip
        self._folder, self._sides, self._format, self._find, self._stack = folder, sides, format, find, stack
        self._files: dict[Path, Beside] = {}
        self._into, self._arrangement = arrangement.into(format), arrangement
        self._companions = format.companions()
        self._groups: dict[tuple[str, str], _Group] = {}
        self._columns: dict[str, dict[str, Any]] = {}
        self._split = ""

    def all(self, source: Source, many: bool, where: Provenance, report: LossReport) -> None:
        """Every row of a dataset."""

        def taken_along(record: dict[str, Json]) -> dict[str, Json]:
            group = self._group(source.name, many)
            folder = self._folder / (Path(group.stem).parent if self._format.beside else "") / FILES
            if folder not in self._files:
                self._files[folder] = self._stack.enter_context(Beside(folder, self._find, self._format.attached))
            return self._files[folder].taken_along(record)

        rows = self._parted(source, report)
        for row in encode_export(rows, self._format, provenance=where, report=report, extra=source.extra, change=taken_along):
            self._shard(self._group(source.name, many)).add(row)
            if self._companions is not None:
                self._companions.see(row.record)

    def attached(self) -> tuple[int, int]:
        """How many images and sounds were written, and how many are missing."""
        return sum(files.count for files in self._files.values()), sum(files.missing for files in self._files.values())

    def _parted(self, source: Source, report: LossReport) -> Iterator[Row]:
        """The rows without the column that parts them; which split a row is of stands in `_split` while it is on its way."""
        column, whole = self._arrangement.split_by, self._format.whole
        for number, row in enumerate(source.rows):
            if not number and column is None and self._format.folder and row.data.get(SPLIT) in SPLITS:
                column = SPLIT
            if column is None:
                self._split = whole
                yield row
                continue
            value = row.data.get(column)
            if value is None or value == "":
                report.rows_in += 1
                report.leave(row, RowFailed("no_split", f"It says nothing in {column!r}, by which rows are parted."))
                continue
            self._split = self._format.splits.get(str(value), str(value))
            yield replace(row, data={name: one for name, one in row.data.items() if name != column})

    def _group(self, dataset: str, many: bool) -> _Group:
        key = (dataset, self._split)
        if key not in self._groups:
            if self._split and not re.fullmatch(self._format.split_name, self._split):
                raise Invalid(f"{self._split!r} cannot be the name of a split.", "Part the rows by a column of plain words.")
            stem = self._format.stem(dataset, self._split, many)
            for part in stem.split("/"):
                if not _NAME.fullmatch(part) or part.startswith("."):
                    raise Invalid(f"{part!r} cannot be the name of a file.", "Rename the dataset, or the values by which it is parted.")
            self._groups[key] = _Group(dataset, self._split, stem, [])
        return self._groups[key]

    def _shard(self, group: _Group) -> RowFile:
        most = self._arrangement.shard_rows
        if group.shards and (most is None or group.shards[-1].rows < most):
            return group.shards[-1]
        if group.shards:
            group.shards[-1].full()
        name = f"{group.stem}-{len(group.shards):05}"
        side = None if self._sides is None else _made(self._sides / f"{name}.jsonl")
        shared = self._columns.setdefault(group.dataset, {})
        made = RowFile(_made(self._folder / name), side, self._into, shared, with_sha256=self._companions is not None)
        group.shards.append(self._stack.enter_context(made))
        return made

    def end(self, laid: Laid) -> tuple[Laid, dict[str, Any]]:
        """Give every file its name, and write what lies beside them; what was laid, and what the report says of each file."""
        for group in self._groups.values():
            for shard in group.shards:
                shard.full()
        found, hashes = [], {}
        for group in self._groups.values():
            numbered = self._format.numbered or len(group.shards) > 1
            for number, shard in enumerate(group.shards):
                shard.end()
                stem = f"{group.stem}-{number:05}-of-{len(group.shards):05}" if numbered else group.stem
                name, side = f"{stem}{self._into.suffix}", None if self._sides is None else self._sides / f"{stem}.jsonl"
                shard.rename(self._folder / name, side)
                part = shard.main
                found.append(DataFile(name, group.dataset, group.split, shard.rows, part.bytes, part.sha256, tuple(shard.columns)))
                hashes[name] = {"bytes": part.bytes, "blake2b": part.hash, "rows": shard.rows, "dataset": group.dataset, "split": group.split}
        for files in self._files.values():
            files.rename()
        laid = replace(laid, files=tuple(found))
        return laid, hashes | self._beside(laid)

    def _beside(self, laid: Laid) -> dict[str, Any]:
        told_of: dict[str, Any] = {}
        for name, content in (self._companions.files(laid) if self._companions is not None else {}).items():
            with Part(_made(self._folder / name)) as part:
                part.write(content)
                part.finish()
                part.rename()
                told_of[name] = {"bytes": part.bytes, "blake2b": part.hash}
        return told_of


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
