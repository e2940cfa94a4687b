"""Flagged rows in the quality report: all of them counted, and so many shown as a page can hold, the worst of every reason first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import Any

from rowsmith.app.quality_report_words import anchor, count, figure, line, number, percent, text, whole

Reasoned = tuple[str, str]
"""A check and a reason."""
Placed = tuple[float, int, Mapping[str, Any]]
"""A flag after its score and its place, which counts down, so that of equal scores the first is the highest."""
SHOWN = 1000
"""Most flags that a report shows."""
REASONS = 200
"""Most reasons that it lists."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one check found for one reason: how many rows carry such a flag, and how many flags of it the page shows."""

    check: str
    reason: str
    rows: int
    count: str
    bar: str
    shown: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A flag as the page shows it. `where` is the text and the characters that it speaks of."""

    check: str
    reason: str
    detail: str
    path: str
    span: str
    score: str


@dataclass(slots=True)
class FlaggedRow:
    """A row with those of its flags that are shown; `more` is how many others it has."""

    name: str
    anchor: str
    flags: list[Shown] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True, slots=True)
class Flagged:
    """All that the page says of flags. `total` counts those that the result holds, `rows` the rows that have any; `counts` has rows by reason, which
    are known even where the flags themselves are in a file of their own."""

    total: int
    shown: int
    rows: int
    reasons: Sequence[Reason]
    others: int
    list: Sequence[FlaggedRow]
    anchors: frozenset[str]


@dataclass(slots=True)
class _Seen:
    """What has gone by: flags by row, rows by reason, and of each reason the flags with the highest scores, with their places."""

    most: int
    by_row: dict[str, int] = field(default_factory=dict)
    rows: dict[Reasoned, int] = field(default_factory=dict)
    last: dict[Reasoned, str] = field(default_factory=dict)
    worst: dict[Reasoned, list[Placed]] = field(default_factory=dict)

    def see(self, place: int, flag: Mapping[str, Any]) -> None:
        """Take a flag; those of one row stand together."""
        row, key = str(flag.get("row")), (str(flag.get("check")), str(flag.get("reason")))
        self.by_row[row] = self.by_row.get(row, 0) + 1
        if self.last.get(key) != row:
            self.last[key] = row
            self.rows[key] = self.rows.get(key, 0) + 1
        heap = self.worst.setdefault(key, [])
        placed = (figure(flag.get("score")) or 0.0, -place, flag)
        if len(heap) < self.most:
            heappush(heap, placed)
        else:
            heappushpop(heap, placed)


def flagged(flags: Iterable[Mapping[str, Any]], counts: Mapping[str, Mapping[str, Any]], most: int = SHOWN) -> Flagged:
    """The flags of a result and their counts, with at most `most` of them to show. They go by once: only what may be shown is held."""
    seen = _Seen(most)
    for place, flag in enumerate(flags):
        seen.see(place, flag)
    taken = _chosen(seen.worst, most)
    rows: dict[str, FlaggedRow] = {}
    for _, flag in sorted(taken, key=lambda one: one[0]):
        row = flag.get("row")
        shown = rows.setdefault(str(row), FlaggedRow(f"line {row:,}" if isinstance(row, int) else line(row, 120), anchor(row)))
        shown.flags.append(_shown(flag))
    for name, found in rows.items():
        found.more = seen.by_row[name] - len(found.flags)
    reasons = _reasons(seen, counts, Counter((str(flag.get("check")), str(flag.get("reason"))) for _, flag in taken))
    anchors = frozenset(one.anchor for one in rows.values())
    others = max(len(reasons) - REASONS, 0)
    return Flagged(sum(seen.by_row.values()), len(taken), len(seen.by_row), reasons[:REASONS], others, list(rows.values()), anchors)


def _chosen(worst: Mapping[Reasoned, Sequence[Placed]], most: int) -> list[tuple[int, Mapping[str, Any]]]:
    """So many of each reason that every reason has its share, small ones whole; of a reason the highest scores, of equal ones the first."""
    taken: list[tuple[int, Mapping[str, Any]]] = []
    for i, found in enumerate(sorted(worst.values(), key=len)):
        room = (most - len(taken)) // (len(worst) - i)
        taken += [(-place, flag) for _, place, flag in sorted(found, key=lambda one: one[:2], reverse=True)[:room]]
    return taken


def _reasons(seen: _Seen, counts: Mapping[str, Mapping[str, Any]], taken: Mapping[Reasoned, int]) -> list[Reason]:
    """Checks in their order, of each the most frequent reason first."""
    every = {**seen.rows, **{(str(check), str(reason)): whole(n) for check, reasons in counts.items() for reason, n in reasons.items()}}
    order = {check: i for i, check in enumerate(dict.fromkeys([*map(str, counts), *(check for check, _ in seen.rows)]))}
    found = sorted(((c, r, n) for (c, r), n in every.items() if n), key=lambda one: (order[one[0]], -one[2], one[1]))
    most = max((n for _, _, n in found), default=0)
    return [Reason(line(c, 80), line(r, 80), n, count(n), percent(n, most), taken.get((c, r), 0)) for c, r, n in found]


def _shown(flag: Mapping[str, Any]) -> Shown:
    span = flag.get("span")
    at = f"characters {count(span[0])} to {count(span[1])}" if isinstance(span, list | tuple) and len(span) == 2 else ""
    score = figure(flag.get("score"))
    return Shown(
        line(flag.get("check"), 80), line(flag.get("reason"), 80), text(flag.get("detail")), line(flag.get("path"), 120), at,
        "" if score is None else number(score),
    )  # fmt: skip
