"""Prompts for training with reward functions, and the columns that these functions are given."""

from __future__ import annotations

from collections.abc import Collection

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import says

NEEDS = (("input",), ("messages",))
ANSWERS = ("answer", "ground_truth", "solution", "reference", "tests")
"""Columns that reward functions often compare with."""


def used(row: Row) -> tuple[str, ...]:
    """The column that the prompt is made of."""
    return ("messages",) if says(row.data.get("messages")) else ("input",)


def prompt(row: Row) -> list[_chat.Message]:
    """What is asked: `input`, or `messages` without the answer at their end.

    Raises:
        RowFailed: `turn_order`, `empty_input`, and the reasons of `_chat.said`.
    """
    (column,) = used(row)
    found = _chat.said(row, column, "user")
    return _chat.asked_last(found[:-1] if found[-1]["role"] == "assistant" else found)


def further(row: Row, reserved: Collection[str]) -> dict[str, Json]:
    """Every other column as it stands; the answer at the end of `messages` is the column `answer`.

    Raises:
        RowFailed: `columns`, where a column has a name that means something else there; `answers`, `tool_calls`, `empty_answer`.
    """
    (column,) = used(row)
    found = {name: value for name, value in row.data.items() if name != column}
    if wrong := sorted(set(reserved) & set(found)):
        raise RowFailed("columns", f"The column {wrong[0]} means something else there; rename it.")
    last = row.data[column][-1] if isinstance(row.data[column], list) else {"role": "user"}
    if last["role"] != "assistant":
        return found
    if says(found.get("answer")):
        raise RowFailed("answers", "The row has an answer at the end of its messages, and another one in the column answer.")
    if _chat.calls_of(last):
        raise RowFailed("tool_calls", "The answer at the end of the messages is a tool call.")
    if not (text := _chat.text_of(last)).strip():
        raise RowFailed("empty_answer", "The last message says nothing.")
    return {**found, "answer": text}


def asked(record: dict[str, Json], messages: list[_chat.Message], *, plain: bool) -> dict[str, Json]:
    """The columns of a row that asks this (`plain`: one text); what stands beside it in the record stays where it is."""
    return {"messages": messages} if "input" in record else {"input": messages[0]["content"] if plain else messages}
