"""Training chats of transcripts: who spoke becomes a role, and a conversation is cut where its topic changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.fences import Fence
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.shapes import texts
from rowsmith.core.step import PROMPT, Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import mark_of
from rowsmith.steps.request import messages, pick, prompt_problems, variables

GIVES = ("turns", "names")
_TIME = r"(?:\[?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\]?[^\S\n]*[-–]?[^\S\n]*)?"
_TURN = re.compile(rf"^[^\S\n]*{_TIME}[*_]{{0,3}}([^\W\d_][^:\n]{{0,40}}?)[^\S\n]*:[*_]{{0,3}}[^\S\n]+(?=\S)", re.MULTILINE)


class Turn(NamedTuple):
    """Who spoke, and what was said."""

    name: str
    text: str


class Chats(Step):
    """Makes chats with roles of a transcript: of a text with a name before each turn ("Anna: Hello"), or of messages whose speakers have names.

    One question for each transcript tells where a new topic begins and who is the one that helps; the others are the user. With `roles` for all
    who speak and `topics: false` nothing is asked. Turns of one role that follow each other become one. What stands before the user's first turn
    and behind the assistant's last one is left out.

    Makes rows with `messages`, `topic` and the columns of `forward`. Origin: `chunk` {index, of, turns: [first, last]}, counted from 1. A row is
    dropped where no topic has as many exchanges as `least` (`no_exchange`), and fails where no turns are known (`no_turns`).
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    column: Column = Field("text", description="Column with the transcript: text, or messages.")
    roles: dict[str, Literal["user", "assistant", "out"]] = Field(
        {}, description="Roles of speakers by their names; out: what they say is left out. Default: the model says who helps, others are the user."
    )
    topics: bool = Field(True, description="Whether a transcript is cut where its topic changes.")
    least: Annotated[int, Field(ge=1, le=100)] = Field(1, description="Fewest exchanges of a chat; what has fewer is left out.")
    forward: list[Column] = Field([], description="Columns of the row that each chat carries too.")
    prompt: PromptText = Field(shipped("chats"), min_length=1, description="What is asked. It or `system` must use {{ turns }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("writer", description="Role of the model that is asked.")

    def count(self, row: Row) -> None:
        """Not known before the answer."""
        return

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """The chats, in order."""
        carried, turns = pick(row, self.forward), self._turns(row)
        names = list(dict.fromkeys(turn.name for turn in turns))
        unknown = [name for name in names if name not in self.roles]
        starts, topics, roles = [0], [""], dict[str, str](self.roles)
        if self.topics or (unknown and "assistant" not in roles.values()):
            said = await self._asked(ctx, row, turns, unknown or names)
            if "assistant" not in roles.values():
                roles[said["assistant"]] = "assistant"
            if self.topics:
                ordered = sorted(said["topics"], key=lambda it: it["first"])
                found = {min(max(1, one["first"]), len(turns)) - 1: one["topic"].strip() for one in ordered}
                topics, starts = list(found.values()) or [""], [0, *list(found)[1:]]
        windows = list(pairwise([*starts, len(turns)]))
        chats = [(window, topic, _chat(turns[slice(*window)], roles)) for window, topic in zip(windows, topics, strict=True)]
        kept = [(window, topic, chat) for window, topic, chat in chats if len(chat) >= 2 * self.least]
        if not kept:
            return [Drop("no_exchange", f"None of its {len(chats)} topics has {self.least} exchanges of a user and an assistant.")]
        return [
            New({**carried, "messages": chat, "topic": topic}, {"chunk": {"index": at, "of": len(kept), "turns": [first + 1, last]}}, index=at)
            for at, ((first, last), topic, chat) in enumerate(kept)
        ]

    def _turns(self, row: Row) -> list[Turn]:
        value = pick(row, [self.column])[self.column]
        if isinstance(value, str):
            found = list(_TURN.finditer(value))
            ends = [*(one.start() for one in found), len(value)][1:]
            turns = [Turn(one[1].strip(" *_"), value[one.end() : end].strip()) for one, end in zip(found, ends, strict=True)]
        else:
            said = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
            turns = [Turn(str(one.get("name") or one.get("role") or ""), "\n".join(texts(one.get("content")))) for one in said]
        turns = [turn for turn in turns if turn.name and turn.text.strip() and self.roles.get(turn.name) != "out"]
        if len({turn.name for turn in turns}) < 2:
            raise RowFailed("no_turns", f"Column {self.column!r} has no turns of two speakers, such as 'Anna: Hello' in a line.")
        return turns

    async def _asked(self, ctx: Context, row: Row, turns: Sequence[Turn], names: Sequence[str]) -> Any:
        """Where topics begin, and who helps."""
        numbered = "\n".join(f"{number} {turn.name}: {turn.text}" for number, turn in enumerate(turns, 1))
        topic = {"type": "object", "properties": {"first": {"type": "integer"}, "topic": {"type": "string"}}, "required": ["first", "topic"],
                 "additionalProperties": False}  # fmt: skip
        properties = {"topics": {"type": "array", "items": topic}, "assistant": {"enum": list(names)}}
        schema = {"type": "object", "properties": properties, "required": ["topics", "assistant"], "additionalProperties": False}
        mark = mark_of({"turns": numbered})
        scope = {**row.scope, "turns": numbered, "names": list(names)}
        more = [ctx.render(shipped("fence"), {"mark": mark})]
        request = await messages(ctx, self.system, self.prompt, scope, more, fence=Fence({("turns",): "turns"}, mark))
        return (await ctx.ask(request, model=self.model, schema=schema, prompt=self.prompt)).value

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """`messages`, `topic`, and what is carried over."""
        return frozenset({"messages", "topic", *self.forward})

    def marked(self, mark: Any) -> dict[str, Any]:
        """The prompt that ships is stored as well."""
        found = super().marked(mark)
        return {**found, "prompt": self.prompt} if mark is PROMPT else found

    def check(self) -> list[str]:
        """Columns that are made, and a prompt without the turns."""
        problems = [f"{name!r} cannot be carried over: each chat has one of that name." for name in self.forward if name in ("messages", "topic")]
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("turns",), (), GIVES))


def _chat(turns: Sequence[Turn], roles: dict[str, str]) -> list[dict[str, str]]:
    """The turns as messages, from the first of the user to the last of the assistant, each role in turn."""
    found: list[dict[str, str]] = []
    for turn in turns:
        role = roles.get(turn.name, "user")
        if found and found[-1]["role"] == role:
            found[-1]["content"] += f"\n\n{turn.text}"
        elif found or role == "user":
            found.append({"role": role, "content": turn.text})
    return found if found and found[-1]["role"] == "assistant" else found[:-1]
