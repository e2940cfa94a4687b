"""Runs of letters on one line of a page, without a wide gap in them, as pdfium knows the places of its letters."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot
from typing import Any

GAP = 1.1
"""Letters that are farther from each other than so many times their size stand in different pieces."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_EVEN = re.compile(rb"mono|courier|consol|typewriter|cmtt|menlo", re.IGNORECASE)
_LINE_END = re.compile("[\r\n]+|(?<=[\x02\ufffe])(?=.)")
"""Behind a hyphen that breaks a word pdfium puts no line end."""
_FIRST, _LOOKED_AT = 4, 40
_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"[^\W_]")
_FORWARDS = re.compile("[0-9A-Za-z\u00c0-\u024f\u0660-\u0669](?:[0-9A-Za-z\u00c0-\u024f\u0660-\u0669.,:/%-]*[0-9A-Za-z\u00c0-\u024f\u0660-\u0669%])?")
"""What is written from left to right within a word that is not: numbers among it."""
_BOLD = re.compile(rb"bold|black|heavy|[-,]demi|semib", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """A run of letters: its left and right ends, baseline, and size in points, whether it is bold, whether all letters are as wide, and how light
    they are (255: white)."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool = False
    even: bool = False
    light: int = 0
    aside: bool = False
    """Whether it goes in another direction than the page does: up along its edge, say."""
    rows: list[list[str]] | None = None
    """Where the piece is a whole table: its cells."""
    bottom: float = 0.0
    """Where the piece is a whole table: its lower end."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How a page lies when it is shown: turned clockwise by so many quarters, and its width and height before that."""

    quarters: int = 0
    width: float = 0.0
    height: float = 0.0

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """A box of the page as it lies in the file, as it is shown: left, bottom, right, top."""
        if self.quarters == 1:
            return bottom, self.width - right, top, self.width - left
        if self.quarters == 2:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.quarters == 3:
            return self.height - top, left, self.height - bottom, right
        return left, bottom, right, top


def turn_of(page: Any, textpage: Any) -> Turn:
    """How a page (pypdfium2.PdfPage, PdfTextPage) lies: as most of its letters say, whatever it says of itself."""
    import pypdfium2.raw as pdfium

    count, matrix, ways = textpage.count_chars(), pdfium.FS_MATRIX(), Counter[int]()
    for at in range(0, count, max(count // _LOOKED_AT, 1)):
        if pdfium.FPDFText_GetMatrix(textpage.raw, at, matrix) and not pdfium.FPDFText_IsGenerated(textpage.raw, at):
            ways[_way(matrix)] += 1
    width, height = page.get_size()
    if page.get_rotation() % 180:
        width, height = height, width
    return Turn(ways.most_common(1)[0][0] if ways else 0, width, height)


def _way(matrix: Any) -> int:
    """Which way letters go, in quarters to the left from rightwards."""
    if abs(matrix.a) >= abs(matrix.b):
        return 0 if matrix.a >= 0 else 2
    return 1 if matrix.b > 0 else 3


def pieces_of(textpage: Any, walls: Sequence[tuple[float, float, float]] = (), turn: Turn = Turn()) -> list[Piece]:
    """The pieces of a page (a pypdfium2.PdfTextPage) in the order of the file; `walls` are upright lines (x, lower end, upper end), across which
    no piece goes."""
    letters = _Letters(textpage, turn)
    found: list[Piece] = []
    for start, end in letters.lines():
        found.extend(_of_line(letters, start, end, walls))
    return found


def _of_line(letters: _Letters, start: int, end: int, walls: Sequence[tuple[float, float, float]]) -> Iterator[Piece]:
    spans = [hit.span() for hit in _WORD.finditer(letters.text, start, end)]
    if not spans:
        return
    size, base, *_ = letters.look(spans[0][0])
    if letters.goes_aside():
        yield Piece(" ".join(letters.text[a:b] for a, b in spans), 0.0, 0.0, base, size, aside=True)
        return
    near = [wall for wall, low, high in walls if low - size < base < high + size]
    if letters.turned and _RIGHT_TO_LEFT.search(letters.text, start, end):
        found = _in_order(letters, spans)
    else:
        found = [_Word(letters.text[a:b], a, b - 1) for a, b in spans]
    run = found[:1]
    for word in found[1:]:
        if (near or letters.may_be_apart(run[-1], word)) and _apart(letters, run[-1], word, size, near):
            yield _piece(letters, run)
            run = []
        run.append(word)
    yield _piece(letters, run)


def _apart(letters: _Letters, one: _Word, other: _Word, size: float, walls: Sequence[float]) -> bool:
    """Whether two words stand far from each other, or on two sides of a wall."""
    (left, right), (begin, end) = letters.ends(one), letters.ends(other)
    low, high = (right, begin) if begin >= left else (end, left)
    return high - low > GAP * size or any(low - 1 <= wall <= high + 1 for wall in walls)


@dataclass(slots=True)
class _Word:
    """A word, its first and last letter by number, and, where letters go from right to left, from where to where it stands."""

    text: str
    first: int
    last: int
    place: tuple[float, float] | None = None

    @property
    def middle(self) -> float:
        """Of one that has a place."""
        return sum(self.place or (0.0,))


def _piece(letters: _Letters, words: list[_Word]) -> Piece:
    """What it looks like, the longest of its first words says, and its last letter."""
    told = max(words[:_FIRST], key=lambda word: len(word.text))
    size, base, bold, even, light = letters.look(told.first)
    if len(words) > 1 and (bold or even):
        _, _, end_bold, end_even, _ = letters.look(words[-1].last)
        bold, even = bold and end_bold, even and end_even
    text = " ".join([word.text for word in words])
    ends = [*letters.ends(words[0]), *letters.ends(words[-1])]
    return Piece(text, min(ends), max(ends), base, size, bold, even, light)


def _in_order(letters: _Letters, spans: list[tuple[int, int]]) -> list[_Word]:
    """The words of a line with right-to-left ones in the order in which they are read: from their places, since files hold both words and
    letters in either order. Words and numbers of the other direction keep theirs."""
    texts = [letters.text[start:end] for start, end in spans]
    leftwards = sum(bool(_RIGHT_TO_LEFT.search(text)) for text in texts) * 2 >= sum(bool(_LETTER.search(text)) for text in texts)
    words = [_placed(letters, range(start, end), leftwards) for start, end in spans]
    seen = sorted(words, key=lambda word: -word.middle if leftwards else word.middle)
    found: list[_Word] = []
    run: list[_Word] = []
    for word in seen:
        against = bool(_LETTER.search(word.text)) and bool(_RIGHT_TO_LEFT.search(word.text)) != leftwards
        if not against:
            found += run[::-1]
            run = []
        (run if against else found).append(word)
    return [*found, *run[::-1]]


def _placed(letters: _Letters, order: Sequence[int], leftwards: bool) -> _Word:
    boxes = {at: letters.box(at) for at in order}
    text = letters.text
    seen = order
    if leftwards or any(_RIGHT_TO_LEFT.match(text[at]) for at in order):
        seen = sorted(order, key=lambda at: -sum(boxes[at]))
        shown = "".join(text[at] for at in seen)
        for hit in _FORWARDS.finditer(shown):
            seen[hit.start() : hit.end()] = seen[hit.start() : hit.end()][::-1]
    word = "".join(text[at] for at in seen)
    return _Word(word, seen[0], seen[-1], (min(x0 for x0, _ in boxes.values()), max(x1 for _, x1 in boxes.values())))


class _Letters:
    """The letters of a page by their numbers, and what pdfium says of each."""

    def __init__(self, textpage: Any, turn: Turn) -> None:
        import pypdfium2.raw as pdfium

        self._turn = turn
        self._pdfium, self._raw, self._box = pdfium, textpage.raw, pdfium.FPDFText_GetLooseCharBox
        self._rect, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._name, self._flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self._colour = [ctypes.c_uint() for _ in range(4)]
        count = textpage.count_chars()
        text = textpage.get_text_range() if count else ""
        self.text: str = text if len(text) == count else self._one_by_one(count)
        self.turned = max(self.text, default="") >= "\u0590"
        """Whether there may be letters that go from right to left."""

    def _one_by_one(self, count: int) -> str:
        codes = (self._pdfium.FPDFText_GetUnicode(self._raw, at) for at in range(count))
        return "".join(chr(code) if code and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)

    def lines(self) -> Iterator[tuple[int, int]]:
        """From where to where each line goes."""
        start = 0
        for hit in _LINE_END.finditer(self.text):
            if hit.start() > start:
                yield start, hit.start()
            start = hit.end()
        if start < len(self.text):
            yield start, len(self.text)

    def box(self, at: int) -> tuple[float, float]:
        """The left and the right end of a letter."""
        rect = self._rect
        self._box(self._raw, at, rect)
        if self._turn.quarters:
            left, _, right, _ = self._turn.box(rect.left, rect.bottom, rect.right, rect.top)
            return left, right
        return rect.left, rect.right

    def ends(self, word: _Word) -> tuple[float, float]:
        """The left and the right end of a word."""
        return word.place or (self.box(word.first)[0], self.box(word.last)[1])

    def may_be_apart(self, one: _Word, other: _Word) -> bool:
        """Whether there may be a wide gap between two words: a single space that stands in the file belongs to running text, however wide
        it is made to fill a line."""
        return other.place is not None or other.first - one.last != 2 or bool(self._pdfium.FPDFText_IsGenerated(self._raw, one.last + 1))

    def goes_aside(self) -> bool:
        """Whether the letter that was looked at last goes in another direction than the page does."""
        return _way(self._matrix) != self._turn.quarters

    def look(self, at: int) -> tuple[float, float, bool, bool, int]:
        """Size, baseline, whether it is bold, whether all of its font are as wide, and how light it is."""
        raw, pdfium = self._raw, self._pdfium
        pdfium.FPDFText_GetMatrix(raw, at, self._matrix)
        pdfium.FPDFText_GetCharOrigin(raw, at, self._x, self._y)
        size = pdfium.FPDFText_GetFontSize(raw, at) * hypot(self._matrix.c, self._matrix.d)
        length = pdfium.FPDFText_GetFontInfo(raw, at, self._name, 128, self._flags)
        pdfium.FPDFText_GetFillColor(raw, at, *self._colour)
        light = min(colour.value for colour in self._colour[:3]) if self._colour[3].value else 255
        base = self._turn.box(self._x.value, self._y.value, self._x.value, self._y.value)[1] if self._turn.quarters else self._y.value
        name = self._name.value if length else b""
        return max(size, 0.1), base, _is_bold(name), bool(self._flags.value & 1) or _is_even(name), light


@cache
def _is_bold(font: bytes) -> bool:
    return bool(_BOLD.search(font))


@cache
def _is_even(font: bytes) -> bool:
    return bool(_EVEN.search(font))
