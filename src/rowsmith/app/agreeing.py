"""How far people agree who have reviewed the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.core import people
from rowsmith.core.people import Agreed
from rowsmith.core.review import Review, of_people

if TYPE_CHECKING:
    from rowsmith.app.reviews import Reviews


@dataclass(frozen=True, slots=True)
class PeopleAgree:
    """Of verdicts and of labels: Cohen's kappa of each two people (`a > b`), Fleiss' kappa and Krippendorff's alpha of all; of each label Fleiss'
    kappa (`per_label`); of scores Krippendorff's alpha. Reviews that decide are left out."""

    verdicts: Mapping[str, Any]
    labels: Mapping[str, Any]
    per_label: Mapping[str, Agreed]
    scores: Agreed

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def agreed(reviews: Reviews, spoken: str) -> PeopleAgree:
    """See Reviews.agreement."""
    parts: dict[str, list[dict[str, Any]]] = {"verdict": [], "label": [], "score": []}
    by_row: dict[str, list[Review]] = {}
    for one in reversed(reviews.list(spoken)):
        if one.current:
            by_row.setdefault(one.review.row, []).append(one.review)
    for part, found in parts.items():
        found += [answers for said in by_row.values() if len(answers := of_people(said, part)) > 1]
    verdicts, labels = (_of_names(parts[part]) for part in ("verdict", "label"))
    scores = people.alpha([list(one.values()) for one in parts["score"]], numbers=True)
    return PeopleAgree(verdicts, labels, people.per_label(parts["label"]), scores)


def _of_names(ratings: list[dict[str, Any]]) -> dict[str, Any]:
    every = [list(one.values()) for one in ratings]
    return {
        "cohen": {f"{a} > {b}": people.cohen(pairs) for (a, b), pairs in people.each_pair(ratings).items()},
        "fleiss": people.fleiss(every), "alpha": people.alpha(every),
    }  # fmt: skip
