"""Readers of tables and of JSON Lines: datasets 5.2.0, pandas 3.1.1, polars 2.1.0, pyarrow 26.0.1, and spreadsheets."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import orjson

from rowsmith.formats._consumers._rule import Consumer, Counting, Record, Rule, Setting, Watch, each

TABLES, LINES = ("csv", "tsv"), ("json", "jsonl", "array")
_NAN = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "-nan", "-NaN", "null", "NULL", "None", "<NA>", "#N/A", "#NA", "1.#IND", "1.#QNAN", "-1.#IND"})
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_DATE_KEY = re.compile(r"date|modified|timestamp.*|.*_at|.*_time", re.IGNORECASE)
_LARGE = re.compile(r"-?[1-9]\d{18,400}")
_TRUTH = frozenset({"true", "false", "True", "False", "TRUE", "FALSE"})
_POLARS_SEES = 100
_CELL, _ROWS = 32_767, 1_048_575
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class _Tabular(Watch):
    """Looks at texts in a table alone."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        return self.cells(record) if self.setting.contents.container in TABLES else None

    def cells(self, record: Record) -> str | None:
        """What is found in the cells of a record."""
        raise NotImplementedError


class _Missing(_Tabular):
    def cells(self, record: Record) -> str | None:
        if _NAN.isdisjoint(value for value in record.values() if isinstance(value, str)):
            return None
        name = next(name for name, value in record.items() if isinstance(value, str) and value in _NAN)
        return f"`{name}` says {record[name]!r}."


class Column(Watch):
    """Columns whose texts all look like something that a reader takes them for. `changes`: such a text is another one afterwards."""

    containers: tuple[str, ...] = LINES

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._out: set[str] = set()
        self._in: Counter[str] = Counter()
        self._changed: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def looks(self, name: str, text: str) -> bool:
        """Whether this text of this column looks like it."""
        raise NotImplementedError

    def changes(self, text: str) -> bool:
        """Whether it is then another text."""
        return True

    def row(self, record: Record, line: int) -> str | None:
        if self.setting.contents.container not in self.containers:
            return None
        for name, value in record.items():
            if name in self._out or value is None or value == "":
                continue
            if isinstance(value, str) and self.looks(name, value):
                self._in[name] += 1
                if self.changes(value):
                    self._changed[name] += 1
                    self._first.setdefault(name, value)
            else:
                self._out.add(name)
        return None

    def end(self) -> tuple[int, str] | None:
        found = [name for name in self._in if name not in self._out and self._changed[name]]
        if not found:
            return None
        return max(self._changed[name] for name in found), ", ".join(f"`{name}`, such as {self._first[name][:40]!r}" for name in found[:5])


class _Numeric(Column):
    containers = TABLES

    def looks(self, name: str, text: str) -> bool:
        return text in _TRUTH or _NUMBER.fullmatch(text) is not None

    def changes(self, text: str) -> bool:
        return text in _TRUTH or not _plain(text)


def _plain(text: str) -> bool:
    """Whether a number reads the same once it was one."""
    whole = re.fullmatch(r"-?(0|[1-9]\d{0,17})", text)
    return bool(whole) or (re.fullmatch(r"-?(0|[1-9]\d{0,14})\.\d{1,15}", text) is not None and repr(float(text)) == text)


class _IsoDates(Column):
    def looks(self, name: str, text: str) -> bool:
        return 10 <= len(text) <= 35 and text[4] == "-" and _ISO.fullmatch(text) is not None


class _PandasJson(Column):
    def looks(self, name: str, text: str) -> bool:
        return _NUMBER.fullmatch(text) is not None or (_DATE_KEY.fullmatch(name) is not None and _ISO.fullmatch(text) is not None)

    def changes(self, text: str) -> bool:
        return not _plain(text)


def _big(record: Record) -> str | None:
    for name, value in record.items():
        number = int(value) if isinstance(value, str) and _LARGE.fullmatch(value) else value
        if isinstance(number, int) and not -(2**63) <= number < 2**64:
            return f"`{name}` is {value}."
    return None


class _Delimited(Counting):
    """One finding for the file, where its delimiter is none that the reader expects."""

    def end(self) -> tuple[int, str] | None:
        contents = self.setting.contents
        if contents.container not in TABLES or contents.delimiter in (None, ","):
            return None
        return self.count, f"The fields stand between {contents.delimiter!r}; the header is read as one column."


class _FirstRow(Watch):
    """Keys that a later row has and the first has not."""

    first: frozenset[str] | None = None

    def row(self, record: Record, line: int) -> str | None:
        if self.first is None:
            self.first = frozenset(record)
        late = record.keys() - self.first
        return f"{', '.join(sorted(f'`{name}`' for name in late)[:5])} is not in the first row." if late else None


class _Window(Watch):
    """Keys that first come after the rows by which polars infers the columns."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._seen: set[str] = set()
        self._count = 0

    def row(self, record: Record, line: int) -> str | None:
        self._count += 1
        if self._count <= _POLARS_SEES:
            self._seen.update(record)
            return None
        late = record.keys() - self._seen
        return f"{', '.join(sorted(f'`{name}`' for name in late)[:5])} is in none of the first {_POLARS_SEES}." if late else None


class _Arguments(Watch):
    """Arguments of tool calls whose keys differ from those of another row's."""

    keys: frozenset[str] | None = None

    def row(self, record: Record, line: int) -> str | None:
        for value in record.values():
            for found in _mappings(value) if isinstance(value, list) else ():
                if self.keys is None:
                    self.keys = frozenset(found)
                elif self.keys != found.keys():
                    return f"Arguments have {', '.join(sorted(found))}, others {', '.join(sorted(self.keys))}."
        return None


