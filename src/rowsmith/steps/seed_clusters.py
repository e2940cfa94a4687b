"""The clusters that seeds lie in: topic x complexity x style, the share of each, and in which of them another row lies.

Topics are told by meaning: k-means over embeddings (steps.topic_map), as many as part the seeds best (the simplified silhouette: Rousseeuw,
"Silhouettes", 1987; Wang et al., "An analysis of the application of simplified silhouette to the evaluation of k-means clustering validity", 2017); a
row is of the topic whose centre is nearest. Complexity and style are told by counts, whatever the language: words of question and answer, sentences,
lines of a list. After the seed expansion of synth-dataset-kit, whose rules for complexity these are; there style goes by English words, and topics by
a running centroid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul
from typing import Any

from rowsmith.core.row import Json
from rowsmith.core.said import said
from rowsmith.core.words import words
from rowsmith.steps.sentences import sentences
from rowsmith.steps.topic_map import LOOKED_AT, clustered
from rowsmith.steps.vectors import cosine, total

EACH = 4
"""Fewest seeds for each topic, on average."""
BEGINNINGS, TRIED = 12, 480
"""Most beginnings of k-means for each number of topics; of many seeds fewer."""
PARTED = 0.1
"""Silhouette above which seeds are parted at all."""
OUTSIDE = "outside"
"""Where a row lies that is near no topic of the seeds."""
HARD, MEDIUM = (80, 22, 55), (35, 10, 24)
"""Words of question and answer together, of the question, and of the answer, from one of which on a row is hard, or medium."""
DETAILED_WORDS, DETAILED_SENTENCES, LIST_LINES = 50, 3, 2
_ITEM = re.compile(r"^\s*(?:[-*\u2022]|\d+[.)])\s+\S", re.MULTILINE)
Data = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Seeds that are alike: their numbers, their share of all, and how many words their questions and answers have: 6 to 9."""

    topic: str
    complexity: str
    style: str
    share: float
    seeds: tuple[int, ...]
    question_words: str
    answer_words: str

    @property
    def name(self) -> str:
        """What it is called: `refund, parcel / medium / concise`."""
        return f"{self.topic} / {self.complexity} / {self.style}"


def asked_and_answered(data: Data) -> tuple[str, str]:
    """What a row asks, and what it answers; a row that does neither says something."""
    asked, answered = said(data, "question"), said(data, "answer")
    return (asked, answered) if asked or answered else ("", said(data))


def question(data: Data) -> str:
    """What a row asks; of one that asks nothing, what it says."""
    asked, answered = asked_and_answered(data)
    return asked or answered


def complexity(data: Data) -> str:
    """easy, medium or hard."""
    asked, answered = (len(words(text)) for text in asked_and_answered(data))
    counts = (asked + answered, asked, answered)
    return next((name for name, bounds in (("hard", HARD), ("medium", MEDIUM)) if any(map(int.__ge__, counts, bounds))), "easy")


def style(data: Data) -> str:
    """list, detailed or concise: how the answer is written."""
    _, answer = asked_and_answered(data)
    if len(_ITEM.findall(answer)) >= LIST_LINES:
        return "list"
    many = len(words(answer)) >= DETAILED_WORDS or sum(1 for _ in sentences(answer, 0, len(answer))) >= DETAILED_SENTENCES
    return "detailed" if many else "concise"


