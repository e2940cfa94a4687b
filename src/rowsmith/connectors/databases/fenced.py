"""Starts the child that reads a database file, and gives what it says of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers import Limits, died, said_lines, started
from rowsmith.connectors.databases.address import Address
from rowsmith.connectors.databases.extract import Asked, Said
from rowsmith.connectors.databases.tables import Column, Table
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable

LIMITS = Limits(cpu_s=600, cpu_s_per_mb=5.0)
"""A query may have to look at all of a file many times over."""
_ERRORS: dict[str, type[RowsmithError]] = {one.__name__: one for one in (Invalid, NotFound, Unavailable)}


def extract(address: Address, asked: Asked, timeout_s: float) -> Iterator[Said]:
    """What extract.extract gives, of a file.

    Raises: as that does, and NotFound: there is no such file. Invalid: it is damaged, or costs more than it may.
    """
    for line in _lines(address, {"asked": asdict(asked)}, timeout_s):
        if line.startswith(b"{"):
            yield line
        else:
            yield orjson.loads(line)[1]


def tables(address: Address, timeout_s: float) -> list[Table]:
    """What a file holds. Raises as `extract`."""
    found: list[dict[str, Any]] = [table for line in _lines(address, {"asked": None}, timeout_s) for table in orjson.loads(line)[1]["tables"]]
    return [Table(**{**table, "columns": tuple(Column(**column) for column in table["columns"])}) for table in found]


def _lines(address: Address, task: dict[str, Any], timeout_s: float) -> Iterator[bytes]:
    path = Path(address.database)
    if not path.is_file():
        raise NotFound(f"There is no file {address.database!r}.", "Check the path.")
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as scratch, tempfile.TemporaryFile() as complaints:
        child = started("rowsmith.connectors.databases.child", scratch, complaints)
        assert child.stdin is not None and child.stdout is not None
        told = {**task, "kind": address.kind, "path": str(path.absolute()), "timeout_s": timeout_s, "limits": asdict(LIMITS), "scratch": scratch}
        try:
            with child.stdin as stdin:
                stdin.write(orjson.dumps(told))
            for line in said_lines(child.stdout.fileno(), path.name, timeout_s + 30):
                if line.startswith(b'["error"'):
                    _, name, what, fix = orjson.loads(line)
                    raise _ERRORS[name](what, fix)
                yield line
            if child.wait() != 0:
                raise died(path.name, child.returncode, LIMITS, complaints)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
