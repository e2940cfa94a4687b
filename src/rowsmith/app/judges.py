"""Judges: what the scores of a run give away about who gave them, and what becomes of them when the judge changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rowsmith.app.calibrating import names, require_shares, valued
from rowsmith.app.cautions import of_thresholds
from rowsmith.app.judged_rows import JudgedScore, gathered
from rowsmith.app.lab import Lab
from rowsmith.core.agreement import Interval, correlation_interval, spearman
from rowsmith.core.calibration import Calibration, calibrated
from rowsmith.core.distributions import share_interval
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import Expression, parse_value
from rowsmith.core.ids import canonical, digest
from rowsmith.core.paired import means
from rowsmith.core.row import Row

STEPS = ("score.judge", "score.preference")
"""The steps whose scores are those of a judge."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Verdicts that change with the judge: of `rows` so many rise over the threshold (`up`) or fall below it (`down`); `interval` holds the share
    of both in 95 %. Of the labelled rows that the new judge lets through so many are accepted by people (`accepted` of `passing`), at
    least `low` as sure as was asked for; `holds`: whether that still keeps the promise (None: nobody has labelled these rows)."""

    threshold: float
    rows: int
    up: int
    down: int
    interval: Interval
    passing: int
    accepted: int
    low: float | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Drift:
    """The same rows by two judges. `rows` have both scores and say the same; `others` have one score alone, `changed` say something else by now.
    `shift` is the mean of new - old with its interval of 95 % (Student), `spearman` the correlation of ranks. `judges` and `new_judges` count rows by
    model and rubric. `before` and `after` are the calibrations of both, by the same labels."""

    score: str
    new_score: str
    rows: int
    others: int
    changed: int
    old: float
    new: float
    shift: float
    interval: Interval | None
    spearman: float | None
    spearman_interval: Interval | None
    judges: Mapping[str, int]
    new_judges: Mapping[str, int]
    crossing: Crossing | None
    before: Calibration | None
    after: Calibration | None
    notes: tuple[str, ...]

    @property
    def shown(self) -> bool:
        """Whether the scores have shifted."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "shown": self.shown}


@dataclass(frozen=True, slots=True)
class OfRun:
    """The judges of a run: what their scores come to, and what else should be known."""

    scores: tuple[JudgedScore, ...]
    notes: tuple[str, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"scores": [one.dump() for one in self.scores], "notes": list(self.notes)}


