"""Tells whether an instruction has evolved, or why it is to be eliminated.

Source: Xu et al., "WizardLM: Empowering Large Language Models to Follow Complex Instructions", arXiv 2304.12244, section 3.2 (Elimination Evolving).
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import Field

from rowsmith.content import evolving
from rowsmith.content import prompt as shipped
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, prompt_problems, text_of, variables
from rowsmith.steps.shingles import words

GIVES = ("record", "question", "mark")
COPIED, SORRY, NOTHING, EQUAL = "copied_words", "sorry", "says_nothing", "equal"
QUESTION = "Do the two instructions ask for the same: have they the same constraints and requirements, and the same depth and breadth of inquiry?"
_SCHEMA: dict[str, Any] = {
    "type": "object", "properties": {"reason": {"type": "string"}, "holds": {"type": "boolean"}}, "required": ["reason", "holds"],
    "additionalProperties": False,
}  # fmt: skip


class Evolved(Step):
    """Tells whether an instruction has evolved from the one before, and passes the row on with `scores.<into>` {holds, reason}. It has not where

    - it copies words of the question to evolve it that did not stand in the one before (`copied_words`);
    - the answer to it is an apology of fewer than `short` words, so that it cannot be answered (`sorry`);
    - the answer is made of punctuation and words that say nothing by themselves (`says_nothing`);
    - a model finds that both ask for the same: nothing is gained (`equal`). It is asked where nothing else was found.

    `reason` is empty where it has evolved. Source: Evol-Instruct (arXiv 2304.12244), its four cases of elimination.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    before: Column = Field("before", min_length=1, description="Column with the instruction before.")
    after: Column = Field("input", min_length=1, description="Column with the evolved one.")
    answer: Column = Field("answer", min_length=1, description="Column with the answer to it.")
    copied: list[str] = Field(evolving()["copied"], description="Words of the question to evolve that give away a copy.")
    sorry: list[str] = Field(evolving()["sorry"], description="Words of an apology.")
    short: Annotated[int, Field(ge=1)] = Field(80, description="Words from which on an answer with an apology counts as one all the same.")
    question: str = Field(QUESTION, min_length=1, description="What the model is asked of the two; yes eliminates.")
    into: str = Field("evolved", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("question"), min_length=1, description="What is asked; it or `system` uses {{ record }} and {{ question }}.")
    system: PromptText = Field(shipped("question_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that compares.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """At most one call."""
        before, after, answer = (text_of(row, name) for name in (self.before, self.after, self.answer))
        reason = self._told(before, after, answer) or (EQUAL if await self._equal(row, ctx, before, after) else "")
        return [row.with_scores({self.into: {"holds": not reason, "reason": reason}})]

    def check(self) -> list[str]:
        """Prompts that cannot show what they must."""
        used = variables(self.prompt, self.system)
        return altered("record", self.prompt, self.system) + ([] if used is None else prompt_problems(used, ("record", "question"), (), GIVES))

    def _told(self, before: str, after: str, answer: str) -> str:
        """What the words alone tell."""
        was, is_, said = (" ".join(words(text)) for text in (before, after, answer))
        if any(_holds(is_, phrase) and not _holds(was, phrase) for phrase in self.copied):
            return COPIED
        if any(_holds(said, phrase) for phrase in self.sorry) and len(said.split()) < self.short:
            return SORRY
        return NOTHING if _empty_words().issuperset(said.split()) else ""

    async def _equal(self, row: Row, ctx: Context, before: str, after: str) -> bool:
        shown = {"first": before, "second": after}
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "question": self.question, "mark": mark}
        answer = await ctx.ask(await messages(ctx, self.system, self.prompt, scope), model=self.model, schema=_SCHEMA, prompt=self.prompt)
        return bool(answer.value["holds"])


def _holds(text: str, phrase: str) -> bool:
    """Whether words stand in a text of words, as whole ones."""
    said = " ".join(words(phrase))
    return bool(said) and f" {said} " in f" {text} "


@cache
def _empty_words() -> frozenset[str]:
    return frozenset(word for said in evolving()["nothing"].values() for word in said.split())
