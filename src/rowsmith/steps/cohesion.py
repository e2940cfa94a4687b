"""Lexical cohesion: what the words of a text alone tell of its subjects. Words whose first five letters are the same count as one; Chinese and
Japanese give their characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import inf, log, sqrt

from rowsmith.core.spans import Span
from rowsmith.core.tokens import Measured
from rowsmith.steps.packing import merged
from rowsmith.steps.shingles import words

STEM = 5
"""Letters that stand for a word, in place of a stemmer for each language."""
REACH = 128
"""Most stretches of one part: it bounds the time."""
_APART = re.compile(r"[!-/:-@\[-`{-~]+|([\u3040-\u30ff\u3400-\u9fff])")
"""Marks between words, and characters that are taken for one each."""


def stems(text: str) -> Counter[str]:
    """How often each word stands in the text; of code each part of a name.

    >>> stems("Cutting, cutter_of(cuttings)")
    Counter({'cutti': 2, 'cutte': 1, 'of': 1})
    """
    return Counter(word[:STEM] for word in words(_APART.sub(r" \1 ", text)))


def subjects(stretches: Sequence[Mapping[str, int]], fits: Callable[[int, int], bool]) -> list[Span]:
    """The most probable parts of a text, stretches [first, last), of which each has its own subject.

    A part's words are taken for draws from a distribution of its own, told with Laplace's rule: of n_part words, each that stands f times in the part
    costs -log((f + 1) / (n_part + k)) every time, for the k different words of the text, and each part costs log n for the n words of the text. The
    cheapest division is found; it takes no training, no threshold and no number of parts (Utiyama and Isahara, "A Statistical Model for
    Domain-Independent Text Segmentation", ACL 2001).

    Args:
        stretches: how often each word stands in each; between two of them the text may be cut.
        fits: whether stretches [first, last) may be one part; one alone always is. When some do not, longer ones from the same first do not either.
    """
    sizes = [sum(stretch.values()) for stretch in stretches]
    different, change = max(1, len(set[str]().union(*stretches))), log(max(1, sum(sizes)))
    cheapest, begins = [0.0] + [inf] * len(stretches), [0] * (len(stretches) + 1)
    for first in range(len(stretches)):
        seen: Counter[str] = Counter()
        size, drawn = 0, 0.0
        for last in range(first + 1, min(len(stretches), first + REACH) + 1):
            if last > first + 1 and not fits(first, last):
                break
            for word, times in stretches[last - 1].items():
                before = seen[word]
                seen[word] = now = before + times
                drawn += now * log(now + 1) - before * log(before + 1)
            size += sizes[last - 1]
            cost = cheapest[first] + size * log(size + different) - drawn + change
            if cost < cheapest[last]:
                cheapest[last], begins[last] = cost, first
    cuts = [len(stretches)]
    while cuts[-1]:
        cuts.append(begins[cuts[-1]])
    return list(pairwise(reversed(cuts)))


def alike(of: Measured, spans: Sequence[Span], least: float | None, size: int, said: Callable[[str], str] = str) -> list[Span]:
    """The spans, neighbours of which the words are at least so alike merged where both fit into `size`; as they are without a `least`.

    Likeness is the cosine of word counts, each weighted by log(1 + n / n_word) for the n_word of the n spans that have the word. `said`: what a text
    says, without markup.
    """
    if least is None:
        return list(spans)
    counts = [stems(said(of.text[start:end])) for start, end in spans]
    among = Counter(word for count in counts for word in count)
    weights = {word: log(1 + len(counts) / number) for word, number in among.items()}
    vectors = [{word: times * weights[word] for word, times in count.items()} for count in counts]
    return merged(of, spans, vectors, _cosine, _sum, least, size)


Weighed = Mapping[str, float]


def _cosine(one: Weighed, two: Weighed) -> float:
    few, many = sorted((one, two), key=len)
    norms = sqrt(sum(weight * weight for weight in one.values())) * sqrt(sum(weight * weight for weight in two.values()))
    return sum(weight * many.get(word, 0.0) for word, weight in few.items()) / norms if norms else 0.0


def _sum(one: Weighed, two: Weighed) -> dict[str, float]:
    return {word: one.get(word, 0.0) + two.get(word, 0.0) for word in {**one, **two}}
