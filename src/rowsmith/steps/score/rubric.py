"""Judges an answer by the rubric that the row itself carries: which of its criteria are met, and what share of their weight that is.

Source of the method: Arora et al., "HealthBench: Evaluating Large Language Models Towards Improved Human Health", arXiv 2505.08775 (criteria with
weights written for one question; the weights of those that are met, as a share of all positive ones, at least 0).
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "criteria", "mark")
Criteria = list[tuple[str, float]]


class RubricOfRow(Step):
    """Asks a model which criteria of the row's own rubric an answer meets, and passes the row on with `scores.<into>`:

        {"score": 0.75, "met": [true, false, true], "reasons": ["...", "...", "..."]}

    The rubric is a list of {criterion, weight}. `score` in [0, 1] is the weight of what is met as a share of all positive weights; a criterion with a
    negative weight says what a good answer does not do. A row whose rubric is none, has no criterion or no positive weight, fails (`rubric`). For one
    rubric that holds for all rows, there is score.judge. What the row says is fenced off as data.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    rubric: Column = Field("rubric", description="Column with the rubric.")
    question: Column = Field("input", description="Column with the question.")
    answer: Column = Field("answer", description="Column with the answer that is judged.")
    into: str = Field("rubric", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("rubric"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that judges.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call."""
        found = pick(row, dict.fromkeys([self.rubric, self.question, self.answer]))
        criteria = _criteria(found[self.rubric])
        shown = {f"criterion {number}": text for number, (text, _) in enumerate(criteria, 1)}
        shown |= {"question": found[self.question], "answer": found[self.answer]}
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "criteria": f"1 to {len(criteria)}" if len(criteria) > 1 else "1", "mark": mark}
        request = await messages(ctx, self.system, self.prompt, scope)
        answer = await ctx.ask(request, model=self.model, schema=_schema(len(criteria)), prompt=self.prompt)
        by = {one["criterion"]: one for one in answer.value["verdicts"]}
        if lacking := [number for number in range(1, len(criteria) + 1) if number not in by]:
            raise RowFailed("unjudged", f"The model gave no verdict on criterion {lacking[0]}.")
        verdicts = [by[number] for number in range(1, len(criteria) + 1)]
        met = [one["met"] for one in verdicts]
        score = {"score": share(criteria, met), "met": met, "reasons": [one["reason"] for one in verdicts]}
        return [row.with_scores({self.into: score})]

    def check(self) -> list[str]:
        """Prompts that do not show what is judged, or by what."""
        used = variables(self.prompt, self.system)
        problems = altered("record", self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "criteria"), (), GIVES))


def share(criteria: Criteria, met: list[bool]) -> float:
    """The weight of what is met, as a share of all positive weights, in [0, 1], to 4 digits.

    >>> share([("It names the year.", 3.0), ("It guesses.", -2.0), ("It is short.", 1.0)], [True, True, False])
    0.25
    """
    gained = sum(weight for (_, weight), yes in zip(criteria, met, strict=True) if yes)
    return round(min(1.0, max(0.0, gained / sum(weight for _, weight in criteria if weight > 0))), 4)


def _criteria(rubric: Any) -> Criteria:
    """What a row's rubric says.

    Raises:
        RowFailed: `rubric`.
    """
    if not isinstance(rubric, list) or not all(isinstance(one, dict) and str(one.get("criterion") or "").strip() for one in rubric):
        raise RowFailed("rubric", "The rubric is no list of {criterion, weight}.")
    weights = [one.get("weight", 1) for one in rubric]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one) for one in weights):
        raise RowFailed("rubric", "A weight of the rubric is no number.")
    if not any(one > 0 for one in weights):
        raise RowFailed("rubric", "No criterion of the rubric has a weight above 0.")
    return [(str(one["criterion"]), float(weight)) for one, weight in zip(rubric, weights, strict=True)]


def _schema(count: int) -> dict[str, Any]:
    one = {
        "type": "object",
        "properties": {"criterion": {"type": "integer", "minimum": 1, "maximum": count}, "reason": {"type": "string"}, "met": {"type": "boolean"}},
        "required": ["criterion", "reason", "met"],
        "additionalProperties": False,
    }
    every = {"type": "array", "items": one, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"verdicts": every}, "required": ["verdicts"], "additionalProperties": False}
