"""Dialogues: who speaks, what each is shown of what was said, and turns that no dialogue should have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field

from rowsmith.content import dialogue as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.step import ModelRole, PromptText
from rowsmith.steps.listing import plain
from rowsmith.steps.shingles import shingles
from rowsmith.steps.tool_calls import Used, asked_for

RUN, SAME, LEAST_WORDS = 3, 0.8, 8
"""Words in a row that are compared, the share of those of two turns from which one repeats the other, and words of a turn that is compared so."""


class Speaker(BaseModel):
    """One who takes part in a dialogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: ModelRole = Field("writer", description="Role of the model that speaks.")
    system: PromptText = Field("", description="The system prompt of this speaker; empty for none. It is never saved.")
    prompt: PromptText = Field(
        "",
        description="What is asked at each turn; {{ dialogue }} is what has been said. Empty: the dialogue itself is sent as messages, the speaker's "
        "own turns as the assistant's, those of others as the user's.",
    )
    role: Literal["user", "assistant"] | None = Field(
        None,
        description="Role of its turns in messages. Default: its name where that is user or assistant; else user for the first speaker, assistant "
        "for the others.",
    )
    called: PromptText = Field("", description="What others know it by, such as {{ name }}. Default: its name, with a capital.")


class Spoken(NamedTuple):
    """One turn: the speaker's name, what it said, and the tools that it called before."""

    speaker: str
    text: str
    used: tuple[Used, ...] = ()


def transcript(said: Iterable[Spoken], called: Mapping[str, str]) -> str:
    """What was said as text, each turn below the name of who says it."""
    return "\n\n".join(f"{called[turn.speaker]}: {turn.text}" for turn in said)


def heard(said: Sequence[Spoken], speaker: str, called: Mapping[str, str], *, tools: bool = False) -> list[dict[str, Any]]:
    """What was said as messages to one of the speakers, made afresh: its own turns are the assistant's, all others the user's. Turns of others that
    follow each other are one message; where there are several others, each bears its name. With `tools` its own stand as they were asked for."""
    several = len(called) > 2
    found: list[dict[str, Any]] = []
    for turn in said:
        role = "assistant" if turn.speaker == speaker else "user"
        text = f"{called[turn.speaker]}: {turn.text}" if several and role == "user" else turn.text
        if tools and role == "assistant":
            found += asked_for(turn.used)
            text = orjson.dumps({"calls": [], "reply": text}).decode()
        if found and found[-1]["role"] == role:
            found[-1]["content"] += f"\n\n{text}"
        else:
            found.append({"role": role, "content": text})
    return found


def stripped(text: str, speaker: str, called: Mapping[str, str]) -> str:
    """What a speaker said, without its own name before it and quotation marks around it."""
    own = _label([speaker, called[speaker]])
    text = own.sub("", text.strip(), count=1).strip()
    if len(text) > 1 and (text[0], text[-1]) in (('"', '"'), ("“", "”")) and not set('"“”') & set(text[1:-1]):
        text = text[1:-1].strip()
    return text


def faults(text: str, speaker: str, role: str, said: Sequence[Spoken], called: Mapping[str, str]) -> None:
    """Nothing, where a turn may stand.

    Raises:
        RowFailed: `empty`; `role_flip`, where it speaks for another, or a user as an assistant does; `repeated`, where it says what was said before.
    """
    name = called[speaker]
    if not text.strip():
        raise RowFailed("empty", f"{name} says nothing.")
    others = [label for other in called if other != speaker for label in (other, called[other])]
    if (found := _label(others).search(text)) or (role == "user" and (found := _assistant().search(text.lower().replace("’", "'")))):
        raise RowFailed("role_flip", f"{name} speaks as another does: {' '.join(text[found.start() :].split())[:80]!r}.")
    if any(_same(text, turn.text) for turn in said):
        raise RowFailed("repeated", f"{name} says again what was said before: {' '.join(text.split())[:80]!r}.")


def _same(one: str, two: str) -> bool:
    if plain(one) == plain(two):
        return True
    first, second = set(shingles(one, RUN)), set(shingles(two, RUN))
    return min(len(first), len(second)) > LEAST_WORDS - RUN and len(first & second) >= SAME * len(first | second)


def _label(names: Iterable[str]) -> re.Pattern[str]:
    """One of the names and a colon, at the beginning of a paragraph."""
    said = "|".join(re.escape(name) for name in sorted({*names} - {""}, key=len, reverse=True))
    return re.compile(rf"(?:\A|\n[^\S\n]*\n)[^\S\n]*[*_#\[]{{0,3}}(?:{said})[*_\]]{{0,3}}\s?:[*_]{{0,2}}", re.IGNORECASE)


@cache
def _assistant() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in shipped()["assistant"]))
