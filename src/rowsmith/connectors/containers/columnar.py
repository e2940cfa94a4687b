"""Parquet and Arrow files, by batches of rows."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from math import isfinite
from typing import IO, Any

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.said import Facts, Json, Said, record
from rowsmith.core.lines import stored

_BATCH = 256
_MEMORY_MB = 400
_NUMBER = "file_row_number"
_WIDE = ("HUGEINT", "UHUGEINT", "DECIMAL", "BIGNUM")


def read_parquet(path: str, limits: Limits) -> Iterator[Said]:
    """The facts of a Parquet file and its records; dates, decimals and numbers beyond 64 bits are text.

    Raises:
        Refused: it cannot be read.
    """
    with opened(path, limits) as file:
        yield Facts("parquet", columns=file.names)
        for first, some in file.rows():
            for number, raw in enumerate(some, first):
                yield from json_row(number, raw)


class ParquetFile:
    """A Parquet file whose rows are read as JSON. `names` are those of its columns."""

    def __init__(self, path: str, limits: Limits, database: Any) -> None:
        self._path, self._database = path, database
        found = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        self.names = tuple(str(column[0]) for column in found)
        if (count := len(found)) > limits.columns:
            raise Refused(f"It has {count:,} columns; {limits.columns:,} are the most.", "Take the columns apart into several files.")
        wide = [name for name, kind, *_ in found if str(kind).startswith(_WIDE)]
        changed = ", ".join(f"CAST({_quoted(name)} AS VARCHAR) AS {_quoted(name)}" for name in wide)
        self._replaced = f" REPLACE ({changed})" if wide else ""

    def rows(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, list[bytes]]]:
        """The rows [first, last), counted from 0, some at a time: the number of the first, from 1, and the JSON of each; default: all."""
        picked = f"SELECT *{self._replaced} FROM read_parquet(?)"
        if last is not None:
            where = f"{_NUMBER} >= {first} AND {_NUMBER} < {last}"
            picked = f"SELECT * EXCLUDE ({_NUMBER}){self._replaced} FROM read_parquet(?, {_NUMBER} = true) WHERE {where}"
        cursor = self._database.execute(f"SELECT encode(CAST(to_json(__row) AS VARCHAR)) FROM ({picked}) AS __row", [self._path])
        while found := cursor.fetchmany(_BATCH):
            yield first + 1, [raw for (raw,) in found]
            first += len(found)


def json_row(number: int, raw: bytes) -> Iterator[Said]:
    """The record of a row, of its JSON; numbers that JSON has none for are null in it, and are told of."""
    if b"NaN" not in raw and b"Infinity" not in raw and b"\\u0000" not in raw:
        yield Json(number, raw)
        return
    odd: list[str] = []
    yield record(number, stored(json.loads(raw, parse_constant=odd.append)))
    if odd:
        yield {"odd": len(odd)}


def groups(path: str) -> list[int]:
    """The numbers of rows in the groups of a Parquet file, in their order; none where a column has the name by which rows are picked.

    Raises:
        Refused: it cannot be read.
    """
    with _database() as database:
        if any(name == _NUMBER for name, *_ in database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()):
            return []
        asked = "SELECT any_value(row_group_num_rows) FROM parquet_metadata(?) GROUP BY row_group_id ORDER BY row_group_id"
        return [int(count) for (count,) in database.execute(asked, [path]).fetchall()]


@contextmanager
def opened(path: str, limits: Limits) -> Iterator[ParquetFile]:
    """A Parquet file.

    Raises:
        Refused: it cannot be read, here or later.
    """
    with _database() as database:
        yield ParquetFile(path, limits, database)


@contextmanager
def _database() -> Iterator[Any]:
    """DuckDB, with little memory and nothing that it could fetch; what it says against a file becomes Refused."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1", "memory_limit": f"{_MEMORY_MB}MB", "temp_directory": "", "autoinstall_known_extensions": "false",
    }  # fmt: skip
    try:
        with duckdb.connect(":memory:", config=config) as database:
            database.execute("SET enable_progress_bar = false")
            yield database
    except duckdb.OutOfMemoryException:
        fix = "Write it with fewer columns, or rows in smaller groups; or give JSON Lines or CSV, which are streamed."
        raise Refused(f"The Parquet file needs more than the {_MEMORY_MB} MB of memory that one may take.", fix) from None
    except duckdb.Error as error:
        said = str(error).splitlines()[0][:300]
        raise Refused(f"The Parquet file cannot be read: {said}", "It may be cut off or damaged: copy it again.") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read_arrow(file: IO[bytes], limits: Limits) -> Iterator[Said]:
    """The facts of an Arrow file or stream and its records; dates and decimals are text, bytes base64.

    Raises:
        Refused: it cannot be read.
    """
    import nanoarrow
    from nanoarrow.ipc import InputStream

    if file.read(6) == b"ARROW1":
        file.read(2)  # a file holds a stream behind its mark
    else:
        file.seek(0)
    number, plain = 0, _Plain()
    try:
        with InputStream.from_readable(file) as source:
            stream = nanoarrow.ArrayStream(source)
            names = [field.name for field in stream.schema.fields]
            if len(names) > limits.columns:
                raise Refused(f"It has {len(names):,} columns; {limits.columns:,} are the most.", "Take the columns apart into several files.")
            yield Facts("arrow", columns=tuple(names))
            for batch in stream:
                for row in batch.iter_py():
                    number += 1
                    yield record(number, plain.value(row))
    except (RuntimeError, ValueError, NotImplementedError, KeyError) as error:
        fix = "It may be cut off or damaged: copy it again, or give Parquet."
        raise Refused(f"The Arrow file cannot be read: {str(error)[:300]}.", fix) from None
    if plain.odd:
        yield {"odd": plain.odd}


class _Plain:
    """Makes JSON values of what Arrow holds, and counts what JSON cannot hold."""

    def __init__(self) -> None:
        self.odd = 0

    def value(self, found: Any) -> Any:
        """The JSON value."""
        if isinstance(found, dict):
            return {str(name): self.value(one) for name, one in found.items()}
        if isinstance(found, list | tuple):
            return [self.value(one) for one in found]
        if isinstance(found, float) and not isfinite(found):
            self.odd += 1
            return None
        if found is None or isinstance(found, bool | float | str):
            return stored(found) if isinstance(found, str) else found
        if isinstance(found, int):
            return found if -(2**63) <= found < 2**64 else str(found)
        if isinstance(found, bytes):
            return b64encode(found).decode()
        return found.isoformat() if isinstance(found, datetime | date | time) else str(found)


