"""Plans rows that lie as seeds lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import child_id, share
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import pick

SAID = ("cluster", "topic", "complexity", "style", "question_words", "answer_words")
MADE = (*SAID, "examples")


class Like(Step):
    """Plans `count` rows that lie as seeds lie: of each cluster in a row's column (transform.clusters) as many as its share says, to a row, wherever
    the plan ends. No model is asked.

    Makes rows with what the list says of a cluster (`cluster`, `topic`, `complexity`, `style`, `question_words`, `answer_words`), and `examples`,
    `shots` of its seeds, drawn by the row's id; beside the row's other columns. A prompt uses them; behind it `score.cluster` says where what was
    written lies. A place whose row is dropped is asked for again before any other, so that what a target lacks goes to the clusters that lack it.

    Origin: `plan` {at, shares}: the cluster, and the shares of all, from which `rowsmith coverage` tells how far the rows are from them. A row
    whose column holds no such list fails (`not_clusters`), and so does one that has one of the new columns (`column_taken`).
    """

    makes: ClassVar[bool] = True

    column: Column = Field("clusters", min_length=1, description="Column with the clusters.")
    count_: Annotated[int, Field(ge=1, le=1_000_000)] = Field(100, alias="count", description="Rows that are planned of each row.")
    shots: Annotated[int, Field(ge=0, le=20)] = Field(3, description="Seeds of its cluster that a row is given as examples, where there are so many.")

    def rows(self, row: Row, ctx: Context) -> Iterator[New]:
        """The places, in the order of the plan."""
        clusters = pick(row, [self.column])[self.column]
        if not isinstance(clusters, list) or not clusters or not all(map(_is_cluster, clusters)):
            raise RowFailed("not_clusters", f"Column {self.column!r} holds no clusters. transform.clusters makes them.")
        rest = {name: value for name, value in row.data.items() if name != self.column}
        if taken := [name for name in MADE if name in rest]:
            raise RowFailed("column_taken", f"The row has a column {taken[0]!r} already; rename or drop it before.")
        shares = {one["cluster"]: round(one["share"], 6) for one in clusters}
        for index, one in enumerate(in_turn(clusters, self.count_)):
            by = child_id(row.id, ctx.step, index)
            drawn = sorted(range(len(one["seeds"])), key=lambda number: share(by, f"example {number}"))[: self.shots]
            planned = {**{name: one[name] for name in SAID}, "examples": [one["seeds"][number] for number in drawn]}
            yield New({**rest, **planned}, {"plan": {"at": one["cluster"], "shares": shares}}, index=index)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the plan's.

        Raises:
            Invalid: one of them is there already.
        """
        if before is None:
            return None
        if taken := sorted((before - {self.column}) & set(MADE)):
            raise Invalid(f"{self.title} makes a column {taken[0]!r}, and there is one of that name.", "Rename or drop it before.")
        return (before - {self.column}) | set(MADE)


def _is_cluster(one: Any) -> bool:
    return isinstance(one, dict) and {*SAID, "share", "seeds"} <= one.keys()


def in_turn(clusters: Sequence[Mapping[str, Any]], count: int) -> Iterator[Mapping[str, Any]]:
    """So many clusters, each as often as its share says, wherever one stops: always the one that lacks most, of equals the first."""
    given = Counter[int]()
    for so_far in range(1, count + 1):
        following = max(range(len(clusters)), key=lambda at: (round(clusters[at]["share"] * so_far - given[at], 9), -at))
        given[following] += 1
        yield clusters[following]
