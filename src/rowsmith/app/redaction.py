"""A file with the personal data in it hidden and nothing else changed: the same container, the same format, the same bytes between."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast, get_args

import orjson

from rowsmith.core.errors import Invalid, NotFound, Unavailable, choose
from rowsmith.core.pii import KINDS as FOUND
from rowsmith.core.pii.hiding import Hiding, How
from rowsmith.core.row import Row
from rowsmith.core.said import parts, replaced
from rowsmith.formats import Format
from rowsmith.steps.export import write_export
from rowsmith.steps.layout import PACKERS, suffixes
from rowsmith.steps.part import Part, sync_folder, told
from rowsmith.steps.recognising import Recognising, counted
from rowsmith.steps.redacting import Redacting
from rowsmith.steps.redacting_tables import parquet, workbook

_TABLES = {".csv": ",", ".tsv": "\t"}
_LINES = (".jsonl", ".ndjson")
_TEXTS = (".txt", ".md", ".markdown", ".log", ".html", ".htm", ".xml", ".yaml", ".yml", ".rst")
_WHOLE = 1 << 30
"""Most bytes of a file that has to be read whole: one JSON value, plain text."""
KINDS = (*_LINES, ".json", *_TABLES, ".parquet", ".xlsx", *_TEXTS)
"""The suffixes of the files that are redacted; those of text may be packed (.gz, .bz2, .xz, .zst)."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was hidden. `rows` are the records that were looked at (cells with text, in a workbook), `changed` those with something in them, `values`
    how many values were hidden, `counts` by kind."""

    path: str
    rows: int
    changed: int
    values: int
    counts: dict[str, int]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def redact_file(source: str | Path, target: str | Path, finder: Recognising, hiding: Hiding) -> Redacted:
    """Write a file anew with the values in it hidden; it appears whole or not at all.

    Raises:
        NotFound: there is no such file. Invalid: it is of no kind that can be redacted, is no UTF-8, or source and target are one, or of two kinds.
        StorageFull, Unavailable: the target cannot be written.
    """
    path, into = Path(source), Path(target)
    if not path.is_file():
        raise NotFound(f"There is no file {str(source)!r}.", "Name a file, or a dataset of the project.")
    if path.resolve() == into.resolve():
        raise Invalid("A file cannot be redacted into itself.", "Name another file to write.")
    kind = suffixes(path)
    if kind[0] not in KINDS or (kind[1] and kind[0] in (".parquet", ".xlsx")):
        fix = f"Convert it first (rowsmith convert); what is redacted ends in {', '.join(KINDS[:7])} or a suffix of text."
        raise Invalid(f"{path.name!r} is of no kind that can be redacted where it lies.", fix)
    if suffixes(into) != kind:
        raise Invalid(f"{path.name!r} is redacted into a file of the same kind, which {into.name!r} is not.", f"End it in {''.join(kind)}.")
    redacting = Redacting(finder, hiding)
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with Part(into) as part:
            _write(path, kind, part, redacting)
            part.finish()
            part.rename()
        sync_folder(into.parent)
    except OSError as error:
        raise told(into, error) from error
    return redacted(into, redacting.rows, redacting.changed, redacting.counts)


def redacted(path: Path, rows: int, changed: int, counts: Any) -> Redacted:
    """What was done, the most frequent kind first."""
    by_kind = counted(list(counts.elements()))
    return Redacted(str(path), rows, changed, sum(by_kind.values()), by_kind)


def redact_rows(rows: Iterable[Row], target: str | Path, format: Format, finder: Recognising, hiding: Hiding) -> Redacted:
    """Write rows, with the values in them hidden, in a format; the suffix says how the records lie in the file (steps.layout).

    Raises:
        Invalid: the format cannot be written there. StorageFull, Unavailable: the target cannot be written.
    """
    redacting = Redacting(finder, hiding)
    write_export(Path(target), _hidden(rows, redacting), format, provenance="none")
    return redacted(Path(target), redacting.rows, redacting.changed, redacting.counts)


def _hidden(rows: Iterable[Row], redacting: Redacting) -> Iterator[Row]:
    for row in rows:
        texts = {part.path: (part.text, redacting.text(part.text, part.path)) for part in parts(row.data, redacting.finder.columns_)}
        new = {path: made for path, (text, made) in texts.items() if made is not text}
        redacting.rows += 1
        redacting.changed += bool(new)
        yield row.with_data(replaced(row.data, new)) if new else row


def _write(path: Path, kind: tuple[str, str], part: Part, redacting: Redacting) -> None:
    if kind[0] in (".parquet", ".xlsx"):
        beside = part.path.with_name(f".{part.path.name}.{os.getpid()}.redacting")
        try:
            (parquet if kind[0] == ".parquet" else workbook)(path, beside, redacting)
            with beside.open("rb") as made:
                while block := made.read(1 << 20):
                    part.write(block)
        finally:
            beside.unlink(missing_ok=True)
        return
    pack = PACKERS[kind[1]]() if kind[1] else None
    with _opened(path, kind[1]) as file:
        for text in _texts(path, kind[0], file, redacting):
            data = text.encode("utf-8", "surrogatepass")
            part.write(pack.compress(data) if pack else data)
    if pack:
        part.write(pack.flush())


def _texts(path: Path, kind: str, file: IO[bytes], redacting: Redacting) -> Iterator[str]:
    try:
        if kind in _LINES or kind in _TABLES:
            with io.TextIOWrapper(file, encoding="utf-8", newline="\n") as lines:
                yield from redacting.lines(lines) if kind in _LINES else redacting.table(lines, _delimiter(path, kind))
            return
        data = file.read(_WHOLE + 1)
        if len(data) > _WHOLE:
            raise Invalid(f"{path.name} has more than {_WHOLE:,} bytes and has to be read whole.", "Give it as lines of JSON, or in parts.")
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{path.name} is not UTF-8.", "Convert it first (rowsmith convert), which finds out what it is.") from None
    yield _json(path, text, redacting) if kind == ".json" else redacting.plain(text)


def _json(path: Path, text: str, redacting: Redacting) -> str:
    try:
        value = orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise Invalid(f"{path.name} is no JSON: {error}.", "Correct it; lines of JSON end in .jsonl.") from None
    made = redacting.value(text)
    redacting.rows += len(value) if isinstance(value, list) else 1
    if made is not text:
        new = orjson.loads(made.removeprefix("\ufeff"))
        redacting.changed += sum(one != other for one, other in zip(value, new, strict=True)) if isinstance(value, list) else 1
    return made


def _delimiter(path: Path, kind: str) -> str:
    """What parts the cells: as its first line shows, else as its suffix says."""
    with _opened(path, suffixes(path)[1]) as file:
        head = file.readline(1 << 16).decode("utf-8", "replace")
    counts = {sign: head.count(sign) for sign in (_TABLES[kind], ";", "\t", "|", ",")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else _TABLES[kind]


def _opened(path: Path, packing: str) -> IO[bytes]:
    """The file as it is within its packing."""
    if packing == ".zst":
        import zstandard

        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))
    kinds: dict[str, Any] = {".gz": gzip.GzipFile, ".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile}
    return cast(IO[bytes], kinds[packing](path)) if packing else path.open("rb")


def recognising(kinds: str | None, skip: Iterable[str], names: str) -> Recognising:
    """What to look for, as a command says it.

    Raises:
        NotFound: there is no such kind. Unavailable: what finds names is not there.
    """
    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()] if kinds is not None else list(FOUND)
    for kind in chosen:
        if kind not in FOUND:
            raise NotFound(f"There is no kind of personal data called {kind!r}.", choose(kind, list(FOUND)))
    finder = Recognising.model_validate({"kinds": chosen, "skip": list(skip), "names": names})
    if problems := finder.problems():
        raise Unavailable(problems[0], "Or leave --names out.")
    return finder


def hiding(how: str, key_from: str | None) -> Hiding:
    """How to hide it. Without a key there is one for this once, so that nobody can try out values.

    Raises:
        Invalid: there is no such way, or the variable with the key is not set.
    """
    if how not in get_args(How):
        raise Invalid(f"There is no way to hide called {how!r}.", choose(how, list(get_args(How))))
    key = os.environ.get(key_from, "") if key_from else ""
    if key_from and not key:
        raise Invalid(f"The environment variable {key_from} is not set.", "Set it to the key, or leave --key-from out.")
    return Hiding(cast(How, how), key.encode() or os.urandom(32))
