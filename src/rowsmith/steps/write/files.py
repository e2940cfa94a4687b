"""Rows into a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from rowsmith.core.errors import NotFound
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Row
from rowsmith.core.step import Step, setting
from rowsmith.formats import Format, Provenance, built_in
from rowsmith.steps.export import write_export


class WriteFiles(Step):
    """Writes the rows into a file and passes all of them on unchanged.

    The file appears whole or not at all. Beside it stand `<path>.report.json`, which says how many rows went in and out, why the others
    did not, and the file's hash; with `provenance: sidecar`, `<path>.provenance.jsonl`, a line for each row of the file; and where rows
    refer to images or sounds, the folder `<path>.files`, which each reference then names as its `path`.
    """

    path: str = setting(description="File to write, for example out/train.jsonl; a relative one is taken from the current folder.", min_length=1)
    format: str = setting("jsonl", description="Format of the file, for example jsonl, csv, openai, trl-sft, dpo; docs/formats.md has them all.")
    provenance: Provenance | None = setting(
        None, description="Where each row says where it came from: in a column, in a sidecar file, or nowhere. Default: the format's own choice."
    )
    spreadsheet_safe: bool = setting(False, description="CSV only: disarm text that a spreadsheet would take for a formula. Not reversible.")

    def check(self) -> list[str]:
        """Unknown format, an option that the format does not have, a path that is a folder."""
        try:
            known = type(built_in(self.format)).model_fields
        except NotFound as error:
            return [str(error)]
        wrong = [f"The format {self.format} has no setting spreadsheet_safe."] if self.spreadsheet_safe and "spreadsheet_safe" not in known else []
        return wrong + ([f"{self.path} is a folder; name a file in it."] if Path(self.path).is_dir() else [])

    def writes(self) -> list[str]:
        """The file."""
        return [self.path]

    def chosen(self) -> Format:
        """The format with its options."""
        found = built_in(self.format)
        return type(found).model_validate({"spreadsheet_safe": True}) if self.spreadsheet_safe else found

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row]:
        """Write all rows that came so far, in row order, then pass the new ones on."""
        write_export(Path(self.path), _Both(new, kept), self.chosen(), find=ctx.file, provenance=self.provenance)
        yield from new


@dataclass(frozen=True)
class _Both:
    new: Rows
    kept: Rows

    def __iter__(self) -> Iterator[Row]:
        return merge(self.kept, self.new, key=lambda row: row.order)
