"""The most different rows: farthest-first traversal over sketches of their texts.

Method: Gonzalez, "Clustering to minimize the maximum intercluster distance" (1985): begin with one row, then always take the one that is
farthest from all that are chosen; no choice of so many rows keeps them more than twice as far apart (Ravi, Rosenkrantz and Tayi, 1994).
Distance is that of 1-bit MinHash sketches of 256 bits (Li and König, "b-Bit minwise hashing", WWW 2010): the share of different bits is
half of the share of shingles that two texts do not have in common, to within about 0.06 (two standard errors).

Cost: as many comparisons of 0.2 us as rows chosen times rows looked at, so the rows looked at are a random pool of COMPARISONS / n of
them: at most POOL, and at least twice as many as are wanted. Memory: some 250 bytes for each row of the pool.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from rowsmith.steps.likeness import SHINGLE
from rowsmith.steps.shingles import shingles

BITS = 256
COMPARISONS = 200_000_000
POOL = 200_000
MOST = 10_000
"""Most rows that can be chosen so."""
_BLOCK = 256
_ODD = bytes(48 + (code & 1) for code in range(256))


def pool_size(n: int) -> int:
    """How many rows are looked at for a choice of `n`."""
    return max(2 * n, min(POOL, COMPARISONS // max(n, 1)))


def sketches(texts: Iterator[str]) -> Iterator[int]:
    """The sketch of each text, an integer of 256 bits; 0 for a text without words."""
    from rensa import RMinHash

    block: list[list[str]] = []
    for text in texts:
        block.append(shingles(text, SHINGLE))
        if len(block) == _BLOCK:
            yield from _signed(RMinHash, block)
            block = []
    yield from _signed(RMinHash, block)


def _signed(signer: type, block: Sequence[list[str]]) -> Iterator[int]:
    if not block:
        return
    hashes, ends = array("Q"), array("Q", [0])
    for found in signer.hash_token_sets(block):  # type: ignore[attr-defined]
        hashes.fromlist(found)
        ends.append(len(hashes))
    signed = signer.digest_matrix_from_flat_token_hashes(hashes, ends, BITS, 1)  # type: ignore[attr-defined]
    for row, words in zip(signed.to_rows(), block, strict=True):
        yield int(array("I", row).tobytes()[::4].translate(_ODD), 2) if words else 0


def farthest(points: Sequence[int], n: int) -> list[int]:
    """Positions of `n` sketches that are far apart, in the order of their choice; the first one begins, the earlier wins a tie."""
    if not points or n < 1:
        return []
    chosen = [0]
    distances = [(points[0] ^ point).bit_count() for point in points]
    distances[0] = -1
    while len(chosen) < min(n, len(points)):
        at = distances.index(max(distances))
        new = points[at]
        chosen.append(at)
        distances = [near if near < (far := (new ^ point).bit_count()) else far for near, point in zip(distances, points, strict=True)]
        distances[at] = -1
    return chosen
