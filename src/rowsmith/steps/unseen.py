"""What people do not see in a text: characters without a shape, letters that only look like others, and parts that are hidden or encoded."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

LOOKED_AT = 20_000
"""Most characters of one hidden part or payload that are looked at."""
_GONE = "\0"
_LOOKALIKES = str.maketrans("аеорсухіјѕһԁԛԝкмтвнгӏοαρτνικυε", "aeopcyxijshdqwkmtbhrloaptvikue")
_FOREIGN = "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(f"[a-z][{_FOREIGN}]|[{_FOREIGN}][a-z]")
_MIXED_WORD = re.compile(rf"[a-z{_FOREIGN}]+")
_UNSEEN = {
    "tags": re.compile("(?<!\U0001f3f4)(?<![\U000e0020-\U000e007e])[\U000e0020-\U000e007f]{2,}"),
    "zero_width": re.compile("[\u180e\u200b-\u200d\u2060-\u2064\ufeff]{8,}"),
    "variation": re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}"),
    "bidi": re.compile("[\u202d\u202e][^\u202c\n]{0,400}\u202c?"),
}
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:font-size|opacity|max-height|height|width)\s*:\s*0(?![.\d])|font-size\s*:\s*1px|"
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?(?![0-9a-f])|white\b|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255)|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_TAG = re.compile(r"<([a-z][a-z0-9]{0,15})\b([^<>]{0,500})>", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:^|\s)(?:hidden|aria-hidden\s*=\s*[\"']?true)(?=[\s=/\"']|$)", re.IGNORECASE)
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]{1,40}\]:\s*(?:#|<>)\s*[\"(']([^\n]{1,2000})[\"')]\s*$", re.MULTILINE)
_BASE64 = re.compile(r"(?<![\w+/=-])[\w+/-]{20,}(?:\r?\n[\w+/-]{4,})*={0,2}", re.ASCII)
_UNBROKEN = 20
"""Characters that base64 has at least, without white space."""
_HEX = re.compile(
    r"(?<!\w)(?=[0-9a-f\\])(?:(?:[0-9a-f]{2}){12,}|(?:(?:\\x|0x)?[0-9a-f]{2}[ ,:]{1,2}){11,}(?:\\x|0x)?[0-9a-f]{2}|(?:\\x[0-9a-f]{2}){12,})",
    re.IGNORECASE,
)  # fmt: skip
_ESCAPES = re.compile(r"(?:\\u[0-9a-f]{4}){6,}", re.IGNORECASE)
_PERCENT = re.compile(r"(?:%[0-9a-f]{2}[\w.~+/-]{0,40}){3,}", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"[\w.~+/-]*$")
_ENTITIES = re.compile(r"(?:&#x?[0-9a-f]{2,6};\s?){6,}", re.IGNORECASE)
_SPACED = re.compile(r"\b(?:\w[ .\-_*]{1,3}){8,}\w(?!\w)")
_DIGITS = re.compile(r"\b(?:[a-z]+[013457@$]+)+[a-z]+\b", re.IGNORECASE)
_DIGIT_SIGNS = "013457@$"
_AS_LETTERS = str.maketrans(_DIGIT_SIGNS, "oieastas")
_STEMS = ("ignore", "instruction", "disregard", "previous", "prompt", "system", "forget", "reveal", "override")
_TURNED = {"rot13": tuple(codecs.encode(stem, "rot13") for stem in _STEMS), "reversed": tuple(stem[::-1] for stem in _STEMS)}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as a reader takes it: in lower case, plain forms of letters, without what has no shape. `at`: where each of its characters
    stands in the text itself; None where all stand where they stood."""

    text: str
    at: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end), which is not empty, stands in the text itself."""
        return (start, end) if self.at is None else (self.at[start], self.at[end - 1] + 1)


class Hidden(NamedTuple):
    """A part [start, end) of a text that its readers do not see as it is, and what it says to whoever does. `how`: the rule."""

    start: int
    end: int
    how: str
    says: str


def fold(text: str) -> Folded:
    """The text as it reads."""
    if text.isascii() and _GONE not in text:
        return Folded(text.lower(), None)
    plain = text.translate(_FOLDED)
    if _MIXED.search(plain):
        plain = _MIXED_WORD.sub(lambda found: found[0].translate(_LOOKALIKES) if _MIXED.search(found[0]) else found[0], plain)
    if _GONE not in plain:
        return Folded(plain, None)
    return Folded(plain.replace(_GONE, ""), [place for place, char in enumerate(plain) if char != _GONE])


class _Fold(dict[int, str]):
    """For str.translate: one character for each, NUL for one without a shape."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char)
        low = (plain if len(plain) == 1 else char).lower()
        shapeless = unicodedata.category(char) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x064B <= code <= 0x0652
        self[code] = _GONE if shapeless or code == 0x0640 else low if len(low) == 1 else char
        return self[code]