class Clusters:
    """The clusters of seeds, of which there is one at least; of more than 1,000 those of the first. `vectors` are those of all that a seed says,
    `asked` those of its question; `topics` is how many there are at most."""

    def __init__(self, seeds: Sequence[Data], vectors: Sequence[Sequence[float]], asked: Sequence[Sequence[float]], topics: int) -> None:
        self._asked = asked
        self.seeds = seeds = seeds[:LOOKED_AT]
        self._mean = [number / len(seeds) for number in total(vectors[:LOOKED_AT])]
        told, places, self._centres = _parted([words(said(data)) for data in seeds], vectors, topics)
        self._topics = _named([", ".join(one["words"][:2]) for one in told["largest"]])
        lying: dict[tuple[int, str, str], list[int]] = {}
        for number, (data, topic) in enumerate(zip(seeds, places, strict=True)):
            lying.setdefault((topic, complexity(data), style(data)), []).append(number)
        found = [self._cluster(*key, numbers) for key, numbers in lying.items()]
        self.all = sorted(found, key=lambda one: (-one.share, one.name))

    def _cluster(self, topic: int, hard: str, how: str, numbers: list[int]) -> Cluster:
        counts = [[len(words(text)) for text in asked_and_answered(self.seeds[number])] for number in numbers]
        asked, answered = (f"{min(one)} to {max(one)}" if min(one) < max(one) else str(max(one)) for one in zip(*counts, strict=True))
        return Cluster(self._topics[topic], hard, how, len(numbers) / len(self.seeds), tuple(numbers), asked, answered)

    def at(self, data: Data, vector: Sequence[float], asked: Sequence[float], least: float) -> dict[str, Json]:
        """Where a row lies: {at, topic, complexity, style, near, seed}. `near` is the cosine to the centre of its topic, less what all seeds have in
        common; below `least` it is outside. Of seeds of one topic, all rows are near. `seed` is the cosine of its question and the nearest
        seed's."""
        point = _unit([own - common for own, common in zip(vector, self._mean, strict=True)])
        near = [sum(map(mul, point, centre)) for centre in self._centres] if len(self._centres) > 1 else [1.0]
        best = max(range(len(near)), key=lambda topic: (near[topic], -topic))
        topic = self._topics[best] if near[best] >= least else OUTSIDE
        hard, how = complexity(data), style(data)
        name = OUTSIDE if topic == OUTSIDE else f"{topic} / {hard} / {how}"
        return {"at": name, "topic": topic, "complexity": hard, "style": how, "near": round(near[best], 6),
                "seed": round(max(cosine(asked, one) for one in self._asked), 6)}  # fmt: skip


def _parted(
    texts: Sequence[list[str]], vectors: Sequence[Sequence[float]], topics: int
) -> tuple[dict[str, Any], list[int], list[list[float]]]:
    """The topics, that of each seed, and their centres: of all numbers of topics, and several beginnings of each, what parts the seeds best."""
    best, most = None, PARTED
    for count in range(2, max(1, min(topics, len(texts) // EACH)) + 1):
        for again in range(max(1, min(BEGINNINGS, TRIED // len(texts)))):
            told, places, points = clustered(texts, vectors, again, most=count, each=1)
            centres = [_unit(total(point for point, at in zip(points, places, strict=True) if at == topic)) for topic in range(told["count"])]
            if (found := _silhouette(points, places, centres)) > most:
                best, most = (told, places, centres), found
    if best is None:
        told, places, _ = clustered(texts, vectors, 0, most=1)
        return told, places, [[]]
    return best


def _silhouette(points: Sequence[Sequence[float]], places: Sequence[int], centres: Sequence[Sequence[float]]) -> float:
    """How much nearer points are to the centre of their own topic than to the next one, from -1 to 1."""
    each: list[float] = []
    for point, at in zip(points, places, strict=True):
        far = [1 - sum(map(mul, point, centre)) for centre in centres]
        own, other = far[at], min((one for topic, one in enumerate(far) if topic != at), default=0.0)
        each.append((other - own) / (max(own, other) or 1.0))
    return sum(each) / len(each)


def _named(topics: Sequence[str]) -> list[str]:
    """Names that differ: one without words, or with those of another, has its number."""
    return [name if name and topics.count(name) == 1 else f"{name or 'topic'} {number}" for number, name in enumerate(topics, 1)]


def _unit(vector: Sequence[float]) -> list[float]:
    norm = sqrt(sum(map(mul, vector, vector)))
    return [number / norm for number in vector] if norm else list(vector)