class Judges:
    """The judges of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project

    def of(self, run: str) -> OfRun | None:
        """What the kept rows of a run tell of its judges; None where none has judged.

        Raises:
            NotFound: there is no such run.
        """
        from rowsmith.app.runs import Runs

        runs = Runs(self.lab, self.project)
        recipe = runs.get(run).recipe
        if not any(step["kind"] in STEPS for step in recipe["steps"]):
            return None
        return OfRun(gathered(runs.rows(run)), tuple(of_thresholds(self.lab, self.project, recipe)))

    def drift(
        self, spoken: str, score: str, *, to: str | None = None, against: str | None = None, threshold: float | None = None, precision: float = 0.9,
        confidence: float = 0.95,
    ) -> Drift:  # fmt: skip
        """What changes when another judge (model, rubric or prompt) scores the same rows.

        Args:
            spoken: the dataset with the old scores, and with reviews where there are any.
            score: what gives a row its old number; higher is better. to: what gives it the new one. Default: the same.
            against: what holds the new scores: the same rows in a dataset, dataset@version or run:r12. Default: the dataset itself.
            threshold: from which old score on rows pass. Default: the one that reviews show for this precision and confidence.

        Raises:
            NotFound: there is no such dataset or run. Invalid: there is nothing to compare.
        """
        require_shares(precision=precision, confidence=confidence)
        if to is None and against is None:
            raise Invalid("Nothing says where the new scores are.", "Give --to EXPR, another score of the same rows, or --against DATASET|run:RUN.")
        fresh = self._fresh(spoken if against is None else against, score if to is None else to)
        pairs, labels, judges, others, changed = list[tuple[float, float]](), list[bool | None](), Counter[str](), 0, 0
        new_judges: Counter[str] = Counter()
        for one in valued(self.lab, self.project, spoken, score):
            new = fresh.pop(one.row.id, None)
            if one.value is None or new is None:
                others += (one.value is None) != (new is None)
            elif new[1] != _said(one.row):
                changed += 1
            else:
                pairs.append((one.value, new[0]))
                labels.append(one.good)
                judges.update(_judges(one.row, score))
                new_judges.update(new[2])
        if not pairs:
            what = f"No row of {spoken} has both scores" + (f" and says the same: {changed:,} have changed." if changed else ".")
            raise Invalid(what, f"Judge the rows of {spoken} with the new judge: a recipe of read.dataset and score.judge; then --against run:RUN.")
        others += len(fresh)
        scores, promise = (score, score if to is None else to), (precision, confidence)
        return _drift(scores, pairs, labels, (judges, new_judges), (others, changed), threshold, promise)

    def _fresh(self, spoken: str, score: str) -> dict[str, tuple[float, bytes, list[str]]]:
        """By id the new score of each row, what it says (a hash), and its judges."""
        from rowsmith.app.datasets import Datasets

        expression, found = parse_value(score), dict[str, tuple[float, bytes, list[str]]]()
        for row in Datasets(self.lab, self.project).rows(spoken):
            if (value := _number(expression, row)) is not None:
                found[row.id] = value, _said(row), _judges(row, score)
        if not found:
            raise Invalid(f"{score!r} gives no number for any row of {spoken}.", f"Look at a row's scores: rowsmith rows {spoken} --limit 1 --json.")
        return found


def _number(expression: Expression, row: Row) -> float | None:
    value = expression.value(row.scope)
    return float(value) if isinstance(value, int | float) else None


def _said(row: Row) -> bytes:
    return digest(canonical(row.data))


def _judges(row: Row, score: str) -> list[str]:
    """The judges that an expression speaks of, with their rubrics."""
    told = [one for name, one in row.scores.items() if isinstance(one, dict) and "by" in one and names(score, name)]
    return [f"{' + '.join(one['by'])}" + (f" ({one['rubric']})" if "rubric" in one else "") for one in told]


def _drift(
    scores: tuple[str, str], pairs: Sequence[tuple[float, float]], labels: Sequence[bool | None], judges: tuple[Counter[str], Counter[str]],
    left: tuple[int, int], threshold: float | None, promise: tuple[float, float],
) -> Drift:  # fmt: skip
    n = len(pairs)
    old, new = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    labelled = [(a, b, good) for (a, b), good in zip(pairs, labels, strict=True) if good is not None]
    before = calibrated([(a, good) for a, _, good in labelled], *promise) if labelled else None
    after = calibrated([(b, good) for _, b, good in labelled], *promise) if labelled else None
    at = threshold if threshold is not None else before.threshold if before else None
    crossing = None if at is None else _crossing(at, pairs, labelled, promise)
    ranked = spearman(pairs)
    interval = means([[b - a] for a, b in pairs]) if n > 1 else None
    found = Drift(
        *scores, n, *left, old, new, new - old, interval, ranked, correlation_interval(ranked, n, ranked=True), dict(judges[0]),
        dict(judges[1]), crossing, before, after, (),
    )  # fmt: skip
    return replace(found, notes=tuple(_notes(found, promise)))


def _crossing(
    at: float, pairs: Sequence[tuple[float, float]], labelled: Sequence[tuple[float, float, bool]], promise: tuple[float, float]
) -> Crossing:
    precision, confidence = promise
    up, down = sum(a < at <= b for a, b in pairs), sum(b < at <= a for a, b in pairs)
    passing = [good for _, b, good in labelled if b >= at]
    low = share_interval(sum(passing), len(passing), 2 * (1 - confidence))[0] if labelled else None
    return Crossing(
        at, len(pairs), up, down, share_interval(up + down, len(pairs)), len(passing), sum(passing), low, None if low is None else low >= precision
    )  # fmt: skip


def _notes(found: Drift, promise: tuple[float, float]) -> Iterator[str]:
    same = set(found.judges) & set(found.new_judges)
    if found.judges and same == set(found.judges) == set(found.new_judges) and len(same) == 1:
        yield f"Both scores are by {next(iter(same))}: what differs is chance, or what a judge answers from one time to the next."
    for judges, which in ((found.judges, "old"), (found.new_judges, "new")):
        if len(judges) > 1:
            yield f"The {which} scores are by {len(judges)} judges: {', '.join(judges)}."
    if found.changed:
        yield f"{found.changed:,} rows say something else by now, and are in no figure."
    if found.crossing is None:
        yield "No threshold is known: reviews show none, and --threshold gives none. So nothing is said of verdicts."
        return
    if found.crossing.holds is False:
        if found.after is not None and found.after.threshold is not None:
            instead = f"{found.new_score} >= {found.after.threshold:g} does."
        else:
            instead = "no other threshold of the new judge does yet; calibrate anew, with more labels."
        yield f"With the new judge {found.crossing.threshold:g} is not shown to keep {promise[0]:.0%}: {instead}"
    if found.crossing.holds is None:
        yield "Nobody has accepted or rejected these rows, so whether the threshold still holds cannot be told."
