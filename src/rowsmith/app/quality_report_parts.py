"""The grade in the quality report: its parts and weights, what each takes off, and another version beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith.app.quality_report_words import NONE, count, figure, line, number, percent, points, share, short, text, whole, words
from rowsmith.content import quality
from rowsmith.core.quality import Grading


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the grade. `raw` and `weight` are what the script in the page counts with; `lost` is what it takes off the 100 points."""

    name: str
    raw_name: str
    grade: str
    raw: str
    points: str
    bar: str
    weight: str
    share: str
    lost: str
    what: str
    flagged: str


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade as the page shows it. `borders` are the letters with the score from which each is given, `slack` how far the whole may lie above the
    worst part, both also as the script in the page counts with them. `held` names the worst part where it holds the whole down; `odd` says that the
    parts make another score than the one told."""

    letter: str
    points: str
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
    heavy = sum(weight for _, weight, _ in _counted(parts))
    found = sorted(((_lost(one, heavy), i, one) for i, one in enumerate(parts)), key=lambda one: (-one[0], one[1]))
    told, given = figure(result.get("score")), bool(parts and result.get("grade"))
    score, held = whole_score(parts, grading.slack)
    odd = given and told is not None and score is not None and (abs(told - score) > 5e-4 or grading.grade(told) != result.get("grade"))
    borders = [*grading.borders.model_dump().items(), ("F", 0.0)]
    return Grade(
        line(result.get("grade"), 2) if given else NONE, points(told) if given else NONE, percent_at(told) if given else "",
        [_part(one, lost, heavy) for lost, _, one in found], _sentence(result, found, held),
        [(name, at, points(at)) for name, at in borders], grading.slack, number(100 * grading.slack), held, odd,
    )  # fmt: skip


def whole_score(parts: Sequence[Mapping[str, Any]], slack: float) -> tuple[float | None, str]:
    """The score that parts make (core.quality), and the name of the worst part where that holds it down."""
    counted = _counted(parts)
    if not counted:
        return None, ""
    mean = sum(score * weight for score, weight, _ in counted) / sum(weight for _, weight, _ in counted)
    worst = min(counted, key=lambda one: one[0])
    return (mean, "") if mean <= worst[0] + slack else (worst[0] + slack, words(worst[2]))


def _grading(result: Mapping[str, Any]) -> Grading:
    """How the result was graded, where it says so; else how grades are made."""
    return Grading.model_validate({**quality(), **(result.get("grading") or {})})


def _counted(parts: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, Any]]:
    """Score, weight and name of the parts that count."""
    found = ((figure(one.get("score")), figure(one.get("weight")), one.get("name")) for one in parts)
    return [(score, weight, name) for score, weight, name in found if score is not None and weight is not None and weight > 0]


def percent_at(score: float | None) -> str:
    """Where a score stands on a scale, as an attribute; nowhere for none."""
    return "" if score is None else f"{100 * min(max(score, 0.0), 1.0):.4g}%"


def _lost(part: Mapping[str, Any], heavy: float) -> float:
    score, weight = figure(part.get("score")), figure(part.get("weight"))
    return 0.0 if score is None or weight is None or not heavy else 100 * (1 - score) * max(weight, 0.0) / heavy


def _part(part: Mapping[str, Any], lost: float, heavy: float) -> Part:
    score, weight = figure(part.get("score")), figure(part.get("weight"))
    of = whole(part.get("rows"))
    flagged = f"{count(part.get('flagged'))} of {count(of)} rows"
    flagged = share(part.get("flagged"), of) if flagged in text(part.get("what")) else f"{flagged} ({share(part.get('flagged'), of)})"
    if not whole(part.get("flagged")):
        flagged = f"none of {count(of)} rows" if of and score == 1 else "" if of else "no rows looked at"
    return Part(
        words(part.get("name")), line(part.get("name"), 80), line(part.get("grade"), 2) if score is not None else NONE,
        "" if score is None else repr(score), points(score), percent(score), "" if weight is None else repr(weight).removesuffix(".0"),
        share(weight, heavy) if score is not None else NONE, f"−{lost:.1f}" if lost >= 0.05 else "0" if lost <= 0 else "< 0.1",
        text(part.get("what")), flagged,
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
    return f"{said} The weakest part, {held}, holds the whole down." if held else said


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
