"""Gives rows what is near to them in meaning: retrieval into prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context, Index, Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Column, DatasetName, Step, setting
from rowsmith.steps.scratch import tables
from rowsmith.steps.vector_columns import IndexKind, lacking, raw_of


class Near(Step):
    """Puts the texts of the nearest rows into a column, so that a prompt can show them: `{{ near }}`. They are found among the rows of this step,
    or in a dataset, by the vectors that `transform.embed` put into both.

    Rows are told apart from themselves; `other_documents` leaves out those of the row's own document. What was found is told in the origin:
    `near` [{id, similarity}]. A row to which nothing is near enough gets an empty text.
    """

    vector: Column = Field("vector", description="Column that holds the vector of the row.")
    text: str = Field("text", min_length=1, description="Column of the near rows whose text is shown.")
    into: str = Field("near", min_length=1, description="Column that is given the texts.")
    form: Literal["text", "list"] = Field("text", description="text: one text, a blank line between them. list: a list of texts.")
    k: Annotated[int, Field(ge=1, le=100)] = Field(3, description="How many, at most.")
    at_least: Annotated[float, Field(ge=-1, le=1)] = Field(0.0, description="Least cosine of a row that is shown.")
    of: DatasetName | None = Field(None, description="Dataset in which they are found. Default: the rows of this step.")
    other_documents: bool = Field(False, description="Only rows of other documents than the row's own.")
    index: IndexKind = setting("builtin", description="Index that finds the nearest: builtin compares all; the others need an extra of the name.")

    @model_validator(mode="after")
    def _own_column(self) -> Near:
        if self.into == self.vector:
            raise ValueError(f"`into` and `vector` are both {self.into!r}; give the texts another column.")
        return self

    def check(self) -> list[str]:
        """An index whose library is missing."""
        return lacking(self.index)

    def all(self, new: Rows, kept: Rows, ctx: Context) -> Iterator[Row | Dropped]:
        """Every new row once, in order, with what is near to it."""
        pool: Iterable[Row] = ctx.dataset(self.of) if self.of else chain(kept, new)
        with closing(ctx.index(self.index)) as index, tables(ctx.scratch, _SAID) as said:
            for row in pool:
                if isinstance(text := row.data.get(self.text), str) and isinstance(row.data.get(self.vector), list):
                    index.add(row.id, raw_of(row, self.vector))
                    said.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", (row.id, text, _document(row)))
            for row in new:
                try:
                    yield self._with_near(row, index, said)
                except RowFailed as error:
                    yield Dropped(row.id, error.reason, error.what)

    def _with_near(self, row: Row, index: Index, said: Any) -> Row:
        found: list[dict[str, Any]] = []
        texts: list[str] = []
        for name, cosine in self._candidates(row, index, said):
            text, document = said.execute("SELECT text, document FROM said WHERE id = ?", (name,)).fetchone()
            if not (self.other_documents and document == _document(row)):
                found.append({"id": name, "similarity": round(cosine, 6)})
                texts.append(text)
            if len(found) == self.k:
                break
        near = texts if self.form == "list" else "\n\n".join(texts)
        return Row(row.id, row.order, {**row.data, self.into: near}, row.scores, {**row.origin, "near": found})

    def _candidates(self, row: Row, index: Index, said: Any) -> Iterator[tuple[str, float]]:
        """What is near enough, the nearest first; more is asked for while those that come are not wanted."""
        vector, count, given = raw_of(row, self.vector), self.k + 1, 0
        while True:
            found = index.near(vector, count)
            for name, near in found[given:]:
                if near < self.at_least:
                    return
                if name != row.id:
                    yield name, near
            if len(found) < count:
                return
            given, count = count, count * 4

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the texts'."""
        return before if before is None else before | {self.into}


_SAID = "CREATE TABLE said (id TEXT PRIMARY KEY, text TEXT, document TEXT)"


def _document(row: Row) -> str:
    source = row.origin.get("source")
    return f"{source.get('name', '')}/{source.get('member', '')}" if isinstance(source, dict) else row.id
