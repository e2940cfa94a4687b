"""Whether a dataset passes a gate (engine.gate_files): each of its requirements, and each rule over all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from rowsmith.app.quality_checks import JUDGE
from rowsmith.app.quality_figures import Names
from rowsmith.app.quality_result import Assessed, RowFlag, RowName, between
from rowsmith.app.quality_run import Target
from rowsmith.core.distributions import wilson
from rowsmith.core.expressions import Expression, parse
from rowsmith.core.patterns import Pattern, TooSlow
from rowsmith.core.quality import GRADES, Part
from rowsmith.core.review import unknown_names
from rowsmith.core.row import REVIEWS, Row
from rowsmith.core.said import Part as Said
from rowsmith.core.said import within
from rowsmith.engine.gate_files import Bounds, Gate, RowRule, limit
from rowsmith.steps.score.question import Question

SHOWN = 20
"""Most rows that break a rule which are named."""
_Z = 1.96
"""Intervals of 95 %."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What one requirement came to: what was wanted and found, and for a rule over rows how many break it, and the first of them; where a model was
    asked also why it says so of these, and the interval of the share that keeps the rule."""

    name: str
    passed: bool
    wanted: str
    found: str
    message: str = ""
    broken: int = 0
    rows: tuple[RowName, ...] = ()
    reasons: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        interval = None if self.interval is None else list(self.interval)
        return {**asdict(self), "rows": list(self.rows), "reasons": list(self.reasons), "interval": interval}


def with_reviews(at: Target, gate: Gate | None) -> Target:
    """The target, with what people think of its rows where a rule names that."""
    if gate is None or not any(REVIEWS in condition.columns for _, condition in _conditions(gate)):
        return at
    if at.version is None:
        return replace(at, notes=(*at.notes, "A rule of the gate names reviews, and a file has none: of its rows they are NULL."))
    return replace(at, source={**at.source, REVIEWS: True})


def _conditions(gate: Gate) -> Iterator[tuple[RowRule, Expression]]:
    for rule in gate.rules:
        yield from ((rule, parse(text)) for text in (rule.expect, rule.where) if text)


class Watch:
    """The rules over rows; sees each row as it is counted."""

    def __init__(self, gate: Gate, names: Names) -> None:
        self._gate = gate
        asked = questions(gate)
        self._rules = [_Asked(rule, asked[rule.name]) if rule.asks else _Rule(rule) for rule in gate.rules]
        self._names = names
        self._seen = False
        self.flagged = 0

    def see(self, row: Row, said: list[Said], flags: list[RowFlag]) -> None:
        """Take a row."""
        if not self._seen and REVIEWS not in row.data:  # a column of that name goes before what people think
            self._require_known()
        self._seen = True
        self.flagged += bool(flags)
        scope = row.scope
        for rule in self._rules:
            try:
                rule.see(row, said, scope, self._names)
            except TooSlow as slow:
                raise self._gate.problem(rule.rule, slow.what, slow.fix) from None

    def ruled(self) -> Iterator[Ruled]:
        """What each rule came to."""
        return (rule.ruled() for rule in self._rules)

    def _require_known(self) -> None:
        for rule, condition in _conditions(self._gate):
            for problem in unknown_names(condition):
                raise self._gate.problem(rule, problem.what, problem.fix)


class _Rule:
    def __init__(self, rule: RowRule) -> None:
        self.rule, self._rows, self._broken = rule, 0, 0
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
        rule, share = self.rule, 1 - self._broken / self._rows if self._rows else 1.0
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
    pattern, wanted = Pattern(rule.matches or rule.lacks), bool(rule.matches)
    return lambda said, scope: any(pattern.search(part.text) for part in said if within(part, rule.within)) is wanted


class _Asked:
    """A rule that a model was asked about: what it said stands in the rows' scores."""

    def __init__(self, rule: RowRule, step: Question) -> None:
        self.rule, self._step = rule, step
        self._rows = self._asked = self._silent = 0
        self._broken: list[tuple[RowName, str]] = []
        self._held = 0

    def see(self, row: Row, said: list[Said], scope: dict[str, Any], names: Names) -> None:
        if not self._step.applies(row):
            return
        self._rows += 1
        if not self._step.asks(row):
            return
        self._asked += 1
        told = row.scores.get(self._step.into)
        if told is not None and told["holds"]:
            self._held += 1
            return
        self._silent += told is None
        if len(self._broken) < SHOWN:
            self._broken.append((names.row(row), "" if told is None else told["reason"]))

    def ruled(self) -> Ruled:
        rule, asked = self.rule, self._asked
        of = "every row" if rule.share == 1 else f"{rule.share:.4g} of the rows"
        low, high = wilson(self._held, asked, _Z) if rule.sample < 1 else (self._held / asked, self._held / asked) if asked else (0.0, 1.0)
        passed = not self._rows or (asked > 0 and (low >= rule.share or self._held == asked == self._rows))
        found = f"{self._held:,} of {asked:,} rows"
        if rule.sample < 1:
            found += f" asked, of {self._rows:,}: {low:.1%} to {high:.1%} of them"
        if self._silent:
            found += f"; {self._silent:,} without a usable answer"
        rows, reasons = tuple(name for name, _ in self._broken), tuple(why for _, why in self._broken)
        interval = (round(low, 6), round(high, 6))
        wanted = f"yes to {rule.asks!r}, in {of}"
        return Ruled(rule.name, passed, wanted, found, "" if passed else rule.message, asked - self._held, rows, reasons, interval)


def questions(gate: Gate) -> dict[str, Question]:
    """The steps that ask models about the rules of a gate, by the rules' names."""
    return {rule.name: _question(number, rule) for number, rule in enumerate(gate.rules, 1) if rule.asks}


def _question(number: int, rule: RowRule) -> Question:
    told: dict[str, Any] = {"question": rule.asks, "within": rule.within, "where": rule.where or None, "sample": rule.sample, "seed": rule.seed}
    named = {"name": f"rule {number}", "into": f"rule_{number}", "model": role(number, rule)}
    return Question.model_validate({**told, **named, "required": False})


def role(number: int, rule: RowRule) -> str:
    """The role of the model that a rule asks."""
    return f"rule_{number}" if rule.model else JUDGE


def models(gate: Gate, given: bool) -> dict[str, dict[str, str]]:
    """The models that rules name, by their roles.

    Raises:
        Invalid: a rule asks a model, and none is `given` by --model nor by the rule.
    """
    found = {}
    for number, rule in enumerate(gate.rules, 1):
        if rule.asks and not rule.model and not given:
            raise gate.problem(rule, "it asks a model, and none is given.", "Name it in the rule, model: provider/name, or by --model provider/name.")
        if rule.model:
            found[role(number, rule)] = {"model": rule.model, **({"base_url": rule.base_url} if rule.base_url else {})}
    return found


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
        worst, told = (found.grade, found.grade) if found.between is None else (found.between[0], f"{found.grade}, {between(found.between)}")
        yield Ruled("grade", GRADES.index(worst) <= GRADES.index(gate.grade), f"at least {gate.grade}", told)
    parts = {part.name: part for part in found.parts}
    for name, grade in gate.parts.items():
        part = parts.get(name)
        good = part is not None and GRADES.index(part.grade) <= GRADES.index(grade)
        yield Ruled(f"parts.{name}", good, f"at least {grade}", _not_measured(name, found) if part is None else part.grade)
    if gate.diversity is not None:
        yield _number("diversity", gate.diversity, parts.get("diversity"), found)
    if gate.topics is not None:
        yield _number("topics", gate.topics, parts.get("topics"), found)


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
