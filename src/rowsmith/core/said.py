"""What a row says, piece by piece, whatever its shape: each text with the place where it stands and the part that it plays.

Checks read rows through this alone, so that a chat, a preference and flat text are read alike, and a column's name changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from rowsmith.core.row import Json

Role = Literal["system", "question", "context", "answer", "rejected", "label", "other"]
_NAMES: dict[Role, tuple[str, ...]] = {
    "system": ("system", "system_prompt"),
    "question": ("input", "question", "prompt", "instruction", "query", "user", "problem", "choices", "options"),
    "context": ("context", "document", "passage", "source", "article", "documents"),
    "answer": ("answer", "response", "output", "completion", "assistant", "chosen", "solution", "reply", "reasoning"),
    "rejected": ("rejected",),
    "label": ("label", "labels", "category", "class", "intent"),
}
_ROLES: dict[str, Role] = {name: role for role, names in _NAMES.items() for name in names}
_SPEAKERS: dict[str, Role] = {"system": "system", "developer": "system", "user": "question", "assistant": "answer", "tool": "context"}
_NOT_SAID = ("role", "type", "id", "tool_call_id", "name")
"""Keys of a message that say nothing themselves."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text of a row. `path` is where it stands: `answer`, `messages.2.content`, `choices.0`; a dot within a name is written `\\.`."""

    path: str
    role: Role
    text: str


def parts(data: Mapping[str, Json], columns: Collection[str] | None = None) -> list[Part]:
    """Every text of a row in the order in which it stands there; with `columns` those of these alone.

    `text` is the context of an answer where the row has one, and else plays no part (`other`), as do columns of any other name.
    """
    named = {name: _ROLES.get(name.lower(), "other") for name in data}
    found = [part for name, value in data.items() if columns is None or name in columns for part in _within(value, _name(name), named[name])]
    if data.get("text") is None or not ("answer" in named.values() or any(part.role == "answer" for part in found)):
        return found
    return [replace(part, role="context") if part.path.partition(".")[0] == "text" and part.role == "other" else part for part in found]


def said(data: Mapping[str, Json], *roles: Role) -> str:
    """The texts of these roles, of all without any, parted by line breaks."""
    return "\n".join(part.text for part in parts(data) if not roles or part.role in roles)


def as_columns(data: Mapping[str, Json], columns: Collection[str] | None) -> dict[str, Json]:
    """The data with what it says under these names, where it has no such column: under `input` its questions, under `answer` its answers, under
    `messages` both.

    >>> as_columns({"messages": [{"role": "user", "content": "Hi"}]}, ["input"])["input"]
    'Hi'
    """
    lacking = [name for name in columns or () if name not in data]
    return {**data, **{name: text for name in lacking if (text := _under(data, name))}}


def _under(data: Mapping[str, Json], name: str) -> Json:
    if name.lower() != "messages":
        return said(data, _ROLES[name.lower()]) if name.lower() in _ROLES else None
    turns: tuple[tuple[str, Role], ...] = (("user", "question"), ("assistant", "answer"))
    return [{"role": speaker, "content": text} for speaker, role in turns if (text := said(data, role))]


def replaced(data: Mapping[str, Json], texts: Mapping[str, str]) -> dict[str, Json]:
    """The same data with other texts at these paths.

    >>> replaced({"messages": [{"role": "user", "content": "Hi"}]}, {"messages.0.content": "Hello"})
    {'messages': [{'role': 'user', 'content': 'Hello'}]}
    """
    return {name: _with(value, _name(name), texts) for name, value in data.items()}


def _name(name: str) -> str:
    return name.replace("\\", "\\\\").replace(".", "\\.") if "." in name or "\\" in name else name


def _within(value: Any, path: str, role: Role) -> Iterator[Part]:
    if isinstance(value, str):
        yield Part(path, role, value)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _within(item, f"{path}.{number}", role)
    elif isinstance(value, dict):
        message = "role" in value or "type" in value
        own = _SPEAKERS.get(value["role"], role) if isinstance(value.get("role"), str) else role
        spoken = "rejected" if role == "rejected" and own == "answer" else own  # what a rejected conversation answers
        for name, item in value.items():
            if not (message and name in _NOT_SAID):
                yield from _within(item, f"{path}.{_name(name)}", spoken)


def _with(value: Any, path: str, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return texts.get(path, value)
    if isinstance(value, list):
        return [_with(item, f"{path}.{number}", texts) for number, item in enumerate(value)]
    if isinstance(value, dict):
        return {name: _with(item, f"{path}.{_name(name)}", texts) for name, item in value.items()}
    return value


def within(part: Part, name: str) -> bool:
    """Whether a text is of what is named: a column, or a role; without a name every text is."""
    return not name or part.path == name or part.path.startswith(f"{name}.") or part.role == name
