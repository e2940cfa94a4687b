"""Which of two answers a second model prefers, asked in both orders.

Sources of the method: Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", arXiv 2306.05685, 3.4 (pairwise comparison: an
answer wins when it is preferred in both orders); Wang et al., "Large Language Models are not Fair Evaluators", arXiv 2305.17926 (what the
order does).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.calls import Answer
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "criteria", "mark")
_CHOICES = {"1": 1, "2": 2, "tie": 0}
_SCHEMA = {
    "type": "object", "properties": {"reason": {"type": "string"}, "better": {"enum": list(_CHOICES)}}, "required": ["reason", "better"],
    "additionalProperties": False,
}  # fmt: skip


class Preference(Step):
    """Asks a model twice which of two columns is better, with each of them in the first place once, and passes the row on with `scores.<into>`:

        {"better": "second", "picked": [2, 1], "reasons": ["...", "..."], "by": ["openai/gpt-4o"]}

    `better` is `first` or `second` (the setting whose column it is) where both orders agree, else `tie`. `picked` are the places that were chosen,
    0 for none: first when `first` stood first, then when `second` did. So [1, 1] and [2, 2] tell of a judge that went by the place. Columns that say
    the same are a tie, and nobody is asked. A row for which no usable answer came fails with the call's reason.
    What the row says is fenced off as data; the fence is derived from the row's content, so the row cannot close it.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    first: Column = Field("chosen", min_length=1, description="Column with one of the two answers.")
    second: Column = Field("rejected", min_length=1, description="Column with the other one.")
    task: list[Column] | None = Field(None, description="Columns that the judge sees as the task. Default: all but those two.")
    criteria: PromptText = Field(shipped("preference_criteria"), min_length=1, description="What makes an answer the better one, in your words.")
    into: str = Field("preference", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(
        shipped("preference"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}."
    )
    system: PromptText = Field(shipped("preference_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that judges.")

    @property
    def questions(self) -> int:
        """One for each order."""
        return 2

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Two calls, or none."""
        answers = pick(row, [self.first, self.second])
        one, two = answers[self.first], answers[self.second]
        task = {name: value for name, value in row.data.items() if name not in answers} if self.task is None else pick(row, self.task)
        if one == two:
            return [row.with_scores({self.into: {"better": "tie", "picked": [], "reasons": [], "by": []}})]
        said = [await self._asked(row, ctx, task, pair) for pair in ((one, two), (two, one))]
        picked = [_CHOICES[answer.value["better"]] for answer in said]
        better = {(1, 2): "first", (2, 1): "second"}.get((picked[0], picked[1]), "tie")
        reasons, by = [answer.value["reason"] for answer in said], list(dict.fromkeys(answer.model for answer in said))
        return [row.with_scores({self.into: {"better": better, "picked": picked, "reasons": reasons, "by": by}})]

    def check(self) -> list[str]:
        used = variables(self.prompt, self.system)
        same = [f"`first` and `second` are both the column {self.first!r}; name two."] if self.first == self.second else []
        same += altered("record", self.prompt, self.system)
        return same + ([] if used is None else prompt_problems(used, ("record", "criteria"), (), GIVES))

    async def _asked(self, row: Row, ctx: Context, task: dict[str, Any], answers: tuple[Any, Any]) -> Answer:
        shown = {**{f"task: {name}": value for name, value in task.items()}, "answer 1": answers[0], "answer 2": answers[1]}
        mark = mark_of(shown)
        given = {"record": fenced(shown, mark), "criteria": await ctx.rendered(self.criteria, row.scope), "mark": mark}
        request = await messages(ctx, self.system, self.prompt, {**row.scope, **given})
        return await ctx.ask(request, model=self.model, schema=_SCHEMA, prompt=self.prompt)
