"""JSON as models and their servers really write it: read what can be read without guessing, in bounded time and depth."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import orjson

from rowsmith.core.ids import cleaned
from rowsmith.llm.loose import DEPTH, Broken, Patience, Read, read

MOST = 200
"""Most values that are read from one text."""

_SP = r"(?:\s|\\[nrt](?![A-Za-z]))*+"
_OBJECT = rf"\{{(?={_SP}(?:[\"“”„'‘’}}]|\\\"|//|/\*|\#|[A-Za-z_$][\w$-]{{0,99}}{_SP}:))"
_LIST = rf"\[(?={_SP}(?:[\"“”„'‘’\[{{\]\d+.-]|\\\"|(?:true|false|null|True|False|None)\b))"
_STARTS = {
    "object": re.compile(rf"{_OBJECT}|\[(?={_SP}\{{)"),
    "array": re.compile(rf"{_OBJECT}|{_LIST}"),
    "": re.compile(rf"{_OBJECT}|{_LIST}"),
}
"""Where a value may begin. Braces and brackets as prose, formulas and code have them are none."""
_ESCAPED = re.compile(r'[{\[](?:[{\[\s]|\\[nrt]){0,50}+\\"')
_LONG_NUMBER = re.compile(r"\d{20}")
_WITHIN_QUOTES = re.compile(r'(?:[^"\\]|\\.)*+', re.DOTALL)
_MORE = re.compile(r"\s*(?:[}\]]|,\s*[\"“'{\[}\]])")
_CLOSING = re.compile(r"[\s`~.\"]*(?:<[|/][^<>]{0,60}>\s*)*\Z")


class Unreadable(Exception):
    """The text is not one JSON value; the message says why."""


def load(text: str) -> Any:
    """One JSON value that a model wrote. Beyond the standard it takes a byte order mark and control characters within strings (NUL and
    lone surrogates become U+FFFD); of duplicate keys the last one counts.

    Raises:
        Unreadable: not JSON, NaN or Infinity, a number beyond a double or 64 bits, or nested deeper than DEPTH.
    """
    try:
        if not _LONG_NUMBER.search(text):  # orjson rounds a whole number that is too large
            return _sound(orjson.loads(text), "\\u0000" in text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    return _sound(_loads(text, parse_constant=_no_number), True)


def envelope(raw: bytes) -> Any:
    """The JSON that a server puts around an answer: a byte order mark, lone surrogates and numbers of any size are let through, because
    they may stand in fields that nobody reads.

    Raises:
        Unreadable: not JSON, or not UTF-8.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("it holds bytes that are not UTF-8") from None
        return _loads(text, parse_int=lambda digits: int(digits) if len(digits) < 20 else float("inf"))


class Found(NamedTuple):
    """A value that stands in a text. `strict`: as JSON has it. `open`: the text ended before its last bracket. `sound`: nothing around it
    says that it is a piece of something larger. `last`: no words follow."""

    value: Any
    strict: bool
    open: bool
    sound: bool
    last: bool


def found(text: str, wants: str = "") -> tuple[list[Found], str]:
    """The objects (with `wants` "object"), lists ("array") or both that stand in a text, in its order, fences and words around them left
    off; and why the first that could not be read could not, empty if there is none. What is empty is left off; at most MOST are read.

    One pass: what has been looked at is not looked at again, so that a value within a broken one is never taken for an answer.
    """
    starts = _STARTS[wants if wants in _STARTS else ""]
    reading = _Reading(text)
    values: list[Found] = []
    at, problem = 0, ""
    while len(values) < MOST and (start := starts.search(text, at)) is not None:
        try:
            one, strict = reading.at(start.start())
        except Broken as error:
            problem, at = problem or str(error), max(error.at, start.start() + 1)
            continue
        at = one.end
        if one.value:
            rest = _CLOSING.match(text, at)
            values.append(Found(one.value, strict, one.open, not _MORE.match(text, at), rest is not None))
    return values, problem


def plain(text: str) -> str:
    """A text that every database can hold: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return str(cleaned(text))
    return text


def depth(value: Any, limit: int) -> bool:
    """Whether the value is nested at most `limit` levels deep."""
    level = [value]
    for _ in range(limit):
        level = [item for box in level if isinstance(box, list | dict) for item in (box.values() if isinstance(box, dict) else box)]
        if not level:
            return True
    return not any(isinstance(item, list | dict) for item in level)


def _loads(text: str, **settings: Any) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), strict=False, **settings)
    except RecursionError:
        raise Unreadable("it is nested too deep") from None
    except ValueError as error:
        raise Unreadable(str(error)[:200]) from None


def _sound(value: Any, clean: bool) -> Any:
    """The value, when it is nested no deeper than DEPTH; with `clean` its texts and numbers are looked at as well."""
    if not depth(value, DEPTH):
        raise Unreadable(f"it is nested deeper than {DEPTH} levels")
    return _walked(value) if clean else value


def _walked(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(str(key)): _walked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item) for item in value]
    return _finite(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise Unreadable("it holds a number that is not finite")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise Unreadable("it holds a whole number beyond 64 bits")
    return value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)


class _Reading:
    """One search of a text: strictly as long as that fails seldom (each failure costs the length of the text), then by the loose reader
    alone, whose work is bounded."""

    def __init__(self, text: str) -> None:
        self.text, self.patience, self.strict_left = text, Patience(), 20

    def at(self, at: int) -> tuple[Read, bool]:
        """The value that begins here, and whether it is strict JSON.

        Raises:
            Broken: there is none, or it is nested too deep, or holds a number that has no form.
        """
        if _ESCAPED.match(self.text, at):
            return self.escaped(at), False
        if self.strict_left:
            try:
                value, end = _DECODER.raw_decode(self.text, at)
                return Read(_whole(value, end), end, open=False), True
            except (ValueError, RecursionError):
                self.strict_left -= 1
        one = read(self.text, at, self.patience)
        return one._replace(value=_whole(one.value, one.end)), False

    def escaped(self, at: int) -> Read:
        """The value of a JSON text that stands there as within quotes: {\\"a\\": 1}."""
        quoted = _WITHIN_QUOTES.match(self.text, at)
        end = quoted.end() if quoted else at + 1
        try:
            inner = json.loads(f'"{self.text[at:end]}"', strict=False)
            one = read(inner, 0, self.patience)
        except ValueError:
            raise Broken("it holds a backslash that JSON has no form for", end) from None
        except Broken as error:
            raise Broken(str(error), end) from None
        return Read(_whole(one.value, end), end, one.open)


def _whole(value: Any, end: int) -> Any:
    try:
        return _sound(value, True)
    except Unreadable as error:
        raise Broken(str(error), end) from None
