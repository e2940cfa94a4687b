"""Documents, records, images and sound from files."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from glob import has_magic
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt, field_validator, model_validator

from rowsmith.core.delimited import Fault, Record, delimiter_of, not_decoded, records
from rowsmith.core.documents import ARCHIVES, SUFFIXES, Document
from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.ids import canonical
from rowsmith.core.lines import json_value, lines, open_lines
from rowsmith.core.ports import Context, Input
from rowsmith.core.records import Fault as Unread
from rowsmith.core.records import Record as Inner
from rowsmith.core.row import Bad, New
from rowsmith.core.step import InputPaths
from rowsmith.steps.media import Unfit, look
from rowsmith.steps.outside import Documents
from rowsmith.steps.paths import is_address, known
from rowsmith.steps.reservoir import drawn
from rowsmith.steps.unpacked import exports

RECORDS = ("jsonl", "csv", "json", "parquet", "arrow")
KINDS = (*SUFFIXES, "archive", *RECORDS, "image", "audio")
TEXTS = KINDS[:-2]
_KIND_OF: dict[str, str] = {
    **{suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}, **dict.fromkeys(ARCHIVES, "archive"),
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".json": "json", ".parquet": "parquet",
    ".arrow": "arrow", ".feather": "arrow",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".webp": "image", ".wav": "audio", ".mp3": "audio", ".flac": "audio",
    ".ogg": "audio", ".oga": "audio", ".opus": "audio",
}  # fmt: skip
_OWN = ("image", "audio", *RECORDS)
UTF8 = "utf-8"
_SAMPLE = 1 << 16
_PEEK_FILES, _PEEK_LINES = 5, 50


def _kind_of(path: Path) -> str:
    """The kind of file that a name tells of; empty where it tells of none. A folder is one that is read whole."""
    return "archive" if path.is_dir() else _KIND_OF.get(path.suffix.lower() or path.name.lower(), "")


class ReadFiles(Documents):
    """Reads documents (PDF, Word, HTML, Markdown, e-mail, code and others; `kinds` lists them), files of records (CSV, TSV, JSON, JSON Lines,
    Parquet, Arrow), zip and tar of documents, and images and sound: a row per document, record, image or sound. Paths may be addresses
    (https://), and splits or files of datasets on a hub (hf:owner/name/config/split): their files are fetched once.

    What cannot be read is never dropped in silence: each broken line or record becomes a failed row with its file and line number,
    and reading goes on behind it. JSONL and CSV files are streamed, whatever their size. Documents are read in a process of their own with
    bounded memory, time and output; what a file is, its contents say before its name.

    An image or a sound is kept once in the home, by its hash; its row refers to it: `image: {file, media_type, name, bytes, width, height}`,
    or `audio`, with sample_rate, channels and seconds as far as its header says so. What it is, its bytes say, whatever its name.

    Origin: `source` {name, file, hash, read_as, span, marks, notes} for a document, span being [0, length) in characters, marks where its pages,
    slides or turns begin; {name, hash, line, key} for a record; {name, file, hash} for an image or a sound; and licence and terms where they
    are given.
    """

    paths: InputPaths = Field(
        description="Files, folders or globs, from the recipe's folder, else from the current one. A single one may stand as `path`.", min_length=1
    )
    kinds: list[str] = Field(
        list(TEXTS), description=f"Kinds of files to take from folders and globs, by extension: {', '.join(KINDS)}.", min_length=1
    )
    format: str | None = Field(None, description="Read every file as this kind, whatever its extension.")
    key: str | None = Field(
        None, description="Column whose value identifies a record, so that edits to it keep its id. Default: `id` where the record has one."
    )
    encoding: str | None = Field(
        None, description="Encoding of texts. Default: that of a document is found, records are UTF-8. A byte-order mark goes before it."
    )
    delimiter: str | None = Field(
        None, description="Delimiter of CSV files. Default: the one of comma, semicolon, tab and bar that fits best.", min_length=1, max_length=1
    )
    text_column: str = Field("text", description="Column that holds a document's text, or a JSONL line that is plain text.", min_length=1)
    max_line_bytes: PositiveInt = Field(16 * 1024 * 1024, description="Longest line of a JSONL or CSV file, and longest CSV record, in bytes.")
    max_file_bytes: PositiveInt = Field(256 * 1024 * 1024, description="Largest document, in bytes.")
    media_column: str = Field("", description="Column that holds an image or a sound. Default: image or audio.")
    max_media_bytes: PositiveInt = Field(20 * 1024 * 1024, description="Largest image or audio file, in bytes.")
    sample: PositiveInt | None = Field(None, description="So many of the rows alone, drawn at random over all files. Default: all.")
    seed: int = Field(42, description="Another seed, another sample.")

    @model_validator(mode="before")
    @classmethod
    def _one_path(cls, given: Any) -> Any:
        if isinstance(given, dict):
            if "path" in given and "paths" not in given:
                given = {("paths" if name == "path" else name): value for name, value in given.items()}
            if isinstance(given.get("paths"), str | Path):
                given = {**given, "paths": [str(given["paths"])]}
        return given

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        if name is None:
            return None
        try:
            "".encode(name)
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError(f"No text encoding is called {name!r}. Use utf-8, utf-16, latin-1, cp1252 or another that Python knows.") from None

    def check(self) -> list[str]:
        """Missing files, files of unknown kind, tables whose header cannot be used."""
        problems = [
            f"No kind of file is called {kind!r}. {choose(kind, KINDS)}" for kind in [*self.kinds, *filter(None, [self.format])] if kind not in KINDS
        ]
        if problems:
            return problems
        if self.format and "kinds" in self.model_fields_set:
            problems.append("`kinds` has no effect beside `format`, which reads every file as one kind. Remove one of them.")
        if self.media_column and not self.media():
            problems.append("`media_column` has no effect: neither images nor audio are read. Set `kinds` or `format`, or remove it.")
        if self.sample is None and "seed" in self.model_fields_set:
            problems.append("`seed` is given, and nothing is drawn; it is of `sample`.")
        try:
            for path, kind in self._files(self._seen):
                if kind == "csv":
                    self._header(path, path.name)
        except (NotFound, Invalid) as error:
            problems.append(str(error))
        return problems

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The columns of the first records of the first files; None where they cannot be seen before the run."""
        if any(known(pattern) is None for pattern in self.paths):
            return None
        try:
            found = [self._peek(path, kind) for path, kind in islice(self._files(self._seen), _PEEK_FILES)]
        except (NotFound, Invalid, OSError, ValueError):
            return None  # check() and the run itself say what is wrong
        return frozenset[str]().union(*filter(None, found)) if found and None not in found else None

    def media(self) -> dict[str, list[str]]:
        kinds = [kind for kind in ([self.format] if self.format else self.kinds) if kind in ("image", "audio")]
        return {self.media_column: kinds} if self.media_column and kinds else {kind: [kind] for kind in kinds}

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """Every record of every file, files in the order of `paths`.

        Raises:
            NotFound: a pattern names no file that can be read.
            Invalid: a file's kind is not known.
        """
        yield from self.missed(ctx)
        yield from self._all(ctx) if self.sample is None else drawn(self._all(ctx), self.sample, self.seed)

    def _all(self, ctx: Context) -> Iterator[New | Bad]:
        found = self._files(lambda pattern: ctx.paths([pattern]), lambda path: "archive" if ctx.input(path).facts.get("folder") else _kind_of(path))
        for way, several in groupby(found, self._way):
            if way != "own":
                yield from self._of_documents([(ctx.input(path), kind) for path, kind in several], ctx, records=way == "archive")
            else:
                for path, kind in several:
                    yield from self._own(kind, ctx.input(path), ctx)

    def _way(self, one: tuple[Path, str]) -> str:
        """How a file is read: as a document, an archive, or by this step. One of records may hold conversations, which are documents: what is in it
        tells."""
        kind = one[1]
        if kind == "archive":
            return "archive"
        return "own" if kind in _OWN and (self.format or kind not in RECORDS) else "document"

    def _of_documents(self, found: Sequence[tuple[Input, str]], ctx: Context, *, records: bool) -> Iterator[New | Bad]:
        """What these files say, in their order; those that are too large are told in their places."""
        large = [kind not in RECORDS and source.path.stat().st_size > self.max_file_bytes for source, kind in found]
        small = [source for (source, _), too_large in zip(found, large, strict=True) if not too_large]
        given: dict[str, Any] = {"encoding": self.encoding, **self.how(), **({"records": True} if records else {})}
        if self.format and self.format != "archive":
            given["kind"] = self.format
        said = groupby(ctx.documents(small, **given), lambda one: one[0])
        for (source, kind), too_large in zip(found, large, strict=True):
            if too_large:
                size = source.path.stat().st_size
                yield Bad("large_file", f"The file has {size:,} bytes; max_file_bytes is {self.max_file_bytes:,}.", source.name)
            elif (of_it := next(said, None)) is not None:
                yield from self._of_document(kind, source, (one for _, one in of_it[1]), ctx)

    def _of_document(self, kind: str, source: Input, said: Iterator[Document | Inner | Unread], ctx: Context) -> Iterator[New | Bad]:
        for one in said:
            if isinstance(one, Document):
                yield self.document(source, one)
            elif isinstance(one, Inner):
                yield self._record(one.data, one.line, source, one.file)
            elif one.reason == "records" and one.file == source.name and kind in RECORDS:
                yield from self._own(kind, source, ctx)
            else:
                yield Bad(one.reason, one.detail, one.where)

    def _own(self, kind: str, source: Input, ctx: Context) -> Iterator[New | Bad]:
        count = 0
        for count, record in enumerate(self._read(kind, source, ctx), 1):  # noqa: B007
            yield record
        if not count:
            yield Bad("empty_file", "The file has no records. Remove it, or put something in it.", source.name)

    def together(self, files: Sequence[Path]) -> Mapping[Path, Sequence[Path]]:
        """Unpacked exports of chats, unless every file is to be read as something else, or archives are not wanted."""
        return exports(files) if self.format == "slack" or (not self.format and "archive" in self.kinds) else {}

    def _seen(self, pattern: str) -> Sequence[Path] | None:
        """The files before a run, folders that are read whole as such."""
        found = known(pattern)
        whole = {path: folder for folder, mine in self.together(found or ()).items() for path in mine}
        return found and list(dict.fromkeys(whole.get(path, path) for path in found))

    def _files(
        self, find: Callable[[str], Sequence[Path] | None], kind_of: Callable[[Path], str] = _kind_of
    ) -> Iterator[tuple[Path, str]]:  # fmt: skip
        seen: set[Path] = set()
        for pattern in self.paths:
            found = find(pattern)
            if found is None:
                continue
            for path in self._chosen(pattern, found, kind_of):
                if path not in seen:
                    seen.add(path)
                    yield path, self.format or kind_of(path)

    def _chosen(self, pattern: str, found: Sequence[Path], kind_of: Callable[[Path], str]) -> list[Path]:
        if not found:
            raise NotFound(f"There is no file {pattern!r}.", "Check the path; a relative one is taken from the recipe's folder.")
        if is_address(pattern) or (len(found) == 1 and not has_magic(pattern) and found[0].name == Path(pattern).name):
            return list(found)  # what is named is read: what is in it tells what it is
        chosen = [path for path in found if self.format or kind_of(path) in self.kinds]
        if not chosen:
            there = ", ".join(sorted({kind for path in found if (kind := kind_of(path))}))
            what = f"None of the {len(found)} files that {pattern!r} names is {' or '.join(self.kinds)}."
            raise NotFound(what, f"Set `kinds`{f': [{there}]' * bool(there)}, or `format` to force one.")
        return chosen

    def _read(self, kind: str, source: Input, ctx: Context) -> Iterator[New | Bad]:
        if kind == "image" or kind == "audio":
            return self._media(kind, source)
        if kind == "csv":
            return self._table(source)
        return self._json_lines(source) if kind == "jsonl" else self._contained(source, ctx)

    def _contained(self, source: Input, ctx: Context) -> Iterator[New | Bad]:
        """The records of a file that is no text, or one JSON value."""
        try:
            for record in ctx.records(source, encoding=self.encoding):
                if isinstance(record, Unread):
                    yield Bad(record.reason, record.detail, record.where)
                else:
                    yield self._record(record.data, record.line, source)
        except Invalid as error:
            yield Bad("broken_file", str(error), source.name)

    def _media(self, kind: str, source: Input) -> Iterator[New | Bad]:
        if not (size := source.path.stat().st_size):
            return
        if size > self.max_media_bytes:
            yield Bad("large_file", f"The file has {size:,} bytes; max_media_bytes is {self.max_media_bytes:,}.", source.name)
            return
        try:
            media_type, facts = look(source.path)
        except Unfit as error:
            yield Bad("broken_file", str(error), source.name)
            return
        if not media_type.startswith(kind):
            yield Bad("other_kind", f"The file is {media_type}, and is read as {kind}.", source.name)
            return
        reference = {"file": source.hash, "media_type": media_type, "name": source.name, "bytes": size, **facts}
        place = self.licensed({"name": source.name, "file": Path(source.name).name, "hash": source.hash})
        yield New({self.media_column or kind: reference}, {"source": place})

    def _json_lines(self, source: Input) -> Iterator[New | Bad]:
        file, encoding = open_lines(source.path.open("rb"), self.encoding or UTF8)
        with file:
            for number, raw in lines(file, self.max_line_bytes):
                if isinstance(raw, bytes) and raw.isspace():
                    continue
                yield self._json_line(raw, number, encoding, source)

    def _json_line(self, raw: bytes | int, number: int, encoding: str, source: Input) -> New | Bad:
        bad = partial(Bad, where=f"{source.name}:{number}")
        if isinstance(raw, int):
            return bad("long_line", f"The line has {raw:,} bytes; max_line_bytes is {self.max_line_bytes:,}.")
        try:
            value = json_value(raw, encoding)
        except UnicodeDecodeError as error:
            return bad("encoding", not_decoded(error, "of the line"))
        except ValueError as error:
            return bad("broken_line", f"The line is not JSON: {error}")
        if isinstance(value, str):
            value = {self.text_column: value}
        if not isinstance(value, dict):
            return bad("broken_line", "The line is neither a JSON object nor a text.")
        return self._record(value, number, source)

    def _table(self, source: Input) -> Iterator[New | Bad]:
        try:
            delimiter, names = self._header(source.path, source.name)
        except Invalid as error:
            yield Bad("bad_header", str(error), f"{source.name}:1")
            return
        if not names:
            return
        file, encoding = open_lines(source.path.open("rb"), self.encoding or UTF8)
        with file:
            found = records(lines(file, self.max_line_bytes), encoding, delimiter, self.max_line_bytes)
            next(found)
            for record in found:
                yield self._table_record(record, names, source)

    def _table_record(self, record: Record | Fault, names: list[str], source: Input) -> New | Bad:
        where = f"{source.name}:{record.line}"
        if isinstance(record, Fault):
            return Bad(record.reason, record.detail, where)
        if len(record.values) != len(names):
            return Bad("broken_record", f"The record has {len(record.values)} fields, the header has {len(names)}.", where)
        return self._record(dict(zip(names, record.values, strict=True)), record.line, source)

    def _record(self, data: dict[str, Any], line: int, source: Input, file: str = "") -> New | Bad:
        member = {"member": file[len(source.name) + 1 :]} if file not in ("", source.name) else {}
        place = self.licensed({"name": source.name, "hash": source.hash, **source.facts, **member, "line": line})
        value = data.get(self.key or "id")
        if value is None or value == "":
            if self.key:
                return Bad("no_key", f"The record has no {self.key!r}, which `key` names.", f"{source.name}:{line}")
            return New(data, {"source": place})
        place["key"] = key = value if isinstance(value, str) else canonical(value).decode()
        return New(data, {"source": place}, key=key)

    def _header(self, path: Path, name: str) -> tuple[str, list[str]]:
        """Delimiter and column names of a table; no names when it is empty."""
        delimiter = self.delimiter or ("\t" if path.suffix.lower() == ".tsv" or name.lower().endswith(".tsv") else delimiter_of(self._sample(path)))
        file, encoding = open_lines(path.open("rb"), self.encoding or UTF8)
        with file:
            first = next(records(lines(file, self.max_line_bytes), encoding, delimiter, self.max_line_bytes), None)
        if isinstance(first, Fault):
            raise Invalid(f"The header of {name!r} cannot be read. {first.detail}", "Repair the file's first line.")
        names = first.values if first else []
        if wrong := [f"{column!r}" if column else "an empty one" for column in dict.fromkeys(names) if not column.strip() or names.count(column) > 1]:
            raise Invalid(
                f"The header of {name!r} has column names that are empty or stand twice: {', '.join(wrong)}.", "Give every column a name of its own."
            )
        return delimiter, names

    def _sample(self, path: Path) -> str:
        file, encoding = open_lines(path.open("rb"), self.encoding or UTF8)
        with file:
            sample = file.read(_SAMPLE)
        whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1] or sample
        return whole.decode(encoding, "replace")

    def _peek(self, path: Path, kind: str) -> set[str] | None:
        if kind not in _OWN or kind in ("json", "parquet", "arrow"):
            return {self.text_column} if kind in ("txt", "md") else None
        if kind in ("image", "audio"):
            return {self.media_column or kind}
        if kind == "csv":
            return set(self._header(path, path.name)[1])
        file, encoding = open_lines(path.open("rb"), self.encoding or UTF8)
        names: set[str] = set()
        with file:
            for _, raw in islice(lines(file, min(self.max_line_bytes, 1 << 20)), _PEEK_LINES):
                names |= self._names(raw, encoding)
        return names

    def _names(self, raw: bytes | int, encoding: str) -> set[str]:
        try:
            value = None if isinstance(raw, int) or raw.isspace() else json_value(raw, encoding)
        except ValueError:  # the run lists the broken line
            return set()
        return set(value) if isinstance(value, dict) else {self.text_column} if isinstance(value, str) else set()

