"""Conversations that a model makes of nothing: it writes the user's turns itself, and answers them.

Source: Xu et al., "Magpie: Alignment Data Synthesis from Scratch by Prompting Aligned LLMs with Nothing", arXiv 2406.08464.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import Column, ModelRole, PromptText, Step, TemplatedRole
from rowsmith.steps.request import pick


class Magpie(Step):
    """Lets a model write what users would ask it, and answer it: `messages` of `exchanges` turns each. Source: Magpie (arXiv 2406.08464).

        models:
          user: {model: vllm/llama-3.1-8b, template: llama-3, temperature: 1, top_p: 1}
          writer: {model: vllm/llama-3.1-8b, temperature: 0}

    The model of `user` has a `template`: it is sent the text up to where a user's turn begins, and nothing else, and writes that turn until its end.
    `writer` answers what has been said; then comes the next head of a user's turn. A system prompt steers what is asked; it stands before the user's
    turns alone, and is not saved. A row makes one conversation.

    A row fails where a turn is blank (`empty`) or says what the user has said before (`repeated`). Origin: `made` names both models' calls.
    """

    makes: ClassVar[bool] = True

    system: PromptText = Field("", description="System prompt before the user's turns, of the row's columns; empty for none.")
    exchanges: Annotated[int, Field(ge=1, le=20)] = Field(1, description="Exchanges of each conversation.")
    forward: list[Column] = Field([], description="Columns of the row that the conversation carries too.")
    user: TemplatedRole = Field("user", description="Role of the model that writes the user's turns; it needs a `template`.")
    model: ModelRole = Field("writer", description="Role of the model that answers.")

    @property
    def questions(self) -> int:
        """Two for each exchange."""
        return 2 * self.exchanges

    async def rows(self, row: Row, ctx: Context) -> list[New]:
        """The conversation."""
        carried = pick(row, self.forward)
        system = await ctx.rendered(self.system, row.scope) if self.system else ""
        before = [{"role": "system", "content": system}] if system.strip() else []
        return [New({"messages": await self._conversation(ctx, before), **carried}, index=index) for index in ctx.wanted]

    async def _conversation(self, ctx: Context, before: list[dict[str, str]]) -> list[dict[str, str]]:
        said: list[dict[str, str]] = []
        for _ in range(self.exchanges):
            asked = await self._turn(ctx, [*before, *said], "user", self.user)
            if asked in said:
                raise RowFailed("repeated", "The model lets the user say once more what was said before.")
            said.append(asked)
            said.append(await self._turn(ctx, said, "assistant", self.model))
        return said

    async def _turn(self, ctx: Context, messages: list[dict[str, str]], role: str, model: str | dict[str, float]) -> dict[str, str]:
        answer = await ctx.ask([dict(one) for one in messages], model=model, prompt=self.system)
        if not (text := str(answer.value).strip()):
            raise RowFailed("empty", f"The model wrote a turn of the {role} that says nothing.")
        return {"role": role, "content": text}

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """`messages`, and what is carried over."""
        return frozenset({"messages", *self.forward})

    def check(self) -> list[str]:
        """A column that the conversation has itself."""
        return ["'messages' cannot be carried over: each row has a column of that name."] if "messages" in self.forward else []

