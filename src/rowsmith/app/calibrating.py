"""What scores are worth, by the reviews of people: a threshold of which precision is shown, and how far scores and people agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.core import agreement
from rowsmith.core.calibration import Calibration, calibrated, drawn_alike
from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import Expression, parse_value
from rowsmith.core.review import Review, counting, of_people

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

UNLIKELY = 0.01
"""Labelled rows whose scores are less likely than this to be drawn at random are warned of."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a score and people agree. `area`: how often an accepted row scores higher than a rejected one; `pearson`, `spearman`: with the scores
    that people gave, over `scored` rows; `alpha`: of people with each other over `shared` rows. None where it cannot be
    told."""

    area: float | None
    scored: int
    pearson: float | None
    spearman: float | None
    shared: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A score held against the reviews of a dataset. `where` is the condition that keeps the promise; `rows` have the score, `accepted` of them pass.
    `notes` say what makes the figures doubtful."""

    score: str
    calibration: Calibration
    agreement: Agreement
    rows: int
    accepted: int | None
    where: str
    notes: tuple[str, ...]

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
    from rowsmith.app.datasets import Datasets
    from rowsmith.app.reviews import Reviews, scope
    from rowsmith.store.reviews import said_now

    for name, share in (("precision", precision), ("confidence", confidence)):
        if not 0 < share < 1:
            raise Invalid(f"The {name} {share:g} is no share between 0 and 1.", "Give one such as 0.9.")
    expression = parse_value(score)
    reviews, every, labelled, numbers, ratings = Reviews(lab, project), [], [], [], []
    for row, said in reviews.beside(spoken, Datasets(lab, project).rows(spoken)):
        current = said_now(row) if said else ""
        of_it = [one for one in said if one.hash == current]
        people = _verdicts(of_it)
        if len(people) > 1:
            ratings.append(people)
        value = _number(expression, scope(row, said))
        if value is None:
            continue
        every.append(value)
        if (good := _majority(counting(of_it, "verdict"))) is not None:
            labelled.append((value, good))
        scores = [one.score for one in {one.author: one for one in of_it if one.score is not None}.values() if one.score is not None]
        numbers += [(value, sum(scores) / len(scores))] if scores else []
    _require(score, spoken, every, labelled)
    found = calibrated(labelled, precision, confidence)
    agreed = Agreement(
        agreement.area(labelled), len(numbers), agreement.pearson(numbers), agreement.spearman(numbers), len(ratings), agreement.alpha(ratings)
    )
    accepted = None if found.threshold is None else sum(value >= found.threshold for value in every)
    where = "" if found.threshold is None else f"{score} >= {found.threshold:g}"
    return Calibrated(score, found, agreed, len(every), accepted, where, tuple(_notes(spoken, found, agreed, labelled, every)))


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
