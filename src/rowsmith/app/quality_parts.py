"""The parts of a grade, the notes beside it and the file of flags, of checks that have been carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith.app.judged_rows import Gathered, JudgedScore
from rowsmith.app.kin import told
from rowsmith.app.quality_checks import Means
from rowsmith.app.quality_figures import Figures
from rowsmith.app.quality_result import NotMeasured, RowFlag
from rowsmith.core.quality import Part
from rowsmith.core.said import Role
from rowsmith.store.files import atomic_write

if TYPE_CHECKING:
    from rowsmith.app.quality import Checking

_ROLES: dict[Role, str] = {"context": "a source", "answer": "an answer", "label": "a label"}


def parts_of(done: Checking) -> tuple[list[Part], list[NotMeasured]]:
    """The part of each check that flags rows, and those that no row gave anything to."""
    parts, left = list[Part](), list[NotMeasured]()
    for name, found in done.figures.checks.items():
        if not found.rows:
            lacking = " and ".join(_ROLES[role] for role in found.check.roles) or "anything that it checks"
            why = f"No row has {lacking}." if done.figures.rows else "There is no row."
            column = f" --set {name}.column=NAME" if found.check.roles else ""
            left.append(NotMeasured(name, why, f"rowsmith quality {quote(done.at.spoken)} --checks {name}{column}"))
            continue
        told = ", ".join(f"{reason} {n:,}" for reason, n in found.reasons.most_common(3))
        what = f"{found.flagged:,} of {found.rows:,} rows {found.check.found}" + (f": {told}" if len(found.reasons) > 1 else "")
        parts.append(done.grading.part(name, what, found.flagged, found.rows, done.figures.rows + found.unread))
    return parts, left


def in_order(names: Sequence[str], parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts in the order of these names."""
    return tuple(sorted(parts, key=lambda part: names.index(part.name)))


def sources_of(figures: Figures) -> tuple[Mapping[str, Any], ...]:
    """The sources of the rows, each with how many came from it, the most first."""
    return tuple({"name": name, "rows": rows} for name, rows in figures.sources.most_common())


def doubts_of(judges: Sequence[JudgedScore], judged: Gathered, means: Means) -> tuple[str, ...]:
    """What should be known before the judges are believed whose scores the rows have, and the one that the checks have asked."""
    kin = told([means.model], judged.makers) if means.model is not None else ""
    return (*(said for one in judges for said in one.warnings), *([kin] if kin else []))


def notes_of(done: Checking) -> tuple[str, ...]:
    """What has to be said beside the figures: notes on what was checked, and the rows that no figure holds."""
    unread = sum(done.result.failed.values())
    if not unread:
        return done.at.notes
    rows = "row" if unread == 1 else "rows"
    broken = sum(one.unread for one in done.figures.checks.values())
    held = "form counts them as malformed, and no other figure holds them" if broken == unread else "no figure holds them"
    return (*done.at.notes, f"{unread:,} {rows} could not be read or checked, and {held}: rowsmith runs {done.result.run} --failed.")


def write_flags(path: Path, flags: Iterable[RowFlag]) -> int:
    """Write flags, one a line; how many."""
    count = 0
    with atomic_write(path) as file:
        for flag in flags:
            count += 1
            file.write(orjson.dumps(flag.dump(), option=orjson.OPT_APPEND_NEWLINE))
    return count
