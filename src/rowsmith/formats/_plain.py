"""Plain records, as most are: texts, or messages of texts, and nothing else. They go from one format to another without a row between them, and
the decoding itself proves that they are plain. Whatever is not goes the careful way, which has the reasons."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypedDict

from rowsmith.core.lines import holds_only
from rowsmith.core.row import Json
from rowsmith.formats._format import Format, Shape, escaped
from rowsmith.formats._mapping import FOLDED, OPENING

Record = dict[str, Json]
_NONE = -(1 << 40)


class Pair(TypedDict):
    """A question and its answer."""

    input: str
    answer: str


class Message(TypedDict):
    """What someone says."""

    role: Literal["system", "user", "assistant"]
    content: str


class Chat(TypedDict):
    """A conversation."""

    messages: list[Message]


class Columns(TypedDict, total=False):
    """Columns of a row that are plain: texts, a conversation, or both."""

    input: str
    answer: str
    messages: list[Message]


def quick(format: Format, made: Format, *, flat: bool) -> Callable[[bytes], Record | None] | None:
    """The quick way from a format to another: of a record's JSON, the record that it becomes; None where it is not plain. Lists that a table
    (`flat`) holds as text are not. None: there is no quick way.
    """
    import msgspec

    if format.plain is None or made.ascii:
        return None
    shape, strings = format.plain
    decode: Callable[[bytes], Record] = msgspec.json.Decoder(shape).decode
    wrong, read, write = msgspec.DecodeError, format.quick_read, made.quick_row
    folded = [name for name in shape.__annotations__ if flat and name in FOLDED]

    def record(raw: bytes) -> Record | None:
        try:
            found = decode(raw)
        except wrong:
            return None
        if not holds_only(raw, strings(found)):  # a key stands twice, which the decoding passes over in silence, as it does further ones
            return None
        for name in folded:
            if type(value := found.get(name)) is str and value.startswith(OPENING):
                return None
        data = read(found)
        return None if data is None else write(data)

    return record


def said(messages: list[Record], first: str) -> int:
    """How many strings stand in messages of two fields, of which this is the first; below any sum where it is not, as it names the column's
    first field where that has a type."""
    return 4 * len(messages) if messages and next(iter(messages[0])) == first else _NONE


def _columns(record: Record) -> int:
    return 2 * len(record) - 1 + said(record["messages"], "role") if "messages" in record else 2 * len(record)


PAIR, COLUMNS = Shape(Pair, lambda record: 4), Shape(Columns, _columns)
CHAT = Shape(Chat, _columns)


def conversation(data: Record) -> list[Record] | None:
    """The messages of columns that are a conversation and nothing else, in which everyone says something, the assistant last; else None."""
    messages: list[Record] | None = data.get("messages")
    if messages is None:
        return None if (found := pair(data)) is None else [{"role": "user", "content": found[0]}, {"role": "assistant", "content": found[1]}]
    if len(data) > 1 or messages[-1]["role"] != "assistant":
        return None
    for message in messages:
        if not (text := message["content"]) or text.isspace():
            return None
    return messages


def pair(data: Record) -> tuple[str, str] | None:
    """The question and the answer of columns that are these and nothing else, where both say something; else None."""
    if "messages" not in data:
        asked, answer = data.get("input"), data.get("answer")
    elif len(data) == 1 and [message["role"] for message in data["messages"]] == ["user", "assistant"]:
        asked, answer = (message["content"] for message in data["messages"])
    else:
        return None
    return (asked, answer) if asked and answer and not asked.isspace() and not answer.isspace() else None


def json_lines(records: list[Any]) -> bytes:
    """Plain records, and lines that are made already (`ready_line`), as lines of JSON: those of `json_line`."""
    data = _encoder().encode_lines(records)
    return data if data.isascii() else escaped(data)


def ready_line(line: bytes) -> Any:
    """A line of JSON, with its end, to stand among the records of `json_lines`."""
    import msgspec

    return msgspec.Raw(line[:-1])


@lru_cache
def _encoder() -> Any:
    import msgspec

    return msgspec.json.Encoder()
