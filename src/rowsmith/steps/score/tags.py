"""Tags what a row asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, prompt_problems, variables
from rowsmith.steps.tagging import plain

GIVES = ("record", "most", "mark")
_SCHEMA = {
    "type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}, "required": ["tags"], "additionalProperties": False,
}  # fmt: skip


class Tags(Step):
    """Asks a model for the intentions of a row's instruction, as open tags, and gives `scores.<into>`: {tags, complexity}, the tags in one spelling
    and their number. The answer is not shown.

    Source: Lu et al., "#InsTag: Instruction Tagging for Analyzing Supervised Fine-tuning", arXiv 2308.07074, where the complexity of a row is the
    number of its tags. `score.tag_novelty` behind it does the rest: tags that are too rare go, those nearly the same become one, and each row learns
    what it adds.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are shown. Default: what the row asks.")
    most: Annotated[int, Field(ge=1, le=50)] = Field(10, description="Most tags of a row.")
    into: str = Field("tags", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("tags"), min_length=1, description="What is asked. It or `system` must use {{ record }}.")
    system: PromptText = Field(shipped("tags_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call; a row that asks nothing goes on without tags."""
        shown = {part.path: part.text for part in parts(row.data, self.columns_) if self.columns_ or part.role in ("system", "question", "other")}
        if not any(text.strip() for text in shown.values()):
            return [row]
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "most": self.most, "mark": mark}
        answer = await ctx.ask(await messages(ctx, self.system, self.prompt, scope), model=self.model, schema=_SCHEMA, prompt=self.prompt)
        tags = list(dict.fromkeys(filter(None, map(plain, answer.value["tags"]))))[: self.most]
        return [row.with_scores({self.into: {"tags": tags, "complexity": len(tags)}})]

    def check(self) -> list[str]:
        """Prompts that cannot show the record."""
        problems = altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record",), [], GIVES))
