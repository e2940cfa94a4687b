"""Settles the tags of all rows, and scores how many of them each row brings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from pydantic import Field

from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Step
from rowsmith.steps.tagging import plain, settled


class TagNovelty(Step):
    """Settles the tags that `score.tags` gave and gives `scores.<into>` {tags, complexity, new, diversity}: the settled tags of the row, how many
    they are, how many of them no row before has, and which share of all settled tags the rows have up to there.

    Tags that fewer than `least` rows have go; those that are nearly the same (other order or endings of words) become the commonest of them. Rows
    are taken as they stand; with `complex_first` as InsTag takes them, those with most tags first, so that `new` above 0 names the rows of its
    selection. Rows without tags go on without the score. Source: Lu et al., "#InsTag", arXiv 2308.07074. Without a model.
    """

    tags: str = Field("tags", min_length=1, description="Name of the score that score.tags gave, or a column with a list of tags.")
    least: Annotated[int, Field(ge=1)] = Field(2, description="Rows that have to have a tag for it to stay.")
    complex_first: bool = Field(False, description="Whether rows with most tags come first.")
    into: str = Field("tag_novelty", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order; rows of earlier waves come before them."""
        same = settled((self._of(row) or [] for row in chain(kept, new)), self.least)
        own = [self._settled(self._of(row), same) for row in new]
        have = {tag for row in kept for tag in self._settled(self._of(row), same) or ()}
        every = max(1, len(set(same.values())))
        told: dict[int, tuple[int, float]] = {}
        for place in sorted(range(len(own)), key=lambda one: -len(own[one] or ())) if self.complex_first else range(len(own)):
            tags = own[place] or []
            fresh = len(set(tags) - have)
            have.update(tags)
            told[place] = fresh, round(len(have) / every, 4)
        for place, row in enumerate(new):
            tags_of = own[place]
            if tags_of is None:
                yield row
                continue
            fresh, diversity = told[place]
            yield row.with_scores({self.into: {"tags": tags_of, "complexity": len(tags_of), "new": fresh, "diversity": diversity}})

    def _of(self, row: Row) -> list[str] | None:
        found = row.scores.get(self.tags)
        tags = found.get("tags") if isinstance(found, dict) else row.data.get(self.tags)
        return [name for tag in tags if isinstance(tag, str) and (name := plain(tag))] if isinstance(tags, list) else None

    def _settled(self, tags: list[str] | None, same: dict[str, str]) -> list[str] | None:
        return None if tags is None else list(dict.fromkeys(same[tag] for tag in tags if tag in same))
