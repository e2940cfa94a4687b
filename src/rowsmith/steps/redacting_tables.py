"""Personal data taken out of Parquet files and workbooks: the types, the schema, the sheets and the styles stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, unescape
from zipfile import BadZipFile, ZipFile, ZipInfo

from rowsmith.core.errors import Invalid
from rowsmith.steps.redacting import Redacting

_LARGEST = 1 << 30
"""Most bytes that a part of a workbook may unpack to."""
_STRINGS = re.compile(rb"(?:xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml|xl/comments\d*\.xml)")
_ITEM = re.compile(r"<(si|is|comment)(?:\s[^>]*)?>.*?</\1>", re.DOTALL)
_RUN = re.compile(r"(<t(?:\s[^>]*)?>)([^<]*)(</t>)")
_CODES = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}


def parquet(source: Path, target: Path, redacting: Redacting) -> None:
    """A Parquet file with each string of each column redacted, within lists and structures too; other types and values stay.

    Raises:
        Invalid: it is no Parquet file.
    """
    import duckdb

    with duckdb.connect() as database:
        try:
            described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(source)]).fetchall()
        except duckdb.Error as error:
            raise Invalid(f"{source.name} cannot be read as Parquet: {str(error).splitlines()[0]}", "Check that the file is whole.") from None
        columns = [(str(name), str(kind)) for name, kind, *_ in described]
        shown = []
        for number, (name, kind) in enumerate(columns):
            database.create_function(f"redacted_{number}", _of_column(redacting, name), ["VARCHAR"], "VARCHAR", side_effects=True)
            shown.append(f"{_within(_quoted(name), kind, f'redacted_{number}')} AS {_quoted(name)}")
        query = f"SELECT {', '.join(shown)} FROM read_parquet('{_text(source)}')"
        database.execute("SET preserve_insertion_order = true; SET threads = 1")
        database.execute(f"COPY ({query}) TO '{_text(target)}' (FORMAT parquet, COMPRESSION zstd)")
        counted = database.execute("SELECT count(*) FROM read_parquet(?)", [str(source)]).fetchone()
        redacting.rows += counted[0] if counted else 0


def workbook(source: Path, target: Path, redacting: Redacting) -> None:
    """An XLSX file with its texts redacted; numbers, formulas, styles and everything else are taken over byte by byte.

    Raises:
        Invalid: it is no such file, or unpacks to more than it may.
    """
    try:
        with ZipFile(source) as old, ZipFile(target, "w") as new:
            for info in old.infolist():
                if info.file_size > _LARGEST:
                    raise Invalid(f"{source.name}: {info.filename} unpacks to more than {_LARGEST:,} bytes.", "Give it in parts.")
                data = old.read(info)
                if _STRINGS.fullmatch(info.filename.encode()):
                    data = _strings(data.decode("utf-8"), redacting).encode()
                new.writestr(_like(info), data)
    except (BadZipFile, UnicodeDecodeError) as error:
        raise Invalid(f"{source.name} cannot be read as a workbook: {error}.", "Check that the file is whole.") from None


def _like(info: ZipInfo) -> ZipInfo:
    made = ZipInfo(info.filename, info.date_time)
    made.compress_type, made.external_attr = info.compress_type, info.external_attr
    return made


def _strings(xml: str, redacting: Redacting) -> str:
    return _ITEM.sub(lambda item: _item(item[0], redacting), xml)


def _item(item: str, redacting: Redacting) -> str:
    """One string; where it is of several runs and something is found across them, the first run has all of it."""
    runs = _RUN.findall(item)
    text = "".join(_plain(said) for _, said, _ in runs)
    made = redacting.text(text)
    redacting.rows += 1
    if made is text:
        return item
    redacting.changed += 1
    first: Iterator[str] = iter([escape(made)])
    return _RUN.sub(lambda run: f"{run[1]}{next(first, '')}{run[3]}", item)


def _plain(said: str) -> str:
    return _CODES.sub(lambda code: chr(int(code[1], 16)), unescape(said, _ENTITIES))


def _of_column(redacting: Redacting, name: str) -> Callable[[str], str]:
    def redact(text: str) -> str:
        made = redacting.text(text, name)
        redacting.changed += made is not text
        return made

    return redact


def _within(said: str, kind: str, redact: str, depth: int = 0) -> str:
    """An expression of DuckDB that redacts the texts within a value of this type."""
    if kind == "VARCHAR":
        return f"{redact}({said})"
    if "VARCHAR" not in kind:
        return said
    item = f"x{depth}"
    if kind.endswith("[]"):
        return f"list_transform({said}, lambda {item}: {_within(item, kind[:-2], redact, depth + 1)})"
    if kind.startswith("STRUCT("):
        fields = [f"{_quoted(name)} := {_within(f'{said}.{_quoted(name)}', inner, redact, depth + 1)}" for name, inner in _fields(kind[7:-1])]
        return f"CASE WHEN {said} IS NULL THEN NULL ELSE struct_pack({', '.join(fields)}) END"
    if kind.startswith("MAP("):
        value = _split(kind[4:-1])[1].strip()
        made = _within(f"{item}.value", value, redact, depth + 1)
        return f"map_from_entries(list_transform(map_entries({said}), lambda {item}: ROW({item}.key, {made})))"
    return said


def _fields(inner: str) -> Iterator[tuple[str, str]]:
    for part in _split(inner):
        name, _, kind = part.strip().partition(" ") if not part.strip().startswith('"') else _named(part.strip())
        yield name, kind


def _named(part: str) -> tuple[str, str, str]:
    end = re.match(r'"((?:[^"]|"")*)" ', part)
    assert end is not None
    return end[1].replace('""', '"'), " ", part[end.end() :]


def _split(inner: str) -> list[str]:
    """The parts of a type between commas that stand in no brackets and no quotes."""
    parts, depth, start, quoted = [], 0, 0, False
    for at, char in enumerate(inner):
        quoted ^= char == '"'
        depth += 0 if quoted else (char in "([") - (char in ")]")
        if char == "," and not depth and not quoted:
            parts.append(inner[start:at])
            start = at + 1
    return [*parts, inner[start:]]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
