"""Vectors of texts without a model: words and character n-grams, hashed into a fixed number of signed places.

The hashing trick: Weinberger, Dasgupta, Langford, Smola and Attenberg, "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
Each feature adds +1 or -1, by a bit of its hash, to the place that the hash names, so that collisions cancel out on average.

What it is worth: it sees spelling, not meaning. Texts that share words and word parts are near (copies, edits, inflections, typing errors);
a paraphrase in other words is as far as anything else, and so is a translation.
"""

from __future__ import annotations

import re
import unicodedata
from math import sqrt
from zlib import crc32

from rowsmith.llm.vectors import packed

DIMENSIONS = 512
GRAMS = (3, 4, 5)
"""Lengths of the character n-grams, which are taken within words, their edges marked."""
VERSION = "hashing-1"
"""Changes with whatever changes a vector."""
_WORD = re.compile(r"\w+|[^\w\s]")


def vector(text: str, dimensions: int = DIMENSIONS) -> tuple[bytes, int]:
    """The vector of length 1 (all 0 for a text without a visible character), as float32, and the number of words."""
    places = [0] * dimensions
    words: list[str] = _WORD.findall(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    for word in words:
        _add(places, word)
        marked = f"<{word}>"
        for length in GRAMS:
            for start in range(len(marked) - length + 1):
                _add(places, marked[start : start + length])
    norm = sqrt(sum(place * place for place in places))
    return packed([place / norm if norm else 0.0 for place in places]), len(words)


def _add(places: list[int], feature: str) -> None:
    # A checksum alone spreads poorly over few places: a multiplication mixes its bits (Knuth, TAOCP 3, 6.4).
    code = (crc32(feature.encode("utf-8", "surrogatepass")) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    places[(code >> 32) % len(places)] += 1 if code >> 63 else -1
