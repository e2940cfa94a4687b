"""Lets the rows through whose answer most rows of their group give: self-consistency.

Source: Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv 2203.11171.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any

import orjson
from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.metrics import Exact, Spoken
from rowsmith.core.metrics import Judge as Judged
from rowsmith.core.ports import Context, Kept
from rowsmith.core.row import Dropped, Json, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.scratch import fill, tables

WON, MINORITY, NO_MAJORITY = "won", "minority", "no_majority"
_ROWS = "CREATE TABLE rows (place INTEGER PRIMARY KEY, held TEXT, answer TEXT)"
_SAID = "CREATE TABLE said (place INTEGER PRIMARY KEY, verdict TEXT, votes INTEGER, draws INTEGER)"


class Majority(Step):
    """Lets a row through when its answer is the one that most rows of its group give, and at least the share `least` of them; rows of one group are
    equal in the columns `by`, such as several draws of one question. The others are dropped: `minority`, or `no_majority` where no answer reaches
    the share, or two are level. Rows that go on have `scores.<into>` {share, votes, draws, difficulty}, the difficulty being 1 less the share.

    Answers are the same by `same`, a metric of score.metric: `exact`, or {kind: number} for the number that stands last in each. A group votes
    within its wave: what came of earlier ones is not changed by later ones.
    """

    by: list[Column] = Field(min_length=1, description="Columns in which the rows of a group are equal.")
    answer: Column = Field("answer", min_length=1, description="Column with the answer that is voted on.")
    same: Spoken = Field(Exact(), description="What makes two answers the same: a word, a mapping, parts with weights, as in score.metric.")
    least: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="Least share of a group that must agree.")
    draws: Annotated[int, Field(ge=1)] = Field(2, description="Fewest rows of a group that can vote; those of a smaller one are dropped (no_vote).")
    into: str = Field("majority", min_length=1, description="Name of the score.")

    def all(self, new: Kept, kept: Kept, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order: itself with its score, or dropped."""
        with tables(ctx.scratch, _ROWS, _SAID) as db:
            fill(db, "INSERT INTO rows VALUES (?, ?, ?)", ((at, *self._vote(row)) for at, row in enumerate(new)))
            groups = groupby(db.execute("SELECT held, place, answer FROM rows ORDER BY held, place"), key=lambda found: found[0])
            fill(db, "INSERT INTO said VALUES (?, ?, ?, ?)", (line for _, found in groups for line in self._counted([(at, a) for _, at, a in found])))
            said = db.execute("SELECT verdict, votes, draws FROM said ORDER BY place")
            for row, (verdict, votes, draws) in zip(new, said, strict=True):
                yield self._told(row, verdict, votes, draws)

    def check(self) -> list[str]:
        """A metric that compares answers."""
        return ["same: `judge` compares no answers; take exact, number, label or another."] if isinstance(self.same, Judged) else []

    def _vote(self, row: Row) -> tuple[str, str]:
        return canonical([row.data.get(name) for name in self.by]).hex(), canonical(row.data.get(self.answer)).decode()

    def _counted(self, votes: list[tuple[int, str]]) -> Iterator[tuple[int, str, int, int]]:
        """For each row of a group its place, what became of its answer, how many gave the same answer, and how many voted."""
        classes: list[tuple[Json, list[int]]] = []
        for place, text in votes:
            answer = orjson.loads(text)
            mine = next((places for other, places in classes if self._same(answer, other)), None)
            if mine is None:
                classes.append((answer, mine := []))
            mine.append(place)
        sizes = sorted((len(places) for _, places in classes), reverse=True)
        clear = (len(sizes) == 1 or sizes[0] > sizes[1]) and sizes[0] >= self.least * len(votes)
        for _, places in classes:
            verdict = MINORITY if len(places) < sizes[0] else WON if clear else NO_MAJORITY
            yield from ((place, verdict, len(places), len(votes)) for place in places)

    def _same(self, left: Any, right: Any) -> bool:
        try:
            return self.same.score(left, right, {}) == 1
        except RowFailed:  # not comparable, such as an answer without a number
            return False

    def _told(self, row: Row, verdict: str, votes: int, draws: int) -> Row | Dropped:
        if draws < self.draws:
            return Dropped(row.id, "no_vote", f"{draws} of at least {self.draws} draws came")
        if verdict != WON:
            return Dropped(row.id, verdict, f"{votes} of {draws} give this answer")
        share = round(votes / draws, 4)
        return row.with_scores({self.into: {"share": share, "votes": votes, "draws": draws, "difficulty": round(1 - share, 4)}})
