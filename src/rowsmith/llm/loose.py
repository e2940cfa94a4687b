"""JSON with the faults that models make, read without guessing, in one pass.

What is taken beyond JSON: single, smart and tripled quotes, pairs of quotes within a text that cannot be its end, keys without quotes, `None`, `True`
and other spellings of the three literals, `+1`, `.5` and `5.`, comments, line breaks written as `\\n` between tokens, trailing and missing
commas, a missing colon after a quoted key, and closing brackets that are missing where nothing can be missing with them: before another
bracket, or at the end of objects.

What is refused, because what was meant cannot be known: a text or a number that runs into the end, a list without its end, words without
quotes, two commas in a row, a backslash that JSON has no form for, NaN.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

DEPTH = 100
"""Deepest nesting of an answer."""

_SP = r"(?:\s|\\[nrt](?![A-Za-z]))*+"
_SPACE = re.compile(r"(?:\s++|\\[nrt](?![A-Za-z])|//[^\n]*|\#[^\n]*)*+")
_NAME = r"[A-Za-z_$][\w$-]{0,99}"
_NAMED = re.compile(rf"({_NAME}){_SP}:")
_ESCAPED_NAME = re.compile(r"\\([_*-])")
_LITERAL = re.compile(r"(?i:(true)|(false)|(null|none))(?![\w$])")
_NUMBER = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(?=\s|[,\]}/#\\]|\Z)")
_STRICT_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_QUOTES = {'"': '"', "“": '”“"', "”": '”“"', "„": '”“"', "'": "'", "‘": "’'", "’": "’'"}
"""What opens a text, and what may close it."""
_STOPS = {quote: re.compile(f"[{ends}\\\\]") for quote, ends in _QUOTES.items()}
_KEY = rf"(?:[\"“”„'‘’][^\"“”„'‘’\n]{{1,100}}[\"“”'’]|{_NAME}){_SP}:"
_KEY_WITHIN = re.compile(rf"[\"“”'‘’]{_SP}:")
_NEXT_KEY = re.compile(_KEY)
_AFTER_KEY = re.compile(rf"{_SP}:")
_NOTE = r"(?://|\#)[^\n\"“”'‘’]*\n|/\*[^*\"“”'‘’]{0,2000}\*/"
_AFTER_IN_OBJECT = re.compile(rf"{_SP}(?:[}}\]]|\Z|,{_SP}(?:[}}\]\"“”„'‘’]|//|/\*|\#|\Z|{_NAME}{_SP}:)|{_NOTE}|{_KEY})")
_AFTER_IN_LIST = re.compile(rf"{_SP}(?:[\]}},]|\Z|{_NOTE})|[ \t\r]*\n{_SP}[\"“”„'‘’]")
_FENCES = ("```", "~~~")
_END = re.compile(r"\s*\Z")
_SIMPLE_KEY = re.compile(rf"\"([^\"\\\n:]{{1,100}})\"{_SP}(?=[\"{{\[])")


class Broken(Exception):
    """It is not one JSON value, not even with faults; `at` is the place up to which it looked like one."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.at = at


class Read(NamedTuple):
    """A value, and where it ends. `open`: the text, or the fence that it stands in, ended before all of its objects were closed."""

    value: Any
    end: int
    open: bool


class Patience:
    """How many values may still be read: what bounds the time."""

    __slots__ = ("left",)

    def __init__(self, left: int = 50_000) -> None:
        self.left = left


def read(text: str, at: int, patience: Patience) -> Read:
    """The value whose first bracket or quote stands at this place. Of duplicate keys the last one counts.

    Raises:
        Broken: there is none, or the patience is at its end.
    """
    reading = _Reading(text, at, patience)
    value = reading.value(0, in_object=False)
    return Read(value, reading.at, reading.open)


