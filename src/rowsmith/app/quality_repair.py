"""Flagged rows are repaired by a model and looked at again by the same checks; what has nothing against it then is committed, and nothing else.

The repair is one run: the checks, `transform.repair`, the checks again, as often as is allowed. So it keeps to its caps, can be interrupted, and buys
no answer twice. No row is made worse: one that carries a flag which it did not have before, or that brings one to a row which was left alone, stays
as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from rowsmith.app.quality_checks import Chosen, Means
from rowsmith.app.quality_figures import Names, aliases
from rowsmith.app.quality_remove import committed, going, listed, reason_of
from rowsmith.app.quality_result import Assessed
from rowsmith.app.quality_run import More, Target, Watched, carried_out, recipe, steps_of
from rowsmith.app.quotes import Quote, quoted, scaled, together
from rowsmith.app.reshaping import Shaped
from rowsmith.app.runs import Runs
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.said import replaced
from rowsmith.core.step import Step
from rowsmith.engine.estimate import WEIGHED, Estimate, weighed
from rowsmith.engine.known import with_known
from rowsmith.steps.transform.repair import REPAIR

Reason = tuple[str, str]
FLAGGED, MENDED = 0.25, 0.5
"""Shares that a quote assumes where nobody has been asked yet: of the rows, those that are flagged; of these, those that a try of a repair mends."""


@dataclass(frozen=True, slots=True)
class Repairing:
    """What is to be repaired, of what: the target, the checks and their means, checks or checks with reasons (`why`), and how often at most."""

    at: Target
    checks: Chosen
    means: Means
    plugins: tuple[Path, ...]
    why: Sequence[str]
    tries: int

    def recipe(self, wanted: Sequence[Reason]) -> Recipe:
        """The recipe of the repair.

        Raises:
            Invalid: there is no model.
        """
        if self.means.model is None:
            raise Invalid("A repair asks a model, and none is given.", "Name it: --model provider/name, with --base-url where it is here.")
        steps = steps_of(recipe(self.at, self.checks, self.means, self.plugins), self.checks)
        flags = [f"{alias}.{reason}" if reason else alias for check, reason in wanted for alias in sorted(set(aliases(check, steps[check])))]
        return recipe(self.at, self.checks, self.means, self.plugins, More(repairs=flags, tries=self.tries))


def repaired(
    runs: Runs, found: Assessed, asked: Repairing, remove: Sequence[str], keep: Collection[str], into: str | None, watched: Watched
) -> Shaped:
    """Repair, look again, and commit.

    Args:
        remove: of the rows that are not repaired, those go that are flagged for one of these reasons; but for `keep`.
        into: another dataset; of a file there is no other place.

    Returns: what was committed; its report has `fixed`, `still_flagged`, `refused` (repaired, but worse in another way), `unread` (rows that the run
    lost), by reason `repaired`, `removed`, the `run` and its `cost_usd`.

    Raises:
        NotFound: nothing was checked of that name. Conflict: the dataset has moved since it was checked. Invalid: there is no model, or a file has no
        `into`. NotDone: the run stands still; the same call goes on.
    """
    wanted = [reason_of(one, found.checks) for one in asked.why]
    made = asked.recipe(wanted)
    if found.version is None and into is None:
        raise Invalid("A file has no versions.", "Say which dataset the rows are to go into: --into NAME.")
    if (asked.at.version.id if asked.at.version else None) != found.version:
        raise Conflict("Somebody has committed to the branch meanwhile.", "Nothing has been changed. Check again what is there now.")
    result = carried_out(runs, made, watched)
    verdict = _verdict(runs.rows(result.run), made, asked, wanted, [reason_of(one, found.checks) for one in remove])
    gone = {name: why for name, why in going(found, remove, keep).items() if name not in verdict.sound}
    if len(gone) == found.rows:
        raise Invalid("No row would be left.", "Remove for fewer reasons.")
    counts = Counter(reason for _, reason in gone.values())
    by = asked.means.model or ""
    report = {
        "fixed": len(verdict.fixed), "still_flagged": verdict.still, "refused": verdict.refused, "unread": result.failed,
        "repaired": dict(verdict.reasons), "removed": dict(counts), "kept_anyway": sorted(keep),
        "before": found.version, "repair_run": result.run, "cost_usd": result.cost_usd,
    }  # fmt: skip
    message = f"quality: {len(verdict.fixed):,} of {found.rows:,} rows repaired by {by} ({listed(verdict.reasons) or 'none'})"
    message += f", {len(gone):,} removed ({listed(counts)})" if gone else ""
    source = {"dataset": found.dataset, "version": found.version} if found.version else {"file": found.dataset}
    told = {"by": by, "run": result.run, "from": source}

    def change(rows: Iterable[Row]) -> Iterator[Row]:
        return _changed(rows, (row for row in runs.rows(result.run) if row.id in verdict.fixed), told)

    return committed(runs.lab, runs.project, asked.at.spoken, found, gone, message, into, report, change, len(verdict.fixed))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The ids of rows that are fixed, the names of those of which no reason to remove them is left, and how many are not fixed, and why."""

    fixed: Collection[str]
    sound: Collection[str]
    still: int
    refused: int
    reasons: Counter[str]


