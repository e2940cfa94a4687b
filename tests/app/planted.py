"""A planted text, and a search for it through every byte that a home holds: files, tables, compressed blocks, encodings."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text

from rowsmith.store.bodies import unpack
from rowsmith.store.database import Database

JSON = (b"{", b"[", b'"')
"""What a text of JSON that holds words begins with."""
VIRTUAL = {"search_words"}
"""Tables that hold nothing themselves: SQLite keeps the words of this one in the tables named after it, which are read."""

STREAMS = (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", b"\x1f\x8b")
"""What a zlib or gzip stream begins with."""


def forms(planted: str) -> list[bytes]:
    """The text as bytes may hold it: encodings, escapes, and base64 at each of the three ways in which it can be cut."""
    found = [planted.encode(), planted.encode("utf-16-le"), planted.encode("utf-16-be"), planted.encode("utf-32-le"), planted[::-1].encode()]
    found += [json.dumps(planted)[1:-1].encode(), quote(planted).encode(), planted.encode().hex().encode(), planted.upper().encode()]
    for cut in range(3):
        coded = b64encode(bytes(cut) + planted.encode())
        found.append(coded[(0, 2, 3)[cut] : len(coded) // 4 * 4 - 4])
    return list(dict.fromkeys(found))


def places(database: Database, files: Path, *planted: str) -> list[str]:
    """Where one of the texts stands, in words; nothing where it stands nowhere."""
    wanted = re.compile(b"|".join(re.escape(form) for one in planted for form in forms(one)))
    return sorted({where for where, body in _every(database, files) if wanted.search(body)})


def _every(database: Database, files: Path) -> Iterator[tuple[str, bytes]]:
    """Every piece of bytes of the home, opened as far as it can be, with a name for people."""
    folders = [files.parent if database.dialect == "sqlite" else files]
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        yield from _opened(f"file {path.name}", path.read_bytes())
    with database.read() as conn:
        held = inspect(conn).get_table_names()
        for table in held if database.dialect == "postgresql" else set(held) - VIRTUAL:
            for row in conn.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    if isinstance(value, int | float | None):
                        continue
                    yield from _opened(f"{table}.{column}", _bytes(value))
        if database.dialect == "postgresql":
            stats = "SELECT tablename, attname, most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE schemaname = 'public'"
            for row in conn.execute(text(stats)):
                said = f"{row[2]} {row[3]}"
                yield f"statistics of {row[0]}.{row[1]}", said.encode()
                yield f"statistics of {row[0]}.{row[1]}", b"".join(bytes.fromhex(part) for part in _hex(said))


def _hex(said: str) -> Iterator[str]:
    for part in said.replace("{", ",").replace("}", ",").split(","):
        digits = part.strip('"').lstrip("\\").removeprefix("x")
        if digits and len(digits) % 2 == 0 and all(digit in "0123456789abcdef" for digit in digits):
            yield digits


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _opened(where: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes as they are; as a block, part by part; what is compressed anywhere in them; and what JSON makes of them."""
    yield where, body
    for inner in _inflated(body):
        yield f"{where}, inflated", inner
    try:
        parts = unpack(body)
    except ValueError:
        parts = []
    for part in (*parts, body):
        if part[:1] not in JSON:
            continue
        try:
            yield f"{where}, as JSON", json.dumps(json.loads(part), ensure_ascii=False).encode("utf-8", "replace")
        except ValueError:
            continue


def _inflated(body: bytes) -> Iterator[bytes]:
    rest = memoryview(body)
    for mark in STREAMS:
        at = body.find(mark)
        while at >= 0:
            try:
                yield zlib.decompressobj(31 if mark[0] == 0x1F else 15).decompress(rest[at:], 1 << 24)
            except zlib.error:
                pass
            at = body.find(mark, at + 1)
