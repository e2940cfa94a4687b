"""Histograms of the quality report as plain geometry: bars, ticks and words, in the units of the picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rowsmith.app.quality_report_words import count, figure, line, number, share, whole

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 296, 16, 132
"""Edges of the plot in a picture of 300 by 160 units (content/report/macros.html)."""
_MOST = 60
_LABELS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin: where it stands, and what is said of it. `label` is its values, `rows` how many."""

    x: str
    y: str
    width: str
    height: str
    label: str
    rows: str
    share: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an axis. `anchor` is how its text is set."""

    at: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Histogram:
    """A distribution. Without bars there was nothing to draw, and `told` says so."""

    name: str
    told: str
    bars: Sequence[Bar]
    x: Sequence[Tick]
    y: Sequence[Tick]
    mean: Tick | None
    note: str


def histogram(name: str, measure: Mapping[str, Any], rows: int, unit: str = "") -> Histogram:
    """A measure as a picture; `rows` is how many there are in all, `unit` what its values count."""
    total = whole(measure.get("count"))
    found = [one for one in measure.get("bins") or () if figure(one.get("from")) is not None and figure(one.get("to")) is not None]
    bins = _merged(sorted(found, key=lambda one: (one["from"], one["to"])))
    tallest = max((whole(one.get("count")) for one in bins), default=0)
    if not total or not tallest:
        return Histogram(line(name, 80), _empty(total, rows), (), (), (), None, "")
    even = _even(bins)
    if bins[0]["from"] == bins[-1]["to"]:
        return Histogram(line(name, 80), f"{number(bins[0]['from'])}{unit and f' {unit}'} in {_of(total, rows)}", (), (), (), None, "")
    single = _single(measure, bins)
    step = max(_nice(tallest / 3), 1.0)
    top = step * math.ceil(tallest / step)
    return Histogram(
        line(name, 80), _told(measure, total, rows, unit), [_bar(i, bins, even, single, top, total, unit) for i in range(len(bins))],
        _below(bins, even, single),
        [Tick(_y(n, top), count(n), "end") for n in range(0, int(top) + 1, int(step))], _mean(measure, bins, even, single),
        "" if even or len(bins) == 1 else "The bins are not equally wide.",
    )  # fmt: skip


def _empty(total: int, rows: int) -> str:
    if not rows:
        return "There are no rows."
    return "There are values, but no bins to draw." if total else f"None of the {count(rows)} rows has this value."


def _told(measure: Mapping[str, Any], total: int, rows: int, unit: str) -> str:
    low, high, mean = (number(measure.get(key)) for key in ("low", "high", "mean"))
    return f"mean {mean}{unit and f' {unit}'}, from {low} to {high}, in {_of(total, rows)}"


def _of(total: int, rows: int) -> str:
    lacking = f"; {count(rows - total)} rows have none" if 0 < total < rows else ""
    return f"all {count(rows)} rows" if total == rows else f"{count(total)} {'value' if total == 1 else 'values'}{lacking}"


def _bar(i: int, bins: Sequence[Mapping[str, Any]], even: bool, single: bool, top: float, total: int, unit: str) -> Bar:
    one = bins[i]
    left, right = (_x(one["from"], bins), _x(one["to"], bins)) if even else (_slot(i, len(bins)), _slot(i + 1, len(bins)))
    n = whole(one.get("count"))
    height = max((_BOTTOM - _TOP) * n / top, 1.5) if n else 0.0
    gap = min(2.0, (right - left) / 4)
    label = number(one["from"]) if single or one["from"] == one["to"] else f"{number(one['from'])} to {number(one['to'])}"
    return Bar(
        _at(left + gap / 2), _at(_BOTTOM - height), _at(max(right - left - gap, 0.5)), _at(height), f"{label}{unit and f' {unit}'}", count(n),
        share(n, total),
    )  # fmt: skip


def _below(bins: Sequence[Mapping[str, Any]], even: bool, single: bool) -> list[Tick]:
    """Ticks: at round values; below the middle of bins that are one value each; at edges of bins that are not equally wide."""
    edges = [(_x(one["from"], bins) if even else _slot(i, len(bins)), one["from"]) for i, one in enumerate(bins)]
    if even and not single:
        return _round(bins)
    edges.append((_x(bins[-1]["to"], bins) if even else _slot(len(bins), len(bins)), bins[-1]["to"]))
    every = math.ceil((len(edges) - 1) / _LABELS)
    if single:
        return [Tick(_at((a + b) / 2), _short(value)) for i, ((a, value), (b, _)) in enumerate(pairwise(edges)) if i % every == 0]
    kept = [edge for i, edge in enumerate(edges[:-1]) if i % every == 0 and (len(edges) - 1 - i >= every or i == 0)] + [edges[-1]]
    return [Tick(_at(at), _short(value), "start" if i == 0 else "end" if i == len(kept) - 1 else "middle") for i, (at, value) in enumerate(kept)]


def _round(bins: Sequence[Mapping[str, Any]]) -> list[Tick]:
    low, high = bins[0]["from"], bins[-1]["to"]
    step = _nice((high - low) / _LABELS)
    return [Tick(_at(_x(n * step, bins)), _short(n * step)) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _mean(measure: Mapping[str, Any], bins: Sequence[Mapping[str, Any]], even: bool, single: bool) -> Tick | None:
    mean = figure(measure.get("mean"))
    if mean is None or not even or not bins[0]["from"] <= mean <= bins[-1]["to"]:
        return None
    at = _x(mean + 0.5 if single else mean, bins)
    return Tick(_at(at), f"mean {number(mean)}", "start" if at < (_LEFT + _RIGHT) / 2 else "end")


def _single(measure: Mapping[str, Any], bins: Sequence[Mapping[str, Any]]) -> bool:
    """Whether each bin is one whole number: 3 to 4 holds the 3s."""
    low, high = figure(measure.get("low")), figure(measure.get("high"))
    whole_numbers = all(one["from"] == int(one["from"]) and one["to"] == one["from"] + 1 for one in bins)
    return whole_numbers and low == bins[0]["from"] and high is not None and high + 1 == bins[-1]["to"]


def _even(bins: Sequence[Mapping[str, Any]]) -> bool:
    widths = [one["to"] - one["from"] for one in bins]
    joined = all(a["to"] <= b["from"] + 1e-9 * (abs(a["to"]) + 1) for a, b in pairwise(bins))
    return joined and min(widths) > 0 and max(widths) - min(widths) <= 0.02 * max(widths)


def _merged(bins: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """At most as many bins as a picture has room for: neighbours are put together."""
    every = math.ceil(len(bins) / _MOST) or 1
    groups = [bins[i : i + every] for i in range(0, len(bins), every)]
    return [{"from": some[0]["from"], "to": some[-1]["to"], "count": sum(whole(one.get("count")) for one in some)} for some in groups]


def _x(value: float, bins: Sequence[Mapping[str, Any]]) -> float:
    low, high = bins[0]["from"], bins[-1]["to"]
    return float(_LEFT + (_RIGHT - _LEFT) * (value - low) / ((high - low) or 1))


def _slot(i: int, of: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * i / of


def _y(value: float, top: float) -> str:
    return _at(_BOTTOM - (_BOTTOM - _TOP) * value / top)


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _nice(step: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ... that is not below."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * n for n in (1, 2, 5, 10) if power * n >= step * (1 - 1e-9))


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.3g}{letter}"
    return number(float(f"{value:.6g}"))
