"""Lets the rows through whose answer most rows of their group give: self-consistency.

Source: Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv 2203.11171.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.metrics import Exact, Spoken
from rowsmith.core.metrics import Judge as Judged
from rowsmith.core.ports import Context, Rows
from rowsmith.core.row import Dropped, Json, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.gathered import gathered


class Majority(Step):
    """Lets a row through when its answer is the one that most rows of its group give, and at least the share `least` of them; rows of one group are
    equal in the columns `by`, such as several draws of one question. The others are dropped: `minority`, or `no_majority` where no answer reaches
    the share, or two are level. Rows that go on have `scores.<into>` {share, votes, draws, difficulty}, the difficulty being 1 less the share.

    Answers are the same by `same`, a metric of score.metric: `exact`, or {kind: number} for the number that stands last in each. A group votes
    once: rows that come to it in a later wave of a target are dropped (`late`), and so are rows that say nothing in a column of `by` (`no_key`).
    """

    spent = frozenset({"minority", "late"})
    by: list[Column] = Field(min_length=1, description="Columns in which the rows of a group are equal.")
    answer: Column = Field("answer", min_length=1, description="Column with the answer that is voted on.")
    same: Spoken = Field(Exact(), description="What makes two answers the same: a word, a mapping, parts with weights, as in score.metric.")
    least: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="Least share of a group that must agree.")
    draws: Annotated[int, Field(ge=1)] = Field(2, description="Fewest rows of a group that can vote; those of a smaller one are dropped (no_vote).")
    into: str = Field("majority", min_length=1, description="Name of the score.")

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself with its score, or dropped."""
        return gathered(new, kept, self.by, ctx.scratch, self._told, "its group has voted in an earlier wave")

    @property
    def gathers(self) -> list[str]:
        return self.by

    def check(self) -> list[str]:
        """A metric that compares answers."""
        return ["same: `judge` compares no answers; take exact, number, label or another."] if isinstance(self.same, Judged) else []

    def _told(self, members: list[Row]) -> Iterator[Row | Dropped]:
        """For each row of a group what became of its answer."""
        draws, classes = len(members), self._classes([row.data.get(self.answer) for row in members])
        sizes = sorted((len(places) for places in classes), reverse=True)
        clear = (len(sizes) == 1 or sizes[0] > sizes[1]) and sizes[0] >= self.least * draws
        same = {at: len(places) for places in classes for at in places}
        for at, row in enumerate(members):
            votes = same[at]
            if draws < self.draws:
                yield Dropped(row.id, "no_vote", f"{draws} of at least {self.draws} draws came")
            elif votes < sizes[0] or not clear:
                yield Dropped(row.id, "minority" if votes < sizes[0] else "no_majority", f"{votes} of {draws} give this answer")
            else:
                share = round(votes / draws, 4)
                yield row.with_scores({self.into: {"share": share, "votes": votes, "draws": draws, "difficulty": round(1 - share, 4)}})

    def _classes(self, answers: list[Json]) -> list[list[int]]:
        """The places of answers that are the same."""
        classes: list[list[int]] = []
        for at, answer in enumerate(answers):
            mine = next((places for places in classes if self._same(answer, answers[places[0]])), None)
            if mine is None:
                classes.append(mine := [])
            mine.append(at)
        return classes

    def _same(self, left: Any, right: Any) -> bool:
        try:
            return self.same.score(left, right, {}) == 1
        except RowFailed:  # not comparable, such as an answer without a number
            return False
