"""Lists of the quality report: the funnel, coverage, clusters, what to do, and what was not measured. Each is cut where a page ends, and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith.app.quality_report_words import anchor, count, figure, line, money, percent, share, text, whole, words

BARS = 40
"""Most bars of one list."""
CLUSTERS = 60
"""Most clusters that a report shows, the largest first."""
STEPS, ADVICE, UNMEASURED = 60, 40, 40
TOPICS = 200
"""Most topics that a report shows, those that lack rows first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A bar with its name and count."""

    name: str
    count: str
    share: str
    bar: str


@dataclass(frozen=True, slots=True)
class Entries:
    """Bars, the longest first, and how many others there are with how much in them."""

    list: Sequence[Entry]
    others: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the funnel: what came, what it made, what went on and what did not, with the reasons."""

    name: str
    came: str
    made: str
    kept: str
    dropped: str
    failed: str
    kept_bar: str
    dropped_at: str
    dropped_bar: str
    failed_at: str
    failed_bar: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows that say the same. `more` is how many are not named."""

    check: str
    size: str
    text: str
    rows: Sequence[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, how many rows it is about, and the command that does it."""

    what: str
    rows: str
    command: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that was asked for: its path, its state, its rows, and the beginning of one of them."""

    name: str
    state: str
    count: str
    share: str
    bar: str
    example: str


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics that were asked for, and what there is to say of all."""

    told: str
    list: Sequence[Topic]
    more: str
    none: Sequence[str]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A check that did not run, why, and what would let it: in words, or as a command."""

    check: str
    why: str
    fix: str
    command: str


def entries(counts: Mapping[str, Any] | None, of: int, name: str = "others") -> Entries:
    """Counts by name as bars; `of` is what all of them are a share of."""
    found = sorted(((str(key), whole(n)) for key, n in (counts or {}).items()), key=lambda one: (-one[1], one[0]))
    longest = found[0][1] if found else 0
    shown, rest = found[:BARS], found[BARS:]
    others = f"and {len(rest):,} {name} with {sum(n for _, n in rest):,} rows" if rest else ""
    return Entries([Entry(line(key, 80) or "(no name)", count(n), share(n, of), percent(n, longest)) for key, n in shown], others)


def sources(found: Sequence[Mapping[str, Any]] | None, of: int) -> Entries:
    """Sources as bars."""
    counts: dict[str, int] = {}
    for one in found or ():
        counts[str(one.get("name"))] = counts.get(str(one.get("name")), 0) + whole(one.get("rows"))
    return entries(counts, of, "other sources")


def funnel(steps: Sequence[Mapping[str, Any]] | None) -> Sequence[Stage]:
    """The steps of the run that made the rows, all to one scale."""
    sums = [(whole(one.get("kept")), sum(_counts(one.get("dropped")).values()), sum(_counts(one.get("failed")).values())) for one in steps or ()]
    widest = max((sum(one) for one in sums), default=0)
    return [_stage(one, *found, widest) for one, found in zip((steps or ())[:STEPS], sums, strict=False)]


def _stage(step: Mapping[str, Any], kept: int, dropped: int, failed: int, widest: int) -> Stage:
    reasons = [f"{words(reason)} {n:,}" for reason, n in sorted(_counts(step.get("dropped")).items(), key=lambda one: (-one[1], one[0]))]
    reasons += [f"failed: {words(reason)} {n:,}" for reason, n in sorted(_counts(step.get("failed")).items(), key=lambda one: (-one[1], one[0]))]
    more = [f"and {len(reasons) - 12:,} other reasons"] if len(reasons) > 12 else []
    return Stage(
        line(step.get("step"), 80), count(step.get("came")), count(step.get("made")), count(kept), count(dropped), count(failed),
        percent(kept, widest), percent(kept, widest), percent(dropped, widest), percent(kept + dropped, widest), percent(failed, widest),
        [*reasons[:12], *more],
    )  # fmt: skip


def _counts(found: Any) -> dict[str, int]:
    return {str(reason): whole(n) for reason, n in found.items()} if isinstance(found, Mapping) else {}


def yielded(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Cost and yield as figures with their names, as far as they are known."""
    steps = result.get("funnel") or []
    most = max((max(whole(one.get("came")), whole(one.get("made"))) for one in steps), default=0)
    last = whole(steps[-1].get("kept")) if steps else 0
    cost = figure(result.get("cost_per_row_usd"))
    found = [("accepted, of the rows at the widest step", f"{last:,} of {most:,} ({share(last, most)})")] if most else []
    return [*found, ("cost per accepted row", "not known" if cost is None else money(cost))]


