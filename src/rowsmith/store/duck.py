"""DuckDB as views use it: in memory, bounded, without extensions from elsewhere. Loaded when first used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.store.faults import full

MEMORY = 256 << 20
"""Bytes that DuckDB may hold before it puts things into temporary files."""
THREADS = 4
_LONG = 2 << 20


def connect(temporary: Path) -> Any:
    """A new, empty database in memory, which spills into this folder."""
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{MEMORY >> 20}MiB", "threads": min(THREADS, os.cpu_count() or 1), "temp_directory": str(temporary),
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        },
    )  # fmt: skip


@contextmanager
def roomy(duck: Any, longest: int) -> Iterator[None]:
    """Let DuckDB hold more than usual, as far as the longest row (in bytes) demands it: it holds several rows, and parts of them more than once."""
    if longest <= _LONG:
        yield
        return
    threads = duck.execute("SELECT current_setting('threads')").fetchone()[0]
    duck.execute(f"SET threads = 1; SET memory_limit = '{(MEMORY + 30 * longest) >> 20}MiB'")
    try:
        yield
    finally:
        duck.execute(f"SET threads = {threads}; SET memory_limit = '{MEMORY >> 20}MiB'")


@contextmanager
def told_of(what: str, folder: Path) -> Iterator[None]:
    """Within it, what DuckDB cannot do for want of space or memory becomes `StorageFull` or `Unavailable`; all else passes as it is."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise Unavailable(f"There is not enough memory or temporary space for {what} ({_line(error)}).", f"Free some space in {folder}.") from error
    except duckdb.IOException as error:
        if "No space left" in str(error) or "disk quota" in str(error).lower():
            raise full(what, folder) from error
        raise


def quoted(path: Path | str) -> str:
    """A path, or other text, as text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


