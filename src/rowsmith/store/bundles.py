"""A proof bundle: a version with everything by which somebody without the database can check it. A zip of

    README.txt      what this is, and how each hash is made
    versions.jsonl  the version and all that it descends from, newest first, each with its signatures
    rows.jsonl      its rows by place (the row's id with its halves exchanged): id, key, data, meta; of erased rows their hashes alone
    lock.json       what it rests on (rowsmith lock)
    reviews.jsonl   what people think of its rows, where there is something: columns REVIEW, by row and time
    manifest.json   size and BLAKE2b-256 of each of these
    seal.json       the signature of the manifest by whoever wrote the bundle; without it, nobody answers for lock and bundle

The comment of the zip ends with the BLAKE2b-256 of all bytes before it, so that no byte can change by accident, not even one that zip
readers pass over.
"""

from __future__ import annotations

import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.core.ids import canonical
from rowsmith.core.review import Review
from rowsmith.store.changes import scratch
from rowsmith.store.database import Database
from rowsmith.store.diffs import batches
from rowsmith.store.files import atomic_write
from rowsmith.store.heap import Stored
from rowsmith.store.ordered import stored_rows
from rowsmith.store.signing import Signature, Signer, by_version, signatures
from rowsmith.store.streams import in_order
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import Version, Versions

FORMAT = "rowsmith bundle"
VERSION = 1
SIGNED, VERSIONS, ROWS, LOCK, MANIFEST, README = "seal.json", "versions.jsonl", "rows.jsonl", "lock.json", "manifest.json", "README.txt"
MEMBERS = (README, LOCK, VERSIONS, ROWS)
"""Those that the manifest vouches for, in their order; reviews where there are some, it and the seal follow."""
REVIEWS = "reviews.jsonl"
REVIEW = ("row", "hash", "author", "created_at", "verdict", "score", "label", "note", "fields", "branch", "decides")
"""What is told of a review, also in files of their own (rowsmith review export)."""
COMMENT = b"blake2b-256 of all bytes before: "
_BATCH = 512
_MOMENT = (1980, 1, 1, 0, 0, 0)

Erased = Callable[[Sequence[Entry]], set[bytes]]
"""The places of those entries whose text was erased."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was written: rows, versions of the chain, bytes of the file, the signer's fingerprint (None: it is not sealed), and reviews; `held_back`
    are those of rows that somebody has yet to look at in a queue."""

    rows: int
    erased: int
    versions: int
    bytes: int
    signer: str | None
    reviews: int = 0
    held_back: int = 0


def of_manifest(manifest: bytes) -> bytes:
    """What is signed of a bundle."""
    return b"rowsmith bundle\0" + blake2b(manifest, digest_size=32).digest()


def write_bundle(
    db: Database, name: str, version: Version, lock: bytes, readme: str, target: Path, signer: Signer | None, erased: Erased = lambda _: set(),
    reviews: Sequence[Review] = (),
) -> Bundle:  # fmt: skip
    """Write the bundle of a version of the dataset called `name`, as a stream; the file appears whole or not at all. `reviews` are of its rows.

    Raises:
        StorageFull, Invalid: it cannot be written. Unavailable: a part of the version is missing.
    """
    chain = list(Versions(db).lineage(version))
    with atomic_write(target) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = COMMENT + b"0" * 64
            wiped = _Count()
            parts = {README: [readme.encode()], LOCK: [lock], VERSIONS: _chain(db, chain), ROWS: _rows(db, version, erased, wiped)}
            members = (*MEMBERS, REVIEWS) if reviews else MEMBERS
            parts[REVIEWS] = map(_review, sorted(reviews, key=lambda one: (one.row, one.created_at, one.n)))
            manifest = canonical({
                "format": FORMAT, "version": VERSION, "dataset": name, "of": version.id, "rows": version.rows,
                "members": {member: _add(archive, member, parts[member]) for member in members},
            })  # fmt: skip
            _add(archive, MANIFEST, [manifest])
            if signer is not None:
                seal = {"signer": signer.public.hex(), "signature": signer.sign(of_manifest(manifest)).hex()}
                _add(archive, SIGNED, [canonical(seal)])
        size = _close(file)
    return Bundle(version.rows, wiped.n, len(chain), size, signer.fingerprint if signer else None, len(reviews))