def clusters(found: Sequence[Mapping[str, Any]] | None, anchors: frozenset[str]) -> Sequence[Cluster]:
    """The largest clusters; a row that the page shows is linked, so its address is given, others have an empty one."""
    largest = sorted(found or (), key=lambda one: -whole(one.get("size")))[:CLUSTERS]
    return [_cluster(one, anchors) for one in largest]


def _cluster(one: Mapping[str, Any], anchors: frozenset[str]) -> Cluster:
    names = list(one.get("rows") or ())[:20]
    rows = [(f"line {row:,}" if isinstance(row, int) else line(row, 60), f"#{at}" if (at := anchor(row)) in anchors else "") for row in names]
    return Cluster(words(one.get("check")), count(one.get("size")), text(one.get("text"), 240), rows, max(whole(one.get("size")) - len(rows), 0))


def advice(found: Sequence[Mapping[str, Any]] | None) -> Sequence[Advice]:
    """Recommendations in their order."""
    return [
        Advice(text(one.get("what")), "" if figure(one.get("rows")) is None else count(one.get("rows")), line(one.get("command"), 1000))
        for one in (found or ())[:ADVICE]
    ]


def unmeasured(found: Sequence[Mapping[str, Any]] | None) -> Sequence[Unmeasured]:
    """What was not measured, and why."""
    return [_unmeasured(one) for one in (found or ())[:UNMEASURED]]


def _unmeasured(one: Mapping[str, Any]) -> Unmeasured:
    fix = str(one.get("fix") or "")
    command = fix.startswith("rowsmith ") and not fix.endswith(".")
    return Unmeasured(words(one.get("check")), text(one.get("why")), "" if command else text(fix), line(fix, 1000) if command else "")


def topics(found: Any) -> Topics | None:
    """The topics that were asked for, those that lack rows first where there are more than a page holds; None where none were."""
    if not isinstance(found, Mapping) or not found:
        return None
    every = [one for one in found.get("topics") or () if isinstance(one, Mapping)]
    shown = every if len(every) <= TOPICS else sorted(every, key=lambda one: whole(one.get("rows")))[:TOPICS]
    longest = max((whole(one.get("rows")) for one in every), default=0)
    counts, none = found.get("counts") or {}, found.get("none") or {}
    states = ", ".join(f"{count(n)} {words(state)}" for state, n in list(counts.items())[:3])
    measured = found.get("measured")
    told = f"Of {len(every):,} topics of {line(found.get('asked'), 80)}: {states}, by {words(found.get('by'))} of {count(measured)} rows. "
    told += f"{count(none.get('rows'))} rows belong to none ({share(none.get('rows'), measured)})."
    nowhere = [_example(one) for one in (none.get("examples") or ())[:3]]
    more = f"and {len(every) - len(shown):,} more topics, which --json has" if len(every) > len(shown) else ""
    return Topics(told, [_topic(one, longest, measured) for one in shown], more, nowhere)


def _topic(one: Mapping[str, Any], longest: int, measured: Any) -> Topic:
    examples, rows = one.get("examples") or (), one.get("rows")
    example = _example(examples[0]) if examples else ""
    return Topic(line(one.get("topic"), 160), words(one.get("state")), count(rows), share(rows, measured), percent(rows, longest), example)


def _example(one: Mapping[str, Any]) -> str:
    return line(one.get("text"), 160)
