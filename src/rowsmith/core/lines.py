"""Lines of a text file as bytes, in bounded memory, and text made fit for storing."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import IO, Any, NoReturn

import orjson

from rowsmith.core.ids import cleaned

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ALWAYS = re.compile("[\0\ud800-\udfff]")
_REST = 1 << 20


def encoding_of(head: bytes, encoding: str) -> tuple[str, int]:
    """The encoding of a file and the length of its byte-order mark: the mark's own where there is one, else `encoding`."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    return encoding, 0


def open_lines(file: IO[bytes], encoding: str) -> tuple[IO[bytes], str]:
    """A file that has just been opened, behind its byte-order mark, with the encoding of its lines. UTF-16, UTF-32 and others in which a
    line end is not one byte are turned into UTF-8 on the way; what is not valid in them stays invalid there, so that its line is found."""
    encoding, mark = encoding_of(file.read(4), encoding)
    file.seek(mark)
    if '\n"'.encode(encoding) == b'\n"':
        return file, encoding
    return io.BufferedReader(_Utf8(file, encoding)), "utf-8"


class _Utf8(io.RawIOBase):
    """Another encoding's bytes as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder(encoding)("surrogateescape" if not encoding.startswith("utf-") else "surrogatepass")
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and not self._ended:
            self._left = self._more()
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def _more(self) -> bytes:
        data = self._file.read(1 << 16)
        self._ended = not data
        try:
            return self._decode.decode(data, final=self._ended).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # a file that ends within a character, or nothing of this encoding at all
            self._ended = True
            return b"\xff"

    def close(self) -> None:
        self._file.close()
        super().close()


def lines(file: IO[bytes], limit: int) -> Iterator[tuple[int, bytes | int]]:
    """Every line with its number from 1, its line end included; a line of more than `limit` bytes is passed over and comes as its size in bytes."""
    number = 0
    while raw := file.readline(limit + 1):
        number += 1
        held = fitting(raw, limit)
        yield number, held if isinstance(held, bytes) else held + _pass_over(file)


def fitting(raw: bytes, limit: int) -> bytes | int:
    """The line; how many bytes it has where these are more than `limit` beside its line end."""
    return raw if len(raw) <= limit or (len(raw) == limit + 1 and raw.endswith(b"\n")) else len(raw)


def _pass_over(file: IO[bytes]) -> int:
    size = 0
    while more := file.readline(_REST):
        size += len(more)
        if more.endswith(b"\n"):
            break
    return size


def stored(value: Any) -> Any:
    """The same JSON value fit for every store: NUL and lone surrogates become U+FFFD, integers beyond 64 bits become text."""
    return _without_nul(cleaned(value))


def stored_text(text: str) -> str:
    """The same text, as long as before, with NUL and lone surrogates replaced by U+FFFD."""
    return _ALWAYS.sub("\ufffd", text)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value


def json_value(raw: bytes, encoding: str = "utf-8") -> Any:
    """One JSON text as its value, fit for storing, with nothing lost in silence.

    The fast parser keeps the last of two equal keys, rounds integers beyond 64 bits and refuses lone surrogates: where a line may hold
    one of those, it is read again with care. Of a key that stands twice, the text has a string that the value has not.

    Raises:
        UnicodeDecodeError: not valid in its encoding.
        ValueError: not JSON, or a key stands twice in one object; the message says where.
    """
    text = raw if encoding == "utf-8" else raw.decode(encoding).encode()
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _careful(text.decode())
    return value if holds_only(text, _strings(value)) else _careful(text.decode())


def holds_only(text: bytes, count: int) -> bool:
    """Whether a JSON text in which at least so many strings stand, keys among them, has no more, and no NUL in them."""
    if b"\\" not in text:
        return text.count(b'"') == 2 * count
    if b"\\u0000" in text:
        return False
    if text.count(b'"') == 2 * count:
        return True
    bare = text.replace(b"\\\\", b"")
    return bare.count(b'"') - bare.count(b'\\"') == 2 * count


def _strings(value: Any) -> int:
    """How many strings the value has in all, keys among them; below any sum where it has a number that may have been rounded."""
    kind, count = type(value), 0
    if kind is str:
        return 1
    if kind is dict:
        count = len(value)
        for item in value.values():
            count += 1 if type(item) is str else _strings(item)
    elif kind is list:
        for item in value:
            count += 1 if type(item) is str else _strings(item)
    elif kind is float and abs(value) >= 2**63:
        return -(1 << 40)
    return count


def _careful(text: str) -> Any:
    try:
        return stored(json.loads(text.replace("\0", "\ufffd"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite))
    except RecursionError:
        raise ValueError("The value is nested too deeply.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"The key {next(name for name in names if names.count(name) > 1)!r} stands twice.")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _no_number(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number that JSON or a float can hold.")
