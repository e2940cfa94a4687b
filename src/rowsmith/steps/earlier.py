"""Rows of datasets and files that a step compares its own rows with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Fault, Record
from rowsmith.core.said import as_columns
from rowsmith.formats import Format, Mapping, built_in
from rowsmith.steps.importing import chosen, recognised, row_of
from rowsmith.steps.paths import known
from rowsmith.steps.sampled import Sample

_AS_IT_IS = Mapping()


def missing(patterns: Sequence[str]) -> list[str]:
    """What is wrong with patterns of files, as Step.check says it."""
    return [f"There is no file {pattern!r}. Check the path." for pattern in patterns if known(pattern) == []]


def earlier(ctx: Context, datasets: Sequence[str], files: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each row says, with its name: the rows of the datasets by their ids, then the records of the files by file and line, and their documents,
    whose text is a `text`, by the file.

    Raises:
        Invalid: a record or a file cannot be read; to pass over it would be to say that nothing is like it.
    """
    for spoken in datasets:
        for row in ctx.dataset(spoken):
            yield row.id, row.data
    sources = [ctx.input(path) for path in ctx.paths(files)] if files else []
    for name, found in _said(sources, ctx):
        yield name, found.data if isinstance(found, Record) else {"text": found}


def compared_with(
    ctx: Context, datasets: Sequence[str], files: Sequence[str], columns: Sequence[str] | None = None, *, verbatim: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same rows and records as they are compared with rows: a record is read by the format of its file, where that is recognised, so that a row
    is found in whatever format it lies; and where it has none of the `columns` that are compared, what it says in their place (core.said).
    `verbatim`: a record that its format reads as another one comes as it stands too, for rows may have been kept so.

    Raises:
        Invalid: as `earlier`.
    """
    for name, data in earlier(ctx, datasets, ()):
        yield name, as_columns(data, columns)
    for path in ctx.paths(files) if files else ():
        source = ctx.input(path)
        format, mapping = _format(source, ctx)
        for name, found in _said([source], ctx):
            data = found.data if isinstance(found, Record) else {"text": found}
            read = _read(found, mapping, format) if isinstance(found, Record) else data
            named = {column: data[column] for column in columns or () if column in data and column not in read}
            yield name, as_columns({**named, **read}, columns)
            if verbatim and data != read:
                yield name, data


def _said(sources: Sequence[Input], ctx: Context) -> Iterator[tuple[str, Record | str]]:
    """The records of files, and the texts of their documents, with their names."""
    for source, found in ctx.documents(sources, records=True) if sources else ():
        if isinstance(found, Fault):
            raise Invalid(f"{found.where}: {found.detail}", "Repair the file, or leave it out: rows could be like what it says there.")
        if isinstance(found, Record):
            yield found.where, found
        else:
            yield f"{source.name}:{found.member}" if found.member else source.name, found.text


def _format(source: Input, ctx: Context) -> tuple[Format, Mapping]:
    """The format of a file's records; where none is recognised, they are read as they stand."""
    sample = Sample()
    records: Iterable[Record] = (found for _, found in _said([source], ctx) if isinstance(found, Record))
    for _ in sample.through(records):
        pass
    try:
        return chosen(recognised(sample.records(), _AS_IT_IS), _AS_IT_IS, source.name)
    except Invalid:
        return built_in("jsonl"), _AS_IT_IS


def _read(record: Record, mapping: Mapping, format: Format) -> dict[str, Any]:
    try:
        return row_of(record, mapping, format)[0]
    except RowFailed:  # it is compared all the same
        return record.data


class Names:
    """Names by number, in the order in which they are added. An id takes 16 bytes."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._others: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._ids) // 16

    def add(self, name: str) -> None:
        """One more."""
        try:
            raw = bytes.fromhex(name)
        except ValueError:
            raw = b""
        if len(raw) != 16 or raw.hex() != name:
            self._others[len(self)], raw = name, bytes(16)
        self._ids += raw

    def __getitem__(self, number: int) -> str:
        return self._others.get(number) or self._ids[16 * number : 16 * number + 16].hex()
