"""Spans of a text packed into chunks: as many as fit, none above the size, small ones joined, and each begun earlier by an overlap.

Spans are [start, end) in characters, in order, without space at their ends. Sizes are in tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from rowsmith.core.spans import Span, trimmed
from rowsmith.core.tokens import Measured
from rowsmith.steps.sentences import sentences

V = TypeVar("V")

_CHARACTERS_A_TOKEN = 12
"""More than the tokens of running text have on average: how far back an overlap is looked for."""
_WORD = re.compile(r"(?<!\S)\S|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def divided(of: Measured, span: Span, size: int) -> list[Span]:
    """The span in pieces that fit: cut at paragraph, line, sentence or word ends, and within a word where it is longer than the size."""
    start, end = trimmed(of.text, *span)
    if start == end or of.fits(start, end, size):
        return [(start, end)] if start < end else []
    return [(start + place, start + place + len(chunk)) for place, chunk in of.splitter(size).chunk_indices(of.text[start:end])]


def filled(of: Measured, units: Iterable[Span], size: int) -> list[Span]:
    """The units, as many in a chunk as fit; one that is too long alone is divided, and its end goes on with what follows."""
    found: list[Span] = []
    for unit in units:
        for start, end in divided(of, unit, size):
            if found and of.fits(found[-1][0], end, size):
                found[-1] = found[-1][0], end
            else:
                found.append((start, end))
    return found


def joined(of: Measured, spans: Iterable[Span], min_size: int, size: int) -> list[Span]:
    """Neighbours of which one has fewer than `min_size` tokens, together where both fit."""
    found: list[Span] = []
    for start, end in spans:
        small = found and (of.count(start, end) < min_size or of.count(*found[-1]) < min_size)
        if small and of.fits(found[-1][0], end, size):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def merged(
    of: Measured, spans: Iterable[Span], vectors: Iterable[V], like: Callable[[V, V], float], plus: Callable[[V, V], V], least: float, size: int
) -> list[Span]:
    """Neighbours that are at least so alike, together where both fit. `vectors`: what is compared of each span; merged ones are compared by the
    sum."""
    found: list[tuple[Span, V]] = []
    for (start, end), own in zip(spans, vectors, strict=True):
        (begin, _), before = found[-1] if found else ((end, end), own)
        if found and of.fits(begin, end, size) and like(before, own) >= least:
            found[-1] = (begin, end), plus(before, own)
        else:
            found.append(((start, end), own))
    return [span for span, _ in found]


def evened(of: Measured, spans: Iterable[Span], min_size: int, size: int) -> list[Span]:
    """`joined`, and what is still too small takes whole sentences, or words, from the end of the chunk before, which must have enough."""
    found = joined(of, spans, min_size, size)
    for number, ((start, _), (begin, end)) in enumerate(pairwise(found), 1):
        start = found[number - 1][0]
        if of.count(begin, end) >= min_size:
            continue
        back = max(start, begin - min_size * _CHARACTERS_A_TOKEN)
        for places in (_sentence_starts(of.text, back, begin), _word_starts(of.text, back, begin)):
            place = next((at for at in reversed(places) if of.count(at, end) >= min_size), begin)
            if start < place < begin and of.fits(place, end, size) and of.count(start, place) >= min_size:
                found[number - 1], found[number] = trimmed(of.text, start, place), (place, end)
                break
    return found


def overlapping(of: Measured, spans: Sequence[Span], overlap: int, size: int) -> list[Span]:
    """Each chunk but the first begun up to `overlap` tokens earlier, where a sentence begins or, if that gives little, a word; never before the
    chunk before begins."""
    return [*spans[:1], *((_begun(of, before[0], span, overlap, size), span[1]) for before, span in pairwise(spans))] if overlap else list(spans)


def _begun(of: Measured, before: int, span: Span, overlap: int, size: int) -> int:
    start, end = span
    most = min(overlap, size - of.count(start, end))
    if most < 1:
        return start
    back = max(before, start - most * _CHARACTERS_A_TOKEN)
    found = start
    for places in (_sentence_starts(of.text, back, start), _word_starts(of.text, back, start)):
        place = places[bisect_left(places, -most, key=lambda at: -of.count(at, start))] if places and of.count(places[-1], start) <= most else start
        while place < start and not of.fits(place, end, size):
            place = next((at for at in places if at > place), start)
        found = min(found, place)
        if of.count(found, start) * 2 >= most:
            break
    return found


def _sentence_starts(text: str, start: int, end: int) -> list[int]:
    """Where sentences begin; not at the start, which may be within one."""
    return [at for at, _ in sentences(text, start, end) if at > start]


def _word_starts(text: str, start: int, end: int) -> list[int]:
    return [found.start() for found in _WORD.finditer(text, start, end)]
