"""Rows into a file or a folder, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from rowsmith.core.errors import RowsmithError
from rowsmith.core.ports import Context, Rows
from rowsmith.core.records import Contents
from rowsmith.core.row import Row
from rowsmith.core.step import Step, setting
from rowsmith.formats import Check, Format, LossReport, Provenance, Setting, built_in, consumer
from rowsmith.steps.export import Source, write_export
from rowsmith.steps.export_folder import Arrangement, placed, require_ours, write_folder
from rowsmith.steps.layout import container


class WriteFiles(Step):
    """Writes the rows into a file, or a folder, and passes all of them on unchanged.

    The file appears whole or not at all. Beside it stand `<path>.report.json`, which says how many rows went in and out, why the others
    did not, the file's hash, and what the usual consumer of the format will make of it (docs/export-check.md); with
    `provenance: sidecar`, `<path>.provenance.jsonl`, a line for each row of the file; and where rows refer to images or sounds, the folder
    `<path>.files`, which each reference then names as its `path`. A path that ends in a slash, a format that is a folder, splits and shards
    make a folder, in which everything appears at once.
    """

    path: str = setting(
        description="File to write, for example out/train.jsonl, or folder; a relative one is taken from the current folder.", min_length=1
    )
    format: str = setting("jsonl", description="Format of the file, for example jsonl, csv, openai, trl-sft, dpo; docs/formats.md has them all.")
    provenance: Provenance | None = setting(
        None, description="Where each row says where it came from: in a column, in a sidecar file, or nowhere. Default: the format's own choice."
    )
    spreadsheet_safe: bool = setting(False, description="CSV and TSV: disarm text that a spreadsheet would take for a formula. Not reversible.")
    split_by: str | None = setting(None, description="Column by whose values the rows are parted: `path` is a folder then, with a file for each.")
    shard_rows: int | None = setting(None, description="Rows in each file at most: `path` is a folder then, with numbered files.", ge=1)
    suffix: str | None = setting(None, description="Container and packing of the files in a folder, such as .parquet or .jsonl.gz.")

    def check(self) -> list[str]:
        """An unknown format, or a container that it cannot have; a path that is a folder where a file is written, and the reverse."""
        try:
            format = built_in(self.format)
            if self._arrangement.folder(self.path, format):
                self._arrangement.into(format)
                require_ours(placed(self.path))
            else:
                container(Path(self.path), format, safe=self.spreadsheet_safe)
        except RowsmithError as error:
            return [str(error)]
        return []

    def writes(self) -> list[str]:
        """The file."""
        return [self.path]

    @property
    def _arrangement(self) -> Arrangement:
        return Arrangement(self.split_by, self.shard_rows, self.suffix, self.spreadsheet_safe)

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row]:
        """Write all rows that came so far, in row order, then pass the new ones on."""
        path, format = placed(self.path), built_in(self.format)
        source = Source(_Both(new, kept), path.name.partition(".")[0])
        if self._arrangement.folder(self.path, format):
            report = _checked(format, path.name, self._arrangement.into(format).kind)
            write_folder(path, [source], format, self._arrangement, find=ctx.file, provenance=self.provenance, report=report)
        else:
            report = _checked(format, path.name, container(path, format).kind)
            write_export(path, source, format, find=ctx.file, provenance=self.provenance, safe=self.spreadsheet_safe, report=report)
        yield from new


def _checked(format: Format, name: str, container: str) -> LossReport:
    """A report that also tells what the usual consumer of the format will make of the file. Rows that are paid for are written all the same."""
    setting = Setting(name=name, contents=Contents(container=container.lstrip(".")))
    return LossReport(check=Check(consumer(format.consumer), setting) if format.consumer else None, anyway=True)


@dataclass(frozen=True)
class _Both:
    new: Rows
    kept: Rows

    def __iter__(self) -> Iterator[Row]:
        return merge(self.kept, self.new, key=lambda row: row.order)
