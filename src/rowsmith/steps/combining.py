"""Several judgements of one row made one: by judges that differ, or by draws of one judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from rowsmith.core.rubric import Rubric

DISAGREEMENT = "disagreement"
"""Why a row is flagged of which judgements lie far apart."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one answer said: the model, and for each criterion {score, reason}."""

    by: str
    value: dict[str, Any]


def majority(scores: Sequence[float]) -> float:
    """The score that most give; among equals the one nearest to the median, the lower of two as near."""
    counts = Counter(scores)
    most, middle = max(counts.values()), median(scores)
    return min((score for score, n in counts.items() if n == most), key=lambda score: (abs(score - middle), score))


WAYS: dict[str, Callable[[Sequence[float]], float]] = {"mean": fmean, "median": median, "majority": majority}
"""How scores become one."""


def combined(said: Sequence[Judgement], by: Rubric, way: str, disagree: float) -> dict[str, Any]:
    """The score of each criterion with a reason, and `overall`; of several judgements also `spread`, `agreed` and `judgements`, as
    steps.score.judge has them."""
    out: dict[str, Any] = {}
    for name in by.criteria:
        score = WAYS[way]([one.value[name]["score"] for one in said])
        nearest = min(said, key=lambda one: abs(one.value[name]["score"] - score))
        out[name] = {"score": whole(round(score, 4)), "reason": nearest.value[name]["reason"]}
    out["overall"] = _overall(by, {name: out[name]["score"] for name in by.criteria})
    if len(said) == 1:
        return out
    each = [_told(one, by) for one in said]
    overall = [one["overall"] for one in each]
    spread = round(max(overall) - min(overall), 4)
    return {**out, "spread": whole(spread), "agreed": spread < disagree * (by.scale[1] - by.scale[0]), "judgements": each}


def whole(score: float) -> float:
    """8.0 is 8, so that equal scores are equal bytes."""
    return int(score) if score == int(score) else score


def _told(one: Judgement, by: Rubric) -> dict[str, Any]:
    scores = {name: whole(one.value[name]["score"]) for name in by.criteria}
    reasons = {name: one.value[name]["reason"] for name in by.criteria}
    return {"by": one.by, "overall": _overall(by, scores), "scores": scores, "reasons": reasons}


def _overall(by: Rubric, scores: dict[str, float]) -> float:
    weights = {name: one.weight for name, one in by.criteria.items()}
    return round(sum(weights[name] * score for name, score in scores.items()) / sum(weights.values()), 4)
