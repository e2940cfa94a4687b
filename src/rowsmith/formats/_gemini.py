"""Turns as Gemini has them: the assistant is called `model`, and a text is a part."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json
from rowsmith.formats import _chat
from rowsmith.formats._turns import Turn


def content(turn: Turn) -> dict[str, Json]:
    """One turn."""
    role, text = turn
    return {"role": "model" if role == "assistant" else role, "parts": [{"text": text}]}


def instruction(key: str, system: str | None) -> dict[str, Json]:
    """The system prompt under this key, where there is one."""
    return {} if system is None else {key: content(("system", system))}


def system(instruction: Json) -> list[_chat.Message]:
    """The system prompt as a message, where there is one. Raises as `messages`."""
    return [{"role": "system", "content": _text(instruction)}] if instruction else []


def messages(contents: Json) -> list[_chat.Message]:
    """The turns as messages.

    Raises:
        RowFailed: `messages`, `role`, `not_text`.
    """
    if not isinstance(contents, list) or not contents or not all(isinstance(turn, dict) for turn in contents):
        raise RowFailed("messages", "`contents` is not a list of mappings.")
    if wrong := [turn.get("role") for turn in contents if turn.get("role") not in ("user", "model")]:
        raise RowFailed("role", f"A turn has the role {wrong[0]!r}; known are user and model.")
    return [{"role": "assistant" if turn["role"] == "model" else "user", "content": _text(turn)} for turn in contents]


def scored(completions: Json) -> tuple[Json, Json]:
    """The better and the worse of two completions.

    Raises:
        RowFailed: `completions`.
    """
    found = completions if isinstance(completions, list) else []
    scores = [one.get("score") for one in found if isinstance(one, dict)]
    if len(found) != 2 or len(scores) != 2 or not all(isinstance(score, int | float) for score in scores) or scores[0] == scores[1]:
        raise RowFailed("completions", "`completions` is not two, with different scores.")
    better, worse = sorted(found, key=lambda one: -one["score"])
    return better.get("completion"), worse.get("completion")


def _text(content: Json) -> str:
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) and set(part) == {"text"} for part in parts):
        raise RowFailed("not_text", "A turn has no `parts`, or one that is not text.")
    return "".join(str(part["text"]) for part in parts)
