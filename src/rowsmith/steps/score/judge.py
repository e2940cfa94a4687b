"""Scores by a second model: a score and a reason for each criterion, and their mean.

Source of the method: Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", arXiv 2306.05685 (single-answer grading);
the reason is asked before the score, so that the score follows from it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import Field, NonNegativeFloat

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, FileColumn, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.references import parts
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

CRITERIA = {name: shipped(f"criterion_{name}") for name in ("relevance", "accuracy", "completeness", "clarity")}
GIVES = ("record", "criteria", "guidance", "low", "high", "mark")


class Judge(Step):
    """Asks a model to score each row on every criterion, with a reason, and passes the row on with `scores.<into>`:

        {"accuracy": {"score": 8, "reason": "..."}, ..., "overall": 7.5}

    `overall` is the mean, weighted by `weights`, rounded to 4 digits. What is no number on the scale is no score: a row for which no
    usable answer came fails with the call's reason, or passes without a score when `required` is false.
    What the row says is fenced off as data; the fence is derived from the row's content, so the row cannot close it.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    criteria: dict[str, str] = Field(CRITERIA, min_length=1, description="What is judged: name and description.")
    rubric: PromptText = Field("", description="More for the judge to know: what good means here, in your words.")
    scale: tuple[int, int] = Field((1, 10), description="Lowest and highest score, for example [1, 5].")
    weights: dict[str, NonNegativeFloat] = Field(default_factory=dict, description="Weight of a criterion in `overall`; 1 where none is given.")
    columns_: list[Column] | None = Field(None, alias="columns", description="Columns the judge sees. Default: all.")
    attach: list[FileColumn] = Field([], description="Columns with images or sound that the judge is shown.")
    source: Column | None = Field(None, description="Column with the text that the row must rest on.")
    into: str = Field("judge", min_length=1, description="Name of the score.")
    required: bool = Field(True, description="Whether a row that cannot be judged fails; if not, it passes without a score.")
    prompt: PromptText = Field(shipped("judge"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}.")
    system: PromptText = Field(shipped("judge_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that judges.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call."""
        request = await messages(ctx, self.system, self.prompt, await self._scope(row, ctx), files=parts(row, self.attach))
        try:
            answer = await ctx.ask(request, model=self.model, schema=self._schema, prompt=self.prompt)
        except RowFailed:
            if self.required:
                raise
            return [row]
        return [row.with_scores({self.into: self._verdict(answer.value)})]

    def check(self) -> list[str]:
        low, high = self.scale
        problems = [] if low < high else [f"The scale runs from {low} to {high}; its first number must be the lower one."]
        problems += ["A criterion cannot be called 'overall'; that is the mean's name."] if "overall" in self.criteria else []
        problems += [f"There is a weight for {name!r}, which is no criterion." for name in self.weights if name not in self.criteria]
        problems += [] if any(self._weight(name) for name in self.criteria) else ["Every weight is 0; at least one must be above."]
        used = variables(self.prompt, self.system)
        given = ["guidance"] if self.rubric or self.source else []
        problems += altered("record", self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "criteria"), given, GIVES))

    async def _scope(self, row: Row, ctx: Context) -> dict[str, Any]:
        every = row.data if self.columns_ is None else pick(row, self.columns_)
        seen = {name: value for name, value in every.items() if name not in self.attach}
        source = pick(row, [self.source]) if self.source else {}
        shown = {**{f"source: {name}": value for name, value in source.items()}, **{k: v for k, v in seen.items() if k not in source}}
        mark = mark_of(shown)
        guidance = [await ctx.rendered(self.rubric, row.scope)] if self.rubric else []
        guidance += [shipped("judge_source")] if self.source else []
        criteria = "\n".join(f"- {name}: {text}" for name, text in self.criteria.items())
        low, high = self.scale
        given = {"record": fenced(shown, mark), "criteria": criteria, "guidance": "\n\n".join(guidance), "low": low, "high": high, "mark": mark}
        return {**row.scope, **given}

    @cached_property
    def _schema(self) -> dict[str, Any]:
        """Bounds keep what is no score on the scale from being one: the gate asks again, and in the end fails the row."""
        low, high = self.scale
        one = {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "score": {"type": "number", "minimum": low, "maximum": high}},
            "required": ["reason", "score"],
            "additionalProperties": False,
        }
        names = list(self.criteria)
        return {"type": "object", "properties": dict.fromkeys(names, one), "required": names, "additionalProperties": False}

    def _verdict(self, value: dict[str, Any]) -> dict[str, Any]:
        judged = {name: {"score": _whole(value[name]["score"]), "reason": value[name]["reason"]} for name in self.criteria}
        total = sum(self._weight(name) * one["score"] for name, one in judged.items())
        return {**judged, "overall": round(total / sum(map(self._weight, judged)), 4)}

    def _weight(self, name: str) -> float:
        return self.weights.get(name, 1.0)


def _whole(score: float) -> float:
    """8.0 is 8, so that equal scores are equal bytes."""
    return int(score) if score == int(score) else score
