"""Asks a model one question about each row that has the answer yes or no: a rule that no expression can hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.expressions import parse
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import parts, within
from rowsmith.core.step import ModelRole, Step, Where
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import messages

_SCHEMA: dict[str, Any] = {
    "type": "object", "properties": {"reason": {"type": "string"}, "holds": {"type": "boolean"}}, "required": ["reason", "holds"],
    "additionalProperties": False,
}  # fmt: skip


class Question(Step):
    """Asks a model a question that yes or no answers, and passes the row on with `scores.<into>`: {"holds": true, "reason": "..."}.

    With `sample` below 1 a part of the rows is asked, chosen by their ids and `seed`: a rerun asks the same ones. What the row says is fenced off as
    data. A row that is not asked goes on without a score.
    """

    question: str = Field(min_length=1, description="What is asked of each row: Is the answer polite?")
    within: str = Field("", description="What the model sees: a column, or question, answer, context, label. Default: all that the row says.")
    where: Where | None = Field(None, description="Rows of which this is not true are not asked.")
    sample: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="Share of these rows that is asked.")
    seed: int = Field(42, description="Seed by which they are chosen.")
    required: bool = Field(True, description="Whether a row without a usable answer fails; if not, it passes without a score.")
    into: str = Field("question", min_length=1, description="Name of the score.")
    model: ModelRole = Field("judge", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call."""
        if not self.asks(row):
            return [row]
        shown = {part.path: part.text for part in parts(row.data) if within(part, self.within)}
        mark = mark_of(shown)
        scope = {"record": fenced(shown, mark), "question": self.question, "mark": mark}
        request = await messages(ctx, shipped("question_system"), shipped("question"), scope)
        try:
            answer = await ctx.ask(request, model=self.model, schema=_SCHEMA, prompt=self.question)
        except RowFailed:
            if self.required:
                raise
            return [row]
        return [row.with_scores({self.into: {"holds": answer.value["holds"], "reason": answer.value["reason"]}})]

    def applies(self, row: Row) -> bool:
        """Whether the question is one for the row."""
        return self.where is None or parse(self.where).test(row.scope) is True

    def asks(self, row: Row) -> bool:
        """Whether it is asked of the row."""
        return self.applies(row) and share(row.id, f"question {self.seed}") < self.sample
