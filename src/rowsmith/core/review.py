"""What people think of a row: reviews, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rowsmith.core.errors import Invalid, Problem, choose
from rowsmith.core.expressions import Expression
from rowsmith.core.row import REVIEWS, Json

Verdict = Literal["", "accept", "reject"]

Kind = Literal["disagreement", "uncertain", "audit", "adjudicate", "active"]
"""Why rows stand in a queue."""

NOTHING: dict[str, Json] = {
    "count": 0, "people": 0, "verdict": None, "accepted": 0, "rejected": 0, "score": None, "label": None, "labels": {},
    "differ": False, "outdated": 0,
}  # fmt: skip
"""What the reviews of a row come to that has none. Its keys are what expressions know of reviews: `reviews.verdict`, `reviews.score` ..."""


@dataclass(frozen=True, slots=True)
class Review:
    """What someone thinks of a row, as it said at the time: `hash` (32 hexadecimal digits) names its data then. `fields` are the columns that
    the reviewer gave other values; the hash is of what the row says with them. `n` numbers reviews, `branch` is where it was made.
    `decides`: it was given where others differed, and counts alone."""

    n: int
    row: str
    hash: str
    verdict: Verdict
    score: float | None
    label: str | None
    note: str | None
    fields: dict[str, Json] | None
    author: str
    created_at: float
    branch: str
    decides: bool = False

    def dump(self, current: str | None = None) -> dict[str, Any]:
        """As plain data. `current` is the hash of what the row says now: the review then says whether it is of that (`current`)."""
        said = asdict(self)
        return said if current is None else {**said, "current": self.hash == current}


def summary(reviews: Iterable[Review], current: str) -> dict[str, Json]:
    """What the reviews of a row come to: how many there are of what it says now (`current`, its hash) and of how many `people`, how many accepted
    and rejected it, the mean of their scores, their labels with how many gave each, and how many reviews are of an older text (`outdated`).
    `verdict` and `label` are what more people say than anything else (None: nobody does, or as many say otherwise); they `differ` where not all
    who gave a verdict, or a label, gave the same.

    Of each person the newest verdict, score and label count; where a review decides, the newest such alone.
    """
    every = sorted(reviews, key=lambda review: (review.created_at, review.n))
    of_it = [review for review in every if review.hash == current]
    verdicts, scores, labels = (counting(of_it, part) for part in ("verdict", "score", "label"))
    counts, named = Counter(verdicts.values()), Counter(labels.values())
    return {
        "count": len(of_it), "people": len({review.author for review in of_it}), "verdict": _most(counts), "accepted": counts["accept"],
        "rejected": counts["reject"], "score": sum(scores.values()) / len(scores) if scores else None, "label": _most(named),
        "labels": dict(sorted(named.items())), "differ": len(counts) > 1 or len(named) > 1, "outdated": len(every) - len(of_it),
    }  # fmt: skip


def _most(counts: Counter[str]) -> str | None:
    (name, most), (_, second) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return name if most > second else None


def unknown_names(expression: Expression) -> list[Problem]:
    """What an expression names of reviews that they do not have."""
    named = dict.fromkeys(path[1] for path in expression.paths if path[0] == REVIEWS and len(path) > 1)
    return [Problem(f"Reviews have no {name!r}.", choose(name, [*NOTHING])) for name in named if name not in NOTHING]


def require_known(expression: Expression) -> None:
    """Raises Invalid where it names something of reviews that they do not have."""
    for problem in unknown_names(expression):
        raise Invalid(problem.what, problem.fix)


def of_people(reviews: Iterable[Review], part: str) -> dict[str, Any]:
    """The newest verdict, score or label of each person; `reviews` are of one text, oldest first. Those that decide are left out."""
    return {one.author: getattr(one, part) for one in reviews if not one.decides and getattr(one, part) not in (None, "")}


def counting(reviews: Sequence[Review], part: str) -> dict[str, Any]:
    """The verdicts, scores or labels that count, by person: of each the newest, or, where a review decides, the newest of those alone."""
    deciding = [one for one in reviews if one.decides and getattr(one, part) not in (None, "")]
    return {deciding[-1].author: getattr(deciding[-1], part)} if deciding else of_people(reviews, part)
