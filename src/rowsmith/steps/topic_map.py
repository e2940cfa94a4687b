"""The topics of texts: groups by k-means on the sphere, named by the words that set them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import dist, exp, inf, log, sqrt
from operator import add, mul
from random import Random
from typing import Any
from zlib import crc32

from rowsmith.steps.vectors import centred, total

MOST = 12
"""Most topics."""
ROWS_EACH = 20
"""Fewest rows for each topic, on average."""
LOOKED_AT = 1000
"""Texts that are looked at, at most."""
ROUNDS = 12
PLACES = 256
NAMED = 6
"""Words that name a topic."""
_SLACK = 1e-9
"""More than the rounding of a product of two vectors of length 1."""
SHORT = 4
"""Letters of a word below which it names nothing."""


def topics(texts: Sequence[Sequence[str]], vectors: Sequence[Sequence[float]], seed: int) -> dict[str, Any]:
    """Of texts, as words, and their embeddings, or else their words hashed: `count` of topics that hold any, `effective` (the exponential of the
    entropy of their shares: their number where all are alike large), `largest` first as {share, rows, words}.

    Method: k-means on the sphere (Dhillon and Modha, 2001) with distant beginnings (Arthur and Vassilvitskii, "k-means++", 2007), k = n / 20 within
    1 and 12; vectors less their mean. Without embeddings the topics are of words, not of meaning."""
    return clustered(texts, vectors, seed)[0]


def clustered(
    texts: Sequence[Sequence[str]], vectors: Sequence[Sequence[float]], seed: int, *, most: int = MOST, each: int = ROWS_EACH
) -> tuple[dict[str, Any], list[int], list[list[float]]]:
    """The topics of the first 1,000 texts, the topic of each of these (its place among the `largest`), and the points by which they were told.
    `most` topics there are at most, and of `each` so many texts on average at least."""
    texts = texts[:LOOKED_AT]
    k = max(1, min(most, len(texts) // each))
    points = [_unit(vector) for vector in centred(vectors[:LOOKED_AT] if vectors else _hashed(texts))]
    places = _k_means(points, k, Random(seed))
    sizes = Counter(places)
    shares = [size / len(texts) for size in sizes.values()]
    having = Counter(word for words in texts for word in set(words))
    inside = {place: [words for words, at in zip(texts, places, strict=True) if at == place] for place in sizes}
    largest = [
        {"share": round(size / len(texts), 4), "rows": size, "words": _words(inside[place], having)}
        for place, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    rank = {place: at for at, (place, _) in enumerate(sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])))}
    told = {"count": len(sizes), "effective": round(exp(-sum(share * log(share) for share in shares)), 3), "largest": largest}
    return told, [rank[place] for place in places], points


def _hashed(texts: Sequence[Sequence[str]]) -> list[list[float]]:
    """Texts as vectors: their words, by how few texts have them, each in a place with a sign that its hash says."""
    having = Counter(word for words in texts for word in set(words))
    found = []
    for words in texts:
        vector = [0.0] * PLACES
        for word in set(words):
            code = crc32(word.encode("utf-8", "surrogatepass"))
            vector[code % PLACES] += (1 if code >> 31 else -1) * log(len(texts) / having[word] + 1e-9) if having[word] > 1 else 0.0
        found.append(vector)
    return found


def _unit(vector: Sequence[float]) -> list[float]:
    norm = sqrt(sum(map(mul, vector, vector)))
    return [number / norm for number in vector] if norm else list(vector)


def _k_means(points: Sequence[list[float]], k: int, chance: Random) -> list[int]:
    centres = _beginnings(points, k, chance)
    near = [_Near(point, len(centres)) for point in points]
    places: list[int] = []
    moved = [0.0] * len(centres)
    for _ in range(ROUNDS):
        now = [one.nearest(centres, moved) for one in near]
        if now == places:
            break
        places = now
        for place, before in enumerate(centres):
            if inside := [point for point, at in zip(points, places, strict=True) if at == place]:
                centres[place] = _unit(total(inside))
            moved[place] = dist(before, centres[place])
    return places


class _Near:
    """A point, and by centre the most that its product with it can be: what it was when last looked at, and how far the centre has moved since.
    A centre that cannot be the nearest is not looked at (Elkan, "Using the Triangle Inequality to Accelerate k-Means", ICML 2003)."""

    __slots__ = ("at", "most", "point")

    def __init__(self, point: list[float], centres: int) -> None:
        self.point, self.at, self.most = point, 0, [inf] * centres

    def nearest(self, centres: Sequence[list[float]], moved: Sequence[float]) -> int:
        """The place of the nearest centre, of equal ones the first; `moved`: how far each is from where it was the last time."""
        self.most = most = list(map(add, self.most, moved))
        most[self.at] = best = sum(map(mul, self.point, centres[self.at]))
        for place in range(len(centres)):
            if place != self.at and most[place] + _SLACK > best:
                most[place] = product = sum(map(mul, self.point, centres[place]))
                if product > best or (product == best and place < self.at):
                    self.at, best = place, product
        return self.at


def _beginnings(points: Sequence[list[float]], k: int, chance: Random) -> list[list[float]]:
    centres = [points[0]]
    far = [max(0.0, 1 - sum(map(mul, point, centres[0]))) for point in points]
    while len(centres) < k and sum(far) > 1e-9:
        centres.append(points[chance.choices(range(len(points)), far)[0]])
        far = [min(one, max(0.0, 1 - sum(map(mul, point, centres[-1])))) for one, point in zip(far, points, strict=True)]
    return centres


def _words(texts: Sequence[Sequence[str]], having: Counter[str]) -> list[str]:
    """The words that more of these texts have than of the others: by how many have it here, times the share of all that do which is here."""
    here = Counter(word for words in texts for word in set(words) if len(word) >= SHORT or not word.isascii())
    weighed = {word: count * count / having[word] for word, count in here.items() if count > 1}
    return sorted(weighed, key=lambda word: (-weighed[word], word))[:NAMED]
