"""Scores by other models: a score and a reason for each criterion, and their mean; by one model or several, asked once or several times.

Sources of the method: Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", arXiv 2306.05685 (single-answer grading);
the reason is asked before the score, so that the score follows from it. Verga et al., "Replacing Judges with Juries", arXiv 2404.18796
(several judges).
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, field_validator

from rowsmith.content import prompt as shipped
from rowsmith.content import rubric as shipped_rubric
from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag, flagged
from rowsmith.core.ids import canonical, digest
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.rubric import Criterion, Rubric
from rowsmith.core.step import Column, FileColumn, ModelRole, PromptText, RubricChoice, Step
from rowsmith.steps.combining import DISAGREEMENT, Judgement, combined
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.references import parts
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

CRITERIA: dict[str, str | Criterion] = {name: shipped(f"criterion_{name}") for name in ("relevance", "accuracy", "completeness", "clarity")}
GIVES = ("record", "criteria", "guidance", "low", "high", "mark")


class Judge(Step):
    """Asks a model to score each row on every criterion, with a reason, and passes the row on with `scores.<into>`:

        {"accuracy": {"score": 8, "reason": "..."}, ..., "overall": 7.5, "by": ["openai/gpt-4o"], "rubric": "9f3a12bc"}

    `overall` is the mean by the weights of the criteria, rounded to 4 digits; `by` and `rubric` say who judged, and by what. With several judges
    or draws each criterion has what `combine` makes of their scores, and beside it stand `spread`, how far their `overall` lie apart, `agreed`
    and `judgements`, what each said; a row whose spread is at least `disagree` of the scale is not agreed on, and flagged (`disagreement`). A row for
    which a usable answer is lacking fails with the call's reason, or passes without a score when `required` is false. What the row says is fenced off
    as data; the fence is derived from the row's content, so the row cannot close it.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    rubric: RubricChoice | None = Field(
        None, description="Criteria, anchors, weights and scale: in place, by name (rowsmith rubrics), or {file: PATH}. Goes before the next three."
    )
    criteria: dict[str, Annotated[str, Field(min_length=1)] | Criterion] = Field(
        CRITERIA, min_length=1, description="What is judged: name and description, or {description, weight, anchors}."
    )
    scale: tuple[int, int] = Field((1, 10), description="Lowest and highest score, for example [1, 5].")
    weights: dict[str, NonNegativeFloat] = Field(default_factory=dict, description="Weight of a criterion in `overall`; 1 where none is given.")
    guidance: PromptText = Field("", description="More for the judge to know: what good means here, in your words.")
    columns_: list[Column] | None = Field(None, alias="columns", description="Columns the judge sees. Default: all.")
    attach: list[FileColumn] = Field([], description="Columns with images or sound that the judge is shown.")
    source: Column | None = Field(None, description="Column with the text that the row must rest on.")
    into: str = Field("judge", min_length=1, description="Name of the score.")
    required: bool = Field(True, description="Whether a row that cannot be judged fails; if not, it passes without a score.")
    prompt: PromptText = Field(shipped("judge"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}.")
    system: PromptText = Field(shipped("judge_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that judges.")
    also: list[ModelRole] = Field([], max_length=20, description="Roles of further models, each of which judges the row as well.")
    draws: Annotated[int, Field(ge=1, le=20)] = Field(1, description="How often each judge is asked; above 1 its temperature should be, too.")
    combine: Literal["mean", "median", "majority"] = Field("mean", description="What becomes of several scores of a criterion.")
    disagree: Annotated[float, Field(gt=0, le=1)] = Field(0.3, description="Spread, as a share of the scale, from which on a row is flagged.")

    @field_validator("rubric", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return shipped_rubric(value) if isinstance(value, str) else value

    @property
    def questions(self) -> int:
        """Each judge is asked for each draw."""
        return (1 + len(self.also)) * self.draws

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for each judge and draw."""
        request = await messages(ctx, self.system, self.prompt, await self._scope(row, ctx), files=parts(row, self.attach))
        said = []
        try:
            for role in (self.model, *self.also):
                for _ in range(self.draws):
                    answer = await ctx.ask(request, model=role, schema=self._schema, prompt=self.prompt)
                    said.append(Judgement(answer.model, answer.value))
        except RowFailed:
            if self.required:
                raise
            return [row]
        by = list(dict.fromkeys(one.by for one in said))
        verdict = {**combined(said, self.by, self.combine, self.disagree), "by": by, "rubric": self.judged_by}
        judged = row.with_scores({self.into: verdict})
        return [judged if verdict.get("agreed", True) else flagged(judged, [self._disagreement(verdict)])]

    def check(self) -> list[str]:
        problems = self.by.problems()
        problems += [f"There is a weight for {name!r}, which is no criterion." for name in self.weights if name not in self.by.criteria]
        if self.rubric is not None:
            doubled = [name for name in ("criteria", "scale") if name in self.model_fields_set]
            problems += [f"`rubric` has a {name} already; leave `{name}` out, or the rubric." for name in doubled]
        roles = [role for role in (self.model, *self.also) if isinstance(role, str)]
        problems += ["A judge is named twice; ask one several times by `draws`."] if len(set(roles)) < len(roles) else []
        if self.questions == 1:
            idle = [name for name in ("combine", "disagree") if name in self.model_fields_set]
            problems += [f"`{name}` changes nothing with one judge and one draw." for name in idle]
        used = variables(self.prompt, self.system)
        given = ["guidance"] if self.guidance or self.source or self.by.guidance else []
        problems += altered("record", self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "criteria"), given, GIVES))

    @cached_property
    def by(self) -> Rubric:
        """What rows are judged by, weights that are given apart included."""
        own = self.rubric or Rubric.model_validate({"criteria": self.criteria, "scale": self.scale})
        weighed = {name: one.model_copy(update={"weight": self.weights.get(name, one.weight)}) for name, one in own.criteria.items()}
        return own.model_copy(update={"criteria": weighed})

    @cached_property
    def judged_by(self) -> str:
        """Names all that makes the judge's scores what they are, but for the models."""
        more = self.model_dump(mode="json", include={"guidance", "columns_", "attach", "source", "prompt", "system", "draws", "combine"})
        return digest(self.by.hash.encode(), canonical(more), size=4).hex()

    async def _scope(self, row: Row, ctx: Context) -> dict[str, Any]:
        every = row.data if self.columns_ is None else pick(row, self.columns_)
        seen = {name: value for name, value in every.items() if name not in self.attach}
        source = pick(row, [self.source]) if self.source else {}
        shown = {**{f"source: {name}": value for name, value in source.items()}, **{k: v for k, v in seen.items() if k not in source}}
        mark = mark_of(shown)
        guidance = [self.by.guidance, await ctx.rendered(self.guidance, row.scope) if self.guidance else ""]
        guidance += [shipped("judge_source")] if self.source else []
        low, high = self.by.scale
        given = {
            "record": fenced(shown, mark), "criteria": self.by.text(), "guidance": "\n\n".join(filter(None, guidance)), "low": low, "high": high,
            "mark": mark,
        }  # fmt: skip
        return {**row.scope, **given}

    @cached_property
    def _schema(self) -> dict[str, Any]:
        """Bounds keep what is no score on the scale from being one: the gate asks again, and in the end fails the row."""
        low, high = self.by.scale
        one = {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "score": {"type": "number", "minimum": low, "maximum": high}},
            "required": ["reason", "score"],
            "additionalProperties": False,
        }
        names = list(self.by.criteria)
        return {"type": "object", "properties": dict.fromkeys(names, one), "required": names, "additionalProperties": False}

    def _disagreement(self, verdict: dict[str, Any]) -> Flag:
        low, high = self.by.scale
        each = ", ".join(f"{one['by']} {one['overall']:g}" for one in verdict["judgements"])
        return Flag(self.title, DISAGREEMENT, each, round(verdict["spread"] / (high - low), 4))


