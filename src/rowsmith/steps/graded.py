"""What the scores have in common that a model gives on a short scale, after DEITA."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import Role, parts
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, prompt_problems, variables

GIVES = ("record", "low", "high", "mark")


class Graded(Step):
    """A step that asks a model for one whole number on a scale, and gives the mean over its draws."""

    prompt_gives = {"prompt": GIVES, "system": GIVES}
    reads: ClassVar[tuple[Role, ...]] = ()
    """Roles of the texts that are shown, where no columns are named; none for all."""

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are shown. Default: those of that part.")
    scale: tuple[int, int] = Field((1, 6), description="Lowest and highest score.")
    draws: Annotated[int, Field(ge=1, le=20)] = Field(1, description="How often the model is asked; the score is the mean.")
    model: ModelRole = Field("judge", description="Role of the model that is asked.")
    into: str
    prompt: PromptText
    system: PromptText

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for each draw; a row that has nothing to be shown goes on without a score."""
        shown = {part.path: part.text for part in parts(row.data, self.columns_) if self.columns_ or not self.reads or part.role in self.reads}
        if not any(text.strip() for text in shown.values()):
            return [row]
        mark, (low, high) = mark_of(shown), self.scale
        scope = {**row.scope, "record": fenced(shown, mark), "low": low, "high": high, "mark": mark}
        request = await messages(ctx, self.system, self.prompt, scope)
        given = [(await ctx.ask(request, model=self.model, schema=self._schema, prompt=self.prompt)).value["score"] for _ in range(self.draws)]
        mean = round(sum(given) / len(given), 4)
        return [row.with_scores({self.into: int(mean) if mean == int(mean) else mean})]

    @property
    def questions(self) -> int:
        """One for each draw."""
        return self.draws

    def check(self) -> list[str]:
        """A scale that does not rise, and prompts that cannot show the record."""
        low, high = self.scale
        problems = [] if low < high else [f"The scale runs from {low} to {high}; its first number must be the lower one."]
        problems += altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record",), [], GIVES))

    @cached_property
    def _schema(self) -> dict[str, Any]:
        low, high = self.scale
        properties = {"reason": {"type": "string"}, "score": {"type": "integer", "minimum": low, "maximum": high}}
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
