"""Removes characters that nobody sees: controls, zero-width and bidirectional marks, soft hyphens, byte order marks, private use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, get_args

from pydantic import Field

from rowsmith.core.edits import Edit, apply, compose
from rowsmith.core.row import Row
from rowsmith.steps.cleaning import Cleaning

What = Literal["control", "zero_width", "bidi", "soft_hyphen", "bom", "tags", "private_use"]
EVERY: tuple[What, ...] = get_args(What)
CLASSES: dict[What, str] = {
    "control": r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff",
    "zero_width": r"\u180e\u200b-\u200d\u2060-\u2064",
    "bidi": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "soft_hyphen": r"\u00ad",
    "bom": r"\ufeff",
    "tags": r"\U000e0000-\U000e007f",
    "private_use": r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
}
_BREAKS = frozenset("\x0b\x0c\x85\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f")


class ControlCharacters(Cleaning):
    """Removes characters that nobody sees, or puts `replacement` in their place. Every change is an edit in `origin.source.edits`.

    Tab, LF and CR stay. What breaks a line (VT, FF, NEL, U+2028, U+2029) becomes a line feed, whatever the replacement. Zero-width joiners
    and non-joiners stay where they belong: within words of scripts that join letters (Arabic, Indic ...) and within emoji; so do the tags
    that make an emoji a regional flag.
    """

    what: list[What] = Field(
        list(EVERY),
        description="Which go: control (C0, C1 and no characters at all), zero_width, bidi, soft_hyphen, bom, "
        "tags (U+E0000 to U+E007F), private_use.",
    )
    replacement: str = Field("", max_length=20, description="What stands in the place of each.")
    normalise: Literal["none", "NFC", "NFKC"] = Field(
        "none",
        description="Unicode normalisation afterwards: NFC composes letters and accents; NFKC also makes ligatures and full-width forms plain.",
    )

    def check(self) -> list[str]:
        """Settings that would change nothing."""
        return [] if self.what or self.normalise != "none" else ["`what` is empty and `normalise` is none; the step would change nothing."]

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """Those of the characters, and then those of the normalisation."""
        found = list(self._gone(text)) if self.what else []
        if self.normalise == "none":
            return found
        return compose(found, _normalised(apply(text, found), self.normalise))

    def _gone(self, text: str) -> Iterator[Edit]:
        if text.isascii() and "control" not in self.what:
            return
        flags = [match.span() for match in _FLAG.finditer(text)] if "tags" in self.what else []
        for match in _pattern(tuple(self.what)).finditer(text):
            start, char = match.start(), match[0]
            if (char in _JOINERS and _joins(text, start)) or any(first < start < last for first, last in flags):
                continue
            yield Edit(start, start + 1, "\n" if char in _BREAKS else self.replacement)


@cache
def _pattern(what: tuple[What, ...]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(CLASSES[one] for one in what)}]")


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between letters of a script that joins them, or within an emoji."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before and after) and all(_joined(char) for char in (before, after))


def _joined(char: str) -> bool:
    if unicodedata.category(char) in ("So", "Sk") or char == "\ufe0f":
        return True
    code = ord(char)
    return 0x0600 <= code <= 0x08FF or 0x0900 <= code <= 0x0DFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x18AF or 0xFB50 <= code <= 0xFEFC


def _normalised(text: str, form: Literal["NFC", "NFKC"]) -> Iterator[Edit]:
    """The edits that normalise a text, each of one letter with what is combined with it."""
    if unicodedata.is_normalized(form, text):
        return
    start = 0
    for at in range(1, len(text) + 1):
        if at < len(text) and _combines(text[at]):
            continue
        piece = text[start:at]
        if not piece.isascii() and (normal := unicodedata.normalize(form, piece)) != piece:
            yield Edit(start, at, normal)
        start = at


def _combines(char: str) -> bool:
    """Whether the character can become one with the one before: marks, and Hangul letters in all their forms."""
    if char < "\u0300":
        return False
    hangul = "\u1100" <= char <= "\u11ff" or "\u3130" <= char <= "\u318f" or "\ua960" <= char <= "\ua97f" or "\ud7b0" <= char <= "\ud7ff"
    return hangul or "\uff9e" <= char <= "\uffdc" or unicodedata.category(char)[0] == "M"
