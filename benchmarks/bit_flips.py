"""Flipped bits: whether `verify` finds each single one, wherever it is in what a home keeps.

    python benchmarks/bit_flips.py [--flips 1000] [--seed 1]

A home on SQLite is made with runs, edits, a merge over people's changes, a branch, a tag, statistics, signatures and files. Then one random bit
of one random stored value is flipped, `verify` (without rebuilding) is asked, and the bit is flipped back; so many times. Values are the bodies,
hashes and places of nodes, blocks and bodies, every column of versions and of branches and tags, signatures, statistics, and the bytes of files.

A flip within a compressed block after which the block still holds the same bodies is no damage, and counted apart (`same`). The last line of the
output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import struct
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from rowsmith import Lab
from rowsmith.app.proof import verify
from rowsmith.store.bodies import unpack

COLUMNS = {
    "node": ("hash", "body"), "block": ("body",), "body": ("hash", "block", "pos"),
    "ref": ("dataset", "name", "kind", "version", "author", "message", "created_at", "digest"),
    "version": ("id", "dataset", "parents", "generation", "root", "rows", "rolling", "run", "author", "message", "created_at"),
    "signature": ("version", "signer", "signature"), "statistics": ("facts",),
}  # fmt: skip
WEIGHTS = {"node": 4, "block": 6, "body": 2, "version": 4, "ref": 2, "signature": 1, "statistics": 1, "file": 2}


class Place(NamedTuple):
    """A stored value: in a column of the row with this rowid, or in a file."""

    table: str
    column: str
    key: Any


def main() -> None:
    """Flip, verify, flip back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rowsmith-bit-flips-") as folder:
        os.environ["ROWSMITH_CONFIG"] = str(Path(folder) / "config")
        home = made(Path(folder))
        print(json.dumps(flipped(home, asked.flips, random.Random(asked.seed))))


def made(folder: Path) -> Path:
    """A home with a past."""
    home = folder / "home"
    lines = "".join(f'{{"text": "text {n} of {n % 7}", "n": {n}}}\n' for n in range(300))
    (folder / "in.jsonl").write_text(lines, encoding="utf-8")
    recipe = "name: t\nsteps:\n  - {kind: read.files, paths: [in.jsonl], format: jsonl}\n  - {kind: filter.where, where: 'n < ${most}'}\n"
    (folder / "r.yaml").write_text(f"parameters: {{most: {{default: 250}}}}\n{recipe}", encoding="utf-8")
    with Lab(home) as lab:
        project = lab.project()
        project.runs.start(folder / "r.yaml")
        row = next(project.datasets.rows("t"))
        project.reviews.add("t", row.id, verdict="accept", values={"text": "by hand"})
        project.history.commit("t", "by hand")
        project.history.branch("t", "draft")
        project.history.tag("t", "v1", message="the first")
        project.runs.start(folder / "r.yaml", sets={"most": "280"})
        project.edits.set("t@draft", row.id, {"text": "on a branch"})
        project.history.commit("t@draft", "on a branch")
        assert verify(lab).ok
    return home


def flipped(home: Path, flips: int, chance: random.Random) -> dict[str, Any]:
    """What became of so many flips."""
    database, begun = home / "rowsmith.db", time.monotonic()
    places = _places(home, database)
    counts, missed = Counter[str](), list[str]()
    for _ in range(flips):
        table = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        place = chance.choice(places[table])
        was = _get(home, database, place)
        now = _flip(was, chance)
        _set(home, database, place, now)
        try:
            outcome = "found" if _found(home) else "same" if _same(place, was, now) else "missed"
        finally:
            _set(home, database, place, was)
        counts[outcome] += 1
        if outcome == "missed":
            missed.append(f"{place.table}.{place.column} {place.key}: {was!r} -> {now!r}"[:300])
    with Lab(home) as lab:
        assert verify(lab, rebuild=False).ok  # all is as it was
    seconds = round(time.monotonic() - begun, 1)
    return {"flips": flips, "found": counts["found"], "same": counts["same"], "missed": missed, "seconds": seconds}


def _places(home: Path, database: Path) -> dict[str, list[Place]]:
    keys = {"body": "hash"}
    found: dict[str, list[Place]] = {}
    with sqlite3.connect(database) as conn:
        for table, columns in COLUMNS.items():
            rows = conn.execute(f"SELECT {keys.get(table, 'rowid')}, {', '.join(columns)} FROM {table}").fetchall()
            values = [(row[0], name, value) for row in rows for name, value in zip(columns, row[1:], strict=True)]
            found[table] = [Place(table, name, key) for key, name, value in values if value not in (None, "", b"")]
    found["file"] = [Place("file", "bytes", path) for path in sorted((home / "files" / "blobs").rglob("*")) if path.is_file()]
    return found


def _get(home: Path, database: Path, place: Place) -> Any:
    if place.table == "file":
        return place.key.read_bytes()
    with sqlite3.connect(database) as conn:
        conn.text_factory = bytes
        key = "hash" if place.table == "body" else "rowid"
        (value, kind) = conn.execute(f"SELECT {place.column}, typeof({place.column}) FROM {place.table} WHERE {key} = ?", (place.key,)).fetchone()
    return (b"text", value) if kind == b"text" else value


def _set(home: Path, database: Path, place: Place, value: Any) -> None:
    if place.table == "file":
        place.key.chmod(0o644)
        place.key.write_bytes(value)
        return
    is_text = isinstance(value, tuple)
    mark = "CAST(? AS TEXT)" if is_text else "?"
    with sqlite3.connect(database) as conn:
        if place.table != "body":
            conn.execute(f"UPDATE {place.table} SET {place.column} = {mark} WHERE rowid = ?", (value[1] if is_text else value, place.key))
        elif place.column != "hash":
            conn.execute(f"UPDATE body SET {place.column} = ? WHERE hash = ?", (value, place.key))
        else:  # the row goes by its hash
            conn.execute("UPDATE body SET hash = ? WHERE hash IN (?, ?)", (value, place.key, _near(conn, place.key)))


def _near(conn: sqlite3.Connection, key: bytes) -> bytes:
    """The hash that differs from this one in one bit, if there is one."""
    number = int.from_bytes(key, "big")
    names = [(number ^ 1 << bit).to_bytes(16, "big") for bit in range(128)]
    found = conn.execute(f"SELECT hash FROM body WHERE hash IN ({','.join('?' * 128)})", names).fetchone()
    return bytes(found[0]) if found else key


def _flip(value: Any, chance: random.Random) -> Any:
    if isinstance(value, tuple):
        return value[0], _flip(value[1], chance)
    if isinstance(value, float):
        return struct.unpack("<d", _flip(struct.pack("<d", value), chance))[0]
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(31)
    bit = chance.randrange(len(value) * 8)
    return value[: bit // 8] + bytes([value[bit // 8] ^ 1 << bit % 8]) + value[bit // 8 + 1 :]


def _found(home: Path) -> bool:
    with Lab(home) as lab:
        return not verify(lab, rebuild=False).ok


def _same(place: Place, was: Any, now: Any) -> bool:
    """Whether a compressed block says what it said."""
    return place.table == "block" and unpack(was) == unpack(now)


if __name__ == "__main__":
    main()
