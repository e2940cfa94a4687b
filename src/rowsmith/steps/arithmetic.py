"""What follows from the numbers of a text by plain arithmetic: sums, differences, products, shares, times of day and spans of time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rowsmith.steps.quantities import Quantity, months

_DAY = 24.0
_HOUR = 3600.0
_MONTH = 30.44 * 86400
_MOST = 40
"""Numbers of a text that are reckoned with."""
_TIMES = {"m": 12.0, "w": 52.0, "s": 52.0, "d": 7.0, "t": 7.0, "j": 7.0}
"""Months and weeks of a year, days of a week, by the first letter of what is paid or done by."""
_EACH = re.compile(
    r"\s+(?:[^\W\d_]+\s+)?(?:a|per|each|every|pro|im|am|je|par|al|por|cada)\s"
    r"+(m|w|s|d|t|j)(?:onth|eek|ay|onat|oche|ag|ois|emaine|our|es|emana|ía)",
    re.IGNORECASE,
)

Derived = dict[str, list[float]]
"""Values that follow, by the kind of quantity."""


def derived(source: str, found: Sequence[Quantity]) -> Derived:
    """What follows from one or two numbers of a source, by kind."""
    values: Derived = {}
    for kind, value in _following(source, found[:_MOST]):
        values.setdefault(kind, []).append(value)
    return values


def _following(source: str, found: Sequence[Quantity]) -> Iterator[tuple[str, float]]:
    yield from _of_pairs(found)
    yield from _of_three(found)
    yield from _of_clocks(found)
    for one in found:
        if each := _EACH.match(source, one.end):
            yield one.kind, one.value * _TIMES[each[1].lower()]
        if one.kind in ("", "share") and one.value < 1:
            yield one.kind, 1 - one.value
        if one.kind == "" and one.value == int(one.value):
            yield from (("", one.value - 1), ("", one.value + 1)) if one.near else ()
    dated = re.findall(r"\b([^\W\d_]+) (?:de |of )?(\d{4})\b", source)
    dates = [int(year) * 12 + months()[name.lower()] for name, year in dated if name.lower() in months()]
    yield from (("months", float(abs(a - b))) for a, b in combinations(dates, 2))


def _of_pairs(found: Sequence[Quantity]) -> Iterator[tuple[str, float]]:
    for one, two in combinations(found, 2):
        if "clock" in (one.kind, two.kind):
            continue
        if one.kind == two.kind:
            yield one.kind, one.value + two.value
            yield one.kind, abs(one.value - two.value)
            yield from _quotients(one, two)
        for a, b in ((one, two), (two, one)):
            if a.kind in ("", "share"):
                yield b.kind, a.value * b.value
            if a.kind == "" and b.kind and a.raw and b.raw:
                yield from _quotients(a, b._replace(value=b.raw))
                yield from ((b.kind, value * b.value / b.raw) for value in (a.value + b.raw, abs(a.value - b.raw)))
    years = [one.value for one in found if one.kind == "" and 1000 <= one.value < 2200]
    yield from (("", year + sign * one.value / 12) for year in years for one in found if one.kind == "months" for sign in (1, -1))
    yield from (("months", 12 * abs(a - b)) for a, b in combinations(years, 2))


def _quotients(one: Quantity, two: Quantity) -> Iterator[tuple[str, float]]:
    for a, b in ((one.value, two.value), (two.value, one.value)):
        if a and b:
            yield "", b / a
            yield "share", b / a
            yield "share", abs(b / a - 1)
            yield "months", 12 * b / a


def _of_three(found: Sequence[Quantity]) -> Iterator[tuple[str, float]]:
    """Sums of three neighbours of a kind."""
    for kind in dict.fromkeys(one.kind for one in found):
        same = [one.value for one in found if one.kind == kind]
        yield from ((kind, sum(same[at : at + 3])) for at in range(len(same) - 2))


def _of_clocks(found: Sequence[Quantity]) -> Iterator[tuple[str, float]]:
    clocks = [one.value for one in found if one.kind == "clock"]
    spans = [one.value / _HOUR for one in found if one.kind == "time" and one.value < _DAY * _HOUR]
    yield from (("time", abs(a - b) * _HOUR) for a, b in combinations(clocks, 2))
    yield from (("clock", clock + sign * span) for clock in clocks for span in spans for sign in (1, -1))


def alike(one: Quantity, kind: str, value: float) -> bool:
    """Whether a number says what a value of a kind does: in any unit, on either half of the clock, to the digit that it is given with."""
    if one.kind == "clock":
        apart = (one.value - value) % 12
        return kind == "clock" and min(apart, 12 - apart) < 0.01
    if {one.kind, kind} == {"", "share"} and max(one.value, value) <= 1:
        return near(one, value)
    if {one.kind, kind} == {"time", "months"}:
        return near(one._replace(near=True), value * (_MONTH if kind == "months" else 1 / _MONTH))
    return (one.kind == kind or not kind) and near(one, value)


def near(one: Quantity, value: float) -> bool:
    """Whether a number is a value, or rounds it where it is said to be about it."""
    if one.kind == "data" and value and abs(one.value / value - 1) < 0.03:
        return True
    tolerance = (0.2 if one.value < 1 else 0.1) if one.near else 5e-3 if one.kind in ("share", "time/") or one.value != int(one.value) else 1e-3
    return abs(one.value - value) <= tolerance * max(abs(value), 1e-9)


def follows(one: Quantity, beside: Iterable[Quantity], values: Derived) -> bool:
    """Whether a number follows from those that a text has, or stands to one `beside` it as two of them do."""
    if any(alike(one, kind, value) for kind, each in values.items() if kind or not one.kind for value in each):
        return True
    ratios = [one.value / other.value for other in beside if other.kind == one.kind and other.value not in (0, one.value)]
    return bool(one.kind) and any(abs(ratio - value) < 1e-3 * value for ratio in ratios for value in values.get("", ()))
