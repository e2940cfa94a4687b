"""Removes page numbers and the headers and footers that stand on page after page."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from rowsmith.core.edits import Edit, apply, compose, moved
from rowsmith.core.row import Row
from rowsmith.steps.cleaning import Cleaning
from rowsmith.steps.lined import Line, lined, without
from rowsmith.steps.spans import parts

_NUMBER = re.compile(r"\d+|(?<![^\W_])[ivxlc]{1,8}(?![^\W_])")
_PUNCTUATION = re.compile(r"[^\w/]+")
_MARKS = re.compile(r"[#*_>\s]+")
_BARE = re.compile(r"(?:第|(?:page|seite|página|pagina|pág|p|s) ?)?0(?: ?(?:of|von|sur|de|di|/) ?0)? ?(?:ページ|頁|页)?")
_COUNTED = re.compile(
    r"(?:chapter|section|part|figure|fig|table|question|exercise|example|step|lesson|kapitel|abschnitt|teil|abbildung|tabelle|aufgabe|frage|chapitre|"
    r"partie|tableau|exercice|capítulo|sección|tabla|ejercicio|第0[章節部課]|図|表)\W*0\b"
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ENDED = re.compile(r"[.!?:;。！？…|\"'”’»)\]]$")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line at the edge of a page: the page's place among all, the line's number, its form without numbers, and its numbers."""

    page: int
    line: int
    form: str
    numbers: tuple[int, ...]


