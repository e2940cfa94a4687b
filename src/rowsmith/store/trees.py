"""A version's map of rows, cut into content-addressed parts: root -> pages -> buckets -> entries.

An entry is `place (16) | length of key (1) | key | hash of data (16) | hash of meta (16)`. The place is the row's id with its halves
exchanged: ids that are hashes are uniform anyway, and ids that begin with a time (ULIDs) become so. A row's bucket is the leading
bits of its place; entries are sorted by it. The number of buckets follows from the number of rows alone (45 to 90 rows a bucket),
so equal maps have equal roots, whatever the order of edits. A page names 128 buckets, the root names all pages: editing one row
writes one bucket, one page and the root. When the number of rows passes a power of two times 90, all buckets are written anew.

The key sorts the rows of a version. Order of a version: by key, then by place.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from rowsmith.core.failpoints import failpoint
from rowsmith.store.bodies import damaged, tagged
from rowsmith.store.database import Database, fetch_those, many

PAGE = 128
_FULL = 90  # most rows a bucket holds on average
_BATCH = 1024
_PENDING = 4 << 20

_CACHED = 16 << 20

_GET = "SELECT hash, body FROM node WHERE hash IN ()"
_PUT = "INSERT INTO node (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING"


class Entry(NamedTuple):
    """One row of a version: where it stands in the map, its order key, and the hashes of its bodies (bytes all).

    Among changes, an entry without hashes (`removal`) says that no row is to stand there.
    """

    place: bytes
    key: bytes
    data: bytes
    meta: bytes


def removal(place: bytes) -> Entry:
    """The change that takes a row away."""
    return Entry(place, b"", b"", b"")


class Tree(NamedTuple):
    """A root, read: 2**bits buckets, the hashes of their pages."""

    bits: int
    pages: tuple[bytes, ...]


def turned(name: bytes) -> bytes:
    """The place of a row id, and the row id of a place."""
    return name[8:] + name[:8]


def bits_for(rows: int) -> int:
    """How many leading bits choose the bucket in a map of this many rows."""
    return max(0, (max(rows, 1) - 1) // _FULL).bit_length()


def bucket_of(place: bytes, bits: int) -> int:
    """The number of the bucket that holds this place."""
    return int.from_bytes(place[:4], "big") >> (32 - bits)


def rolling(entry: Entry) -> int:
    """The entry's part in a version's rolling sum (modulo 2**128), which does not depend on buckets or order."""
    return int.from_bytes(tagged(b"rowsmith.sum", b"".join(entry)), "big")


def encode(entries: Iterable[Entry]) -> bytes:
    """The bytes of a bucket."""
    return b"".join([b"%b%c%b%b%b" % (place, len(key), key, data, meta) for place, key, data, meta in entries])


def decode(bucket: bytes) -> list[Entry]:
    """The entries of a bucket."""
    if length := _length(bucket):
        key = length - 49
        return list(map(Entry._make, struct.iter_unpack(f"16sx{key}s16s16s", bucket)))
    return [_entry(bucket, at) for at in _starts(bucket)]


def apart(old: bytes, new: bytes) -> tuple[list[Entry], list[Entry]]:
    """The entries that only the old bucket has, and those that only the new one has, each by place."""
    was, is_ = set(_parts(old)), set(_parts(new))
    return decode_parts(was - is_), decode_parts(is_ - was)


def decode_parts(parts: Iterable[bytes]) -> list[Entry]:
    """Encoded entries, by place."""
    return [_entry(part, 0) for part in sorted(parts)]


def lookup(bucket: bytes, place: bytes) -> Entry | None:
    """The entry at this place."""
    starts = _starts(bucket)
    at = bisect_left(starts, place, key=lambda start: bucket[start : start + 16])
    return _entry(bucket, starts[at]) if at < len(starts) and bucket.startswith(place, starts[at]) else None


def changed(bucket: bytes, changes: Sequence[Entry]) -> bytes:
    """The bucket in which each change (by place, one for each) stands over what was there. The rest is copied, not read."""
    starts = _starts(bucket)
    parts: list[bytes] = []
    copied = 0
    for change in changes:
        i = bisect_left(starts, change.place, key=lambda start: bucket[start : start + 16])
        at = starts[i] if i < len(starts) else len(bucket)
        there = at < len(bucket) and bucket.startswith(change.place, at)
        parts += [bucket[copied:at], encode([change]) if change.data else b""]
        copied = (starts[i + 1] if i + 1 < len(starts) else len(bucket)) if there else at
    return b"".join([*parts, bucket[copied:]])


def _length(bucket: bytes) -> int:
    """The length of each entry where all are equally long, else 0."""
    if not bucket:
        return 0
    length = 49 + bucket[16] if len(bucket) > 16 else 0
    return length if length and len(bucket) % length == 0 and len(set(bucket[16::length])) == 1 else 0


def _starts(bucket: bytes) -> Sequence[int]:
    """Where entries begin.

    Raises:
        ValueError: these bytes are no bucket.
    """
    if length := _length(bucket):
        return range(0, len(bucket), length)
    starts, at = [], 0
    while at < len(bucket):
        starts.append(at)
        at += 49 + bucket[at + 16]
    if at != len(bucket):
        raise ValueError(f"{len(bucket)} bytes where {at} were announced")
    return starts


def _parts(bucket: bytes) -> list[bytes]:
    return [bucket[a:b] for a, b in pairwise([*_starts(bucket), len(bucket)])]


def _entry(bucket: bytes, at: int) -> Entry:
    key = at + 17 + bucket[at + 16]
    return Entry(bucket[at : at + 16], bucket[at + 17 : key], bucket[key : key + 16], bucket[key + 16 : key + 32])


class Trees:
    """Reads and writes the maps of a database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._pending: dict[bytes, bytes] = {}
        self._size = 0
        self._read: dict[bytes, bytes] = {}
        self._read_size = 0

    def get(self, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
        """The nodes with these hashes; missing ones are left out."""
        wanted = list(dict.fromkeys(hashes))
        found = {name: self._pending[name] for name in wanted if name in self._pending}
        asked = [name for name in wanted if name not in found]
        if asked:
            with self._db.read() as conn:
                for at in range(0, len(asked), 4096):
                    found.update(fetch_those(conn, _GET, asked[at : at + 4096]))
        return found

    def whole(self, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
        """The nodes with these hashes.

        Raises:
            Unavailable: one is missing.
        """
        wanted = list(hashes)
        found = self.get(wanted)
        for name in wanted:
            if name not in found:
                raise damaged(f"node {name.hex()} is missing")
        return found

    def _again(self, hashes: Iterable[bytes]) -> dict[bytes, bytes]:
        """As `whole`; what was read lately is at hand: changes are looked at first, then written."""
        wanted = set(hashes)
        found = {name: self._read[name] for name in wanted & self._read.keys()}
        fresh = self.whole(wanted - found.keys())
        self._read_size += sum(map(len, fresh.values()))
        if self._read_size > _CACHED:
            self._read, self._read_size = {}, 0
        self._read.update(fresh)
        return found | fresh

    def load(self, root: bytes) -> Tree:
        """The tree below a root.

        Raises:
            Unavailable: a node is missing.
        """
        body = self.whole([root])[root]
        return Tree(body[0], cut(body[1:]))

    def entries(self, tree: Tree) -> Iterator[Entry]:
        """All entries, by place."""
        for page in tree.pages:
            names = cut(self.whole([page])[page])
            bodies = self.whole(names)
            for name in names:
                yield from decode(bodies[name])

    def entry(self, tree: Tree, name: bytes) -> Entry | None:
        """The entry of the row with this id (16 bytes)."""
        place = turned(name)
        return next((old for _, old in self.paired(tree, [Entry(place, b"", b"", b"")])), None)

    def paired(self, tree: Tree | None, changes: Iterable[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
        """Each change with the entry that now stands in its place. Reads only the buckets that changes fall into."""
        if tree is None:
            yield from ((change, None) for change in changes)
            return
        stream = iter(changes)
        while batch := list(islice(stream, _BATCH)):
            numbers = sorted({bucket_of(change.place, tree.bits) for change in batch})
            names = self._names(tree, numbers)
            bodies = self._again(names.values())
            yield from ((change, lookup(bodies[names[bucket_of(change.place, tree.bits)]], change.place)) for change in batch)

    def _names(self, tree: Tree, numbers: Iterable[int]) -> dict[int, bytes]:
        """Hashes of the buckets with these numbers."""
        wanted = list(numbers)
        pages = self._again({tree.pages[n // PAGE] for n in wanted})
        return {n: pages[tree.pages[n // PAGE]][16 * (n % PAGE) : 16 * (n % PAGE) + 16] for n in wanted}

    def overlay(self, tree: Tree | None, changes: Iterable[Entry], rows: int) -> bytes:
        """The root of the map in which each change stands over the tree's entry; `rows` is what it will hold.

        Changes come sorted by place. Everything is durable on return.
        """
        bits = bits_for(rows)
        if tree is not None and tree.bits == bits:
            pages = self._edited(tree, changes)
        else:
            pages = self._written(_merged(self.entries(tree), changes) if tree else changes, bits)
        root = self._put(b"rowsmith.root", bytes([bits]) + b"".join(pages))
        self.flush()
        failpoint("versions.nodes.after")
        return root

    def _edited(self, tree: Tree, changes: Iterable[Entry]) -> list[bytes]:
        pages = list(tree.pages)
        for page, of_page in groupby(changes, key=_numbered(tree.bits, PAGE)):
            names = list(cut(self._again([pages[page]])[pages[page]]))
            by_bucket = [(n % PAGE, list(group)) for n, group in groupby(of_page, key=_numbered(tree.bits, 1))]
            bodies = self._again(names[n] for n, _ in by_bucket)
            for n, group in by_bucket:
                names[n] = self._put(b"rowsmith.bucket", changed(bodies[names[n]], group))
            pages[page] = self._put(b"rowsmith.page", b"".join(names))
        return pages

    def _written(self, entries: Iterable[Entry], bits: int) -> list[bytes]:
        groups = groupby(entries, key=_numbered(bits, 1))
        pages, names = [], []
        n, group = next(groups, (1 << bits, ()))
        for bucket in range(1 << bits):
            names.append(self._put(b"rowsmith.bucket", encode(group if bucket == n else ())))
            if bucket == n:
                n, group = next(groups, (1 << bits, ()))
            if len(names) == PAGE or bucket + 1 == 1 << bits:
                pages.append(self._put(b"rowsmith.page", b"".join(names)))
                names = []
        return pages

    def _put(self, tag: bytes, body: bytes) -> bytes:
        name = tagged(tag, body)
        if name not in self._pending:
            self._pending[name] = body
            self._size += len(body) + 100
        if self._size >= _PENDING:
            self.flush()
        return name

    def flush(self) -> None:
        """Make the nodes written so far durable. Sorted, so that two writers on PostgreSQL never wait for each other in a circle."""
        if self._pending:
            with self._db.write() as conn:
                many(conn, _PUT, sorted(self._pending.items()))
        self._pending, self._size = {}, 0


def cut(names: bytes) -> tuple[bytes, ...]:
    """Joined hashes, one by one."""
    return tuple(names[at : at + 16] for at in range(0, len(names), 16))


def _numbered(bits: int, page: int) -> Callable[[Entry], int]:
    return lambda entry: bucket_of(entry.place, bits) // page


def _merged(old: Iterable[Entry], changes: Iterable[Entry]) -> Iterator[Entry]:
    """Both, by place; where both have a row, the change stands."""
    sides = merge(((e.place, 1, e) for e in old), ((e.place, 0, e) for e in changes))
    last = b""
    for place, old_side, entry in sides:
        if old_side and place == last:
            continue
        last = place
        if entry.data:
            yield entry
