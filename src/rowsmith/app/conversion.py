"""A file of one format as a file of another: no home, no project, and no row in memory longer than it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.app.downloads import one_here
from rowsmith.app.export_check import NOTHING, Checking
from rowsmith.app.profiles import MappingProfile
from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers import read_records
from rowsmith.core.errors import Invalid, Problem, RowFailed
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.row import Row
from rowsmith.formats import Checked, Format, LossReport, Mapping
from rowsmith.steps.export import Source, write_export
from rowsmith.steps.export_folder import Arrangement, placed, write_folder
from rowsmith.steps.importing import chosen, recognised, row_of
from rowsmith.steps.layout import CONTAINERS, PACKERS, container, suffixes
from rowsmith.steps.sampled import Sample

MOST_PROBLEMS = 20
_NO_PROFILE = MappingProfile()
FILE = Arrangement()
"""As the path says."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of a conversion. `read` counts every record, `rejected` lists those that were not written ({file, line, reason, detail}, the
    first thousand; `rejected_count` of them, all in the file `rejects`), `consumer_keeps` the rows that whoever reads the format will keep as
    far as the format itself knows, `dropped` columns that the format cannot hold, with the rows in which they say something."""

    path: str
    format: str
    from_format: str
    read: int
    written: int
    rejected: list[dict[str, Any]]
    rejected_count: int
    consumer_keeps: int
    dropped: dict[str, int]
    rejects: str | None
    notes: list[str] = field(default_factory=list)
    check: Checked | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "check": self.check and self.check.dump()}


def convert(
    source: str | Path, target: str | Path, to: str, *, from_: str | None = None, profile: MappingProfile = _NO_PROFILE, strict: bool = False,
    arrangement: Arrangement = FILE, checking: Checking = NOTHING,
) -> Converted:  # fmt: skip
    """Write the records of a file as another format, into a file or folder that appears whole or not at all. What cannot be read, or held by
    the format, is listed and kept in `TARGET.rejects.jsonl`.

    Args:
        source: a path, an address (https://...), or a dataset on a hub (hf:owner/name).
        to: the format to write; from_: the format that is read, default: recognised.
        profile: a mapping that is applied to each record first.
        strict: refuse, and write nothing, where a record would be rejected.
        arrangement: splits, shards, containers.
        checking: who will read it, and with which tokenizer; a check that fails refuses, unless it says `anyway`.

    Raises:
        NotFound: no such file or format. Invalid: the file cannot be read or its format is not recognised; or rejects (`strict`);
            or the export check fails.
        StorageFull, Unavailable: the target cannot be written.
    """
    made, path = registry.format(to), placed(target)
    folder = arrangement.folder(target, made)
    if not folder:
        _require_suffix(made, path)
        container(path, made, safe=arrangement.safe)
    with one_here(source, os.environ) as file, checking.of_export(made, path, arrangement.suffix) as check:
        report = LossReport(check=check, anyway=checking.anyway)
        return _convert(file, path, made, from_ or profile.format, profile, strict, arrangement if folder else None, arrangement.safe, report)


def _convert(
    source: Path, path: Path, made: Format, from_: str, profile: MappingProfile, strict: bool, folder: Arrangement | None, safe: bool,
    report: LossReport,
) -> Converted:  # fmt: skip
    if path.resolve() == source.resolve():
        raise Invalid("A file cannot be converted into itself.", "Name another file to write.")
    contents = Contents()
    format, mapping = _format(source, from_, profile, contents)
    with Rejects(path.with_name(f"{path.name}.rejects.jsonl")) as rejects:
        rows = _Rows(source, profile, mapping, format, rejects)
        if strict:
            rows.require_all(made)
        report.on_leave, named = rows.not_held, Source(rows, source.name.partition(".")[0])
        if folder is not None:
            write_folder(path, [named], made, folder, provenance="none", report=report)
        else:
            write_export(path, named, made, provenance="none", report=report, safe=safe)
        kept = rejects.done()
    return Converted(
        str(path), made.name, format.name, report.rows_out + rejects.count, report.rows_out, rejects.listed, rejects.count,
        report.checked.consumer_keeps if report.checked else report.rows_out, dict(report.dropped), kept, contents.notes, report.checked,
    )  # fmt: skip


def _require_suffix(format: Format, path: Path) -> None:
    if suffixes(path)[0] not in CONTAINERS:
        fix = f"Give a file that ends in {', '.join(CONTAINERS)}, those of text also packed ({', '.join(PACKERS)}); or a folder, with a slash."
        raise Invalid(f"{format.name} is not written to {path.name!r}.", fix)


def _format(path: Path, name: str, profile: MappingProfile, contents: Contents) -> tuple[Format, Mapping]:
    if name:
        found: Format = registry.format(name)
        if not found.reads:
            raise Invalid(f"The format {name} is written, and not read.", "rowsmith formats says which are read.")
        return found, profile.mapping
    sample = Sample()
    for _ in sample.through(read_records(path, path.name, encoding=profile.encoding, delimiter=profile.delimiter, contents=contents)):
        pass
    return chosen(recognised(sample.records(), profile.mapping), profile.mapping, path.name)


class _Rows:
    """The rows of the file; can be read more than once, and tells each record that cannot be read once."""

    def __init__(self, path: Path, profile: MappingProfile, mapping: Mapping, format: Format, rejects: Rejects) -> None:
        self._path, self._profile, self._mapping, self._format, self._rejects = path, profile, mapping, format, rejects
        self._told = False
        self._last: Record | None = None

    def __iter__(self) -> Iterator[Row]:
        tell, self._told = not self._told, True
        stream = read_records(self._path, self._path.name, encoding=self._profile.encoding, delimiter=self._profile.delimiter)
        for number, record in enumerate(stream):
            if isinstance(record, Fault):
                if tell:
                    self._rejects.add(record.file, record.line, record.reason, record.detail, record.raw or None)
                continue
            try:
                data, _ = row_of(record, self._mapping, self._format)
            except RowFailed as error:
                if tell:
                    self._rejects.add(record.file, record.line, error.reason, error.what, record.data)
                continue
            self._last = record
            yield Row(f"{number:032x}", number.to_bytes(6, "big"), data)

    def not_held(self, row: Row, error: RowFailed) -> None:
        """The row that came last cannot be written."""
        if self._last is not None:
            self._rejects.add(self._last.file, self._last.line, error.reason, error.what, self._last.data)

    def require_all(self, target: Format) -> None:
        """Read everything.

        Raises:
            Invalid: a record would be rejected.
        """
        for row in self:
            try:
                target.row(row)
            except RowFailed as error:
                self.not_held(row, error)
        if self._rejects.count:
            raise refused(self._rejects, "Nothing has been written.")


def refused(rejects: Rejects, said: str) -> Invalid:
    """The error of `--strict`."""
    first = rejects.listed[:MOST_PROBLEMS]
    problems = [Problem(f"{one['reason']}: {one['detail']}", file=one["file"], line=one["line"]) for one in first]
    fix = "Repair them, or leave --strict out: then they are listed, and the others taken."
    return Invalid(f"{rejects.count:,} records cannot be taken. {said}", fix, problems)
