"""Rows as annotation tools show them: what people see of a row of each shape, and what they are asked about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading
from rowsmith.formats._format import Companions, Laid, says

NEEDS = (("messages",), ("input", "chosen", "rejected"), ("input", "answer"), ("text",))
LONGEST_LABEL = 200
"""Characters of a label, which is the name of a choice."""
_MOST = 20_000
"""Characters of a message that are shown: Argilla takes no more."""

Kind = Literal["choice", "pair", "rating", "text"]


@dataclass(frozen=True, slots=True)
class Question:
    """What people are asked: `about` is the column that it stands beside, `options` are values with their titles."""

    name: str
    title: str
    kind: Kind
    about: str
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as people see it. `fields` are columns as text or as messages of role and content, `rest` the columns that these do not hold as they
    stand, so that both together are the row. `label` is the class that it has, `correctable` the text that people may correct."""

    fields: dict[str, Json]
    rest: dict[str, Json]
    label: str
    correctable: str


def shown(row: Row) -> Shown:
    """What people see of a row.

    Raises:
        RowFailed: `no_shape`, `empty_text`, `label`, and the reasons of `_chat.checked` and `_chat.said`.
    """
    fields, label = _fields(row), _label(row) if "text" in row.data else ""
    rest = {name: value for name, value in row.data.items() if name not in fields or fields[name] != value}
    return Shown(fields, rest, label, correctable(shape(fields), row.data))


def restored(fields: dict[str, Json], rest: dict[str, Json]) -> dict[str, Json]:
    """The row that was shown.

    Raises:
        RowFailed: `no_shape`; `messages` or `not_text`, where the fields are none that people are shown.
    """
    for name in COLUMNS[shape(fields)]:
        if name == "messages":
            _reading.messages(fields[name], name)
        elif not isinstance(fields[name], str):
            raise RowFailed("not_text", f"`{name}` is not text.")
    return {**fields, **rest}


COLUMNS = {"messages": ("messages",), "preference": ("input", "chosen", "rejected"), "pair": ("input", "answer"), "text": ("text",)}
"""The shapes, each with the columns that people see; the first that fits is a row's."""
_CORRECTED = {"messages": "messages", "preference": "chosen", "pair": "answer", "text": "text"}


def shape(fields: dict[str, Json]) -> str:
    """The shape of a row, or of its fields.

    Raises:
        RowFailed: `no_shape`.
    """
    for name, columns in COLUMNS.items():
        if all(column in fields for column in columns) and (name != "messages" or says(fields["messages"])):
            return name
    raise RowFailed("no_shape", "It needs `messages`, `input` and `answer`, `input`, `chosen` and `rejected`, or `text`.")


def correctable(kind: str, data: dict[str, Json]) -> str:
    """The text of a row that people may correct; empty where that is not plain text."""
    value = data[_CORRECTED[kind]]
    last = value[-1] if kind == "messages" else {"content": value}
    said = last.get("content") if last.get("role", "assistant") == "assistant" else ""
    return said if isinstance(said, str) else ""


def corrected(data: dict[str, Json], text: str) -> dict[str, Json]:
    """The columns that change when the correctable text of a row says something else; none where it says the same, or has none."""
    kind = shape(data)
    if not text.strip() or not (old := correctable(kind, data)) or text == old:
        return {}
    column = _CORRECTED[kind]
    return {column: [*data[column][:-1], {**data[column][-1], "content": text}] if kind == "messages" else text}


def questions(kind: str, labels: Sequence[str]) -> list[Question]:
    """What people are asked of rows of this shape, where these are the labels that rows have."""
    about = _CORRECTED[kind]
    asked = [
        Question("verdict", "Accept or reject", "choice", about, (("accept", "Accept"), ("reject", "Reject")), required=True),
        Question("score", "How good is it, from 1 to 5?", "rating", about),
        Question("correction", "Correct it", "text", about),
        Question("note", "What is to be said of it?", "text", about),
    ]
    if kind == "preference":
        asked.insert(0, Question("preferred", "Which answer is better?", "pair", about, (("chosen", "A"), ("rejected", "B"))))
    if kind == "text" and len(labels) > 1:
        asked.insert(0, Question("label", "Label", "choice", about, tuple((label, label) for label in labels)))
    return asked


