"""What the reading halves of formats share: the keys of a record, and the messages, texts and tools in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat
from rowsmith.formats._format import says

Record = dict[str, Json]


def need(record: Record, *names: str) -> list[Json]:
    """The values of these keys.

    Raises:
        RowFailed: `keys`, where one is not there.
    """
    if missing := [name for name in names if name not in record]:
        raise RowFailed("keys", f"It has no `{missing[0]}`.")
    return [record[name] for name in names]


def text(record: Record, name: str) -> str:
    """The text under this key, which says something.

    Raises:
        RowFailed: `keys`, `not_text`, `empty_KEY`.
    """
    (value,) = need(record, name)
    if not isinstance(value, str):
        raise RowFailed("not_text", f"`{name}` is not text.")
    if not value.strip():
        raise RowFailed(f"empty_{name}", f"`{name}` says nothing.")
    return value


def texts(record: Record, *names: str) -> list[str]:
    """The texts under these keys; raises as `text`."""
    found: list[Any] = [record.get(name) for name in names]
    for value in found:
        if type(value) is not str or not value.strip():
            break
    else:
        return found
    need(record, *names)
    return [text(record, name) for name in names]


def only(record: Record, names: Iterable[str], where: str) -> None:
    """Hold a mapping within a record to its keys, so that nothing in it is passed over.

    Raises:
        RowFailed: `keys`.
    """
    if more := sorted(name for name, value in record.items() if name not in names and says(value)):
        raise RowFailed("keys", f"{where} has `{more[0]}`, which the format does not know.")


def messages(value: Json, name: str, fields: frozenset[str] | None = None) -> list[_chat.Message]:
    """A list of messages with known roles, whose content is text, parts or nothing; no fields beyond `fields`, where these are given.

    Raises:
        RowFailed: `messages`, `role`, `not_text`, `tool_calls`, `keys`.
    """
    found = _chat.checked(value, name)
    for message in found:
        content = message.get("content")
        if type(content) is str and "tool_calls" not in message and (fields is None or message.keys() <= fields):
            continue  # as most are
        if content is not None and not isinstance(content, str) and not (isinstance(content, list) and all(_is_part(part) for part in content)):
            raise RowFailed("not_text", f"The content of a message of the {message['role']} is neither text nor a list of parts.")
        _chat.calls_of(message)
        if fields is not None:
            only(message, fields, f"A message of the {message['role']}")
    return found


def under(record: Record, name: str, fields: frozenset[str] | None = None) -> list[_chat.Message]:
    """The messages under this key; raises as `need` and `messages`."""
    (value,) = need(record, name)
    return messages(value, name, fields)


def conversation(record: Record, name: str = "messages", fields: frozenset[str] | None = None) -> Record:
    """The columns of a row that holds the messages under this key, and the tools beside them. Raises as `messages` and `tools`."""
    return {"messages": under(record, name, fields), **tools(record)}


def tools(record: Record) -> Record:
    """The column `tools`, where the record has some: a list, or JSON text of one.

    Raises:
        RowFailed: `tools`.
    """
    if "tools" not in record:
        return {}
    found = _chat.tools_of(Row("", b"", {"tools": record["tools"]}))
    return {"tools": found} if found else {}


def label(record: Record) -> bool:
    """A verdict: true or false, also as the text that a table has.

    Raises:
        RowFailed: `keys`, `label`.
    """
    (value,) = need(record, "label")
    found = {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise RowFailed("label", "`label` is not true or false.")
    return found


def pair(asked: Json, answer: Json) -> Record:
    """The columns of one question and its answer."""
    return {"input": asked, "answer": answer}


def answers(record: Record) -> tuple[list[_chat.Message], list[_chat.Message]]:
    """The messages under `chosen` and `rejected`; raises as `messages`."""
    need(record, "chosen", "rejected")
    return under(record, "chosen"), under(record, "rejected")


def _is_part(part: Json) -> bool:
    return isinstance(part, dict) and isinstance(part.get("type"), str)
