"""Rows that checks flag are taken out, into a new version; which of them, and for which reasons, its message says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowsmith.app import preparing
from rowsmith.app.quality_checks import EMBEDDED
from rowsmith.app.quality_result import Assessed, RowFlag
from rowsmith.app.reshaping import Shaped, commit, numbered, target
from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.row import Row
from rowsmith.store.datasets import MAIN, Datasets

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

_LISTED = 10


def removed(lab: Lab, project: str, spoken: str, found: Assessed, why: Sequence[str], keep: Collection[str], into: str | None) -> Shaped:
    """Commit the rows that are left when those go which are flagged for one of these reasons.

    Args:
        why: checks (`pii`), or checks with a reason (`pii.card`).
        keep: rows that stay whatever is said against them: beginnings of ids, or the lines of a file.
        into: another dataset; of a file there is no other place.

    Raises:
        NotFound: nothing was checked of that name, or no flagged row is one of `keep`. Conflict: the branch has moved since it was checked.
        Invalid: no row would be left, or a file has no `into`.
    """
    gone = going(found, why, keep)
    counts = Counter(reason for _, reason in gone.values())
    if len(gone) == found.rows:
        raise Invalid("No row would be left.", f"Remove for fewer reasons: {', '.join(counts)}.")
    message = f"quality: {len(gone):,} of {found.rows:,} rows removed ({listed(counts)})" if gone else "quality: no row removed"
    return committed(lab, project, spoken, found, gone, message, into, {"removed": dict(counts), "kept_anyway": sorted(keep)})


Gone = dict[str, tuple[str, str]]
"""By the row's name: check, and check with reason."""
Change = Callable[[Iterable[Row]], Iterable[Row]]


def listed(counts: Counter[str]) -> str:
    """The most frequent reasons, for a message."""
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.most_common(_LISTED))


def _same(rows: Iterable[Row]) -> Iterable[Row]:
    return rows


def committed(
    lab: Lab, project: str, spoken: str, found: Assessed, gone: Gone, message: str, into: str | None, report: dict[str, Any], change: Change = _same,
    changed: int = 0,
) -> Shaped:  # fmt: skip
    """Commit the rows that were checked without those that go. `change` gives other rows of the same ids for those of which there are any
    (`changed`).

    Raises:
        Conflict: the branch has moved since it was checked. Invalid: a file has no `into`.
    """
    if found.version is None:
        return _of_file(lab, project, found, gone, message, into, report, change)
    at = target(lab, project, spoken, into)
    if at.version.id != found.version:
        raise Conflict("Somebody has committed to the branch meanwhile.", "Nothing has been changed. Check again what is there now.")
    if not gone and not changed and not at.fresh:
        return Shaped(at.dataset, at.branch, at.version.id, found.rows, found.rows, report)
    made = commit(lab, project, at, (row for row in change(at.rows) if row.id not in gone), message, alone=True)
    return Shaped(at.dataset, at.branch, made.id, len(at.rows), made.rows, report)


def reason_of(said: str, checks: Collection[str]) -> tuple[str, str]:
    """Check and reason of `check` or `check.reason`; without a reason it is empty.

    Raises:
        NotFound: it was not checked.
    """
    if said in checks:
        return said, ""
    check, _, reason = said.rpartition(".")
    if check not in checks:
        raise NotFound(f"Nothing can be done about {said!r}: it was not checked.", choose(said, list(checks)))
    return check, reason


def going(found: Assessed, why: Sequence[str], keep: Collection[str]) -> Gone:
    """The rows that are flagged for one of these reasons, less those of `keep`.

    Raises:
        NotFound: as `removed`.
    """
    return _without(_flagged(found.flags, [reason_of(one, found.checks) for one in why]), keep)


def _flagged(flags: Iterable[RowFlag], wanted: Sequence[tuple[str, str]]) -> Gone:
    gone: Gone = {}
    for flag in flags:
        if any(flag.check == check and reason in ("", flag.reason) for check, reason in wanted):
            gone.setdefault(str(flag.row), (flag.check, f"{flag.check}.{flag.reason}"))
    return gone


def _without(gone: Gone, keep: Collection[str]) -> Gone:
    for one in keep:
        meant = [name for name in gone if name == one or (len(name) == 32 and name.startswith(one.lower()))]
        if len(meant) != 1:
            raise NotFound(f"{one!r} is no row that would be removed, or several.", "Give its line, or enough of its id: --flags lists them.")
        del gone[meant[0]]
    return gone


def _of_file(lab: Lab, project: str, found: Assessed, gone: Gone, message: str, into: str | None, report: dict[str, Any], change: Change) -> Shaped:
    from rowsmith.app.runs import Runs

    if into is None:
        raise Invalid("A file has no versions.", "Say which dataset the rows are to go into: --into NAME.")
    rows = (row for row in change(_plain(Runs(lab, project).rows(found.run))) if str(row.origin["source"]["line"]) not in gone)
    made = Datasets(lab.db).commit(project, into, numbered(rows), author=lab.who, signer=lab.signer, message=message, replace=True)
    preparing.committed(lab, made)
    return Shaped(into, MAIN, made.id, found.rows, made.rows, report)


def _plain(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as the file has them, without what the checks have left on them."""
    for row in rows:
        data = {name: value for name, value in row.data.items() if name != EMBEDDED}
        yield replace(row, data=data, scores={}, origin={name: told for name, told in row.origin.items() if name != "flags"})