@dataclass(slots=True)
class _Count:
    n: int = 0


def _add(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> dict[str, Any]:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    sum_, size = blake2b(digest_size=32), 0
    with archive.open(info, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)
            sum_.update(part)
            size += len(part)
    return {"bytes": size, "blake2b": sum_.hexdigest()}


def _close(file: IO[bytes]) -> int:
    """Put the hash of all bytes before it into the comment."""
    size = file.seek(0, os.SEEK_END)
    file.flush()
    with open(file.name, "rb") as written:
        found = summed(written, size - 64)
    file.seek(size - 64)
    file.write(found.encode())
    return size


def summed(file: IO[bytes], size: int) -> str:
    """BLAKE2b-256 of the next bytes of a file, 64 hexadecimal digits."""
    sum_ = blake2b(digest_size=32)
    while size > 0 and (part := file.read(min(size, 1 << 20))):
        sum_.update(part)
        size -= len(part)
    return sum_.hexdigest()


def facts(version: Version) -> dict[str, Any]:
    """A version as plain data."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(version).items()}


def version_of(said: Mapping[str, Any]) -> Version:
    """The version that plain data say.

    Raises:
        KeyError, TypeError, ValueError: they say none.
    """
    known = {name: said[name] for name in Version.__slots__}
    return Version(**{**known, "parents": tuple(known["parents"]), "root": bytes.fromhex(known["root"]), "rolling": bytes.fromhex(known["rolling"])})


def _chain(db: Database, chain: Sequence[Version]) -> Iterator[bytes]:
    signed = by_version(signatures(db, [version.id for version in chain]))
    for version in chain:
        yield _line({**facts(version), "signatures": [_signature(one) for one in signed.get(version.id, ())]})


def _signature(one: Signature) -> dict[str, str]:
    return {"signer": one.signer.hex(), "signature": one.signature.hex()}


def _rows(db: Database, version: Version, erased: Erased, wiped: _Count) -> Iterator[bytes]:
    """The lines of the rows, by place. They are read in row order, in which bodies lie, and wait in a temporary file."""
    with scratch() as conn:
        conn.execute("CREATE TABLE line (place BLOB, said BLOB)")
        for part in batches(stored_rows(db, in_order(_living(db, version, erased, conn, wiped))), _BATCH):
            conn.executemany("INSERT INTO line VALUES (?, ?)", [(row.entry.place, _row(row)) for row in part])
        cursor = conn.execute("SELECT said FROM line ORDER BY place")
        while lines := cursor.fetchmany(_BATCH):
            yield from (line for (line,) in lines)


def _living(db: Database, version: Version, erased: Erased, conn: sqlite3.Connection, wiped: _Count) -> Iterator[Entry]:
    """The entries of rows whose text is there; the lines of the others are written."""
    trees = Trees(db)
    for batch in batches(trees.entries(trees.load(version.root)), _BATCH):
        gone = erased(batch)
        wiped.n += len(gone)
        conn.executemany("INSERT INTO line VALUES (?, ?)", [(entry.place, _wiped(entry)) for entry in batch if entry.place in gone])
        yield from (entry for entry in batch if entry.place not in gone)


def _row(row: Stored) -> bytes:
    head = {"id": turned(row.entry.place).hex(), "key": row.entry.key.hex()}
    return _line({**head, "data": orjson.Fragment(row.data), "meta": orjson.Fragment(row.meta)})


def _wiped(entry: Entry) -> bytes:
    head = {"id": turned(entry.place).hex(), "key": entry.key.hex()}
    return _line({**head, "erased": True, "data_hash": entry.data.hex(), "meta_hash": entry.meta.hex()})


def _review(one: Review) -> bytes:
    return _line({name: getattr(one, name) for name in REVIEW})


def _line(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
