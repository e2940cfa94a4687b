"""Scores each step of a reasoning by whether it still leads to the right answer: process labels.

Source: Wang et al., "Math-Shepherd: Verify and Reinforce LLMs Step-by-step without Human Annotations", arXiv 2312.08935.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.metrics import Judge as Judged
from rowsmith.core.metrics import Number, Spoken
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.request import messages, pick, prompt_problems, variables

GIVES = ("question", "steps")
_BETWEEN = re.compile(r"\n\s*\n|\n(?=\s*(?:\d+[.)]|[-*•]|(?:Step|Schritt|Étape|Paso|Passo)\s+\d+))")


class Process(Step):
    """Lets a model finish the reasoning from after each of its steps, `draws` times, and says of each step whether what follows can still reach the
    expected answer. The row gets two columns: `steps`, the reasoning cut into its steps, and `labels`, for each 1 where at least one
    completion is right and 0 where none is (hard), or the share of right ones (soft). `scores.<into>` is {first_wrong, steps, draws}: the
    number of the first step from which no completion is right, counted from 1; null where there is none.

    With `answer`, the column with the answer that the reasoning itself comes to, that answer decides the last step: a wrong one is none that a
    lucky completion makes right. Nothing is asked about that step.

    The reasoning is a list of steps, or a text, which is cut at empty lines and before numbered or bulleted lines. Of more than `most` steps the row
    fails (`too_many_steps`): each step costs `draws` questions, so that a row costs steps x draws.
    """

    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    question: Column = Field("input", min_length=1, description="Column with the question.")
    reasoning: Column = Field("reasoning", min_length=1, description="Column with the reasoning, a text or a list of steps.")
    expected: Column = Field("expected", min_length=1, description="Column with the right answer.")
    answer: Column | None = Field(None, description="Column with the answer that the reasoning comes to, which decides its last step.")
    metric: Spoken = Field(Number(), description="What makes the answer of a completion right, as in score.metric.")
    draws: Annotated[int, Field(ge=1, le=64)] = Field(8, description="Completions from after each step.")
    labels: Literal["hard", "soft"] = Field("hard", description="hard: 1 where any completion is right; soft: the share of them.")
    most: Annotated[int, Field(ge=1, le=1000)] = Field(20, description="Most steps of a row.")
    into: str = Field("process", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("continue_steps"), min_length=1, description="What is asked, of {{ question }} and {{ steps }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("solver", description="Role of the model that completes.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Draws from after each step; none from after a last one that the row's answer decides."""
        found = pick(row, dict.fromkeys(name for name in (self.question, self.reasoning, self.expected, self.answer) if name))
        steps = cut(found[self.reasoning])
        if not steps:
            raise RowFailed("no_steps", f"Column {self.reasoning!r} has no step.")
        if len(steps) > self.most:
            raise RowFailed("too_many_steps", f"The reasoning has {len(steps)} steps; at most {self.most} are looked at.")
        asked = len(steps) if self.answer is None else len(steps) - 1
        shares = [await self._share(row, found, steps[:count], ctx) for count in range(1, asked + 1)]
        if self.answer is not None:
            shares.append(float(self.metric.score(found[self.answer], found[self.expected], row.scope) == 1))
        labels: list[Any] = [round(share, 4) for share in shares] if self.labels == "soft" else [int(share > 0) for share in shares]
        first = next((number for number, share in enumerate(shares, 1) if not share), None)
        score = {"first_wrong": first, "steps": len(steps), "draws": self.draws}
        return [row.with_data({**row.data, "steps": steps, "labels": labels}).with_scores({self.into: score})]

    async def _share(self, row: Row, found: dict[str, Any], steps: list[str], ctx: Context) -> float:
        """The share of completions of these steps that reach the expected answer."""
        scope = {**row.scope, "question": found[self.question], "steps": "\n\n".join(steps)}
        request, right = await messages(ctx, self.system, self.prompt, scope), 0
        for _ in range(self.draws):
            answer = await ctx.ask(request, model=self.model, schema=_SCHEMA, prompt=self.prompt)
            right += self.metric.score(answer.value["answer"], found[self.expected], row.scope) == 1
        return right / self.draws

    @property
    def questions(self) -> int:
        """Draws from after each step, of half as many steps as there may be."""
        return self.draws * max(1, self.most // 2)

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, `steps` and `labels`."""
        return None if before is None else before | {"steps", "labels"}

    def check(self) -> list[str]:
        """A prompt without the question or the steps, and a metric that reads no answer."""
        problems = ["metric: `judge` reads a score of the row, which no completion changes; take another."] if isinstance(self.metric, Judged) else []
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, GIVES, (), GIVES))


def cut(reasoning: Any) -> list[str]:
    """The steps of a reasoning: a list's own, or a text's parts.

    >>> cut("1. Two and two are four.\\n2. Half of it is two.")
    ['1. Two and two are four.', '2. Half of it is two.']
    """
    parts = reasoning if isinstance(reasoning, list) else _BETWEEN.split(reasoning) if isinstance(reasoning, str) else []
    return [part.strip() for part in parts if isinstance(part, str) and part.strip()]


_SCHEMA: dict[str, Any] = {
    "type": "object", "properties": {"reasoning": {"type": "string"}, "answer": {"type": "string"}}, "required": ["reasoning", "answer"],
    "additionalProperties": False,
}  # fmt: skip
