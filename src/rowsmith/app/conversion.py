"""A file of one format as a file of another: no home, no project, and no row in memory longer than it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rowsmith.app import plugins
from rowsmith.app.downloads import one_here
from rowsmith.app.export_check import NOTHING, Checking
from rowsmith.app.piecework import Piecework, crew
from rowsmith.app.profiles import MappingProfile
from rowsmith.app.record_rows import RecordRows, require_none, require_some
from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers import Cut, Limits, cut_file, read_records
from rowsmith.core.errors import Invalid
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.formats import Checked, Format, LossReport, Mapping
from rowsmith.steps.export import Source, write_export, write_lines
from rowsmith.steps.export_folder import Arrangement, placed, write_folder
from rowsmith.steps.importing import chosen, recognised
from rowsmith.steps.layout import CONTAINERS, PACKERS, container, suffixes
from rowsmith.steps.sampled import Sample

_NO_PROFILE = MappingProfile()
LIMITS = Limits()
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
    arrangement: Arrangement = FILE, checking: Checking = NOTHING, limits: Limits = LIMITS,
) -> Converted:  # fmt: skip
    """Write the records of a file as another format, into a file or folder that appears whole or not at all. What cannot be read, or held by
    the format, is listed and kept in `TARGET.rejects.jsonl`.

    Args:
        source: a path, an address (https://...), or a dataset on a hub (hf:owner/name).
        to: the format to write; from_: the format that is read, default: recognised.
        profile: a mapping that is applied to each record first.
        strict: refuse, and write nothing, where a record would be rejected.
        arrangement: splits, shards, containers.
        limits: what the file may cost.
        checking: who will read it, and with which tokenizer; a check that fails refuses, unless it says `anyway`.

    Raises:
        NotFound: no such file or format. Invalid: the file cannot be read or its format is not recognised; or rejects (`strict`);
            or the export check fails.
        StorageFull, Unavailable: the target cannot be written.
    """
    made, path = plugins.format(to), placed(target)
    folder = arrangement.folder(target, made)
    if not folder:
        _require_suffix(made, path)
        container(path, made, safe=arrangement.safe)
    with one_here(source, os.environ) as file, checking.of_export(made, path, arrangement.suffix) as check:
        if path.resolve() == file.resolve():
            raise Invalid("A file cannot be converted into itself.", "Name another file to write.")
        report = LossReport(check=check, anyway=checking.anyway)
        with Rejects(path.with_name(f"{path.name}.rejects.jsonl")) as rejects:

            def require() -> None:
                if rejects.count:  # a table without rows is one, and an empty file is none
                    require_some(rejects, report.rows_in, file.name)
                if strict:
                    require_none(rejects, "Nothing has been written.")

            report.require = require
            return _Work(file, path, made, profile, arrangement, folder, limits).done(from_ or profile.format, report, rejects)


@dataclass(frozen=True, slots=True)
class _Work:
    source: Path
    path: Path
    made: Format
    profile: MappingProfile
    arrangement: Arrangement
    folder: bool
    limits: Limits

    def done(self, from_: str, report: LossReport, rejects: Rejects) -> Converted:
        contents = Contents()
        apart = not self.folder and self.made.companions() is None and (report.check is None or report.check.forgetful)
        with crew(self.source.name, self.limits) as some:
            begun = some.start if apart else None
            cut = cut_file(self.source, self.source.name, **self.profile.reading, contents=contents, limits=self.limits, begun=begun)
            format, mapping = self._format(from_, cut)
            if cut is not None and apart and plugins.are_built_in(format, self.made):
                into = container(self.path, self.made).kind.lstrip(".")
                work = Piecework(self.source, cut, some, format, mapping, self.made, into, self.path.name)
                write_lines(self.path, work.lines(report, rejects, contents), self.made, report=report, safe=self.arrangement.safe)
                return self._converted(format, report, rejects, contents)
        contents = Contents()
        rows = RecordRows(mapping, format, rejects)
        report.on_leave = rows.not_held
        self._write(Source(rows.all(self._records(contents)), self.source.name.partition(".")[0]), report)
        return self._converted(format, report, rejects, contents)

    def _converted(self, format: Format, report: LossReport, rejects: Rejects, contents: Contents) -> Converted:
        kept = rejects.done()
        return Converted(
            str(self.path), self.made.name, format.name, report.rows_out + rejects.count, report.rows_out, rejects.listed, rejects.count,
            report.checked.consumer_keeps if report.checked else report.rows_out, dict(report.dropped), kept, contents.notes, report.checked,
        )  # fmt: skip

    def _write(self, rows: Source, report: LossReport) -> None:
        if self.folder:
            write_folder(self.path, [rows], self.made, self.arrangement, provenance="none", report=report)
        else:
            write_export(self.path, rows, self.made, provenance="none", report=report, safe=self.arrangement.safe)

    def _format(self, name: str, cut: Cut | None) -> tuple[Format, Mapping]:
        """The format of the records; where none is named, that of records sampled across the whole file."""
        if name:
            found: Format = plugins.format(name)
            if not found.reads:
                raise Invalid(f"The format {name} is written, and not read.", "rowsmith formats says which are read.")
            return found, self.profile.mapping
        sample = Sample()
        for _ in sample.through(self._records(Contents()) if cut is None else cut.looked):
            pass
        return chosen(recognised(sample.records(), self.profile.mapping), self.profile.mapping, self.source.name)

    def _records(self, contents: Contents) -> Iterator[Record | Fault]:
        return read_records(self.source, self.source.name, **self.profile.reading, contents=contents, limits=self.limits)


def _require_suffix(format: Format, path: Path) -> None:
    if suffixes(path)[0] not in CONTAINERS:
        fix = f"Give a file that ends in {', '.join(CONTAINERS)}, those of text also packed ({', '.join(PACKERS)}); or a folder, with a slash."
        raise Invalid(f"{format.name} is not written to {path.name!r}.", fix)
