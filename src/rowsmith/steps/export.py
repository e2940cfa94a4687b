"""An export: rows into a file or a folder, with what belongs beside them. Each file appears whole or not at all, the folder too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.core.failpoints import failpoint
from rowsmith.core.row import Row
from rowsmith.formats import Companions, DataFile, Extra, Format, Laid, LossReport, Provenance, encode_export
from rowsmith.steps.files_beside import Beside, Find, nowhere
from rowsmith.steps.kinds import Kinds
from rowsmith.steps.layout import container
from rowsmith.steps.part import Part, sync_folder, told
from rowsmith.steps.row_file import RowFile


class Lines(NamedTuple):
    """Records that are made already: a file of lines of JSON, which is given away, how many, what is in them, how many files that they refer
    to are missing, and the folder of those that are not."""

    path: Path
    rows: int
    kinds: Kinds
    missing: int
    files: Path


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to export: what their dataset is called, what provenance tells of each, and what finds out what a card may say of them."""

    rows: Iterable[Row]
    name: str = ""
    extra: Extra | None = None
    about: Callable[[], Mapping[str, Any]] = dict


def write_export(
    path: Path, rows: Iterable[Row] | Source, format: Format, *, find: Find = nowhere, provenance: Provenance | None = None,
    report: LossReport | None = None, safe: bool = False,
) -> LossReport:  # fmt: skip
    """Write rows into a file, with its sidecar (`<path>.provenance.jsonl`), what its format has beside it (`<path>.<name>`), and its report
    (`<path>.report.json`). Images and sounds that the rows refer to are written into the folder `<path>.files`, and each reference gets the
    `path` of its file there; `find` says where they lie. The suffixes of the path say how the records lie in it (steps.layout). A `report`
    that is given is filled.

    Each file appears whole or not at all, the folder too. The report goes first when an export begins to replace files and comes last, so
    one that is there belongs to the files beside it: it holds their BLAKE2b-256 hashes.

    Raises:
        StorageFull, Unavailable: the file cannot be written; what stood there before still stands.
        Invalid: see formats.encode_export and steps.layout; the format is a folder; the folder of images and sounds holds other
            files; or the report's check fails.
    """
    if format.folder:
        raise Invalid(f"{format.name} is a folder.", "Name a folder: a path that ends in /.")
    source = rows if isinstance(rows, Source) else Source(rows)
    report, where, companions = report or LossReport(), provenance or format.provenance, format.companions()

    def fill(data: RowFile, files: Beside) -> None:
        for row in encode_export(source.rows, format, provenance=where, report=report, extra=source.extra, change=files.taken_along):
            data.add(row)
            if companions is not None:
                companions.see(row.record)

    return _write(path, source, format, fill, companions, find, where, report, safe)


def write_lines(path: Path, lines: Iterable[Lines], format: Format, *, report: LossReport, safe: bool = False) -> LossReport:
    """Write lines that are made already into a file, as `write_export` does with rows; without provenance, for formats that have nothing beside
    their data. `report` is filled by whoever makes them."""

    def fill(data: RowFile, files: Beside) -> None:
        for some in lines:
            data.add_lines(some.path, some.rows, some.kinds)
            files.missing += some.missing
            files.adopt(some.files)

    return _write(path, Source(()), format, fill, None, nowhere, "none", report, safe)


def _write(
    path: Path, source: Source, format: Format, fill: Callable[[RowFile, Beside], None], companions: Companions | None, find: Find,
    where: Provenance, report: LossReport, safe: bool,
) -> LossReport:  # fmt: skip
    into = container(path, format, safe=safe)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            sidecar = beside(path, "provenance.jsonl") if where == "sidecar" else None
            data = stack.enter_context(RowFile(path, sidecar, into, {}, with_sha256=companions is not None))
            files = stack.enter_context(Beside(beside(path, "files"), find, format.attached))
            fill(data, files)
            data.end()
            report.attachments, report.attachments_missing = files.count, files.missing
            report.settle()
            parts = [*data.parts]
            if companions is not None:
                one = DataFile(path.name, source.name or path.stem, "", data.rows, data.main.bytes, data.main.sha256, tuple(data.columns))
                for name, content in companions.files(Laid(one.dataset, [one], lambda _: source.about())).items():
                    parts.append(stack.enter_context(_written(beside(path, name), content)))
            _publish(path, parts, sidecar is None, files, {"format": format.name, "provenance": where, **report.dump()})
    except OSError as error:
        raise told(path, error) from error
    return report


def require_rows(report: LossReport, format: Format) -> None:
    """Raises Invalid where no row went into the format."""
    if not report.rows_out:
        first = f"{report.examples[0]['reason']}. {report.examples[0]['detail']}" if report.examples else "there are none."
        raise Invalid(f"None of the {report.rows_in:,} rows goes into {format.name}: {first}", "Choose another format, or other rows.")


def _written(path: Path, content: bytes) -> Part:
    part = Part(path)
    part.write(content)
    part.finish()
    return part


def _publish(path: Path, parts: Sequence[Part], alone: bool, attached: Beside, facts: Mapping[str, Any]) -> None:
    report = beside(path, "report.json")
    told_of = {part.path.name: {"bytes": part.bytes, "blake2b": part.hash} for part in parts}
    with _written(report, report_of({**facts, "files": told_of})) as last:
        failpoint("export.rename.before")
        report.unlink(missing_ok=True)
        if alone:
            beside(path, "provenance.jsonl").unlink(missing_ok=True)  # an older export's, which would not fit this file
        attached.rename()
        for part in parts:
            part.rename()
            failpoint("export.rename.between")
        last.rename()
        sync_folder(path.parent)
    failpoint("export.rename.after")


def report_of(facts: Mapping[str, Any]) -> bytes:
    """A report as it lies beside an export."""
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2) + b"\n"


def beside(path: Path, ending: str) -> Path:
    """What belongs to an export is called so."""
    return path.with_name(f"{path.name}.{ending}")