TITLES = {"messages": "Conversation", "input": "Input", "answer": "Answer", "chosen": "A", "rejected": "B", "text": "Text"}
"""What people read above a column. Which answer was chosen they are not told."""


@dataclass
class Gathered:
    """What the records of a file have in common: their shapes and their labels."""

    shapes: Counter[str] = field(default_factory=Counter)
    labels: set[str] = field(default_factory=set)

    def add(self, fields: dict[str, Json], label: str) -> None:
        """Count a record."""
        self.shapes[shape(fields)] += 1
        self.labels.update({label} - {""})

    def shape(self) -> str:
        """The shape of all.

        Raises:
            Invalid: they have several, or there are none.
        """
        if len(self.shapes) == 1:
            return next(iter(self.shapes))
        told = ", ".join(f"{count:,} of {' and '.join(COLUMNS[name])}" for name, count in self.shapes.most_common())
        if not told:
            raise Invalid("There is no row that can be shown to people.", "They need text, input and answer, messages, or two answers.")
        what = f"People are asked the same of all rows of a project, and these have several shapes: {told}."
        raise Invalid(what, 'Take those of one shape: --where "text IS NOT NULL".')

    def questions(self) -> list[Question]:
        """What people are asked. Raises as `shape`."""
        return questions(self.shape(), sorted(self.labels))


def _fields(row: Row) -> dict[str, Json]:
    kind = shape(row.data)
    if kind == "messages":
        return {kind: [{"role": message["role"], "content": _told(message)[:_MOST]} for message in _chat.checked(row.data[kind], kind)]}
    found = {}
    for name in COLUMNS[kind]:
        empty = name == "answer" and row.data[name] == ""  # something to be written
        found[name] = "" if empty else _as_text(_chat.said(row, name, "user" if name in ("input", "text") else "assistant"))
    return found


def _as_text(messages: list[_chat.Message]) -> str:
    if len(messages) == 1:
        return _told(messages[0])
    return "\n\n".join(f"{message['role']}: {_told(message)}" for message in messages)


def _told(message: _chat.Message) -> str:
    """What a message says, in words; never nothing."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    said = [part if isinstance(part, str) else _part(part) for part in parts if says(part)]
    calls = [f"{name}({_chat.as_text(arguments)})" for name, arguments in _chat.calls_of(message)]
    return "\n".join(part for part in (*said, *calls) if part) or "(nothing)"


def _part(part: Json) -> str:
    if not isinstance(part, dict):
        raise RowFailed("not_text", "The content of a message is neither text nor a list of parts.")
    return part["text"] if isinstance(part.get("text"), str) else f"({part.get('type', 'part')})"


def _label(row: Row) -> str:
    """The label as the name of a choice; empty where there is none."""
    found = row.data.get("label")
    if found is None or found == "":
        return ""
    name = str(found).lower() if isinstance(found, bool) else str(found) if isinstance(found, str | int) else ""
    if not name.isprintable() or not name.strip() or len(name) > LONGEST_LABEL:
        raise RowFailed("label", f"`label` is no name, no whole number, not true or false, or longer than {LONGEST_LABEL} characters.")
    return name.strip()


class Beside(Companions):
    """The one file that a tool has to be given with its records: `make` writes it of what `see` has counted."""

    def __init__(self, name: str, see: Callable[[Gathered, dict[str, Json]], None], make: Callable[[Gathered], bytes]) -> None:
        self._name, self._see, self._make = name, see, make
        self._seen = Gathered()

    def see(self, record: dict[str, Json]) -> None:
        """Count the record."""
        self._see(self._seen, record)

    def files(self, laid: Laid) -> dict[str, bytes]:
        """The file."""
        return {self._name: self._make(self._seen)}
