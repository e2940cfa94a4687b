"""Preferences in a row: `input`, and a `chosen` and a `rejected` answer to it, each text or messages; or answers with a `label`."""

from __future__ import annotations

from typing import NamedTuple

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading
from rowsmith.formats._format import says
from rowsmith.formats._turns import one_turn, turns

NEEDS = (("input", "chosen", "rejected"),)
LABELLED = tuple((*needs, "label") for needs in _chat.NEEDS)
DROPS = ("columns beside the preference", "fields of messages beside role and content")
USED = ("input", "chosen", "rejected", "tools")


class Preference(NamedTuple):
    """What was asked, and two answers that go on from there."""

    prompt: list[_chat.Message]
    chosen: list[_chat.Message]
    rejected: list[_chat.Message]


def preference(row: Row) -> Preference:
    """The preference, checked: the prompt ends with the user or a tool, the answers begin and end with the assistant and differ.

    Raises:
        RowFailed: `no_preference`, `empty_input`, `empty_chosen`, `empty_rejected`, `turn_order`, `equal`, and the reasons of `_chat.said`.
    """
    if not all(column in row.data for column in ("input", "chosen", "rejected")):
        raise RowFailed("no_preference", "It needs `input`, `chosen` and `rejected`.")
    found = Preference(_chat.asked_last(_chat.said(row, "input", "user")), _answer(row, "chosen"), _answer(row, "rejected"))
    if _words(found.chosen) == _words(found.rejected):
        raise RowFailed("equal", "`chosen` and `rejected` say the same, so nothing can be learned from them (L06).")
    return found


def texts(row: Row) -> tuple[str, str, str]:
    """Question, chosen and rejected answer, each one text.

    Raises:
        RowFailed: the reasons of `preference`, `_turns.turns` and `_turns.one_turn`.
    """
    found = preference(row)
    (asked, chosen), (_, rejected) = (one_turn(turns(found.prompt + side, row)) for side in (found.chosen, found.rejected))
    return asked, chosen, rejected


def single(answer: list[_chat.Message]) -> _chat.Message:
    """The only message of an answer.

    Raises:
        RowFailed: `extra_turns`.
    """
    if len(answer) > 1:
        raise RowFailed("extra_turns", f"The format holds one message as an answer; the row has {len(answer)}.")
    return answer[0]


def label(row: Row) -> bool:
    """Whether the answer is a good one.

    Raises:
        RowFailed: `pair`, where the row is a preference; `label`.
    """
    if says(row.data.get("chosen")) and says(row.data.get("rejected")):
        raise RowFailed("pair", "The row is a preference: export it as dpo or trl-dpo, which TRL's KTO trainer takes apart by itself.")
    found = row.data.get("label")
    if not isinstance(found, bool):
        raise RowFailed("label", "It needs a `label` that is true or false, and no text or number (L07).")
    return found


def parted(chosen: list[_chat.Message], rejected: list[_chat.Message]) -> Preference:
    """Two whole conversations as what was asked and two answers: parted after the last message of the user or a tool that they share.

    Raises:
        RowFailed: `turn_order`, where they share no such beginning.
    """
    shared = next((i for i, (one, other) in enumerate(zip(chosen, rejected, strict=False)) if one != other), min(len(chosen), len(rejected)))
    most = min(shared, len(chosen) - 1, len(rejected) - 1)
    for end in range(most, 0, -1):
        if chosen[end - 1]["role"] in ("user", "tool"):
            return Preference(chosen[:end], chosen[end:], rejected[end:])
    raise RowFailed("turn_order", "`chosen` and `rejected` do not begin with the same question.")


def read(record: dict[str, Json]) -> Preference:
    """The preference in a record with `chosen` and `rejected` in which messages stand: as answers, each a list, one message or text, to a
    `prompt` or `messages`; or as whole conversations that begin with that. `messages` may say what was chosen, too, also beside a `prompt`.

    Raises:
        RowFailed: `messages`, where all of it is text; `turn_order`; `columns`, where `messages` says something else than the rest; and the
            reasons of `_reading.messages`.
    """
    name = "messages" if "messages" in record and "prompt" not in record else "prompt"
    asked, *answers = _reading.need(record, name, "chosen", "rejected")
    if all(isinstance(value, str) for value in (asked, *answers)):
        raise RowFailed("messages", "All of it is text, and no message.")
    prompt = _heard(asked, name, "user")
    chosen, rejected = _heard(answers[0], "chosen", "assistant"), _heard(answers[1], "rejected", "assistant")
    found = _taken_apart(prompt, chosen, rejected)
    if name == "prompt" and says(record.get("messages")) and not _begins(_reading.under(record, "messages"), found):
        raise RowFailed("columns", "`messages` says something else than `prompt` and `chosen`. Map it to another.")
    return found


def _taken_apart(prompt: list[_chat.Message], chosen: list[_chat.Message], rejected: list[_chat.Message]) -> Preference:
    if chosen[0]["role"] == rejected[0]["role"] == "assistant":
        said = len(prompt) - len(chosen)
        return Preference(_chat.asked_last(prompt[:said] if prompt[said:] == chosen else prompt), chosen, rejected)
    found = parted(chosen, rejected)
    if not _begins(prompt, found) and _words(prompt) != _words(found.prompt[-1:]):
        raise RowFailed("turn_order", "`chosen` and `rejected` do not begin with what was asked.")
    return found


def _begins(messages: list[_chat.Message], found: Preference) -> bool:
    """Whether the messages are what was asked, with the chosen answer behind it or without."""
    return _words(messages) in (_words(found.prompt), _words(found.prompt + found.chosen))


def _heard(value: Json, name: str, role: str) -> list[_chat.Message]:
    if isinstance(value, str):
        return [{"role": role, "content": _reading.text({name: value}, name)}]
    return _reading.messages([value] if isinstance(value, dict) else value, name)


def columns(found: Preference) -> dict[str, Json]:
    """The columns of a row that holds the preference."""
    return {"input": found.prompt, "chosen": found.chosen, "rejected": found.rejected}


def _answer(row: Row, column: str) -> list[_chat.Message]:
    messages = _chat.said(row, column, "assistant")
    if messages[0]["role"] != "assistant" or messages[-1]["role"] != "assistant":
        raise RowFailed("turn_order", f"`{column}` does not begin and end with the assistant.")
    if not says(messages[-1].get("content")) and not says(messages[-1].get("tool_calls")):
        raise RowFailed(f"empty_{column}", f"`{column}` says nothing at its end.")
    return messages


def _words(messages: list[_chat.Message]) -> list[object]:
    return [[message["role"], message.get("content"), message.get("tool_calls")] for message in messages]
