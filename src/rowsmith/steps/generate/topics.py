"""Subtopics of topics, one level of a topic tree."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.listing import listed
from rowsmith.steps.request import prompt_problems, text_of, variables
from rowsmith.steps.topic_tree import BETWEEN

GIVES = ("count", "topic", "path")


class Topics(Step):
    """Asks a model for subtopics of each row's topic: one level of a topic tree. Two such steps make two levels, each with its own number and model;
    `filter.near_duplicates` behind them drops what two branches have in common.

        - {kind: read.rows, rows: [{topic: Home cooking}]}
        - {kind: generate.topics, name: branches, count: 6}
        - {kind: generate.topics, name: leaves, count: 5}

    Makes `count` rows of each: its columns, with the subtopic in place of the topic, and in `path` the way to it, "Home cooking > Baking > Bread".
    What is named twice, or is a topic above, is left out, and others are asked for in its place, at most `asks` questions for a topic; subtopics
    that are still missing then are failed rows (`missing`).
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    column: Column = Field("topic", description="Column that holds the topic, and takes the subtopic; a prompt knows it as {{ topic }}, too.")
    count_: Annotated[int, Field(ge=1, le=1000)] = Field(10, alias="count", description="Subtopics of each topic.")
    asks: Annotated[int, Field(ge=1, le=20)] = Field(3, description="Most questions for one topic, where an answer names too few.")
    prompt: PromptText = Field(shipped("topics"), min_length=1, description="What is asked. It or `system` must use {{ path }} or {{ topic }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("writer", description="Role of the model that is asked.")

    def count(self, row: Row) -> int:
        """Subtopics asked of the row."""
        return self.count_

    async def rows(self, row: Row, ctx: Context) -> list[New]:
        """The subtopics."""
        topic = text_of(row, self.column)
        above = row.data.get("path")
        path = above if isinstance(above, str) and above else topic
        scope = {**row.scope, "topic": topic, "path": path}
        found = await listed(ctx, "topics", (self.system, self.prompt), scope, self.model, known=[topic, *path.split(BETWEEN)], asks=self.asks)
        return [
            New({**row.data, self.column: text, "path": f"{path}{BETWEEN}{text}"}, index=index)
            for index, text in zip(ctx.wanted, found, strict=False)
        ]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and `path`."""
        return None if before is None else before | {self.column, "path"}

    def check(self) -> list[str]:
        """A prompt that does not say of what, or how many."""
        used: Any = variables(self.prompt, self.system)
        if used is None:
            return []
        named = [] if used & {"topic", "path", self.column} else prompt_problems(used, ("path",), (), GIVES)
        return named + prompt_problems(used, ("count",), (), GIVES)