def _verdict(rows: Iterable[Row], made: Recipe, asked: Repairing, wanted: Sequence[Reason], remove: Sequence[Reason]) -> _Verdict:
    by_line = asked.at.version is None
    names = [Names(steps_of(made, asked.checks, turn), by_line) for turn in range(asked.tries + 1)]
    fixed, sound = dict[str, list[str]](), dict[str, str]()
    blamed = set[str]()
    still = refused = 0
    for row in rows:
        told = row.origin.get(REPAIR) or {"before": []}
        before = {_named(names, one["check"], one["reason"]) for one in told["before"]}
        after = list(flags_of(row))
        now = {_named(names, flag.check, flag.reason) for flag in after}
        mine = sorted(".".join(one) for one in before if _meant(one, wanted))
        if not told.get("texts"):
            still += bool(mine)
            blamed.update(flag.twin for flag in after if flag.twin and _named(names, flag.check, flag.reason) not in before)
        elif now - before:
            refused += 1
        elif any(_meant(one, wanted) for one in now):
            still += 1
        else:
            fixed[row.id] = mine
            if not any(_meant(one, remove) for one in now):
                sound[row.id] = str(names[0].row(row))
    worse = blamed & fixed.keys()
    kept = {row: why for row, why in fixed.items() if row not in worse}
    reasons = Counter(reason for why in kept.values() for reason in why)
    return _Verdict(kept.keys(), {name for row, name in sound.items() if row not in worse}, still, refused + len(worse), reasons)


def _named(names: Sequence[Names], check: str, reason: str) -> Reason:
    """A flag by the name of its check, whichever turn it is of."""
    return next((said for one in names if (said := one.check(check)) is not None), check), reason


def _meant(flag: Reason, wanted: Sequence[Reason]) -> bool:
    return any(flag[0] == check and reason in ("", flag[1]) for check, reason in wanted)


def _changed(rows: Iterable[Row], fixed: Iterator[Row], told: Mapping[str, Any]) -> Iterator[Row]:
    """The rows, those that are fixed with their new texts. Both come in one order."""
    following = next(fixed, None)
    for row in rows:
        if following is None or following.id != row.id:
            yield row
            continue
        repair, made = following.origin[REPAIR], following.origin.get("made", ())
        by = [one for one in made if one["kind"] == "transform.repair" and "calls" in one]
        note = {**told, "why": repair["why"]}
        origin = {**row.origin, "made": [*row.origin.get("made", ()), *by], "repairs": [*row.origin.get("repairs", ()), note]}
        yield replace(row, data=replaced(row.data, repair["texts"]), origin=origin)
        following = next(fixed, None)
    if following is not None:
        raise Conflict("The rows do not stand in the order in which they were checked.", "Nothing has been changed. Check again what is there now.")


