"""What scores are worth, by the reviews of people: a threshold of which precision is shown, and how far scores and people agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.app.cautions import CALIBRATED
from rowsmith.app.judged_rows import Gathered, JudgedScore
from rowsmith.core import agreement
from rowsmith.core.agreement import Interval
from rowsmith.core.calibration import Calibration, calibrated, drawn_alike
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import Expression, parse_value
from rowsmith.core.people import alpha, cohen
from rowsmith.core.review import Review, counting, of_people
from rowsmith.core.row import Row
from rowsmith.store import events

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

UNLIKELY = 0.01
"""Labelled rows whose scores are less likely than this to be drawn at random are warned of."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a score and people agree. `area`: how often an accepted row scores higher than a rejected one; `pearson`, `spearman`: with the scores
    that people gave, over `scored` rows; `kappa`: of passing the threshold and being accepted; `alpha`: of people with each other over `shared` rows.
    The intervals hold them in 95 %. None where it cannot be told."""

    area: float | None
    scored: int
    pearson: float | None
    pearson_interval: Interval | None
    spearman: float | None
    spearman_interval: Interval | None
    kappa: float | None
    kappa_interval: Interval | None
    shared: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A score held against the reviews of a dataset. `where` is the condition that keeps the promise; `rows` have the score, `accepted` of them pass.
    `notes` say what makes the figures doubtful; `judges` are those that the score is of."""

    score: str
    calibration: Calibration
    agreement: Agreement
    rows: int
    accepted: int | None
    where: str
    notes: tuple[str, ...]
    judges: tuple[JudgedScore, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def calibrate(lab: Lab, project: str, spoken: str, score: str, precision: float, confidence: float = 0.95) -> Calibrated:
    """From which score on rows are accepted by people; see `rowsmith calibrate`.

    Args:
        spoken: a dataset, dataset@branch or @version, with reviews.
        score: what gives a row its number, an expression over it (core.expressions), such as `scores.judge.overall`; higher is better.
        precision, confidence: shares in (0, 1).

    Raises:
        NotFound: there is no such dataset. Invalid: a share is none, the expression gives no numbers, or nobody has accepted or rejected a row.
    """
    require_shares(precision=precision, confidence=confidence)
    every, labelled, numbers = list[float](), list[tuple[float, bool]](), list[tuple[float, float]]()
    ratings, judges = list[Mapping[str, str]](), Gathered()
    for one in valued(lab, project, spoken, score):
        if len(one.people) > 1:
            ratings.append(one.people)
        if one.value is None:
            continue
        every.append(one.value)
        if one.good is not None:
            labelled.append((one.value, one.good))
        numbers += [] if one.scored is None else [(one.value, one.scored)]
        judges.add(one.row, one.thought, one.good)
    _require(score, spoken, every, labelled)
    found = calibrated(labelled, precision, confidence)
    agreed = _agreement(numbers, labelled, ratings, found.threshold)
    accepted = None if found.threshold is None else sum(value >= found.threshold for value in every)
    where = "" if found.threshold is None else f"{score} >= {found.threshold:g}"
    scores = tuple(one for one in judges.figures(alpha([list(one.values()) for one in ratings])) if names(score, one.score))
    notes = [*_notes(spoken, found, agreed, labelled, every), *(said for one in scores for said in one.warnings)]
    done = Calibrated(score, found, agreed, len(every), accepted, where, tuple(notes), scores)
    if where:
        note_threshold(lab, project, spoken, done)
    return done


@dataclass(frozen=True, slots=True)
class Valued:
    """A row beside what people think of it as it stands: their verdicts, whether more accept than reject it, and the mean of their scores."""

    row: Row
    value: float | None
    people: Mapping[str, str]
    good: bool | None
    scored: float | None

    @property
    def thought(self) -> float | None:
        """Their mean score, else 1 where more accept than reject it and 0 where fewer do."""
        return self.scored if self.scored is not None else None if self.good is None else float(self.good)


def valued(lab: Lab, project: str, spoken: str, score: str) -> Iterator[Valued]:
    """The rows of a dataset with what an expression gives them.

    Raises:
        NotFound: there is no such dataset. Invalid: the expression is none.
    """
    from rowsmith.app.datasets import Datasets
    from rowsmith.app.reviews import Reviews, scope
    from rowsmith.store.reviews import said_now

    expression = parse_value(score)
    for row, said in Reviews(lab, project).beside(spoken, Datasets(lab, project).rows(spoken)):
        current = said_now(row) if said else ""
        of_it = [one for one in said if one.hash == current]
        people = _verdicts(of_it)
        scores = [one.score for one in {one.author: one for one in of_it if one.score is not None}.values() if one.score is not None]
        mean = sum(scores) / len(scores) if scores else None
        yield Valued(row, _number(expression, scope(row, said)), people, _majority(counting(of_it, "verdict")), mean)


def require_shares(**shares: float) -> None:
    """Raise Invalid for one that is no share."""
    for name, share in shares.items():
        if not 0 < share < 1:
            raise Invalid(f"The {name} {share:g} is no share between 0 and 1.", "Give one such as 0.9.")


def names(score: str, judge: str) -> bool:
    """Whether an expression speaks of this score."""
    return re.search(rf"\bscores\.\"?{re.escape(judge)}\"?(\.|\b)", score) is not None


def note_threshold(lab: Lab, project: str, spoken: str, done: Calibrated) -> None:
    """An event: which threshold was shown, and of which judge, so that its use with another one can be warned of."""
    judges = {one.score: {"by": sorted(one.by), "rubrics": sorted(one.rubrics)} for one in done.judges}
    facts = {"dataset": spoken, "where": done.where, "precision": done.calibration.precision, "confidence": done.calibration.confidence}
    with lab.db.write() as conn:
        events.note(conn, lab.db.now(conn), project, CALIBRATED, {**facts, "judges": judges, "by": lab.who})


def _agreement(
    numbers: Sequence[tuple[float, float]], labelled: Sequence[tuple[float, bool]], ratings: Sequence[Mapping[str, str]], threshold: float | None
) -> Agreement:
    plain, ranked = agreement.pearson(numbers), agreement.spearman(numbers)
    passing = cohen([(value >= threshold, good) for value, good in labelled] if threshold is not None else [])
    held = None if passing.low is None or passing.high is None else (passing.low, passing.high)
    around = agreement.correlation_interval
    return Agreement(
        agreement.area(labelled), len(numbers), plain, around(plain, len(numbers)), ranked, around(ranked, len(numbers), ranked=True),
        passing.value, held, len(ratings), alpha([list(one.values()) for one in ratings]).value,
    )  # fmt: skip


def _verdicts(reviews: Sequence[Review]) -> dict[str, str]:
    """The newest verdict of each person."""
    return of_people(reviews, "verdict")


def _majority(people: Mapping[str, str]) -> bool | None:
    """Whether more accept a row than reject it; None where as many do."""
    for_it = sum(1 if verdict == "accept" else -1 for verdict in people.values())
    return for_it > 0 if for_it else None


def _number(expression: Expression, scope: Mapping[str, Any]) -> float | None:
    value = expression.value(scope)
    return float(value) if isinstance(value, int | float) else None


def _require(score: str, spoken: str, every: Sequence[float], labelled: Sequence[tuple[float, bool]]) -> None:
    if not every:
        raise Invalid(f"{score!r} gives no number for any row of {spoken}.", f"Look at a row's scores: rowsmith rows {spoken} --limit 1 --json.")
    if not labelled:
        raise Invalid(
            f"Nobody has accepted or rejected a row of {spoken} that has this score.",
            f"Draw rows at random (rowsmith rows {spoken} --sample 100) and say of each: rowsmith review add {spoken} ROW --accept, or --reject.",
        )


def _notes(
    spoken: str, found: Calibration, agreed: Agreement, labelled: Sequence[tuple[float, bool]], every: Sequence[float]
) -> list[str]:  # fmt: skip
    notes = []
    if len(set(every)) == 1:
        notes.append(f"All {len(every):,} rows have the score {every[0]:g}: it tells nothing apart.")
    elif drawn_alike([value for value, _ in labelled], every) < UNLIKELY:
        notes.append(
            "The labelled rows do not look drawn at random: their scores differ from those of all rows. "
            f"Label others: rowsmith rows {spoken} --sample 100."
        )
    if agreed.area is not None and agreed.area < 0.5:
        notes.append(f"Rejected rows score higher than accepted ones ({agreed.area:.2f}): the score runs the other way, or measures something else.")
    if found.threshold is None and found.needed is not None:
        notes.append(f"No threshold shows it yet; about {found.needed:,} labelled rows would do, if they go on like these.")
    if found.threshold is None and found.needed is None:
        notes.append("No threshold looks good enough: the score does not separate what people accept from what they reject.")
    return notes
