"""Which rows are behind a mark of a report on quality: the flags of a check, a bar of a histogram, a language, a source, a pair of labels, rows that
are taken for one another.

A mark is spoken of as `RUN:KIND:PART:PART`, each part as in an address (%3A is a colon):

    r12:flag:pii                r12:flag:pii:card           rows that a check flags, for any reason or for one
    r12:score:toxicity:3        r12:words:answer:0          the bar, counted from 0, of a score or of how many words a side has
    r12:language:de             r12:source:notes.md         rows in a language, or of a source
    r12:label:care:soil         r12:twins:duplicates:ROW    rows with a label that is likely another one; those that are taken for this one
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rowsmith.app.comparing import leaves
from rowsmith.app.quality_clusters import Twins
from rowsmith.app.quality_figures import Names, language, likely_label, sources, words
from rowsmith.app.quality_queued import Check, check_of, require_done
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.quality import Bins
from rowsmith.core.row import Row
from rowsmith.core.said import parts

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

_KEPT = 32
"""Marks whose rows are kept, so that one page after another is quick: ids alone, of runs that have ended."""
_kept: OrderedDict[tuple[Any, ...], frozenset[str]] = OrderedDict()
_lock = Lock()


def marked_rows(lab: Lab, project: str, mark: str) -> frozenset[str]:
    """The ids of the rows behind a mark.

    Raises:
        NotFound: there is no such run. Invalid: it is no run of checks, or there is no such mark. NotDone: the run has not ended.
    """
    from rowsmith.app.runs import Runs

    run, _, said = mark.partition(":")
    runs = Runs(lab, project)
    record = runs.get(run)
    key = (lab.home, project, record.id, record.created_at, record.ended_at, said)
    with _lock:
        if record.ended_at is not None and key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    require_done(runs.result(run))
    found = frozenset(_found(check_of(runs, run), said.split(":"), mark, lambda: runs.rows(run)))
    with _lock:
        _kept[key] = found
        if len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return found


Rows = Callable[[], Iterable[Row]]


def _found(check: Check, said: Sequence[str], mark: str, rows: Rows) -> Iterable[str]:
    kind, *told = map(unquote, said)
    if kind not in _KINDS or len(told) not in _KINDS[kind][1]:
        raise Invalid(f"{mark!r} is no mark of a report.", f"{choose(kind, list(_KINDS))} For example: r12:flag:pii.")
    return _KINDS[kind][0](check, told, rows)


def _flags(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    name, reason = told[0], told[1] if len(told) > 1 else None
    if name not in check.steps:
        raise Invalid(f"Run {check.run} has not checked {name!r}.", choose(name, list(check.steps)))
    names = Names(check.steps, by_line=False)
    return (row.id for row in rows() if any(flag.check == name and reason in (None, flag.reason) for flag in names.flags(row)))


def _scores(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    def scored(row: Row) -> Iterable[tuple[str, float]]:
        return ((name.removeprefix("."), value) for name, value in leaves("", row.scores))

    return _bar(told, rows, lambda row: dict(scored(row)))


def _words(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    return _bar(told, rows, lambda row: words(parts(row.data)))


def _bar(told: Sequence[str], rows: Rows, of: Callable[[Row], Mapping[str, float]]) -> Iterable[str]:
    name, at = told
    values = [(row.id, found[name]) for row in rows() if name in (found := of(row))]
    bins = Bins.of([value for _, value in values])
    if not at.isdecimal() or int(at) >= bins.number:
        raise Invalid(f"{name!r} has no bar {at!r}.", f"It has {bins.number}, counted from 0.")
    return (row for row, value in values if bins.place(value) == int(at))


def _languages(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    step = check.steps.get("language")
    into = getattr(step, "into", None) or "language"
    return (row.id for row in rows() if language(row.scores.get(into)) == told[0])


def _sources(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    return (row.id for row in rows() if told[0] in sources(row))


def _labels(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    names, step = Names(check.steps, by_line=False), check.steps.get("labels")
    return (row.id for row in rows() if likely_label(row, list(names.flags(row)), step) == tuple(told))


def _twins(check: Check, told: Sequence[str], rows: Rows) -> Iterable[str]:
    names, twins = Names(check.steps, by_line=False), Twins()
    for row in rows():
        twins.see(row, [], list(names.flags(row)))
    return twins.with_(told[0], told[1])


_KINDS: dict[str, tuple[Callable[[Check, Sequence[str], Rows], Iterable[str]], tuple[int, ...]]] = {
    "flag": (_flags, (1, 2)), "score": (_scores, (2,)), "words": (_words, (2,)), "language": (_languages, (1,)), "source": (_sources, (1,)),
    "label": (_labels, (2,)), "twins": (_twins, (2,)),
}  # fmt: skip
