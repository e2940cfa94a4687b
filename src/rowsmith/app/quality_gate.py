"""Whether a dataset passes a gate (engine.gate_files): each of its requirements, and each rule over all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.app.quality_figures import Names
from rowsmith.app.quality_result import Assessed, RowFlag, RowName
from rowsmith.core.expressions import parse
from rowsmith.core.quality import GRADES, Part
from rowsmith.core.row import Row
from rowsmith.core.said import Part as Said
from rowsmith.engine.gate_files import Bounds, Gate, RowRule, limit

SHOWN = 20
"""Most rows that break a rule which are named."""
_ROLES = ("system", "question", "context", "answer", "rejected", "label", "other")


@dataclass(frozen=True, slots=True)
class Ruled:
    """What one requirement came to: what was wanted and found, and for a rule over rows how many break it, and the first of them."""

    name: str
    passed: bool
    wanted: str
    found: str
    message: str = ""
    broken: int = 0
    rows: tuple[RowName, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "rows": list(self.rows)}


class Watch:
    """The rules over rows; sees each row as it is counted."""

    def __init__(self, gate: Gate, names: Names) -> None:
        self._rules = [_Rule(rule) for rule in gate.rules]
        self._names = names
        self.flagged = 0

    def see(self, row: Row, said: list[Said], flags: list[RowFlag]) -> None:
        """Take a row."""
        self.flagged += bool(flags)
        scope = row.scope
        for rule in self._rules:
            rule.see(row, said, scope, self._names)

    def ruled(self) -> Iterator[Ruled]:
        """What each rule came to."""
        return (rule.ruled() for rule in self._rules)


class _Rule:
    def __init__(self, rule: RowRule) -> None:
        self._rule, self._rows, self._broken = rule, 0, 0
        self._first: list[RowName] = []
        self._where = parse(rule.where) if rule.where else None
        self._holds = _kept(rule)

    def see(self, row: Row, said: list[Said], scope: dict[str, Any], names: Names) -> None:
        if self._where is not None and self._where.test(scope) is not True:
            return
        self._rows += 1
        if not self._holds(said, scope):
            self._broken += 1
            if len(self._first) < SHOWN:
                self._first.append(names.row(row))

    def ruled(self) -> Ruled:
        rule, share = self._rule, 1 - self._broken / self._rows if self._rows else 1.0
        wanted = rule.expect or (f"matches {rule.matches}" if rule.matches else f"lacks {rule.lacks}")
        of = "every row" if rule.share == 1 else f"{rule.share:.4g} of the rows"
        passed = not self._broken if rule.share == 1 else share >= rule.share
        found = f"{self._rows - self._broken:,} of {self._rows:,} rows"
        return Ruled(rule.name, passed, f"{wanted}, in {of}", found, "" if passed else rule.message, self._broken, tuple(self._first))


def _kept(rule: RowRule) -> Callable[[list[Said], dict[str, Any]], bool]:
    """Whether a row keeps a rule, from its texts and its scope."""
    if rule.expect:
        expected = parse(rule.expect)
        return lambda said, scope: expected.test(scope) is True
    pattern, wanted = re.compile(rule.matches or rule.lacks), bool(rule.matches)
    return lambda said, scope: any(pattern.search(text) for text in _texts(rule, said)) is wanted


def _texts(rule: RowRule, said: list[Said]) -> Iterator[str]:
    within = rule.within
    for part in said:
        if not within or part.path == within or part.path.startswith(f"{within}.") or (within in _ROLES and part.role == within):
            yield part.text


def passed(gate: Gate, found: Assessed, watch: Watch) -> dict[str, Any]:
    """What the gate says: {name, passed, rules: [{name, passed, wanted, found, message, broken, rows}]}."""
    ruled = [*_of_rows(gate, found, watch), *_of_grades(gate, found), *_of_flags(gate, found), *_of_scores(gate, found), *watch.ruled()]
    return {"name": gate.name, "passed": all(one.passed for one in ruled), "rules": [one.dump() for one in ruled]}


def _of_rows(gate: Gate, found: Assessed, watch: Watch) -> Iterator[Ruled]:
    wanted = Bounds(at_least=gate.rows.at_least, at_most=gate.rows.at_most)
    yield Ruled("rows", wanted.hold(found.rows), f"{wanted} rows", f"{found.rows:,}")
    unread = sum(found.unread.values())
    if gate.rows.all_read or gate.rows.all_pass:
        told = ", ".join(f"{reason} {n:,}" for reason, n in found.unread.items())
        yield Ruled("rows.all_read", not unread, "every row is read and checked", f"{unread:,} are not ({told})" if unread else "all are")
    if gate.rows.all_pass:
        yield Ruled("rows.all_pass", not watch.flagged, "no row is flagged", f"{watch.flagged:,} are")


def _of_grades(gate: Gate, found: Assessed) -> Iterator[Ruled]:
    if gate.grade is not None:
        yield Ruled("grade", GRADES.index(found.grade) <= GRADES.index(gate.grade), f"at least {gate.grade}", found.grade)
    parts = {part.name: part for part in found.parts}
    for name, grade in gate.parts.items():
        part = parts.get(name)
        good = part is not None and GRADES.index(part.grade) <= GRADES.index(grade)
        yield Ruled(f"parts.{name}", good, f"at least {grade}", _not_measured(name, found) if part is None else part.grade)
    if gate.diversity is not None:
        yield _number("diversity", gate.diversity, parts.get("diversity"), found)


def _number(name: str, bounds: Bounds, part: Part | None, found: Assessed) -> Ruled:
    told = _not_measured(name, found) if part is None else f"{part.score:.4g}"
    return Ruled(name, part is not None and bounds.hold(part.score), str(bounds), told)


def _of_flags(gate: Gate, found: Assessed) -> Iterator[Ruled]:
    parts = {part.name: part for part in found.parts}
    for spoken, given in gate.flags.items():
        most, is_share = limit(given)
        check, reason = _check_of(spoken, found)
        wanted = f"at most {given} of the rows" if is_share else f"at most {given} rows"
        if check not in found.counts or check not in parts:
            yield Ruled(f"flags.{spoken}", False, wanted, _not_measured(check, found))
            continue
        n = found.counts[check].get(reason, 0) if reason else parts[check].flagged
        good = n <= most * parts[check].rows if is_share else n <= most
        yield Ruled(f"flags.{spoken}", good, wanted, f"{n:,} of {parts[check].rows:,} rows", broken=n)


def _check_of(spoken: str, found: Assessed) -> tuple[str, str]:
    """Check and reason; the name of a check that is the kind of a step has a dot itself."""
    if spoken in found.checks:
        return spoken, ""
    check, _, reason = spoken.rpartition(".")
    return (check, reason) if check else (spoken, "")


def _of_scores(gate: Gate, found: Assessed) -> Iterator[Ruled]:
    for name, wanted in gate.scores.items():
        measured = found.measures.get(name.removeprefix("scores."))
        for figure in ("mean", "low", "high", "count"):
            bounds: Bounds | None = getattr(wanted, figure)
            if bounds is None:
                continue
            value = None if measured is None else measured[figure]
            told = "no row has this score" if value is None else f"{value:.4g}"
            yield Ruled(f"scores.{name}.{figure}", value is not None and bounds.hold(value), str(bounds), told)


def _not_measured(check: str, found: Assessed) -> str:
    """What is not measured has not passed."""
    left = {one.check: one for one in found.not_measured}
    return f"not measured: {left[check].why}" if check in left else "not measured: the check is not among those that were carried out"
