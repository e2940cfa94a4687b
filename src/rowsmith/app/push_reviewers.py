"""`argilla:WORKSPACE/NAME` and `label-studio:TITLE`: rows go to people who review them, and their reviews come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rowsmith.app.reviewers import Pushed, Reviewers

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets
    from rowsmith.app.taking_reviews import Pulled

OPTIONS = ("where",)
PULLED = ("dry_run",)


def push(datasets: Datasets, spoken: str, place: str, heard: Callable[[str], None], *, where: str | None = None) -> Pushed:
    """See Reviewers.push."""
    return Reviewers(datasets.lab, datasets.project).push(spoken, place, where=where)


def pull(datasets: Datasets, place: str, into: str, *, dry_run: bool = False) -> Pulled:
    """See Reviewers.pull."""
    return Reviewers(datasets.lab, datasets.project).pull(place, into, dry_run=dry_run)
