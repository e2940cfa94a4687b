"""How much texts repeat each other's words: distinct-n, self-BLEU and the likeness of their wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from math import exp, log, sqrt
from operator import mul

Words = Sequence[str]
GRAMS = (1, 2, 3)
BLEU = 4


def grams(words: Words, n: int) -> list[tuple[str, ...]]:
    """Every run of n neighbouring words."""
    return list(zip(*(words[start:] for start in range(n)), strict=False))


def distinct(texts: Sequence[Words], n: int) -> float:
    """The share of the runs of n words within texts that are different ones (Li et al., "A Diversity-Promoting Objective Function for Neural
    Conversation Models", arXiv 1510.03055); a shorter text counts as a whole. It falls with the number of words: compare equal numbers."""
    found = [gram for words in texts if words for gram in grams(words, n) or [tuple(words)]]
    return len(set(found)) / len(found) if found else 1.0


def self_bleu(texts: Sequence[Words]) -> float:
    """The mean BLEU-4 of each text against all others (Zhu et al., "Texygen", arXiv 1802.01886): 0 where none has words of another, 1 where each is
    said twice. Runs of a length of which none is found count as half a one; a text shorter than four words is measured up to its own length."""
    if len(texts) < 2:
        return 0.0
    counts = [[Counter(grams(words, n)) for words in texts] for n in range(1, BLEU + 1)]
    most = [_two_largest(each) for each in counts]
    lengths = sorted(len(words) for words in texts)
    return sum(_bleu(place, texts, counts, most, lengths) for place in range(len(texts))) / len(texts)


def _two_largest(counts: Sequence[Counter[tuple[str, ...]]]) -> dict[tuple[str, ...], tuple[int, int, int]]:
    """For each run: the greatest number of times that a text has it, which text, and the greatest of the other texts."""
    found: dict[tuple[str, ...], tuple[int, int, int]] = {}
    for place, count in enumerate(counts):
        for gram, times in count.items():
            first, where, second = found.get(gram, (0, -1, 0))
            found[gram] = (times, place, first) if times > first else (first, where, max(second, times))
    return found


def _bleu(place: int, texts: Sequence[Words], counts: list[list[Counter[tuple[str, ...]]]], most: list[dict[tuple[str, ...], tuple[int, int, int]]],
          lengths: list[int]) -> float:  # fmt: skip
    length = len(texts[place])
    orders = min(BLEU, length)
    if not orders:
        return 0.0
    total = 0.0
    for n in range(orders):
        clipped = 0
        for gram, times in counts[n][place].items():
            first, where, second = most[n][gram]
            clipped += min(times, second if where == place else first)
        if not clipped and n == 0:
            return 0.0
        total += log((clipped or 0.5) / (length - n))
    others = list(lengths)
    others.remove(length)
    nearest = min(others, key=lambda other: (abs(other - length), other))
    return exp(total / orders) * (1.0 if length >= nearest else exp(1 - nearest / length))


def wordings(texts: Sequence[Words]) -> list[list[float]]:
    """How alike the wording of texts is: the cosine of their words, each weighted by how few of the texts have it."""
    counts = [Counter(words) for words in texts]
    having = Counter(word for count in counts for word in count)
    weighed = [{word: (1 + log(times)) * (1 + log(len(texts) / having[word])) for word, times in count.items()} for count in counts]
    norms = [sqrt(sum(weight * weight for weight in one.values())) or 1.0 for one in weighed]
    found = [[0.0] * len(texts) for _ in texts]
    for place, one in enumerate(weighed):
        found[place][place] = 1.0
        for other in range(place):
            less, more = (one, weighed[other]) if len(one) < len(weighed[other]) else (weighed[other], one)
            both = sum(map(mul, less.values(), map(more.get, less, repeat(0.0))))
            found[place][other] = found[other][place] = both / (norms[place] * norms[other])
    return found
