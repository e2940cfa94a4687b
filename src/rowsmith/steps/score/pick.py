"""Which of several answers a model finds best, shown all at once, in another order each time.

Sources of the method: Zheng et al., "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", arXiv 2306.05685 (comparison, and what the place
does); Wang et al., "Large Language Models are not Fair Evaluators", arXiv 2305.17926 (orders that change).
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "criteria", "letters", "mark")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Pick(Step):
    """Shows a model the answers of a list, `draws` times, each time in another order that the row's id draws, and passes the row on with
    `scores.<into>`:

        {"index": 2, "votes": 2, "share": 0.6667, "draws": 3, "reasons": ["...", "...", "..."]}

    `index` is the place in the list, from 0, of the one that most draws pick; of equals the first picked. The answer itself is then
    {{ drafts[scores.pick.index] }}. A row whose column holds no list of 2 to 26 fails (`choices`). What it says is fenced off as data.
    """

    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    answers: Column = Field("answers", min_length=1, description="Column with the list of answers.")
    task: list[Column] = Field(["input"], description="Columns that the judge sees as the task.")
    criteria: PromptText = Field(shipped("preference_criteria"), min_length=1, description="What makes an answer the best one, in your words.")
    draws: Annotated[int, Field(ge=1, le=64)] = Field(3, description="How often it is asked, each time in another order.")
    into: str = Field("pick", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("pick"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ criteria }}.")
    system: PromptText = Field(shipped("pick_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that picks.")

    @property
    def questions(self) -> int:
        """One for each draw."""
        return self.draws

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for each draw."""
        answers, task = pick(row, [self.answers])[self.answers], pick(row, self.task)
        if not isinstance(answers, list) or not 2 <= len(answers) <= len(LETTERS):
            raise RowFailed("choices", f"Column {self.answers!r} holds no list of 2 to {len(LETTERS)} answers.")
        picked, reasons = [], []
        for draw in range(self.draws):
            order = sorted(range(len(answers)), key=lambda index: share(row.id, f"pick {draw} {index}"))
            said = await self._asked(row, ctx, task, [answers[index] for index in order])
            picked.append(order[LETTERS.index(said["letter"])])
            reasons.append(said["reason"])
        index, votes = Counter(picked).most_common(1)[0]
        score = {"index": index, "votes": votes, "share": round(votes / self.draws, 4), "draws": self.draws, "reasons": reasons}
        return [row.with_scores({self.into: score})]

    def check(self) -> list[str]:
        """A prompt that cannot show what it must."""
        used = variables(self.prompt, self.system)
        return altered("record", self.prompt, self.system) + ([] if used is None else prompt_problems(used, ("record", "criteria"), (), GIVES))

    async def _asked(self, row: Row, ctx: Context, task: dict[str, Any], answers: list[Any]) -> dict[str, Any]:
        letters = LETTERS[: len(answers)]
        shown = {**{f"task: {name}": value for name, value in task.items()}, **{f"answer {one}": x for one, x in zip(letters, answers, strict=True)}}
        mark = mark_of(shown)
        given = {"record": fenced(shown, mark), "criteria": await ctx.rendered(self.criteria, row.scope), "letters": ", ".join(letters), "mark": mark}
        request = await messages(ctx, self.system, self.prompt, {**row.scope, **given})
        return dict((await ctx.ask(request, model=self.model, schema=_schema(letters), prompt=self.prompt)).value)


def _schema(letters: str) -> dict[str, Any]:
    answer = {"reason": {"type": "string"}, "letter": {"type": "string", "enum": list(letters)}}
    return {"type": "object", "properties": answer, "required": ["reason", "letter"], "additionalProperties": False}
