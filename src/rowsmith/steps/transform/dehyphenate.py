"""Joins words that were hyphenated at the ends of lines, and leaves real compounds their hyphen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from rowsmith.core.edits import Edit
from rowsmith.core.row import Row
from rowsmith.steps.cleaning import Cleaning
from rowsmith.steps.lined import lined

_LETTERS = r"[^\W\d_]"
_PART = rf"{_LETTERS}[\w'’]*"
_END = r"(?:\r\n|\n|\r)"
_SPLIT = re.compile(
    rf"(?<![\w'’\-\u2010])(?P<left>{_PART}(?:[-\u2010][\w'’]+)*|\d+)"
    rf"(?P<gap>(?:[-\u2010\u00ad\u00ac][ \t]*{_END}(?:[ \t]*{_END})?|[\ufffe\x02](?:{_END})?)[ \t]*)(?P<right>{_PART})"
)
_WORD = re.compile(rf"{_PART}(?:[-\u2010][\w'’]+)*")
_AND = frozenset(["und", "oder", "bzw", "sowie", "and", "or", "nor", "et", "ou"])
_SOFT = frozenset("\u00ad\u00ac")
_DRAWN = frozenset("\ufffe\x02")
"""What PDFium writes for a hyphen that it saw at the end of a line."""
_CODE = ("code", "table", "meta")


class Dehyphenate(Cleaning):
    """Joins words that a line's end has cut in two ("exam-/ple"), in any language written with letters and spaces.

    The document decides: the form that it uses elsewhere within a line wins, "example" or "exam-ple"; where it uses neither, but each part as a
    word of its own ("fast" and "forwarding"), they are a compound. A part that begins with a capital, a word that has a hyphen already
    ("state-of-the-/art"), and a number before it keep the hyphen; so does "pre-/ and post-", with a space. A soft hyphen always goes. Lines of
    code and tables are left alone. Every change is an edit in `origin.source.edits`.
    """

    unknown: Literal["join", "keep"] = Field(
        "join", description="Where the document has neither form: join the parts, or keep the hyphen. Either way they come to stand in one line."
    )
    blank_line: bool = Field(True, description="Whether the second part may stand below a blank line, as at the end of a page.")

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """One for each word that was cut."""
        found = [match for match in _SPLIT.finditer(text) if self.blank_line or not _has_blank(match)]
        if not found:
            return []
        fixed = [(line.start, line.after) for line in lined(text) if line.kind in _CODE]
        known = _vocabulary(text, found)
        return [self._edit(match, known) for match in _outside(found, fixed) if not (_has_blank(match) and match["right"][0].isupper())]

    def _edit(self, match: re.Match[str], known: Counter[str]) -> Edit:
        """What stands between the parts goes, or leaves the hyphen."""
        start, end = match.span("gap")
        hyphen = match["gap"][0]
        if hyphen in _SOFT:
            return Edit(start, end, "")
        said = "-" if hyphen in _DRAWN else hyphen
        if match["right"].casefold() in _AND:
            return Edit(start, end, f"{said} ")
        return Edit(start, end, said if self._keeps(match["left"], match["right"], known) else "")

    def _keeps(self, left: str, right: str, known: Counter[str]) -> bool:
        joined, apart = known[(left + right).casefold()], known[f"{left}-{right}".casefold().replace("\u2010", "-")]
        if joined != apart:
            return apart > joined
        if len(left) > 2 and len(right) > 3 and known[left.casefold()] and known[right.casefold()]:
            return True
        capital = right[0].isupper() and not (left.isupper() and right.isupper())
        return capital or left.isdigit() or "-" in left or "\u2010" in left or self.unknown == "keep"


def _vocabulary(text: str, cuts: Sequence[re.Match[str]]) -> Counter[str]:
    """How often each word stands in the document, the cut ones left out."""
    known: Counter[str] = Counter()
    at = 0
    for start, end in [*(match.span() for match in cuts), (len(text), len(text))]:
        known.update(word.casefold().replace("\u2010", "-") for word in _WORD.findall(text, at, start))
        at = end
    return known


def _has_blank(match: re.Match[str]) -> bool:
    return len(re.findall(_END, match["gap"])) > 1


def _outside(found: Sequence[re.Match[str]], fixed: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Those that no fixed part of the text touches."""
    at = 0
    for match in found:
        while at < len(fixed) and fixed[at][1] <= match.start():
            at += 1
        if at == len(fixed) or fixed[at][0] >= match.end():
            yield match