def repair_quote(runs: Runs, found: Assessed, asked: Repairing) -> Quote:
    """What a repair will come to, from the rows that are flagged: at least one question for each, at most `tries`, and as many as are needed where
    each try mends MENDED of them in the middle.

    Raises: as `repaired`.
    """
    wanted = [reason_of(one, found.checks) for one in asked.why]
    made = with_known(asked.recipe(wanted), runs.lab.table)
    names = Names(steps_of(made, asked.checks), asked.at.version is None)
    flagged = list(islice(_flagged(runs.rows(found.run), names, wanted), WEIGHED))
    count = sum(1 for _ in _flagged(runs.rows(found.run), names, wanted))
    position = next(place for place, step in enumerate(made.steps) if step.kind == "transform.repair")
    questions = weighed(made, position, flagged, count, runs.lab.files)
    once = quoted(made, Estimate(rows=found.rows, asked={position: questions} if count else {}))
    notes = (
        f"A repair of {count:,} flagged rows, each asked up to {asked.tries} {'time' if asked.tries == 1 else 'times'}.",
        *([f"Each try is assumed to mend {MENDED:.0%} of those that are left."] if asked.tries > 1 else []),
    )
    return replace(scaled(once, 1.0, _turns(asked.tries), float(asked.tries)), notes=(*notes, *once.notes))


def _turns(tries: int) -> float:
    """How often a flagged row is asked about, where each try mends MENDED of those that are left."""
    return sum((1 - MENDED) ** turn for turn in range(tries))


def unseen_quote(runs: Runs, asked: Repairing, checking: Quote, again: Quote, watched: Watched) -> Quote:
    """What checks that ask a model, the repair and the checks behind it will come to, where nobody has been asked yet.

    Args:
        checking, again: the quotes of the first checks, with the questions of a gate, and of those behind each repair.

    Which rows will be flagged is not known: between none and all, and for the expected figures FLAGGED of them, of which each try mends MENDED.

    Raises:
        NotFound: a reason names what is not checked. Invalid: there is no model.
    """
    made = with_known(asked.recipe([reason_of(one, asked.checks.names) for one in asked.why]), runs.lab.table)
    read = carried_out(runs, recipe(asked.at, replace(asked.checks, steps={}), asked.means, asked.plugins), watched)
    count, sample = read.kept, [_suspect(row) for row in islice(runs.rows(read.run), WEIGHED)]
    position = next(place for place, step in enumerate(made.steps) if step.kind == "transform.repair")
    questions = weighed(made.model_copy(update={"steps": [*map(_of_all, made.steps)]}), position, sample, count, runs.lab.files)
    each = quoted(made, Estimate(rows=count, asked={position: questions} if count else {}))
    tries = float(asked.tries)
    repair = scaled(each, 0.0, FLAGGED * _turns(asked.tries), tries)
    notes = (
        f"The checks ask about all rows once, and once more behind each of {asked.tries} {'try' if asked.tries == 1 else 'tries'} of the repair.",
        f"Which rows they flag is known only when they have been asked: between none and all {count:,}, and {FLAGGED:.0%} assumed, of which each try "
        f"mends {MENDED:.0%}. Carry the checks out without --fix first to know.",
    )
    return together([checking, scaled(again, tries, tries, tries), repair], notes)


def _of_all(step: Step) -> Step:
    return step.model_copy(update={"flags": []}) if step.kind == "transform.repair" else step


def _suspect(row: Row) -> Row:
    """The row as if a check had flagged it whole."""
    return replace(row, origin={**row.origin, "flags": [Flag("check", "reason").dump()]})


def _flagged(rows: Iterable[Row], names: Names, wanted: Sequence[Reason]) -> Iterator[Row]:
    def hit(flag: Flag) -> bool:
        return _meant((names.check(flag.check) or "", flag.reason), wanted)

    return (row for row in rows if any(map(hit, flags_of(row))))
