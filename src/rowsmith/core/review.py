"""What people think of a row: reviews, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rowsmith.core.row import Json

Verdict = Literal["", "accept", "reject"]

REVIEWS = "reviews"
"""What expressions call the reviews of a row, beside its columns."""
NOTHING: dict[str, Json] = {"count": 0, "accepted": 0, "rejected": 0, "score": None, "labels": {}, "outdated": 0}
"""What the reviews of a row come to that has none."""


@dataclass(frozen=True, slots=True)
class Review:
    """What someone thinks of a row, as it said at the time: `hash` (32 hexadecimal digits) names its data then. `fields` are the columns that
    the reviewer gave other values; the hash is of what the row says with them. `n` numbers reviews, `branch` is where it was made."""

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

    def dump(self, current: str | None = None) -> dict[str, Any]:
        """As plain data. `current` is the hash of what the row says now: the review then says whether it is of that (`current`)."""
        said = asdict(self)
        return said if current is None else {**said, "current": self.hash == current}


def summary(reviews: Iterable[Review], current: str) -> dict[str, Json]:
    """What the reviews of a row come to: how many there are of what it says now (`current`, its hash), how many people accepted and rejected
    it, the mean of their scores, their labels with how many gave each, and how many reviews are of an older text (`outdated`).

    Of each person the newest verdict, score and label count.
    """
    every = sorted(reviews, key=lambda review: (review.created_at, review.n))
    of_it = [review for review in every if review.hash == current]
    verdicts = {review.author: review.verdict for review in of_it if review.verdict}
    scores = {review.author: review.score for review in of_it if review.score is not None}
    labels = {review.author: review.label for review in of_it if review.label is not None}
    counts = Counter(verdicts.values())
    return {
        "count": len(of_it), "accepted": counts["accept"], "rejected": counts["reject"],
        "score": sum(scores.values()) / len(scores) if scores else None, "labels": dict(sorted(Counter(labels.values()).items())),
        "outdated": len(every) - len(of_it),
    }  # fmt: skip
