"""Personas: people who stand behind questions and answers.

Source of the method: Ge et al., "Scaling Synthetic Data Creation with 1,000,000,000 Personas", arXiv 2406.20094 (text-to-persona and
persona-to-persona).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.listing import listed
from rowsmith.steps.request import blank, pick, prompt_problems, text_of, variables

GIVES = ("count", "text")
COLUMNS = {"text": "text", "related": "persona", "free": ""}
"""The column that each way begins with."""


class Personas(Step):
    """Asks a model for people: for those who would write, read or argue with a text (`text`); for those who stand in some relation to a person
    (`related`), which spreads from few to many; or for any (`free`).

        - {kind: read.rows, rows: [{n: 1}]}
        - {kind: generate.personas, name: first, how: free, count: 20}
        - {kind: generate.personas, name: around, how: related, count: 5}
        - {kind: filter.near_duplicates, columns: [persona], similarity: 0.9}

    Makes `count` rows of each with a column `persona`, and the columns of `forward`. A description that comes twice is left out, and others are asked
    for in its place. A text is fenced off as data. A row whose text is blank is dropped (`empty_text`). To let personas ask and answer, give the
    dataset that they are in to `generate.variants`: `persona: {dataset: personas, column: persona}`.
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    how: Literal["text", "related", "free"] = Field("text", description="Whom to ask for: people around a text, around a person, or any.")
    column: Column | None = Field(
        None, description="Column with the text or the person; a prompt knows it as {{ text }}. Default: text, or persona where how is related."
    )
    count_: Annotated[int, Field(ge=1, le=1000)] = Field(3, alias="count", description="Personas for each row.")
    forward: list[Column] = Field([], description="Columns of the row that each persona carries too.")
    asks: Annotated[int, Field(ge=1, le=20)] = Field(3, description="Most questions for one row, where an answer describes too few.")
    prompt: PromptText | None = Field(None, min_length=1, description="What is asked, in place of what ships with each `how`.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("writer", description="Role of the model that is asked.")

    def count(self, row: Row) -> int:
        """Personas asked of the row; 0 for a blank text."""
        return 0 if self._column and blank(row.data.get(self._column)) else self.count_

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """The personas."""
        carried = pick(row, self.forward)
        scope, more, known = dict(row.scope), list[str](), list[str]()
        if self._column:
            text = text_of(row, self._column)
            if blank(text):
                return [Drop("empty_text", f"Column {self._column!r} is blank.")]
            mark = mark_of({"text": text})
            scope["text"], more, known = fenced({"text": text}, mark), [ctx.render(shipped("fence"), {"mark": mark})], [text]
        found = await listed(ctx, "personas", (self.system, self._prompt), scope, self.model, more=more, known=known, asks=self.asks)
        return [New({**carried, "persona": text}, index=index) for index, text in zip(ctx.wanted, found, strict=False)]

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """`persona`, and what is carried over."""
        return frozenset({"persona", *self.forward})

    def marked(self, mark: Any) -> dict[str, Any]:
        """The column that it begins with must be there, and what it asks is stored as a prompt, though neither be given."""
        found = super().marked(mark)
        names = type(self).fields_marked(mark)
        if "column" in names and self._column:
            found["column"] = self._column
        if "prompt" in names:
            found["prompt"] = self._prompt
        return found

    def check(self) -> list[str]:
        """A column without use, and a prompt that has no place for the text or the number."""
        problems = ["column is given, and how: free begins with none. Leave it out."] if self.how == "free" and self.column else []
        problems += ["'persona' cannot be carried over: each row has one of that name."] if "persona" in self.forward else []
        used = variables(self._prompt, self.system)
        needed = ("text", "count") if self._column else ("count",)
        return problems + ([] if used is None else prompt_problems(used, needed, (), GIVES))

    @property
    def _column(self) -> str:
        return self.column or COLUMNS[self.how]

    @property
    def _prompt(self) -> str:
        return self.prompt or shipped(f"personas_{self.how}")
