"""The child: opens one database file and says what is in it, fenced in before it has seen a byte. Run by fenced.py, as a module.

A row is a line of JSON as it stands; ["facts", {...}] and ["error", name, what, fix] are told apart by their first letter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.databases import duck, lite
from rowsmith.connectors.databases.extract import Asked, Said, extract
from rowsmith.core.errors import RowsmithError

_FLUSH = 1 << 17


def main() -> None:
    """Say everything, to the last line."""
    told = orjson.loads(sys.stdin.buffer.read())
    limits, path = Limits(**told["limits"]), Path(told["path"])
    fence(limits, path.stat().st_size)
    out = os.fdopen(os.dup(1), "wb", buffering=_FLUSH)
    os.dup2(2, 1)  # what a library prints is no row
    with out:
        try:
            for said in _said(told, path, limits):
                out.write(said if isinstance(said, bytes) else orjson.dumps(["facts", said]))
                out.write(b"\n")
        except RowsmithError as error:
            name = next(one.__name__ for one in type(error).__mro__ if one.__module__ == RowsmithError.__module__)
            out.write(orjson.dumps(["error", name, error.what, error.fix]) + b"\n")
        except (MemoryError, RecursionError):
            memory = limits.memory_bytes >> 20
            what = f"{path.name} needs more than the {memory:,} MB of memory that a file may take."
            out.write(orjson.dumps(["error", "Invalid", what, "Ask for less: fewer columns, or a limit."]) + b"\n")


def _said(told: dict[str, Any], path: Path, limits: Limits) -> Iterator[Said]:
    opened = lite.opened if told["kind"] == "sqlite" else duck.opened
    with opened(path, told["timeout_s"], Path(told["scratch"])) as session:
        if told["asked"] is None:
            yield {"tables": [asdict(table) for table in session.tables()]}
        else:
            yield from extract(session, Asked(**told["asked"]))


if __name__ == "__main__":
    main()
