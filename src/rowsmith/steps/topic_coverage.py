"""How rows spread over the topics that were asked for: which are covered, which thin, which missing, and which rows belong to none.

A row belongs, of the topics of one dimension, to the one that it says it is of (a column `path` or `topic`, or one called like the dimension); else
to the one that it is most like, if it is like it enough. By words, likeness is the share of the words of a topic that the row says, each weighed by
how few rows say it (Sparck Jones, "A statistical interpretation of term specificity", 1972), without English endings; by meanings, the cosine of the
embeddings of topic and row, between that of strangers (the lower quartile of all pairs of row and topic, which differs from model to model) and 1.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from operator import mul
from typing import Any

from rowsmith.core.row import Json, Row
from rowsmith.core.said import parts
from rowsmith.steps.placed import spoken
from rowsmith.steps.topic_tree import BETWEEN

SAID = 0.5
"""Share of a topic's words, weighed, from which on a row that says them belongs to it."""
ALIKE = 0.2
"""How far from strangers to equals the cosine of a row and a topic lies at least, where it belongs to the topic by its meaning."""
THIN = 1 / 3
"""Share of what each topic would have if all had alike, below which a topic is thin."""
SAMPLE = 2000
"""Most rows that are compared by meaning."""
FEW = 200
"""Rows by which it is told how alike strangers are, about."""
EXAMPLES = 3
_TEXT = 160
_ENDING = re.compile(r"(?<=\w{3})(?:ings?|ied|ies|es|ed|(?<!s)s|e|y)$")
_DOUBLE = re.compile(r"([b-df-hj-np-tv-z])\1$")
SHORT = 4
"""Letters below which a word that no row says is taken for one that only joins others."""
_READ = {"question": 0, "other": 1, "context": 2, "answer": 3, "rejected": 4}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Topics that rows are to be about: the paths of a tree, or of each attribute of a brief (a dimension) its values. `name`: where they are from;
    `subjects`: whether each dimension has to be said in words, as a topic is, while an attribute such as a tone may not be."""

    name: str
    dimensions: Mapping[str, Sequence[Path]]
    subjects: bool = True

    @property
    def paths(self) -> list[Path]:
        """All topics, in the order in which they were asked for."""
        return [path for paths in self.dimensions.values() for path in paths]


@dataclass(slots=True)
class _Topic:
    path: Path
    rows: int = 0
    examples: list[dict[str, Json]] = field(default_factory=list)


def topic_coverage(
    rows: Callable[[], Iterable[Row]], asked: Asked, *, vector: str = "", meanings: Mapping[Path, Sequence[float]] | None = None,
    name: Callable[[Row], Json] = lambda row: row.id,
) -> dict[str, Json]:  # fmt: skip
    """Where the rows belong, of topics that were asked for.

    Args:
        rows: gives the rows, each time anew; read twice.
        vector: column with the rows' embeddings; `meanings`: those of the topics. Without them, or where a row has none, by words.
        name: how a row is called in examples.

    Returns: `asked` (the name), `by` (words, meanings), `rows`, `measured`; `score` in [0, 1], the mean over the topics of their rows / the third
    of an even share, at most 1; `counts` {covered, thin, missing}; `topics`: {topic, state, rows, share, wanted, examples: [{row, text}]} in the
    order asked; `none`: {rows, share, examples}, rows that belong to no topic of any dimension; `findings`; `not_measured`: dimensions that no row
    says.
    """
    compare = _by_meaning(rows(), vector, meanings) if meanings and vector else None
    by = "words" if compare is None else "meanings"
    chosen: Callable[[Row, str, Sequence[Path]], Path | None] = compare or _by_words(rows(), asked)
    found = {dimension: {path: _Topic(path) for path in paths} for dimension, paths in asked.dimensions.items()}
    nowhere, measured, every = _Topic(()), 0, 0
    for row in rows():
        every += 1
        if not (text := _said(row)) or (by == "meanings" and measured >= SAMPLE):
            continue
        measured += 1
        at = [topics[path] for dimension, topics in found.items() if (path := _told(row, dimension, topics) or chosen(row, dimension, list(topics)))]
        for topic in at or [nowhere]:
            topic.rows += 1
            if len(topic.examples) < EXAMPLES:
                topic.examples.append({"row": name(row), "text": " ".join(text.split())[:_TEXT]})
    return _result(asked, by, every, measured, found, nowhere)


def _result(asked: Asked, by: str, every: int, measured: int, found: Mapping[str, Mapping[Path, _Topic]], nowhere: _Topic) -> dict[str, Json]:
    silent = [one for one, topics in found.items() if not asked.subjects and not any(topic.rows for topic in topics.values())]
    topics = [_state(topic, measured, len(of)) for dimension, of in found.items() if dimension not in silent for topic in of.values()]
    counts = Counter(one["state"] for one in topics)
    fix = "Give an embedder (rowsmith quality --embedder provider/name), or look at them by a judge: rowsmith steps score.judge."
    return {
        "asked": asked.name, "by": by, "rows": every, "measured": measured,
        "score": round(sum(min(1.0, one["rows"] / one["wanted"]) for one in topics) / len(topics), 4) if topics and measured else None,
        "counts": {state: counts[state] for state in ("covered", "thin", "missing")}, "topics": topics,
        "none": {"rows": nowhere.rows, "share": round(nowhere.rows / measured, 4) if measured else None, "examples": nowhere.examples},
        "findings": _findings(topics, nowhere.rows, measured),
        "not_measured": [{"check": "topics", "why": f"No row says a value of {one!r} in {by}.", "fix": fix} for one in silent],
    }  # fmt: skip


def _state(topic: _Topic, measured: int, of: int) -> dict[str, Any]:
    wanted = max(1.0, THIN * measured / of)
    state = "missing" if not topic.rows else "thin" if topic.rows < wanted else "covered"
    return {
        "topic": BETWEEN.join(topic.path), "state": state, "rows": topic.rows, "share": round(topic.rows / measured, 4) if measured else None,
        "wanted": round(wanted, 2), "examples": topic.examples,
    }  # fmt: skip


def _findings(topics: Sequence[dict[str, Any]], nowhere: int, measured: int) -> list[Json]:
    told: list[Json] = []
    for state, verb in (("missing", "missing"), ("thin", "thin")):
        if names := [one["topic"] for one in topics if one["state"] == state]:
            more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
            told.append(f"{len(names):,} of {len(topics):,} topics {'is' if len(names) == 1 else 'are'} {verb}: {', '.join(names[:3])}{more}")
    if nowhere:
        told.append(f"{nowhere:,} of {measured:,} rows belong to none of the topics")
    return told


def _said(row: Row) -> str:
    """What a row says but labels and system prompts, the question first."""
    return "\n".join(part.text for part in sorted(parts(row.data), key=lambda one: _READ.get(one.role, 9)) if part.role in _READ).strip()


def _told(row: Row, dimension: str, topics: Mapping[Path, _Topic]) -> Path | None:
    """The topic that the row itself names."""
    for column in ("path", "topic", dimension):
        given = row.data.get(column) if column else None
        if isinstance(given, str) and given:
            same = [path for path in topics if given == BETWEEN.join(path) or given == path[-1]]
            if len(same) == 1:
                return same[0]
    return None


def _stems(text: str) -> list[str]:
    return [_DOUBLE.sub(r"\1", _ENDING.sub("", word)) for word in spoken(text)]


def _by_words(rows: Iterable[Row], asked: Asked) -> Callable[[Row, str, Sequence[Path]], Path | None]:
    words = {path: list(dict.fromkeys(_stems(path[-1]))) for path in asked.paths}
    above = {path: set(_stems(" ".join(path[:-1]))) for path in asked.paths}
    every, having = 0, Counter[str]()
    wanted = {word for said in words.values() for word in said}
    for row in rows:
        every += 1
        having.update(wanted.intersection(_stems(_said(row))))
    weight = {word: log(1 + every / having[word]) if having[word] else 0.0 for word in wanted}
    topics_of: dict[str, list[Path]] = defaultdict(list)
    for path, said in words.items():
        for word in said:
            topics_of[word].append(path)

    whole = {path: _weight([weight[word] for word in said if weight[word] or len(word) >= SHORT]) for path, said in words.items()}

    def chosen(row: Row, _: str, paths: Sequence[Path]) -> Path | None:
        stems = set(_stems(_said(row)))
        near = {path for word in stems.intersection(topics_of) for path in topics_of[word]}
        best, most = None, (0.0, 0.0)
        for path in paths:
            if path not in near:
                continue
            share = sum(weight[word] for word in words[path] if word in stems) / whole[path]
            found = (round(share, 9), len(above[path] & stems) / (len(above[path]) or 1))
            if share >= SAID and found > most:
                best, most = path, found
        return best

    return chosen


def _weight(known: Sequence[float]) -> float:
    """What all words of a topic weigh: one that no row says tells nothing of how rare it is, and weighs as much as the heaviest that is said."""
    most = max(known, default=0.0) or 1.0
    return sum(one or most for one in known) or 1.0


def _by_meaning(
    rows: Iterable[Row], vector: str, meanings: Mapping[Path, Sequence[float]]
) -> Callable[[Row, str, Sequence[Path]], Path | None] | None:
    """None where the rows have no vectors, or there is one topic alone: what is unlike it cannot be told then."""
    seen = [_unit(given) for row in rows if isinstance(given := row.data.get(vector), list)]
    if not seen or len(meanings) < 2:
        return None
    topics = {path: _unit(given) for path, given in meanings.items()}
    pairs = sorted(_cosine(one, other) for one in seen[:: max(1, len(seen) // FEW)] for other in topics.values())
    strange = pairs[len(pairs) // 4]  # a row is of one topic at most, so half of the pairs are strangers at least
    least = strange + ALIKE * (1 - strange)

    def chosen(row: Row, _: str, paths: Sequence[Path]) -> Path | None:
        given = row.data.get(vector)
        if not isinstance(given, list):
            return None
        own = _unit(given)
        alike = {path: _cosine(own, topics[path]) for path in paths}
        best = max(paths, key=alike.__getitem__)
        return best if alike[best] >= least else None

    return chosen


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return float(sum(map(mul, one, other)))


def _unit(given: Sequence[float]) -> list[float]:
    norm = sqrt(sum(map(mul, given, given)))
    return [number / norm for number in given] if norm else list(given)
