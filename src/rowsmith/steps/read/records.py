"""Records of any format, from files of any container."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from pydantic import Field

from rowsmith.core.errors import NotFound, RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.row import Bad, New
from rowsmith.core.step import FormatName, InputPaths
from rowsmith.formats import Format, Mapping
from rowsmith.steps.importing import answered, chosen, narrowed, recognised, row_of
from rowsmith.steps.licensed import Licensed
from rowsmith.steps.paths import known
from rowsmith.steps.pictures import Pictures
from rowsmith.steps.sampled import Sample

SUFFIXES = ("csv", "tsv", "tab", "json", "jsonl", "ndjson", "parquet", "arrow", "feather", "xlsx", "ods")
PACKED = ("gz", "bz2", "xz", "zst", "zip")


class ReadRecords(Licensed):
    """Reads CSV, TSV, JSON, JSON Lines, Parquet, Arrow, XLSX and ODS files, also packed as gz, bz2, xz, zst or zip, and makes rows of their
    records: an Alpaca record becomes `input` and `answer`, one of ShareGPT `messages`, and so on.

    What a file is, its bytes say, whatever its name. Each file is read in a process of its own, with bounded memory, time and output. The
    format is recognised by records sampled across the whole file, unless it is given. A record that cannot be read, or is not of the format,
    becomes a failed row with its file and line, and reading goes on behind it; a file that cannot be read at all ends the run.

    Origin: `source` {name, hash, line, key, what `places` says of the file, and the `member` of an archive}, and `provenance` where the file is
    an export of ours.

    Images that records refer to by their paths become references to files of the home where they lie in a folder that is read, or in one of `images`;
    other paths stay as they stand.
    """

    paths: InputPaths = Field(description="Files, folders or globs, from the recipe's folder, else from the current one.", min_length=1)
    format: FormatName = Field("", description="Format of the records, such as alpaca, or a plug-in's. Default: recognised for each file.")
    images: InputPaths = Field([], description="Folders of images: a path in a record is taken from there, with or without the folder's own name.")
    rename: dict[str, str | None] = Field({}, description="New names of columns, before the format reads them; null leaves a column out.")
    constants: dict[str, Any] = Field({}, description="Columns with one value that every record gets.")
    roles: dict[str, str] = Field({}, description="Roles of messages by what the file calls them, for example bot: assistant.")
    only: list[str] = Field([], description="Columns of the records that are read, before they are renamed. Default: all.")
    places: dict[str, dict[str, Any]] = Field({}, description="Where files were downloaded from, by their names; their rows carry it.")
    answers: bool = Field(False, description="The records are what a hub's server of rows answers: {row_idx, row, truncated_cells}.")
    key: str | None = Field(
        None, description="Column whose value identifies a row, so that edits to it keep its id. Default: `id` where the row has one."
    )
    encoding: str | None = Field(None, description="Encoding of texts. Default: UTF-8 where it fits, else guessed. A byte-order mark goes before it.")
    delimiter: str | None = Field(
        None, description="Delimiter of tables. Default: the one of comma, semicolon, tab and bar that fits best.", min_length=1, max_length=1
    )
    sheet: str | None = Field(None, description="Sheet of a spreadsheet. Default: the first with anything in it.", min_length=1)
    header: bool = Field(True, description="The first row of a table names its columns; else they are called column_1, column_2 and so on.")

    def check(self) -> list[str]:
        """Missing files, an unknown encoding."""
        problems = [f"There is no file {pattern!r}. Check the path." for pattern in [*self.paths, *self.images] if known(pattern) == []]
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError:
            problems.append(f"No text encoding is called {self.encoding!r}. Use utf-8, utf-16, latin-1, cp1252 or another that Python knows.")
        return problems

    def mapping(self) -> Mapping:
        """What is done to each record first."""
        return Mapping(rename=self.rename, constants=self.constants, roles=self.roles)

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """Every record of every file, files in the order of `paths`.

        Raises:
            NotFound: a pattern names no file, or a folder holds none that may be read.
            Invalid: a file cannot be read at all, or its format is not recognised.
        """
        for source in self._sources(ctx):
            yield from self._file(source, ctx)

    def records(self, ctx: Context) -> Iterator[Record | Fault]:
        """What `read` makes rows of, one for one, with all its columns. Raises as `read` does."""
        for source in self._sources(ctx):
            yield from self._stream(source, ctx)

    def notes(self, ctx: Context) -> list[str]:
        """What whoever reads the files has to know of them, such as a suffix that says something else, as their beginnings tell."""
        contents = Contents()
        for source in self._sources(ctx):
            next(self._stream(source, ctx, contents), None)
        return contents.notes

    def _sources(self, ctx: Context) -> Iterator[Input]:
        for pattern in self.paths:
            yield from map(ctx.input, _chosen(pattern, ctx.paths([pattern])))

    def _file(self, source: Input, ctx: Context) -> Iterator[New | Bad]:
        format, mapping = self._format(source, ctx)
        pictures = Pictures(format.pictures, source.name, self._beside(source, ctx) if format.pictures else {})
        for record in self._records(source, ctx):
            if isinstance(record, Fault):
                yield Bad(record.reason, record.detail, record.where)
            else:
                yield self._row(record, source, mapping, format, pictures)

    def _beside(self, source: Input, ctx: Context) -> dict[str, Input]:
        """The files among which a file of records lies, and those of the folders beside it, by their paths."""
        found: dict[str, Input] = {}
        for pattern in self.paths:
            here = [ctx.input(path) for path in ctx.paths([pattern])]
            if any((one.name, one.hash) == (source.name, source.hash) for one in here):
                found |= {one.name: one for one in here}
        for folder in self.images:
            for one in map(ctx.input, ctx.paths([folder])):
                found |= {one.name: one, f"{Path(folder).name}/{one.name}": one}
        return found

    def _records(self, source: Input, ctx: Context) -> Iterator[Record | Fault]:
        """The records of a file, with the columns that are wanted."""
        records = self._stream(source, ctx)
        return narrowed(records, self.only, source.name) if self.only else records

    def _stream(self, source: Input, ctx: Context, contents: Contents | None = None) -> Iterator[Record | Fault]:
        stream = ctx.records(
            source, encoding=self.encoding, delimiter=self.delimiter, sheet=self.sheet, header=self.header, contents=contents
        )  # fmt: skip
        return map(answered, stream) if self.answers else stream

    def _format(self, source: Input, ctx: Context) -> tuple[Format, Mapping]:
        if self.format:
            return ctx.format(self.format), self.mapping()
        sample = Sample()
        for _ in sample.through(self._records(source, ctx)):
            pass
        return chosen(recognised(sample.records(), self.mapping()), self.mapping(), source.name)

    def _row(self, record: Record, source: Input, mapping: Mapping, format: Format, pictures: Pictures) -> New | Bad:
        try:
            data, told = row_of(pictures.taken(record), mapping, format)
        except RowFailed as error:
            return Bad(error.reason, error.what, record.where)
        facts = {**source.facts, **self.places.get(source.name, {})}
        place: dict[str, Any] = self.licensed({"name": source.name, "hash": source.hash, "line": record.line, **facts})
        if record.file != source.name:
            place["member"] = record.file[len(source.name) + 1 :]
        origin = {"source": place, **({"provenance": told} if told else {})}
        value = data.get(self.key or "id")
        if value is not None and value != "":
            place["key"] = key = value if isinstance(value, str) else canonical(value).decode()
            return New(data, origin, key=key)
        return Bad("no_key", f"The row has no {self.key!r}, which `key` names.", record.where) if self.key else New(data, origin)


def _chosen(pattern: str, found: Sequence[Path]) -> list[Path]:
    """What is named or matched is read, whatever its suffix; of a folder only what has a suffix of files that are read."""
    named = has_magic(pattern) or [path.name for path in found] == [Path(pattern).name]
    chosen = [path for path in found if named or is_known(path.name)]
    if not chosen:
        what = f"None of the {len(found):,} files in {pattern!r} has the suffix of a file that is read."
        raise NotFound(what, f"Name the file itself, or a glob; known are {', '.join(SUFFIXES)}, also packed as {', '.join(PACKED)}.")
    return chosen


def is_known(name: str) -> bool:
    """Whether a file's suffix is that of a file that is read."""
    *_, before, last = ["", *name.lower().split(".")]
    return last in SUFFIXES or (last in PACKED and (before in SUFFIXES or last == "zip"))
