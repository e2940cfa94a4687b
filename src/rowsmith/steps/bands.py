"""MinHash signatures of many texts, cut into bands and kept in scratch files; texts that agree in a band are candidates.

Method: Broder, "On the resemblance and containment of documents" (1997), for the signatures; Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3, for the bands. Memory does not grow with the signatures: they are written as they come, and the bands are
read back one at a time.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import ne
from pathlib import Path
from struct import Struct
from tempfile import TemporaryFile

BLOCK = 256
"""Texts signed at once. Small on purpose: the numbers of a block stay in the processor's cache."""
WAITING = 2**18
"""Most shingles that wait to be signed: long documents are signed a few at a time."""
PASS = 2**22
"""Most keys of a band that are held in memory at once; more of them are matched in several passes."""
READ = 65_536
"""Texts whose buckets are read back at once."""
MEMBERS = 64
"""Most texts of one bucket that later ones are compared with."""
TRIES = 64
"""Most earlier texts that one text is compared with: those that share most bands with it."""


class Bands:
    """Holds texts by number, in the order in which they are added: their shingles' hashes and their signatures.

    Use: `add` every text, then `match` once, then `shared` and `shingles`.
    """

    def __init__(self, folder: Path, permutations: int, bands: int, seed: int, *, block: int = BLOCK, most: int = PASS, read: int = READ) -> None:
        self.count = 0
        self._permutations, self._bands, self._seed = permutations, bands, seed
        self._block, self._most, self._read = block, most, read
        self._hashes, self._keys, self._buckets = (TemporaryFile(dir=folder) for _ in range(3))  # noqa: SIM115 (see close)
        self._ends = array("Q", [0])
        self._waiting: list[list[str]] = []
        self._held = 0
        self._shared = bytearray()
        self._cut = Struct(f"{permutations // bands * 4}s" * bands)

    def close(self) -> None:
        """Give the scratch files back."""
        for file in (self._hashes, self._keys, self._buckets):
            file.close()

    def add(self, shingles: list[str]) -> None:
        """One more text, as its shingles; one without any is never a candidate."""
        self._waiting.append(shingles)
        self._held += len(shingles)
        self.count += 1
        if len(self._waiting) == self._block or self._held >= WAITING:
            self._sign()

    def _sign(self) -> None:
        from rensa import RMinHash

        hashes, ends = array("Q"), array("Q", [0])
        for found in RMinHash.hash_token_sets(self._waiting):
            hashes.fromlist(found)
            ends.append(len(hashes))
        signed = RMinHash.digest_matrix_from_flat_token_hashes(hashes, ends, self._permutations, self._seed)
        before = self._ends[-1]
        self._ends.extend(before + end for end in ends[1:])
        hashes.tofile(self._hashes)
        self._write_keys(signed.to_rows())
        self._waiting.clear()
        self._held = 0

    def _write_keys(self, rows: list[list[int]]) -> None:
        keys = array("q")
        for row in rows:
            # A band's key is the hash of its part of the signature. It differs from process to process, and only equality counts.
            keys.extend(map(hash, self._cut.unpack(array("I", row))))
        view = memoryview(keys)
        for band in range(self._bands):
            self._keys.write(view[band :: self._bands].tobytes())

    def match(self) -> int:
        """Find the texts that agree in a band: they share a bucket. Returns the number of the last bucket; they count from 1."""
        if self._waiting:
            self._sign()
        self._hashes.flush()
        self._shared = bytearray(self.count)
        last = 0
        for band in range(self._bands):
            buckets = array("I", bytes(4 * self.count))
            keys = self._read_keys(band)
            passes = -(-self.count // self._most)
            for part in range(passes):
                last = self._fill(buckets, keys, last, part, passes)
            buckets.tofile(self._buckets)
        return last

    def _read_keys(self, band: int) -> list[int]:
        keys = array("q")
        for start in range(0, self.count, self._block):
            rows = min(self._block, self.count - start)
            self._keys.seek(8 * (start * self._bands + band * rows))
            keys.frombytes(self._keys.read(8 * rows))
        return keys.tolist()

    def _fill(self, buckets: array[int], keys: list[int], last: int, part: int, passes: int) -> int:
        numbers: Sequence[int] = range(len(keys))
        if passes > 1:
            numbers = [number for number, key in enumerate(keys) if key % passes == part]
            keys = list(map(keys.__getitem__, numbers))
        final = dict(zip(keys, numbers, strict=True))  # the last text of each key
        ends = list(map(final.__getitem__, keys))
        for number, end in compress(zip(numbers, ends, strict=True), map(ne, numbers, ends)):
            if not buckets[end]:
                last += 1
                buckets[end] = last
                self._shared[end] = 1
            buckets[number] = buckets[end]
            self._shared[number] = 1
        return last

    def shared(self) -> Iterator[tuple[int, list[int]]]:
        """After `match`, in order: the number of each text that shares a bucket, and its buckets."""
        for start in range(0, self.count, self._read):
            rows = min(self._read, self.count - start)
            columns = [self._read_buckets(band, start, rows) for band in range(self._bands)]
            flags = self._shared[start : start + rows]
            at = flags.find(1)
            while at >= 0:
                number = start + at
                if self._ends[number + 1] > self._ends[number]:
                    yield number, [bucket for column in columns if (bucket := column[at])]
                at = flags.find(1, at + 1)

    def _read_buckets(self, band: int, start: int, rows: int) -> array[int]:
        self._buckets.seek(4 * (band * self.count + start))
        found = array("I")
        found.frombytes(self._buckets.read(4 * rows))
        return found

    def shingles(self, number: int) -> set[int]:
        """The hashes (64 bits) of a text's shingles."""
        start, end = self._ends[number], self._ends[number + 1]
        found = array("Q")
        found.frombytes(os.pread(self._hashes.fileno(), 8 * (end - start), 8 * start))
        return set(found)


def jaccard(one: set[int], other: set[int]) -> float:
    """The share of the shingles of both that both have."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


class Members:
    """The texts of each bucket that later ones are compared with, MEMBERS of them at most, or (`part_of`) so many of each part. 8 bytes for each
    of them and 5 for each bucket. `left_out` counts the comparisons that MEMBERS and TRIES have spared, as far as they are known."""

    def __init__(self, buckets: int, part_of: Sequence[int] | None = None) -> None:
        self._part_of = part_of
        self._head = array("I", bytes(4 * (buckets + 1)))  # where the bucket's last text stands in the two below, counted from 1
        self._size = bytearray(buckets + 1)
        self._number, self._before = array("I"), array("I")
        self.left_out = 0

    def join(self, number: int, inside: list[int]) -> None:
        """The text is in these buckets."""
        for bucket in inside:
            if self._full(bucket, number):
                self.left_out += 1
                continue
            self._number.append(number)
            self._before.append(self._head[bucket])
            self._head[bucket] = len(self._number)
            self._size[bucket] = min(self._size[bucket] + 1, MEMBERS)

    def _full(self, bucket: int, number: int) -> bool:
        if self._size[bucket] < MEMBERS:
            return False
        part_of = self._part_of
        return part_of is None or sum(part_of[one] == part_of[number] for one in self._of(bucket)) >= MEMBERS

    def _of(self, bucket: int) -> Iterator[int]:
        at = self._head[bucket]
        while at:
            yield self._number[at - 1]
            at = self._before[at - 1]

    def near(self, inside: list[int], part: int | None = None) -> list[int]:
        """The texts that share buckets, but those of this part; those that share most first, at most TRIES."""
        counts: dict[int, int] = {}
        head, numbers, before, part_of = self._head, self._number, self._before, self._part_of
        for bucket in inside:
            at = head[bucket]
            while at:
                number = numbers[at - 1]
                at = before[at - 1]
                if part_of is None or part_of[number] != part:
                    counts[number] = counts.get(number, 0) + 1
        if len(counts) > TRIES:
            self.left_out += len(counts) - TRIES
        return sorted(counts, key=lambda number: (-counts[number], number))[:TRIES]
