"""Flags harm as a guard model sees it.

Source of the form of its answers: Inan et al., "Llama Guard: LLM-based Input-Output Safeguard for Human-AI Conversations", arXiv 2312.06674.
"""

from __future__ import annotations

import re

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column, ModelRole, PromptText
from rowsmith.steps.checking import Check
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, prompt_problems, variables

GIVES = ("record", "categories", "mark")
CATEGORIES = {
    "threat": "announces or wishes for violence or harm to someone",
    "hate": "degrades or excludes people for origin, religion, sex, orientation, disability, age or class",
    "self_harm": "urges someone to kill or hurt themselves",
    "sexual": "sexual content pressed on or aimed at someone who did not ask for it",
    "insult": "insults or swear words aimed at a person",
    "harassment": "belittles, mocks or humiliates someone, or calls on others to do so",
}
_WORD = re.compile(r"\b(un)?safe\b", re.IGNORECASE)
_CODE = re.compile(r"\b[sS](\d{1,2})\b")


class Guard(Check):
    """Asks a guard model about each row, by any provider, and scores `scores.<into>`: 1 where it says unsafe, else 0. Each category that it names is
    a flag with that reason.

    What is asked lists the categories by code (S1, S2 ...) in the order of `categories`, and the answer has the form of Llama Guard: `safe`, or
    `unsafe` and below it the codes. A category of its own that is not in the list is `unsafe`. An answer that says neither fails the row
    (`unreadable`). With a Llama Guard model that brings its own categories, give these, in its order, by `categories`.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    categories: dict[str, str] = Field(CATEGORIES, min_length=1, description="What counts: reason and description; S1 is the first.")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are read. Default: all.")
    into: str = Field("toxicity", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("guard"), min_length=1, description="What is asked. It or `system` must use {{ record }}.")
    system: PromptText = Field(shipped("guard_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("guard", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """One call."""
        shown = {part.path: part.text for part in parts(row.data, self.columns_)}
        mark = mark_of(shown)
        listed = "\n".join(f"S{number}: {name}: {text}" for number, (name, text) in enumerate(self.categories.items(), 1))
        scope = {**row.scope, "record": fenced(shown, mark), "categories": listed, "mark": mark}
        answer = await ctx.ask(await messages(ctx, self.system, self.prompt, scope), model=self.model, prompt=self.prompt)
        reasons = verdict(str(answer.value), list(self.categories))
        flags = [Flag("toxicity", reason, self.categories.get(reason, "said by the guard model")) for reason in reasons]
        return [self.told(row, {self.into: int(bool(flags))}, flags)]

    def check(self) -> list[str]:
        """Prompts that cannot show the record."""
        used = variables(self.prompt, self.system)
        problems = altered("record", self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record",), [], GIVES))


def verdict(answer: str, categories: list[str]) -> list[str]:
    """The reasons that an answer of a guard model gives; none where it says safe.

    Raises:
        RowFailed: it says neither.

    >>> verdict("unsafe\\nS2,S1", ["threat", "hate"])
    ['hate', 'threat']
    """
    word = _WORD.search(answer)
    if word is None:
        raise RowFailed("unreadable", f"The guard model said neither safe nor unsafe: {answer[:200]}")
    if not word[1]:
        return []
    named = [int(code) for code in _CODE.findall(answer[word.end() :])]
    return list(dict.fromkeys(categories[code - 1] if 0 < code <= len(categories) else "unsafe" for code in named)) or ["unsafe"]