def _mappings(turns: list[Any]) -> list[dict[str, Any]]:
    calls = [call for turn in turns if isinstance(turn, dict) for call in turn.get("tool_calls") or () if isinstance(call, dict)]
    found = [(call.get("function") or {}).get("arguments") for call in calls if isinstance(call.get("function") or {}, dict)]
    return [arguments for arguments in found if isinstance(arguments, dict)]


class _JsonText(Watch):
    """Columns that hold JSON as text in Parquet: what datasets calls Json()."""

    forgetful = True

    def row(self, record: Record, line: int) -> str | None:
        if self.setting.contents.container != "parquet":
            return None
        name = next((name for name, value in record.items() if _is_json(value)), None)
        return f"`{name}` is JSON as text." if name else None


def _is_json(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, list) and any(_is_json(one) for one in value[:3])
    if value[:1] not in ("{", "["):
        return False
    try:
        return isinstance(orjson.loads(value), dict | list)
    except orjson.JSONDecodeError:
        return False


def _cut(record: Record) -> str | None:
    name = next((name for name, value in record.items() if isinstance(value, str) and len(value) > _CELL), None)
    return f"`{name}` has {len(record[name]):,} characters." if name else None


class _Formula(_Tabular):
    def cells(self, record: Record) -> str | None:
        for name, value in record.items():
            if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
                return f"`{name}` says {value[:40]!r}."
        return None


class _TooMany(Watch):
    count = 0

    def row(self, record: Record, line: int) -> str | None:
        self.count += 1
        return f"It is row {self.count + 1:,} of the sheet." if self.count > _ROWS else None


_TYPES = "Read every column as text (keep_default_na=False, dtype=str), or write JSON Lines or Parquet."
_SCHEMA = "Give the reader a schema, write the dates otherwise, or write Parquet."
LATE_KEYS = Rule(
    "L10", "noted", "Dataset.from_list and from_generator take their columns from the first row: what only later rows have is lost.",
    "Load the file with load_dataset, or give every row every key.", _FirstRow,
)  # fmt: skip
ARGUMENTS = Rule(
    "L11", "noted", "Dataset.from_list merges the arguments of all tools into one struct, with None where a call has none.",
    'Load the file with load_dataset, or with on_mixed_types="use_json"; or write the arguments as JSON text (--as openai).', _Arguments,
)  # fmt: skip
L12 = Rule("L12", "altered", "A cell that says NA, None, null or nan becomes a missing value.", _TYPES, _Missing)
L13 = Rule("L13", "altered", "A column that looks like numbers or truth values is read as such: 00123 becomes 123.", _TYPES, _Numeric)
L14 = Rule(
    "L14", "altered", "A record with another number of fields shifts: its first becomes an index, and the others move to the left.",
    "Repair the record; rowsmith convert lists it, and writes the others.", each(lambda record: None),
)  # fmt: skip
L14_STOPS = Rule("L14", "stops", "A record with another number of fields ends the reading with an error.", L14.fix, each(lambda record: None))
L15 = Rule(
    "L15", "altered", "The reader splits at commas: all of a record becomes one column.", "Write it with commas, or name the delimiter.", _Delimited
)
L16 = Rule("L16", "altered", "A column whose texts are all ISO dates becomes timestamps.", _SCHEMA, _IsoDates)
L16_BIG = Rule(
    "L16", "noted", "A whole number beyond 64 bits becomes a float, unless it is text.", "Make sure that it is written as text.", each(_big)
)
L17 = Rule(
    "L17", "altered", "read_json makes numbers of texts that look like them, and timestamps of columns called like dates.",
    "Read with dtype=False and convert_dates=False.", _PandasJson,
)  # fmt: skip
L18 = Rule("L18", "altered", "read_ndjson drops a key that first comes behind the rows that it infers from.", "Pass the schema.", _Window)
L19 = Rule("L19", "noted", "Table.from_pylist takes its schema from the first row: what only later rows have is lost.", "Pass the schema.", _FirstRow)
L42_CUT = Rule("L42", "altered", f"A spreadsheet cuts a cell at {_CELL:,} characters.", "Write another format, or split the text.", each(_cut))
L42_FORMULA = Rule("L42", "altered", "A spreadsheet takes the text for a formula.", "Export with the option spreadsheet_safe, or as XLSX.", _Formula)
L42_ROWS = Rule("L42", "lost", "A sheet ends at 1,048,576 rows.", "Write several files.", _TooMany)
L43 = Rule(
    "L43",
    "altered",
    "What datasets keeps as Json() is text for every other reader of Parquet.",
    "Parse that column, or read with datasets.",
    _JsonText,
)
CONSUMERS = (
    Consumer("datasets", "Hugging Face datasets", (LATE_KEYS, ARGUMENTS, L12, L13, L14, L15, L16, L16_BIG)),
    Consumer("pandas", "pandas", (L12, L13, L14, L15, L17, L43)),
    Consumer("polars", "polars", (L13, L14_STOPS, L15, L18, L43)),
    Consumer("pyarrow", "pyarrow", (L13, L14_STOPS, L15, L16, L16_BIG, L19, L43)),
    Consumer("duckdb", "DuckDB", (L13, L43)),
    Consumer("spreadsheet", "Excel, LibreOffice and other spreadsheets", (L42_CUT, L42_FORMULA, L42_ROWS)),
)
