"""Has an answer criticised under a principle and revised, round after round.

Source of the method: Bai et al., "Constitutional AI: Harmlessness from AI Feedback", arXiv 2212.08073, 3.1 (critique and revision, each round
under a principle drawn at random).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.output import object_schema
from rowsmith.steps.request import altered, messages, pick, prompt_problems, text_of, variables

GIVES = ("record", "principle", "mark")


class Revise(Step):
    """Asks one model what in an answer is at odds with a principle, and another one to write it anew, `rounds` times, and passes the row on with the
    revision in place of the answer, the answer as it was in the column `before`, and in `critiques` a list of {principle, critique}.

    Each round has a principle of its own while there are any left, drawn from the row's id; how many rounds a row has its id draws, too, where
    `least` is below `rounds`. What the row says is fenced off as data; the fence is derived from its content, so the row cannot close it.
    """

    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = dict.fromkeys(("critique", "prompt", "system"), GIVES)

    answer: Column = Field("answer", min_length=1, description="Column with the answer.")
    task: list[Column] = Field(["input"], description="Columns that say what was asked.")
    principles: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1, description="The principles, one of which each round draws.")
    rounds: Annotated[int, Field(ge=1, le=10)] = Field(1, description="Rounds of critique and revision; at most, where `least` is given.")
    least: Annotated[int, Field(ge=1, le=10)] | None = Field(None, description="Fewest rounds. Default: as many as `rounds`.")
    before: str = Field("before", min_length=1, description="Column that takes the answer as it was.")
    critiques: str = Field("critiques", description="Column that takes principles and critiques; empty for none.")
    critique: PromptText = Field(shipped("revise_critique"), min_length=1, description="How a critique is asked. It must use {{ record }}.")
    prompt: PromptText = Field(shipped("revise"), min_length=1, description="How a revision is asked. It must use {{ record }}.")
    system: PromptText = Field(shipped("revise_system"), description="The system prompt of both; empty for none.")
    critic: ModelRole = Field("critic", description="Role of the model that criticises.")
    model: ModelRole = Field("writer", description="Role of the model that revises.")
    seed: int = Field(42, description="Another seed, other principles.")

    @property
    def questions(self) -> int:
        """Two for each round."""
        return 2 * self.rounds

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Two calls for each round."""
        task, first = pick(row, self.task), text_of(row, self.answer)
        answer, said = first, []
        for principle in self._drawn(row):
            shown = {**{f"task: {name}": value for name, value in task.items()}, "answer": answer}
            critique = await self._asked(row, ctx, self.critique, shown, principle, self.critic, "critique")
            answer = await self._asked(row, ctx, self.prompt, {**shown, "critique": critique}, principle, self.model, "answer")
            said.append({"principle": principle, "critique": critique})
        told = {self.critiques: said} if self.critiques else {}
        return [row.with_data({**row.data, self.answer: answer, self.before: first, **told})]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """The answer as it was, and the critiques, beside what there was."""
        return None if before is None else before | {self.before} | ({self.critiques} if self.critiques else frozenset())

    def check(self) -> list[str]:
        """Bounds that nothing meets, columns of one name, and prompts that do not show the answer."""
        problems = [f"`least` ({self.least}) is more than `rounds` ({self.rounds})."] if self.least is not None and self.least > self.rounds else []
        names = [name for name in (self.answer, self.before, self.critiques) if name]
        problems += ["Two of answer, before and critiques are one column; name three."] if len(set(names)) < len(names) else []
        for prompt in (self.critique, self.prompt):
            used = variables(prompt, self.system)
            problems += altered("record", prompt, self.system) + ([] if used is None else prompt_problems(used, ("record", "principle"), (), GIVES))
        return list(dict.fromkeys(problems))

    def _drawn(self, row: Row) -> list[str]:
        least = self.rounds if self.least is None else self.least
        rounds = least + int(share(row.id, f"rounds {self.seed}") * (self.rounds - least + 1))
        order = sorted(self.principles, key=lambda one: share(row.id, f"principle {self.seed} {one}"))
        return [order[at % len(order)] for at in range(rounds)]

    async def _asked(self, row: Row, ctx: Context, prompt: str, shown: dict[str, Any], principle: str, role: ModelRole, what: str) -> str:
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "principle": principle, "mark": mark}
        request = await messages(ctx, self.system, prompt, scope)
        answer = await ctx.ask(request, model=role, schema=object_schema({what: {"type": "string", "pattern": r"\S"}}), prompt=prompt)
        return str(answer.value[what])
