"""What a row says, turn by turn, for checks of its form: each question, answer and text with the question that it answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from rowsmith.core.flags import Flag
from rowsmith.core.row import Json
from rowsmith.core.said import Part, Role, parts

CHECK = "form"
_APART = frozenset(("tool_calls", "function_call", "tools", "functions"))
"""What a message calls, and what may be called: no text of a turn."""
_TURN = re.compile(r"(?P<column>.+?)\.(?P<number>\d+)\.content(?:\..*)?")
_OPTIONAL = ("reasoning", "context", "system", "system_prompt")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, or one column: its role (`other` for plain text), its text and the question before it.

    `labelled`: the row gives its text a label. `choices`: the row gives answers to choose from. `sourced`: it has a context.
    `calls`: the turn calls a tool.
    """

    role: Role
    text: str
    pieces: tuple[Part, ...]
    question: str = ""
    labelled: bool = False
    choices: bool = False
    sourced: bool = False
    calls: bool = False
    last: bool = True

    def flag(self, reason: str, start: int, end: int, detail: str = "") -> Flag:
        """A flag on these characters of the turn; `detail` is what stands there, by default."""
        offset = 0
        for piece in self.pieces:
            if start <= offset + len(piece.text):
                break
            offset += len(piece.text) + 1
        span = max(0, start - offset), min(len(piece.text), max(0, end - offset))
        return Flag(CHECK, reason, detail or piece.text[span[0] : span[1]][:80], 1.0, piece.path, span)

    def whole(self, reason: str, detail: str) -> Flag:
        """A flag on all of the turn."""
        return self.flag(reason, 0, len(self.text), detail)


@dataclass(slots=True)
class _Spoken:
    column: str
    number: int | None
    role: Role
    pieces: list[Part] = field(default_factory=list)


def turns(data: Mapping[str, Json]) -> list[Turn]:
    """The turns of a row; what tools are called with, labels, choices and reasoning are none."""
    every = parts(data)
    said = [part for part in every if not _APART.intersection(part.path.split("."))]
    calling = {tuple(part.path.split(".")[:2]) for part in every if "_call" in part.path} if len(said) < len(every) else ()
    found = [_spoken(where, list(pieces)) for where, pieces in groupby(said, _where)]
    roles = {one.role for one in found}
    plain = [one for one in found if one.role == "question" and one.number is None]
    labelled, choices = "label" in roles, any(isinstance(value, list) and name.lower() in ("choices", "options") for name, value in data.items())
    told = []
    for place, one in enumerate(found):
        if one.role == "label" or one.column in ("choices", "options", "reasoning"):
            continue
        asked = _asked(found[:place], one) if one.number is not None else None
        question = _joined((asked.pieces if asked else []) or [piece for each in plain for piece in each.pieces if not _is_choice(piece)])
        last = not any(later.role == one.role and later.column == one.column for later in found[place + 1 :])
        calls = bool(calling) and (one.column, str(one.number)) in calling
        told.append(Turn(one.role, _joined(one.pieces), tuple(one.pieces), question, labelled, choices, "context" in roles, calls, last))
    return told


def _is_choice(part: Part) -> bool:
    return part.path.split(".")[0] in ("choices", "options")


def _where(part: Part) -> tuple[str, str, Role]:
    turn = _TURN.fullmatch(part.path) if ".content" in part.path else None
    return (turn["column"], turn["number"], part.role) if turn else (part.path.split(".")[0], "", part.role)


def _spoken(where: tuple[str, str, Role], pieces: list[Part]) -> _Spoken:
    column, number, role = where
    return _Spoken(column, int(number) if number else None, role, pieces)


def _asked(before: Sequence[_Spoken], one: _Spoken) -> _Spoken | None:
    return next((each for each in reversed(before) if each.role == "question" and each.column == one.column), None)


def _joined(pieces: Sequence[Part]) -> str:
    return "\n".join(piece.text for piece in pieces)


def conversations(data: Mapping[str, Json]) -> Iterator[tuple[str, list[Mapping[str, Json]]]]:
    """The columns that hold messages, each a mapping with a role."""
    for name, value in data.items():
        if isinstance(value, list) and value and all(isinstance(one, dict) and "role" in one for one in value):
            yield name, value


def order_problems(data: Mapping[str, Json]) -> Iterator[Flag]:
    """`roles`: two turns of one speaker in a row; `system`: a system turn that is not the first."""
    for column, messages in conversations(data):
        for number, (one, two) in enumerate(pairwise(messages), 1):
            if one["role"] == two["role"] and two["role"] in ("user", "assistant"):
                yield Flag(CHECK, "roles", f"two {two['role']} turns in a row", 1.0, f"{column}.{number}")
            if two["role"] in ("system", "developer"):
                yield Flag(CHECK, "system", "a system turn that is not the first", 1.0, f"{column}.{number}")


def empty_problems(data: Mapping[str, Json]) -> Iterator[Flag]:
    """`empty`: a turn or a column of the row that says nothing, save a call of a tool; and what may be left out."""
    empty = [name for name, value in data.items() if _says_nothing(value)]
    roles = {part.role for part in parts(data) if part.text.strip()} if empty else set()
    for name in empty:
        if not _may_be_empty(name, parts({name: "x"})[0].role, roles):
            yield Flag(CHECK, "empty", f"{name} says nothing", 1.0, name)
    for column, messages in conversations(data):
        for number, one in enumerate(messages):
            if _says_nothing(one.get("content")) and not any(one.get(call) for call in _APART):
                yield Flag(CHECK, "empty", f"a turn of the {one['role']} says nothing", 1.0, f"{column}.{number}")


def _may_be_empty(name: str, role: Role, roles: Collection[Role]) -> bool:
    return name.lower() in _OPTIONAL or (role == "other" and name.lower() != "text") or (role == "question" and role in roles)


def _says_nothing(value: Json) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())
