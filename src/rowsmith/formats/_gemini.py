"""Turns as Gemini has them: the assistant is called `model`, and a text is a part."""

from __future__ import annotations

from rowsmith.core.row import Json
from rowsmith.formats._turns import Turn


def content(turn: Turn) -> dict[str, Json]:
    """One turn."""
    role, text = turn
    return {"role": "model" if role == "assistant" else role, "parts": [{"text": text}]}


def instruction(key: str, system: str | None) -> dict[str, Json]:
    """The system prompt under this key, where there is one."""
    return {} if system is None else {key: content(("system", system))}
