"""Scores how often a question of several choices is answered right by a model that has not seen its text: whether it can be guessed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import share
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.request import messages, pick, prompt_problems, variables

GIVES = ("question", "choices")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Guessed(Step):
    """Asks a model the question `draws` times, each time with its choices in another order and nothing beside them, and gives `scores.<into>` {share,
    right, draws, chance}: the share of right answers, and what chance alone gives. A question that is answered right without its text tests what a
    model knows or how the choices are written, not whether the text was read:

        - {kind: filter.where, where: scores.guessed.share <= 0.5, reason: guessable}

    The orders are drawn from the row's id. Choices that differ in length, position or care, and facts that every model knows, all show here.
    """

    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    question: Column = Field("input", min_length=1, description="Column with the question.")
    choices: Column = Field("choices", min_length=1, description="Column with the list of choices.")
    right: Column = Field("answer", min_length=1, description="Column with the index of the right choice, from 0, or its text.")
    draws: Annotated[int, Field(ge=1, le=64)] = Field(5, description="How often it is asked.")
    into: str = Field("guessed", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("guess"), min_length=1, description="What is asked. It must use {{ question }} and {{ choices }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that guesses.")

    @property
    def questions(self) -> int:
        """One for each draw."""
        return self.draws

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call for each draw."""
        found = pick(row, [self.question, self.choices, self.right])
        question, choices, right = found[self.question], found[self.choices], found[self.right]
        if not isinstance(choices, list) or not 2 <= len(choices) <= len(LETTERS):
            raise RowFailed("choices", f"Column {self.choices!r} holds no list of 2 to {len(LETTERS)} choices.")
        right = choices[right] if isinstance(right, int) and not isinstance(right, bool) and 0 <= right < len(choices) else right
        if right not in choices:
            raise RowFailed("choices", f"Column {self.right!r} is none of the choices.")
        hits = 0
        for draw in range(self.draws):
            order = sorted(choices, key=lambda choice: share(row.id, f"guess {draw} {choice}"))
            letters = LETTERS[: len(order)]
            shown = "\n".join(f"{letter}) {choice}" for letter, choice in zip(letters, order, strict=True))
            request = await messages(ctx, self.system, self.prompt, {**row.scope, "question": question, "choices": shown})
            answer = await ctx.ask(request, model=self.model, schema=_schema(letters), prompt=self.prompt)
            hits += order[letters.index(answer.value["letter"])] == right
        score = {"share": round(hits / self.draws, 4), "right": hits, "draws": self.draws, "chance": round(1 / len(choices), 4)}
        return [row.with_scores({self.into: score})]

    def check(self) -> list[str]:
        """A prompt without the question or the choices."""
        used = variables(self.prompt, self.system)
        return [] if used is None else prompt_problems(used, GIVES, (), GIVES)


def _schema(letters: str) -> dict[str, Any]:
    answer = {"letter": {"type": "string", "enum": list(letters)}}
    return {"type": "object", "properties": answer, "required": ["letter"], "additionalProperties": False}
