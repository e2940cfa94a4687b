"""Rows that checks flag are taken out, into a new version; which of them, and for which reasons, its message says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rowsmith.app import preparing
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
    wanted = [_reason(one, found) for one in why]
    gone = _without(_flagged(found.flags, wanted), keep)
    counts = Counter(reason for _, reason in gone.values())
    if len(gone) == found.rows:
        raise Invalid("No row would be left.", f"Remove for fewer reasons: {', '.join(counts)}.")
    told = ", ".join(f"{reason} {n:,}" for reason, n in counts.most_common(_LISTED))
    message = f"quality: {len(gone):,} of {found.rows:,} rows removed ({told})" if gone else "quality: no row removed"
    report: dict[str, Any] = {"removed": dict(counts), "kept_anyway": sorted(keep)}
    if found.version is None:
        return _of_file(lab, project, found, gone, message, into, report)
    at = target(lab, project, spoken, into)
    if at.version.id != found.version:
        raise Conflict("Somebody has committed to the branch meanwhile.", "Nothing has been changed. Check again what is there now.")
    if not gone and not at.fresh:
        return Shaped(at.dataset, at.branch, at.version.id, found.rows, found.rows, report)
    made = commit(lab, project, at, (row for row in at.rows if row.id not in gone), message, alone=True)
    return Shaped(at.dataset, at.branch, made.id, len(at.rows), made.rows, report)


Gone = dict[str, tuple[str, str]]
"""By the row's name: check, and check with reason."""


def _reason(said: str, found: Assessed) -> tuple[str, str]:
    if said in found.checks:
        return said, ""
    check, _, reason = said.rpartition(".")
    if check not in found.checks:
        raise NotFound(f"Rows cannot be removed for {said!r}: it was not checked.", choose(said, list(found.checks)))
    return check, reason


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


def _of_file(lab: Lab, project: str, found: Assessed, gone: Gone, message: str, into: str | None, report: dict[str, Any]) -> Shaped:
    from rowsmith.app.runs import Runs

    if into is None:
        raise Invalid("A file has no versions.", "Say which dataset the rows are to go into: --into NAME.")
    rows = (row for row in _plain(Runs(lab, project).rows(found.run)) if str(row.origin["source"]["line"]) not in gone)
    made = Datasets(lab.db).commit(project, into, numbered(rows), author=lab.who, signer=lab.signer, message=message, replace=True)
    preparing.committed(lab, made)
    return Shaped(into, MAIN, made.id, found.rows, made.rows, report)


def _plain(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as the file has them, without what the checks have left on them."""
    for row in rows:
        yield replace(row, scores={}, origin={name: told for name, told in row.origin.items() if name != "flags"})
