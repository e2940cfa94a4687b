"""The cluster map in the quality report: rows as points on a plane, coloured and numbered by what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rowsmith.app.quality_report_words import count, figure, line, share, text, whole

POINTS = 1000
"""Most points of a map."""
COLOURS = 12
"""Colours of the style sheet (content/report/report.css); a map has no more clusters."""


@dataclass(frozen=True, slots=True)
class Point:
    """A row: where it stands, in percent, its cluster from 1, and what is said of it."""

    x: str
    y: str
    cluster: int
    tip: str


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster: its number, where its number stands, the words that set it apart, and how many rows it has."""

    number: int
    x: str
    y: str
    words: str
    rows: str
    share: str
    example: str


@dataclass(frozen=True, slots=True)
class Map:
    """The points, by cluster and from left to right, and the clusters."""

    told: str
    points: Sequence[Point]
    groups: Sequence[Group]


def drawn(diversity: Any) -> Map | None:
    """The map of a result's diversity; None where there is none to draw."""
    found = diversity.get("map") if isinstance(diversity, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    points = [one for one in (found.get("points") or ())[:POINTS] if figure(one.get("x")) is not None and figure(one.get("y")) is not None]
    if len(points) < 2:
        return None
    points.sort(key=lambda one: (whole(one.get("topic")), one["x"], one["y"]))
    about = diversity.get("topics")
    topics = (about.get("largest") or ())[:COLOURS] if isinstance(about, Mapping) else ()
    of = whole(found.get("of"))
    rows = f"{len(points):,} rows" if of <= len(points) else f"a sample of {len(points):,} of {of:,} rows"
    by = "their meanings (embeddings)" if found.get("by") == "meanings" else "the words that they say"
    told = f"The map shows {rows} by {by}: what stands close together says alike. Distances across it say little, and directions nothing."
    groups = [group for number, topic in enumerate(topics) if (group := _group(number, topic, points)) is not None]
    return Map(told, [_point(one) for one in points], groups)


def _group(number: int, topic: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> Group | None:
    inside = [one for one in points if whole(one.get("topic")) == number]
    if not inside:
        return None
    words = ", ".join(line(word, 40) for word in (topic.get("words") or ())[:6]) or "no words of its own"
    x, y = (median(one[axis] for one in inside) for axis in ("x", "y"))
    middle = min(inside, key=lambda one: (one["x"] - x) ** 2 + (one["y"] - y) ** 2)
    return Group(number + 1, _at(x), _at(y), words, count(len(inside)), share(len(inside), len(points)), text(middle.get("text"), 160))


def _point(one: Mapping[str, Any]) -> Point:
    row = one.get("row")
    name = f"line {row:,}" if isinstance(row, int) else line(str(row)[:12])
    return Point(_at(one["x"]), _at(one["y"]), min(max(whole(one.get("topic")), 0), COLOURS - 1) + 1, f"{name}: {line(one.get('text'), 100)}")


def _at(place: float) -> str:
    """With room at the edges."""
    return f"{2 + 96 * min(max(place, 0.0), 1.0):.4g}%"
