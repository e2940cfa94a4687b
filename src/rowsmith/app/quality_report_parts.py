"""The grade in the quality report: its parts and weights, what each takes off, and another version beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rowsmith.app.quality_report_words import NONE, count, figure, line, number, percent, points, share, short, text, whole, words
from rowsmith.app.quality_result import between
from rowsmith.content import quality
from rowsmith.core.quality import Grading, allowed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the grade. `raw`, `low`, `high`, `measured` and `weight` are what the script in the page counts with; `lost` is what it takes off the
    100 points, `on` says how many rows it was measured on, and `interval` between which points it lies."""

    name: str
    raw_name: str
    grade: str
    raw: str
    low: str
    high: str
    measured: str
    points: str
    interval: str
    bar: str
    on: str
    weight: str
    share: str
    lost: str
    what: str
    flagged: str


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade as the page shows it. `borders` are the letters with the score from which each is given, `slack` how far the whole may lie above the
    worst part, both also as the script in the page counts with them. `held` names the part that holds the whole down, where one does; `odd` says
    that the parts make another score than the one told. `between` is what few rows leave open, in words, with `low_at` and `high_at` on the scale."""

    letter: str
    points: str
    between: str
    low_at: str
    high_at: str
    at: str
    parts: Sequence[Part]
    sentence: str
    borders: Sequence[tuple[str, float, str]]
    slack: float
    slack_points: str
    held: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A part here and there. `change` is a signed difference in points; a side without the part has none."""

    name: str
    here: str
    there: str
    here_at: str
    there_at: str
    change: str
    way: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another version or dataset beside this one."""

    name: str
    letter: str
    points: str
    at: str
    rows: str
    change: str
    way: str
    sentence: str
    parts: Sequence[Beside]


def graded(result: Mapping[str, Any]) -> Grade:
    """The grade of a result, with its parts from the one that takes off most."""
    grading, parts = _grading(result), result.get("parts") or []
    heavy = sum(one.weight for one in _counted(parts, "score"))
    found = sorted(((_lost(one, heavy), i, one) for i, one in enumerate(parts)), key=lambda one: (-one[0], one[1]))
    told, given = figure(result.get("score")), bool(parts and result.get("grade"))
    score, held = whole_score(parts, grading.slack)
    odd = given and told is not None and score is not None and (abs(told - score) > 5e-4 or grading.grade(told) != result.get("grade"))
    borders = [*grading.borders.model_dump().items(), ("F", 0.0)]
    low, high = (whole_score(parts, grading.slack, end)[0] if given else None for end in ("low", "high"))
    between, apart = _between(grading, low, high), low != high
    return Grade(
        line(result.get("grade"), 2) if given else NONE, points(told) if given else NONE, between, percent_at(low) if apart else "",
        percent_at(high) if apart else "", percent_at(told) if given else "",
        [_part(one, lost, heavy) for lost, _, one in found], _sentence(result, found, held),
        [(name, at, points(at)) for name, at in borders], grading.slack, number(100 * grading.slack), held, odd,
    )  # fmt: skip


def whole_score(parts: Sequence[Mapping[str, Any]], slack: float, end: str = "score") -> tuple[float | None, str]:
    """The score that parts make (core.quality), and the name of the part that holds it down, where one does; `end`: which of their scores counts."""
    counted = _counted(parts, end)
    if not counted:
        return None, ""
    mean = sum(one.score * one.weight for one in counted) / sum(one.weight for one in counted)
    least, name = min(((allowed(one.score, one.measured, slack), one.name) for one in counted), key=lambda one: one[0])
    return (mean, "") if mean <= least else (least, words(name))


def _between(grading: Grading, low: float | None, high: float | None) -> str:
    ends = grading.between(None if low is None or high is None else (low, high))
    return "" if ends is None else f"{between(ends)} ({points(low)} to {points(high)})"


def _grading(result: Mapping[str, Any]) -> Grading:
    """How the result was graded, where it says so; else how grades are made."""
    return Grading.model_validate({**quality(), **(result.get("grading") or {})})


class _Counted(NamedTuple):
    """What a part counts with: its weight is that of the rows that it was measured on."""

    score: float
    weight: float
    measured: float
    name: Any


def _counted(parts: Sequence[Mapping[str, Any]], end: str) -> list[_Counted]:
    """The parts that count."""
    found = []
    for one in parts:
        score, weight, measured = figure(one.get(end, one.get("score"))), figure(one.get("weight")), _measured(one)
        if score is not None and weight is not None and weight * measured > 0:
            found.append(_Counted(score, weight * measured, measured, one.get("name")))
    return found


def _measured(part: Mapping[str, Any]) -> float:
    """The share of all rows that a part was measured on."""
    rows, of = whole(part.get("rows")), whole(part.get("of", part.get("rows")))
    return rows / of if of else 1.0


def percent_at(score: float | None) -> str:
    """Where a score stands on a scale, as an attribute; nowhere for none."""
    return "" if score is None else f"{100 * min(max(score, 0.0), 1.0):.4g}%"


def _lost(part: Mapping[str, Any], heavy: float) -> float:
    score, weight = figure(part.get("score")), figure(part.get("weight"))
    return 0.0 if score is None or weight is None or not heavy else 100 * (1 - score) * max(weight * _measured(part), 0.0) / heavy


def _part(part: Mapping[str, Any], lost: float, heavy: float) -> Part:
    score, weight, measured = figure(part.get("score")), figure(part.get("weight")), _measured(part)
    low, high = (figure(part.get(end, score)) for end in ("low", "high"))
    rows, of = whole(part.get("rows")), whole(part.get("of", part.get("rows")))
    raw, lower, upper, seen = ("" if one is None else repr(one) for one in (score, low, high, measured))
    flagged = f"{count(part.get('flagged'))} of {count(rows)} rows"
    flagged = share(part.get("flagged"), rows) if flagged in text(part.get("what")) else f"{flagged} ({share(part.get('flagged'), rows)})"
    if not whole(part.get("flagged")):
        flagged = f"none of {count(rows)} rows" if rows and score == 1 else "" if rows else "no rows looked at"
    return Part(
        words(part.get("name")), line(part.get("name"), 80), line(part.get("grade"), 2) if score is not None else NONE,
        raw, lower, upper, seen, points(score),
        f"{points(low)} to {points(high)}" if low != high else "", percent(score),
        f"measured on {count(rows)} of {count(of)} rows ({share(rows, of)})" if rows < of else "",
        "" if weight is None else repr(weight).removesuffix(".0"), share((weight or 0.0) * measured, heavy) if score is not None else NONE,
        f"−{lost:.1f}" if lost >= 0.05 else "0" if lost <= 0 else "< 0.1", text(part.get("what")), flagged,
    )  # fmt: skip


def _sentence(result: Mapping[str, Any], found: Sequence[tuple[float, int, Mapping[str, Any]]], held: str) -> str:
    """What the report says first, in words."""
    rows = whole(result.get("rows"))
    if not rows:
        return "There are no rows, so nothing could be checked and there is no grade."
    if not found:
        return "No part of the grade was measured, so there is no grade."
    costly = [f"{words(part.get('name'))} ({lost:.1f})" for lost, _, part in found[:3] if lost >= 0.05]
    if not costly:
        return "No part takes anything off."
    said = f"Most is taken off by {', '.join(costly[:-1])}{' and ' if len(costly) > 1 else ''}{costly[-1]}, in points of 100."
    return f"{said} The part {held} holds the whole down." if held else said


def compared(result: Mapping[str, Any]) -> Comparison | None:
    """The version or dataset that a result is compared with; None where there is none."""
    against = result.get("against")
    if not against:
        return None
    here, there = figure(result.get("score")), figure(against.get("score"))
    change, way = _change(here, there)
    mine, theirs = ({str(one.get("name")): figure(one.get("score")) for one in side.get("parts") or []} for side in (result, against))
    parts = [_beside(name, mine.get(name), theirs.get(name)) for name in dict.fromkeys([*mine, *theirs])]
    name = line(against.get("name"), 120)
    version = short(against.get("version"))
    return Comparison(
        f"{name} @ {version}" if version else name, line(against.get("grade"), 2) or NONE, points(there), percent_at(there),
        count(against.get("rows")), change, way, _difference(parts, change, way), parts,
    )  # fmt: skip


def _beside(name: str, here: float | None, there: float | None) -> Beside:
    change, way = _change(here, there)
    return Beside(words(name), points(here), points(there), percent_at(here), percent_at(there), change, way)


def _change(here: float | None, there: float | None) -> tuple[str, str]:
    if here is None or there is None:
        return NONE, "none"
    moved = 100 * (here - there)
    if abs(moved) < 0.05:
        return "0" if moved == 0 else "< 0.1", "same"
    return (f"+{moved:.1f}", "up") if moved > 0 else (f"−{-moved:.1f}", "down")


def _difference(parts: Sequence[Beside], change: str, way: str) -> str:
    better, worse = (sum(one.way == way for one in parts) for way in ("up", "down"))
    only = sum(one.way == "none" for one in parts)
    if way == "none":
        return "The scores cannot be compared."
    moved = {"up": f"higher by {change[1:]} points", "down": f"lower by {change[1:]} points"}.get(way, "the same")
    said = f"The score is {moved}: {better} of the parts better, {worse} worse"
    return f"{said}; {only} measured on one side only." if only else f"{said}."