class PageFurniture(Cleaning):
    """Removes page numbers, and headers and footers that repeat from page to page; joins what the end of a page has parted.

    The pages are those that the source's marks tell, else what form feeds part. Of each page the first and last lines are looked at. Lines
    count as the same where they differ in numbers only. One is a header or footer where it stands on at least `pages` pages, and on the
    given `share` of those between its first and its last, counted by left and right pages too, so that headers that alternate and those of
    a chapter are found. A number alone (or "Page 3 of 9", "- iv -") goes where it counts up with the pages. Headings that count ("Chapter
    3") and rows of tables stay. A text without pages passes as it is. Every change is an edit in `origin.source.edits`.
    """

    marks: Literal["pages", "slides"] = Field("pages", description="Which marks of the source tell where its parts begin.")
    lines: Annotated[int, Field(ge=1, le=20)] = Field(3, description="Lines with text that are looked at, at the top and at the bottom of each page.")
    pages: Annotated[int, Field(ge=2)] = Field(3, description="Fewest pages on which a line has to stand.")
    share: Annotated[float, Field(gt=0, le=1)] = Field(0.6, description="Least share of the pages from its first to its last that must have it.")
    longest: PositiveInt = Field(150, description="Most characters of a header or footer.")
    join: bool = Field(True, description="Whether a paragraph that the end of a page has parted becomes one again: its second half begins small.")

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """The furniture, and then the blank lines where a paragraph goes on."""
        pages = [(start, end) for start, end, _ in parts(row, self.column, text, self.marks)] or _fed(text)
        if len(pages) < 2:
            return []
        lines = lined(text)
        found = without(lines, self._furniture(lines, pages))
        return compose(found, _gaps(apply(text, found), found, [start for start, _ in pages[1:]])) if self.join else found

    def _furniture(self, lines: Sequence[Line], pages: Sequence[tuple[int, int]]) -> set[int]:
        edges: list[tuple[list[_Seen], list[_Seen]]] = [self._edges(lines, number, within) for number, within in enumerate(_by_page(lines, pages))]
        gone: set[int] = set()
        for side in (0, 1):
            forms: dict[str, list[_Seen]] = defaultdict(list)
            for edge in edges:
                for seen in edge[side]:
                    forms[seen.form].append(seen)
            for form, seen_of in forms.items():
                gone |= {seen.line for seen in self._chosen(form, seen_of)}
        return gone

    def _edges(self, lines: Sequence[Line], page: int, within: Sequence[int]) -> tuple[list[_Seen], list[_Seen]]:
        said = [number for number in within if lines[number].text.strip()]
        every = {number: _seen(page, number, lines[number].text) for number in {*said[: self.lines], *said[-self.lines :]}}
        fit = {number for number, seen in every.items() if seen.form and lines[number].kind != "table" and len(lines[number].text) <= self.longest}
        return [every[n] for n in said[: self.lines] if n in fit], [every[n] for n in said[-self.lines :] if n in fit]

    def _chosen(self, form: str, seen: Sequence[_Seen]) -> list[_Seen]:
        """Those of the lines with one form that are furniture."""
        if _BARE.fullmatch(_PUNCTUATION.sub(" ", form).strip()):
            return self._counting(seen)
        if _COUNTED.match(form):  # a heading that counts, unless the same number stands there again and again
            groups = [[one for one in seen if one.numbers == numbers] for numbers in dict.fromkeys(one.numbers for one in seen)]
            return [one for group in groups for one in self._repeated(group)]
        return self._repeated(seen)

    def _repeated(self, seen: Sequence[_Seen]) -> list[_Seen]:
        if self._often(seen, 1):
            return list(seen)
        by_side = [[one for one in seen if one.page % 2 == side] for side in (0, 1)]
        return [one for group in by_side if self._often(group, 2) for one in group]

    def _often(self, seen: Sequence[_Seen], step: int) -> bool:
        pages = {one.page for one in seen}
        return len(pages) >= self.pages and len(pages) >= self.share * ((max(pages) - min(pages)) // step + 1)

    def _counting(self, seen: Sequence[_Seen]) -> list[_Seen]:
        """The lines of numbers of which one counts up as the pages do."""
        groups: dict[int, list[_Seen]] = defaultdict(list)
        for one in seen:
            for number in one.numbers[:1]:
                groups[number - one.page].append(one)
        return [one for group in groups.values() if len({one.page for one in group}) >= self.pages for one in group]


def _seen(page: int, line: int, text: str) -> _Seen:
    plain = _MARKS.sub(" ", text.casefold()).strip()
    return _Seen(page, line, _NUMBER.sub("0", plain), tuple(map(_value, _NUMBER.findall(plain))))


def _value(number: str) -> int:
    """The value of digits, or of a Roman numeral."""
    if number[0].isdigit():
        return int(number[:9])
    values = [_ROMAN[letter] for letter in number]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _fed(text: str) -> list[tuple[int, int]]:
    """The pages that form feeds part."""
    places = [place for place, char in enumerate(text) if char == "\f"]
    return list(pairwise([0, *places, len(text)])) if places else []


def _by_page(lines: Sequence[Line], pages: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """The numbers of the lines of each page; a line belongs to where it begins."""
    at = 0
    for _, end in pages:
        within = []
        while at < len(lines) and lines[at].start < end:
            within.append(at)
            at += 1
        yield within


def _gaps(text: str, done: Sequence[Edit], starts: Sequence[int]) -> Iterator[Edit]:
    """The blank lines between two halves of a paragraph, to become one line's end. `starts`: where pages began before `done` was applied."""
    lines = lined(text)
    begins = [line.start for line in lines]
    last = 0
    for at in moved(done, starts):
        start, end = _space_around(text, at)
        if not 0 < start >= last or end == len(text) or not text[end].islower() or text[start:end] == "\n":
            continue
        before, after = (lines[bisect_right(begins, place) - 1] for place in (start - 1, end))
        if before.kind in ("paragraph", "item") and after.kind == "paragraph" and not _ENDED.match(text[start - 1]):
            yield Edit(start, end, "\n")
            last = end


def _space_around(text: str, at: int) -> tuple[int, int]:
    """The white space in which a place stands."""
    begin = end = at
    while begin and text[begin - 1].isspace():
        begin -= 1
    while end < len(text) and text[end].isspace():
        end += 1
    return begin, end
