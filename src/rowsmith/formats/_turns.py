"""Conversations of plain text: who says what, for formats without a place for tools, and those in which two take turns."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import _chat

FIELDS = frozenset({"role", "content"})
DROPS = ("columns beside the conversation", "fields of messages beside role and content")

Turn = tuple[str, str]
"""A role, one of system, user and assistant, and a text that says something."""


def turns(messages: list[_chat.Message], row: Row | None = None) -> list[Turn]:
    """The messages as turns; what the developer says is the system's. The column `tools` of the row, if given, has to be empty.

    Raises:
        RowFailed: `tool_calls`, where there are any; `empty_message`; and the reasons of `_chat.text_of`.
    """
    if (row and _chat.tools_of(row)) or any(message["role"] == "tool" or _chat.calls_of(message) for message in messages):
        raise RowFailed("tool_calls", "The format has no place for tools.")
    found = [("system" if message["role"] == "developer" else message["role"], _chat.text_of(message)) for message in messages]
    for role, text in found:
        if not text.strip():
            raise RowFailed("empty_message", f"A message of the {role} says nothing.")
    return found


def plain(found: list[Turn]) -> list[dict[str, str]]:
    """The turns as messages of two fields."""
    return [{"role": role, "content": text} for role, text in found]


def alternating(found: list[Turn]) -> tuple[str | None, list[Turn]]:
    """What the system says first, if it does, and the turns after it: user and assistant, one after the other.

    Raises:
        RowFailed: `turn_order`.
    """
    system, rest = (found[0][1], found[1:]) if found[0][0] == "system" else (None, found)
    wrong = [i for i, (role, _) in enumerate(rest) if role != ("user", "assistant")[i % 2]]
    if wrong or not rest:
        raise RowFailed("turn_order", "After a system prompt, the user has to begin, and user and assistant take turns.")
    return system, rest


def of(row: Row) -> list[Turn]:
    """The conversation of a row as turns. Raises as `turns` and `_chat.conversation`."""
    found = _chat.plain(row.data)
    return turns(_chat.conversation(row), row) if found is None else found


def in_turns(row: Row) -> list[dict[str, str]]:
    """The conversation of a row as messages of two fields: a system prompt first, then user and assistant in turns.

    Raises:
        RowFailed: the reasons of `turns`, `alternating` and `_chat.conversation`.
    """
    found = of(row)
    alternating(found)
    return plain(found)


def one_turn(found: list[Turn]) -> tuple[str, str]:
    """The text of one question and of one answer.

    Raises:
        RowFailed: `system_prompt`, `extra_turns`, `turn_order`.
    """
    roles = [role for role, _ in found]
    if "system" in roles:
        raise RowFailed("system_prompt", "The format has no place for a system prompt.")
    if len(roles) > 2:
        raise RowFailed("extra_turns", f"The format holds one turn; the row has {len(roles)} messages.")
    if roles != ["user", "assistant"]:
        raise RowFailed("turn_order", "The row is not a question of the user and an answer.")
    return found[0][1], found[1][1]
