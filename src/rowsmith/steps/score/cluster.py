"""Scores in which cluster of the seeds a row lies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column
from rowsmith.steps.request import blank, pick
from rowsmith.steps.seed_clusters import question
from rowsmith.steps.seeded import Seeded
from rowsmith.steps.shingles import compared
from rowsmith.steps.vector_columns import numbers


class ScoreCluster(Seeded):
    """Scores in which cluster of the seeds a row lies: `scores.<into>` {at, topic, complexity, style, near, seed}, by what the row says and not
    by what was asked for. Given the same seeds and settings, clusters are those of `transform.clusters`.

    The topic is the one whose centre is nearest; `near` is that cosine, less what all seeds have in common. Below `least` the row is `outside`.
    `seed` is the cosine of its question and that of the seed which is nearest: near 1, it asks the same again. Complexity and style go by words,
    sentences and lines of lists, in any language.
    """

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that count. Default: all but labels.")
    least: Annotated[float, Field(ge=-1, le=1)] = Field(0.0, description="Least cosine to the centre of a topic; below it a row is outside.")
    into: str = Field("cluster", min_length=1, description="Name of the score.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Two embeddings, of all that counts and of what is asked."""
        data = row.data if self.columns_ is None else pick(row, self.columns_)
        if blank(text := compared(data)):
            raise RowFailed("empty_text", "A row that says nothing lies in no cluster.")
        clusters = await self.clusters(ctx)
        embedded = await ctx.embed([text, question(data)], model=self.model)
        own, asked = map(numbers, embedded.vectors)
        return [row.with_scores({self.into: clusters.at(data, own, asked, self.least)})]
