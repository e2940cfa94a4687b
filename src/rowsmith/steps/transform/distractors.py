"""Hides a passage among others: the documents of a question, as a retriever would bring them.

Source of the method: Zhang et al., "RAFT: Adapting Language Model to Domain Specific RAG", arXiv 2403.10131. The distractors there are drawn from all
chunks; here they come from a column, such as that of the nearest ones (transform.near).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import text_of, texts_in

MADE = ("distractors", "oracle_present", "oracle_index")


class Distractors(Step):
    """Puts the passage that answers a question (the oracle) among `k` distractors, shuffled, into the column `into`. As often as `present` does not
    say so, the oracle is left out, and a further distractor stands in its place, so that a model learns to say more than what it finds.

    Beside them: `distractors`, those that were drawn; `oracle_present`; and `oracle_index`, the oracle's place in the list from 0, null where it is
    not there. What is drawn, left out and shuffled the row's id and the seed decide. A row with too few distractors that differ from the oracle is
    dropped (`few_distractors`).
    """

    passage: Column = Field("text", description="Column with the oracle.")
    among: Column = Field("near", description="Column with the texts that distractors are drawn from: a list.")
    k: Annotated[int, Field(ge=1, le=50)] = Field(3, description="Distractors beside the oracle.")
    present: Annotated[float, Field(ge=0, le=1)] = Field(0.8, description="Share of the rows of which the oracle is among the documents.")
    seed: int = Field(42, description="Another seed, other draws.")
    into: str = Field("documents", min_length=1, description="Column that is given the list of documents.")

    @model_validator(mode="after")
    def _own_column(self) -> Distractors:
        if self.into in (self.passage, self.among, *MADE):
            raise ValueError(f"`into` is {self.into!r}, a column that is there already; give the documents another.")
        return self

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its documents."""
        oracle = text_of(row, self.passage)
        pool = [one for one in dict.fromkeys(texts_in(row, [self.among])) if one != oracle]
        here = share(row.id, f"oracle {self.seed}") < self.present
        needed = self.k + (not here)
        if len(pool) < needed:
            yield Drop("few_distractors", f"{len(pool)} of {needed}")
            return
        drawn = self._shuffled(row, pool, "draw")[:needed]
        documents = self._shuffled(row, [oracle, *drawn] if here else drawn, "place")
        beside = {"distractors": drawn, "oracle_present": here, "oracle_index": documents.index(oracle) if here else None}
        yield row.with_data({**row.data, self.into: documents, **beside})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the four that it makes."""
        return None if before is None else before | {self.into, *MADE}

    def _shuffled(self, row: Row, texts: list[str], why: str) -> list[str]:
        return sorted(texts, key=lambda one: share(row.id, f"{why} {self.seed} {one}"))