_FOLDED = _Fold()


def characters(text: str) -> Iterator[Hidden]:
    """Runs of characters without a shape that can carry a message, and overrides of the direction of writing."""
    if text.isascii():
        return
    for how, pattern in _UNSEEN.items():
        for found in pattern.finditer(text):
            says = "".join(chr(ord(char) - 0xE0000) for char in found[0]) if how == "tags" else ""
            yield Hidden(found.start(), found.end(), how, says)


def parts(text: str) -> Iterator[Hidden]:
    """Comments of HTML and Markdown, and elements whose style hides them or makes them white."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        end = len(text) if end < 0 else end
        yield Hidden(start, min(len(text), end + 3), "hidden_text", text[start + 4 : end][:LOOKED_AT])
        start = text.find("<!--", end)
    for found in _REFERENCE.finditer(text) if "]:" in text else ():
        yield Hidden(found.start(), found.end(), "hidden_text", found[1])
    low, after = text.lower() if "<" in text else "", 0
    for tag in _TAG.finditer(text) if "<" in text else ():
        if tag.start() >= after and (_HIDING.search(tag[2]) or _HIDDEN.search(tag[2])):
            close = low.find(f"</{tag[1].lower()}", tag.end(), tag.end() + LOOKED_AT)
            after = close if close >= 0 else min(len(text), tag.end() + LOOKED_AT)
            yield Hidden(tag.start(), after, "hidden_text", text[tag.end() : after])


def payloads(text: str) -> Iterator[Hidden]:
    """What is encoded in a text and decodes to words: base64, hexadecimal, percent and Unicode escapes, entities, spaced letters, rot13, and
    what is written backwards or with digits for letters."""
    long = any(map(_UNBROKEN.__le__, map(len, text.split())))
    for pattern, may_be, decode in (
        (_BASE64, long, _from_base64), (_HEX, True, _from_hex), (_ESCAPES, "\\" in text, _from_escapes), (_PERCENT, "%" in text, unquote),
        (_ENTITIES, "&#" in text, unescape),
    ):  # fmt: skip
        for found in pattern.finditer(text) if may_be else ():
            start = found.start() if pattern is not _PERCENT else _word_before(text, found.start())
            encoded = text[start : found.end()][:LOOKED_AT]
            said = decode(encoded)
            if said != encoded and _words(said):
                yield Hidden(start, found.end(), "encoded", said)
    for found in _SPACED.finditer(text):
        joined = re.sub(r"[ .\-_*]{2,}", "\0", found[0])
        yield Hidden(found.start(), found.end(), "encoded", re.sub(r"[ .\-_*]", "", joined).replace("\0", " "))
    if any(map(text.__contains__, _DIGIT_SIGNS)):
        yield from _digits(text)
    low = text.lower()
    for how, stems in _TURNED.items():
        if sum(map(low.__contains__, stems)) >= 2:
            yield from _turned(text, low, how, stems)


def _digits(text: str) -> Iterator[Hidden]:
    """The lines with several words that have digits in the place of letters, as letters."""
    start = 0
    for line in text.splitlines(keepends=True):
        if len(_DIGITS.findall(line)) >= 2:
            yield Hidden(start, start + len(line), "encoded", line.translate(_AS_LETTERS))
        start += len(line)


def _word_before(text: str, at: int) -> int:
    found = _WORD_BEFORE.search(text[max(0, at - 100) : at])
    return at - len(found[0]) if found else at


def _turned(text: str, low: str, how: str, stems: tuple[str, ...]) -> Iterator[Hidden]:
    """The lines with a stem that is turned, turned back."""
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        if any(stem in low[start:end] for stem in stems):
            backwards = f"{line[::-1]}\n{' '.join(word[::-1] for word in line.split())}"
            yield Hidden(start, end, "encoded", codecs.encode(line, "rot13") if how == "rot13" else backwards)
        start = end


def _from_base64(said: str) -> str:
    plain = "".join(said.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(said: str) -> str:
    digits = re.sub(r"\\x|0x|[ ,:]", "", said)
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode()
    except (ValueError, UnicodeDecodeError):
        return ""


def _from_escapes(said: str) -> str:
    return "".join(chr(int(code, 16)) for code in re.findall("[0-9a-fA-F]{4}", said))


def _words(said: str) -> bool:
    """Whether it is text: some words, and nearly all of it characters that can be seen."""
    seen = sum(char.isprintable() or char in "\n\t\r" for char in said)
    return len(said) >= 8 and seen >= 0.95 * len(said) and any(char.isalpha() for char in said)
