"""Scores how seldom a model solves what a row asks for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.metrics import Exact, Spoken
from rowsmith.core.metrics import Judge as Judged
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import said
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.request import messages, pick, prompt_problems, variables

GIVES = ("task",)


class Difficulty(Step):
    """Lets a model solve the task of a row `draws` times and gives `scores.<into>` {difficulty, passed, draws}: the difficulty is 1 less the share of
    the draws that pass, the metric being at least `passes`. 1: never solved, or the expected answer is wrong. 0: solved every time.

    The task is what the row says before its answer (system, context, question; with `columns` these), and the answer is compared with `expected`, or
    else with what the row answers. Source: 1 less the share of right draws, as in rejection sampling fine-tuning (Yuan et al., arXiv 2308.01825) and
    difficulty-aware rejection tuning (Tong et al., "DART-Math", arXiv 2407.13690). IFD (Li et al., arXiv 2308.12032) would need the loss of the
    answer, which the ways in which models are asked here do not give.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns of the task. Default: all before the answer.")
    expected: Column = Field("", description="Column with the right answer. Default: what the row answers.")
    metric: Spoken = Field(Exact(), description="What makes an answer right, as in score.metric: a word, a mapping, parts or an expression.")
    passes: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="From which value of the metric on a draw counts as right.")
    draws: Annotated[int, Field(ge=1, le=64)] = Field(4, description="How often the task is given.")
    into: str = Field("difficulty", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("solve"), min_length=1, description="What is asked. It or `system` must use {{ task }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("solver", description="Role of the model that solves.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for each draw."""
        shown = pick(row, self.columns_) if self.columns_ else {name: value for name, value in row.data.items() if name != self.expected}
        task = said(shown, *(() if self.columns_ else ("system", "context", "question")))
        expected = pick(row, [self.expected])[self.expected] if self.expected else said(row.data, "answer")
        if not task.strip() or expected in (None, ""):
            raise RowFailed("no_task", "The row has no task, or no answer to compare with. Name them by `columns` and `expected`.")
        request = await messages(ctx, self.system, self.prompt, {**row.scope, "task": task})
        passed = 0
        for _ in range(self.draws):
            answer = await ctx.ask(request, model=self.model, prompt=self.prompt)
            passed += self.metric.score(str(answer.value), expected, row.scope) >= self.passes
        return [row.with_scores({self.into: {"difficulty": round(1 - passed / self.draws, 4), "passed": passed, "draws": self.draws}})]

    @property
    def questions(self) -> int:
        """One for each draw."""
        return self.draws

    def check(self) -> list[str]:
        """Prompts that do not give the task, and a metric that reads another answer than the one drawn."""
        problems = ["metric: `judge` reads a score of the row, which no draw changes; take another."] if isinstance(self.metric, Judged) else []
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("task",), [], GIVES))