class _Reading:
    """One pass over the text; `at` is the next place to look at."""

    __slots__ = ("at", "open", "patience", "text")

    def __init__(self, text: str, at: int, patience: Patience) -> None:
        self.text, self.at, self.patience, self.open = text, at, patience, False

    def value(self, depth: int, *, in_object: bool) -> Any:
        self.patience.left -= 1
        if self.patience.left < 0:
            raise self.broken("it is too long to be read with its faults", len(self.text))
        mark = self.text[self.at : self.at + 1]
        if mark in ("{", "["):
            if depth >= DEPTH:
                raise self.broken(f"it is nested deeper than {DEPTH} levels")
            return self.object(depth + 1) if mark == "{" else self.list(depth + 1)
        return self.string(in_object=in_object) if mark in _QUOTES else self.scalar()

    def object(self, depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        self.at += 1
        comma = True
        while True:
            mark = self.next()
            if mark == "}":
                self.at += 1
                return out
            ends = mark == "" or self.text.startswith(_FENCES, self.at)
            if (ends and (not comma or not out)) or (mark == "]" and not comma):
                self.open = self.open or ends
                return out  # its bracket is missing; the list around it finds its own, or fails
            if not comma and not _NEXT_KEY.match(self.text, self.at):
                raise self.misplaced("a comma or a bracket")
            key = self.key()
            self.next()
            out[key] = self.value(depth, in_object=True)
            comma = self.comma()

    def list(self, depth: int) -> list[Any]:
        out: list[Any] = []
        self.at += 1
        comma = True
        while True:
            before = self.at
            mark = self.next()
            if mark == "]":
                self.at += 1
                return out
            if mark == "}" and not comma:
                return out
            if mark == "":
                raise self.broken("it ends within a list")
            if not comma:
                self.between(before, mark)
            out.append(self.value(depth, in_object=False))
            comma = self.comma()

    def between(self, before: int, mark: str) -> None:
        """Two items of a list without a comma: they are two only if both are boxes, or each stands on a line of its own."""
        last = self.text[before - 1]
        if not (last in "}]" and mark in "{[") and not (last in _QUOTES and mark in _QUOTES and "\n" in self.text[before : self.at]):
            raise self.misplaced("a comma or a bracket")

    def comma(self) -> bool:
        """Step over the comma that follows a value, if there is one."""
        before = self.at
        if self.next() != ",":
            self.at = before
            return False
        self.at += 1
        return True

    def next(self) -> str:
        """The next character that is no space and no comment; "" at the end."""
        text = self.text
        while True:
            space = _SPACE.match(text, self.at)
            self.at = space.end() if space else self.at
            if not text.startswith("/*", self.at):
                return text[self.at : self.at + 1]
            end = text.find("*/", self.at + 2)
            if end < 0:
                raise self.broken("it ends within a comment", len(text))
            self.at = end + 2

    def key(self) -> str:
        if named := _NAMED.match(self.text, self.at):
            self.at = named.end()
            return named[1]
        if self.text[self.at : self.at + 1] not in _QUOTES:
            raise self.misplaced("a key")
        if simple := _SIMPLE_KEY.match(self.text, self.at):  # its colon is missing
            self.at = simple.end()
            return simple[1]
        key = self.string(in_object=True, after=_AFTER_KEY)
        self.next()
        self.at += 1
        return key

    def string(self, *, in_object: bool, after: re.Pattern[str] | None = None) -> str:
        text, at = self.text, self.at
        after = after or (_AFTER_IN_OBJECT if in_object else _AFTER_IN_LIST)
        if text.startswith(text[at] * 3, at) and (end := text.find(text[at] * 3, at + 3)) >= 0:
            self.at = end + 3
            return text[at + 3 : end]
        if (strict := _STRICT_TEXT.match(text, at)) and after.match(text, strict.end()):
            self.at = strict.end()
            return self.unescaped(strict[0], key=after is _AFTER_KEY)
        inner, place = [], at + 1
        while stop := _STOPS[text[at]].search(text, place):
            place = stop.end()
            if stop[0] == "\\":
                place += 1
            elif after.match(text, place):
                break
            else:
                inner.append(stop.start())
        else:
            raise self.broken("it ends in the middle of a text", len(text))
        clear = in_object and after is not _AFTER_KEY and not _END.match(text, place) and not _KEY_WITHIN.search(text, at + 1, stop.start())
        if inner and (not clear or (text[at] == '"' and len(inner) % 2)):
            raise self.broken("it holds quotes within a text whose end cannot be told", place)
        self.at = place
        return self.unescaped(_requoted(text, at, stop.start()), key=after is _AFTER_KEY)

    def unescaped(self, quoted: str, *, key: bool) -> str:
        """The text that a strict JSON string stands for, line breaks and the like within it included."""
        try:
            said: str = json.loads(_ESCAPED_NAME.sub(r"\1", quoted) if key else quoted, strict=False)
        except ValueError:
            raise self.broken("it holds a backslash that JSON has no form for; a backslash is written \\\\") from None
        return said

    def scalar(self) -> Any:
        text, at = self.text, self.at
        if literal := _LITERAL.match(text, at):
            self.at = literal.end()
            return True if literal[1] else False if literal[2] else None
        number = _NUMBER.match(text, at)
        if number is None or len(number[0]) > 400 or re.match(r"0\d", number[2]):
            raise self.misplaced("a value")
        if number.end() == len(text):
            raise self.broken("it ends with a number, which may go on")
        self.at = number.end()
        whole = "." not in number[2] and not number[3]
        return int(number[0]) if whole else float(number[0])

    def misplaced(self, wanted: str) -> Broken:
        there = self.text[self.at : self.at + 20].strip()
        return self.broken(f"it holds {json.dumps(there, ensure_ascii=False)} where {wanted} belongs" if there else f"it ends where {wanted} belongs")

    def broken(self, why: str, at: int | None = None) -> Broken:
        return Broken(why, self.at if at is None else at)


def _requoted(text: str, start: int, end: int) -> str:
    """The text between two quotes of any kind as a strict JSON string."""

    def quoted(found: re.Match[str]) -> str:
        return '\\"' if found[0] == '"' else found[1] if found[1] in "'‘’“”" else found[0]

    inner = re.sub(r"\\(.)|\"", quoted, text[start + 1 : end], flags=re.DOTALL)
    return f'"{inner}"'
