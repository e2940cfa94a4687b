"""A mapping: what is done to a record before a format reads it. Columns get other names, roles too, and what is the same in all is added."""

from __future__ import annotations

from collections.abc import Mapping as Table
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.lines import json_value
from rowsmith.core.row import Json

LISTS = ("messages", "conversations", "conversation", "dialog", "dialogue", "prompt", "completion", "chosen", "rejected", "contents")
"""Keys under which messages stand, whose roles are renamed."""
_MADE_OF = {
    "messages", "conversations", "tools", "choices", "contexts", "context", "metadata", "additional_metadata", "vars", "assert", "reference_contexts",
    "contents", "systemInstruction", "system_instruction", "completions", "preferred_output", "non_preferred_output", "history",
}  # fmt: skip
_EITHER = {"prompt", "completion", "chosen", "rejected", "input", "user_input", "system"}


FOLDED = _MADE_OF | _EITHER
"""Columns that may hold a list or mapping as JSON text in a table."""
OPENING = ("[", "{")
"""What such text begins with."""


class Mapping(BaseModel):
    """What is done to each record, in this order: lists that a table holds as text are read, columns renamed, constants added, roles renamed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rename: dict[str, str | None] = Field({}, description="New names of columns, by their names in the file; null leaves a column out.")
    constants: dict[str, Any] = Field({}, description="Columns with one value that every record gets.")
    roles: dict[str, str] = Field({}, description="Roles of messages by what the file calls them, for example bot: assistant.")

    def applied(self, record: dict[str, Json]) -> dict[str, Json]:
        """The record as a format is to read it.

        Raises:
            RowFailed: `columns`, where two columns would have one name.
        """
        if not (self.rename or self.constants or self.roles):
            return record
        names = [name if (new := self.rename.get(name, name)) is None else new for name in record]
        kept = [(new, value) for new, (name, value) in zip(names, record.items(), strict=True) if self.rename.get(name, name) is not None]
        found = dict(kept)
        if len(found) < len(kept):
            raise RowFailed("columns", "The mapping gives two columns one name.")
        for name in LISTS if self.roles else ():
            if isinstance(found.get(name), list):
                found[name] = [self._renamed(message) for message in found[name]]
        return {**found, **self.constants}

    def _renamed(self, message: Json) -> Json:
        if not isinstance(message, dict):
            return message
        keys = [key for key in ("role", "from") if isinstance(message.get(key), str)]
        return {**message, **{key: self.roles.get(message[key], message[key]) for key in keys}}


def unfolded(record: dict[str, Json]) -> dict[str, Json]:
    """The record of a table, in which the columns that hold lists or mappings hold them as JSON text. Other text stays as it is, also
    where it is JSON."""
    found = record
    for name, value in record.items():
        if isinstance(value, str) and value.startswith(OPENING) and name in FOLDED:
            try:
                inner = json_value(value.encode())
            except ValueError:
                continue  # a text that only begins like one
            if name in _MADE_OF or _messages(inner):
                found = {**found, name: inner}
    return found


def _messages(value: Json) -> bool:
    if isinstance(value, dict):
        return "messages" in value
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and ("role" in one or "type" in one) for one in value)


def suggested(columns: list[str], aliases: Table[str, list[str]], wanted: tuple[str, ...]) -> dict[str, str] | None:
    """Which of the columns may be the wanted ones under another name: {column: wanted}, those that have the name already left out; None where
    one is missing."""
    plain = {_plain(name): name for name in reversed(columns)}
    found: dict[str, str] = {}
    for name in wanted:
        if name in columns:
            continue
        known = [plain[alias] for alias in (name, *aliases.get(name, ())) if alias in plain and plain[alias] not in (*wanted, *found)]
        if not known:
            return None
        found[known[0]] = name
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
