"""Gives a row the clusters that seeds lie in."""

from __future__ import annotations

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.steps.seed_clusters import asked_and_answered
from rowsmith.steps.seeded import Seeded


class TransformClusters(Seeded):
    """Puts the clusters of seeds into a column of each row, the largest first: a list of {cluster, topic, complexity, style, share, question_words,
    answer_words, seeds}. `cluster` is its name, `topic` the words that set it apart, `complexity` easy, medium or hard, `style` list, detailed or
    concise, `share` that of the seeds, the words are how many its questions and answers have (6 to 9), and `seeds` are {question, answer}.

        - {kind: read.rows, rows: [{language: English}]}
        - {kind: transform.clusters, files: [seeds.jsonl]}
        - {kind: generate.like, count: 200}

    Topics are told by meaning (k-means over embeddings), complexity and style by words, sentences and lines of lists, in any language. Of more than
    1,000 seeds the first count. No model writes.
    """

    into: str = Field("clusters", min_length=1, description="Column that takes the list.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """The same for each row."""
        clusters = await self.clusters(ctx)
        found = [
            {
                "cluster": one.name, "topic": one.topic, "complexity": one.complexity, "style": one.style, "share": one.share,
                "question_words": one.question_words, "answer_words": one.answer_words,
                "seeds": [dict(zip(("question", "answer"), asked_and_answered(clusters.seeds[at]), strict=True)) for at in one.seeds],
            }
            for one in clusters.all
        ]  # fmt: skip
        return [row.with_data({**row.data, self.into: found})]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the list's."""
        return before if before is None else before | {self.into}
