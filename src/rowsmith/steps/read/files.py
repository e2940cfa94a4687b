"""Documents, tables, images and sound from files."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PositiveInt, field_validator, model_validator

from rowsmith.core.delimited import Fault, Record, delimiter_of, not_decoded, records
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.core.lines import encoding_of, json_value, lines, open_lines, stored_text
from rowsmith.core.ports import Context, Input
from rowsmith.core.row import Bad, New
from rowsmith.core.step import InputPaths
from rowsmith.steps.licensed import Licensed
from rowsmith.steps.media import Unfit, look
from rowsmith.steps.paths import known

Kind = Literal["txt", "md", "jsonl", "csv", "image", "audio"]
Media = Literal["image", "audio"]

TEXTS: tuple[Kind, ...] = ("txt", "md", "jsonl", "csv")
KINDS: tuple[Kind, ...] = (*TEXTS, "image", "audio")
_KIND_OF: dict[str, Kind] = {
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".webp": "image", ".wav": "audio", ".mp3": "audio", ".flac": "audio",
    ".ogg": "audio", ".oga": "audio", ".opus": "audio",
}  # fmt: skip
_SAMPLE = 1 << 16
_PEEK_FILES, _PEEK_LINES = 5, 50


class ReadFiles(Licensed):
    """Reads text, Markdown, JSONL and CSV files: a row per document, line or record; and images and sound: a row per file.

    What cannot be read is never dropped in silence: each broken line or record becomes a failed row with its file and line number,
    and reading goes on behind it. JSONL and CSV files are streamed, whatever their size.

    An image or a sound is kept once in the home, by its hash; its row refers to it: `image: {file, media_type, name, bytes, width, height}`,
    or `audio`, with sample_rate, channels and seconds as far as its header says so. What it is, its bytes say, whatever its name.

    Origin: `source` {name, file, hash, span} for a document, span being [0, length) in characters; {name, hash, line, key} for a record;
    {name, file, hash} for an image or a sound; and licence and terms where they are given.
    """

    paths: InputPaths = Field(
        description="Files, folders or globs, from the recipe's folder, else from the current one. A single one may stand as `path`.", min_length=1
    )
    kinds: list[Kind] = Field(list(TEXTS), description="Kinds of files to take from folders and globs, by extension.", min_length=1)
    format: Kind | None = Field(None, description="Read every file as this kind, whatever its extension.")
    key: str | None = Field(
        None, description="Column whose value identifies a record, so that edits to it keep its id. Default: `id` where the record has one."
    )
    encoding: str = Field("utf-8", description="Encoding of the files. A byte-order mark (UTF-8, UTF-16, UTF-32) goes before it.")
    delimiter: str | None = Field(
        None, description="Delimiter of CSV files. Default: the one of comma, semicolon, tab and bar that fits best.", min_length=1, max_length=1
    )
    text_column: str = Field("text", description="Column that holds a document's text, or a JSONL line that is plain text.", min_length=1)
    max_line_bytes: PositiveInt = Field(16 * 1024 * 1024, description="Longest line of a JSONL or CSV file, and longest CSV record, in bytes.")
    max_file_bytes: PositiveInt = Field(256 * 1024 * 1024, description="Largest text or Markdown file, in bytes.")
    media_column: str = Field("", description="Column that holds an image or a sound. Default: image or audio.")
    max_media_bytes: PositiveInt = Field(20 * 1024 * 1024, description="Largest image or audio file, in bytes.")

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
    def _known_encoding(cls, name: str) -> str:
        try:
            "".encode(name)
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError(f"No text encoding is called {name!r}. Use utf-8, utf-16, latin-1, cp1252 or another that Python knows.") from None

    def check(self) -> list[str]:
        """Missing files, files of unknown kind, tables whose header cannot be used."""
        problems = []
        if self.format and "kinds" in self.model_fields_set:
            problems.append("`kinds` has no effect beside `format`, which reads every file as one kind. Remove one of them.")
        if self.media_column and not self.media():
            problems.append("`media_column` has no effect: neither images nor audio are read. Set `kinds` or `format`, or remove it.")
        try:
            for path, kind in self._files(known):
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
            found = [self._peek(path, kind) for path, kind in islice(self._files(known), _PEEK_FILES)]
        except (NotFound, Invalid, OSError, ValueError):
            return None  # check() and the run itself say what is wrong
        return frozenset().union(*found) if found else None

    def media(self) -> dict[str, list[str]]:
        kinds: list[str] = [kind for kind in ([self.format] if self.format else self.kinds) if kind not in TEXTS]
        return {self.media_column: kinds} if self.media_column and kinds else {kind: [kind] for kind in kinds}

    def read(self, ctx: Context) -> Iterator[New | Bad]:
        """Every record of every file, files in the order of `paths`.

        Raises:
            NotFound: a pattern names no file that can be read.
            Invalid: a file's kind is not known.
        """
        for path, kind in self._files(lambda pattern: ctx.paths([pattern])):
            source = ctx.input(path)
            count = 0
            for count, record in enumerate(self._read(kind, source), 1):  # noqa: B007
                yield record
            if not count:
                yield Bad("empty_file", "The file has no records. Remove it, or put something in it.", source.name)

    def _files(self, find: Callable[[str], Sequence[Path] | None]) -> Iterator[tuple[Path, Kind]]:
        seen: set[Path] = set()
        for pattern in self.paths:
            found = find(pattern)
            if found is None:
                continue
            for path in self._chosen(pattern, found):
                if path not in seen:
                    seen.add(path)
                    yield path, self.format or _KIND_OF[path.suffix.lower()]

    def _chosen(self, pattern: str, found: Sequence[Path]) -> list[Path]:
        if not found:
            raise NotFound(f"There is no file {pattern!r}.", "Check the path; a relative one is taken from the recipe's folder.")
        chosen = [path for path in found if self.format or _KIND_OF.get(path.suffix.lower()) in self.kinds]
        if not chosen and len(found) == 1 and found[0].suffix.lower() not in _KIND_OF:
            raise Invalid(f"The kind of {pattern!r} cannot be told from its name.", f"Set `format` to one of: {', '.join(KINDS)}.")
        if not chosen:
            there = ", ".join(sorted({kind for path in found if (kind := _KIND_OF.get(path.suffix.lower()))}))
            what = f"None of the {len(found)} files that {pattern!r} names is {' or '.join(self.kinds)}."
            raise NotFound(what, f"Set `kinds`{f': [{there}]' * bool(there)}, or `format` to force one.")
        return chosen

    def _read(self, kind: Kind, source: Input) -> Iterator[New | Bad]:
        if kind == "image" or kind == "audio":
            return self._media(kind, source)
        return {"csv": self._table, "jsonl": self._json_lines}.get(kind, self._document)(source)

    def _media(self, kind: Media, source: Input) -> Iterator[New | Bad]:
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

    def _document(self, source: Input) -> Iterator[New | Bad]:
        if (size := source.path.stat().st_size) > self.max_file_bytes:
            yield Bad("large_file", f"The file has {size:,} bytes; max_file_bytes is {self.max_file_bytes:,}.", source.name)
            return
        raw = source.path.read_bytes()
        encoding, mark = encoding_of(raw[:4], self.encoding)
        try:
            text = stored_text(raw[mark:].decode(encoding))
        except UnicodeDecodeError as error:
            yield Bad("encoding", not_decoded(error, "of the file"), source.name)
            return
        if text.strip():
            place = self.licensed({"name": source.name, "file": Path(source.name).name, "hash": source.hash, "span": [0, len(text)]})
            yield New({self.text_column: text}, {"source": place})

    def _json_lines(self, source: Input) -> Iterator[New | Bad]:
        file, encoding = open_lines(source.path.open("rb"), self.encoding)
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
        file, encoding = open_lines(source.path.open("rb"), self.encoding)
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

    def _record(self, data: dict[str, Any], line: int, source: Input) -> New | Bad:
        place = self.licensed({"name": source.name, "hash": source.hash, "line": line})
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
        file, encoding = open_lines(path.open("rb"), self.encoding)
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
        file, encoding = open_lines(path.open("rb"), self.encoding)
        with file:
            sample = file.read(_SAMPLE)
        whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1] or sample
        return whole.decode(encoding, "replace")

    def _peek(self, path: Path, kind: Kind) -> set[str]:
        if kind in ("txt", "md"):
            return {self.text_column}
        if kind in ("image", "audio"):
            return {self.media_column or kind}
        if kind == "csv":
            return set(self._header(path, path.name)[1])
        file, encoding = open_lines(path.open("rb"), self.encoding)
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

