"""JSON as models and their servers really write it: read what can be read without guessing, in bounded time and depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from rowsmith.core.ids import cleaned

DEPTH = 100
"""Deepest nesting of an answer."""
REPAIR = (32 * 1024, 200)
"""Longest text, in characters, and most brackets that json-repair is tried on. Its time grows with their product and more: 60 KB of
nothing but open brackets and quotes took it 106 s, the worst found within these bounds 0.1 s."""
STARTS = 64
"""Most places at which a value within other text is looked for."""

_FENCE = re.compile(r"```[ \t]*+(?:json[c5l]?|JSON)?[ \t]*+\r?\n(.*?)```", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_NO_NUMBER = re.compile(r"[:\[,]\s*-?(?:NaN|Infinity|inf|nan|\d{20,})\b")
_ENDS = frozenset("}]\"'0123456789el`")


class Unreadable(Exception):
    """The text is not one JSON value; the message says why."""


def load(text: str) -> Any:
    """One JSON value that a model wrote. Beyond the standard it takes a byte order mark and control characters within strings (NUL and
    lone surrogates become U+FFFD); of duplicate keys the last one counts.

    Raises:
        Unreadable: not JSON, NaN or Infinity, a number beyond a double or 64 bits, or nested deeper than DEPTH.
    """
    try:
        return _sound(orjson.loads(text), "\\u0000" in text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
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


def found(text: str) -> Iterator[Any]:
    """The JSON values that stand in a text beside other words, fenced ones first: at most a handful."""
    text = _THOUGHT.sub("", text, count=1)
    fenced = [value for block in _FENCE.findall(text)[:8] for value in _one(block)]
    yield from fenced or _embedded(text)


def repaired(text: str) -> Any:
    """The value that json-repair makes of a text with small faults (a missing comma, colon or brace, single quotes).

    Raises:
        Unreadable: too long, a number that is not finite, or it ends within a string, so that a part may be missing.
    """
    from json_repair import loads

    text = _THOUGHT.sub("", text, count=1).strip().removesuffix("```").rstrip()
    if _NO_NUMBER.search(text):
        raise Unreadable("it holds a number that JSON has no form for")
    if len(text) > REPAIR[0] or text.count("{") + text.count("[") > REPAIR[1]:
        raise Unreadable("it is too long to repair")
    if not text or text[-1] not in _ENDS or _quotes(text) % 2:
        raise Unreadable("it ends in the middle of a value")
    try:
        return _sound(loads(text, skip_json_loads=True), True)
    except (ValueError, RecursionError, IndexError, KeyError, TypeError) as error:
        raise Unreadable(str(error)[:200]) from None


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


def _one(text: str) -> list[Any]:
    try:
        return [load(text)]
    except Unreadable:
        return []


def _embedded(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(strict=False, parse_constant=_no_number)
    at = 0
    for _ in range(STARTS):
        start = min((place for place in (text.find("{", at), text.find("[", at)) if place >= 0), default=-1)
        if start < 0:
            return
        try:
            value, at = decoder.raw_decode(text, start)
            yield _sound(value, True)
        except (ValueError, RecursionError, Unreadable):
            at = start + 1


def _quotes(text: str) -> int:
    return re.sub(r"\\.", "", text, flags=re.DOTALL).count('"')
