"""Plain records, as most are: texts, or messages of texts, and nothing else. They go from one format to another without a row between them, and
the decoding itself proves that they are plain. Whatever is not goes the careful way, which has the reasons."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypedDict

from rowsmith.core.lines import strings
from rowsmith.core.row import Json
from rowsmith.formats._format import Format, escaped
from rowsmith.formats._mapping import FOLDED

Record = dict[str, Json]
Speaker = Literal["system", "user", "assistant"]


class Pair(TypedDict):
    """A question and its answer."""

    input: str
    answer: str


class Message(TypedDict):
    """What someone says."""

    role: Speaker
    content: str


class Chat(TypedDict):
    """A conversation."""

    messages: list[Message]


class Columns(TypedDict, total=False):
    """Columns as they stand, of a pair or a chat."""

    input: str
    answer: str
    messages: list[Message]


def quick(format: Format, made: Format, *, flat: bool) -> Callable[[bytes], Record | None] | None:
    """The quick way from a format to another: of a record's JSON, the record that it becomes; None where it is not plain. Lists that a table
    (`flat`) holds as text are not. None: there is no quick way.
    """
    shape, read, write = format.plain, format.quick_read, made.quick_row
    if shape is None or made.ascii:
        return None
    decode = _decoder(shape, flat)

    def record(raw: bytes) -> Record | None:
        if (found := decode(raw)) is None or (data := read(found)) is None:
            return None
        return write(data)

    return record


@lru_cache
def _decoder(shape: type, flat: bool) -> Callable[[bytes], Record | None]:
    """Reads JSON of this shape; None where it is of another, or anything stands in it that the decoding passes over in silence: keys that stand
    twice, further ones, NUL."""
    import msgspec

    decode: Callable[[bytes], Record] = msgspec.json.Decoder(shape).decode
    wrong = msgspec.DecodeError

    def plain(raw: bytes) -> Record | None:
        try:
            found = decode(raw)
        except wrong:
            return None
        count = 0
        for value in found.values():
            if type(value) is str:
                if flat and value.startswith(FOLDED):
                    return None
                count += 2
            elif value and next(iter(value[0])) in ("role", "from"):
                count += 1 + 4 * len(value)
            else:
                return None
        return found if count == strings(raw) else None

    return plain


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
