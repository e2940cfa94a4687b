"""The pieces of a column as lines, and lines as paragraphs, headings, items of lists, and tables."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import quantiles

from rowsmith.connectors.documents.pdf.pieces import Piece
from rowsmith.connectors.documents.tables import markdown_table

_SURE = "[•‣▪◦●○■□∙\uf0b7]"
_BULLET = re.compile(rf"(?:{_SURE}|[-*–·])\s+(?=\S)")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]\s+(?=\S)")
_MARK = re.compile(r"[•‣▪◦●○■□–·∙\uf0b7*o-]|\(?(?:\d{1,3}|[a-z])[.)]")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_BROKEN = re.compile("[^\\W\\d_](?:[-\u2010\u00ad\x02\ufffe])$")
_LARGER, _MOST_WORDS = 1.08, 30
"""A heading is so much larger than the text, and has no more words."""
_ENDINGS = tuple(".!?:;\u3002\uff01\uff1f\u061f\u06d4\u201d\"")
_FULL = 4.0
"""A line is full that ends no more than so many times the size of its letters before the others."""
_ENDS = 0.3
"""A line that ends with a sentence and leaves so much of the width free is the last of its paragraph."""
_ROOM = 0.8
"""Between two columns of a table all lines leave the same room, so many times the size of their letters at least."""


@dataclass(slots=True)
class Line:
    """Pieces beside each other, in the order of reading."""

    pieces: list[Piece]

    @property
    def first(self) -> Piece:
        """The one that is largest in letters: it says what the line looks like."""
        return max(self.pieces, key=lambda piece: len(piece.text))

    @property
    def text(self) -> str:
        """All of them, spaces between them."""
        return " ".join(piece.text for piece in self.pieces)


@dataclass(slots=True)
class Style:
    """What the letters of a document look like: the size of most of them, whether these are bold, the sizes of headings, largest first,
    and whether all letters are as wide."""

    body: float
    bold: bool
    headings: list[float] = field(default_factory=list)
    even: bool = False

    def level(self, text: str, size: float, bold: bool, lines: int) -> int:
        """The level of a heading; 0 for a paragraph."""
        words = len(text.split()) + len(_WIDE.findall(text)) // 3
        if lines > 4 or words > _MOST_WORDS or not re.search(r"[^\W\d_]", text) or _BULLET.match(text):
            return 0
        if size >= self.body * _LARGER:
            return min(sum(other > size * 1.02 for other in self.headings) + 1, 6)
        alone = bold and not self.bold and lines <= 2 and text[-1] not in ".,;:" and size >= self.body * 0.95
        return min(len(self.headings) + 1, 6) if alone else 0


def style_of(pages: Sequence[Sequence[Piece]]) -> Style:
    """The style of a document from the pieces of some of its pages."""
    letters: Counter[tuple[float, bool]] = Counter()
    even = 0
    for piece in (piece for page in pages for piece in page):
        letters[(round(piece.size * 2) / 2, piece.bold)] += len(piece.text)
        even += len(piece.text) if piece.even else 0
    if not letters:
        return Style(10.0, False)
    (body, bold), _ = letters.most_common(1)[0]
    larger = sorted({size for size, _ in letters if size >= body * _LARGER}, reverse=True)
    headings = [size for at, size in enumerate(larger) if at == 0 or size < larger[at - 1] * 0.98]
    return Style(body, bold, headings, even * 2 > letters.total())


def lines_of(column: list[Piece], leftwards: bool) -> list[Line]:
    """The lines of a column whose pieces go from top to bottom."""
    lines: list[Line] = []
    for piece in column:
        last = lines[-1].pieces[0] if lines else None
        if last and not last.rows and not piece.rows and abs(last.base - piece.base) < 0.45 * max(last.size, piece.size):
            lines[-1].pieces.append(piece)
        else:
            lines.append(Line([piece]))
    for line in lines:
        line.pieces.sort(key=lambda piece: -piece.x1 if leftwards else piece.x0)
        if len(line.pieces) > 1 and _MARK.fullmatch(line.pieces[0].text):
            mark, item, *others = line.pieces
            sign = mark.text if len(mark.text) > 1 else "•"
            line.pieces = [replace(item, text=f"{sign} {item.text}", x0=min(mark.x0, item.x0), x1=max(mark.x1, item.x1)), *others]
    return lines


@dataclass(slots=True)
class Block:
    """A part of a page: its Markdown, whether it is `prose`, the size of its letters, and whether it is `open`: its last line is full and ends no
    sentence, so that it may go on in the next column or on the next page."""

    text: str
    prose: bool = False
    size: float = 0.0
    open: bool = False

    def goes_on(self, other: Block) -> bool:
        """Whether the other one is the rest of it."""
        return self.open and other.prose and abs(self.size - other.size) < 0.06 * self.size


def blocks_of(column: list[Piece], style: Style, leftwards: bool) -> Iterator[Block]:
    """The blocks of a column."""
    lines = lines_of(column, leftwards)
    leading = _leading(lines)
    begin, edge = min((piece.x0 for piece in column), default=0.0), max((piece.x1 for piece in column), default=0.0)
    at = 0
    while at < len(lines):
        if rows := lines[at].pieces[0].rows:
            yield Block(markdown_table([row[::-1] for row in rows] if leftwards else rows))
            end = at + 1
        elif (end := _table_end(lines, at)) > at:
            yield Block(markdown_table(_cells(lines[at:end])))
        elif (end := _code_end(lines, at, style)) > at:
            yield Block(_code(lines[at:end]))
        else:
            end = at + 1
            while end < len(lines) and _goes_on(lines, at, end, leading, edge) and _code_end(lines, end, style) == _table_end(lines, end) == end:
                end += 1
            yield _said(lines[at:end], style, begin if leftwards else edge, leftwards)
        at = end


def _code_end(lines: list[Line], start: int, style: Style) -> int:
    """Behind the last line of code that begins with a line; the line itself where it is none: code is in letters that are all as wide, where the
    document is not."""
    end = start
    while end < len(lines) and not style.even and all(piece.even for piece in lines[end].pieces):
        if end > start and not 0 < lines[end - 1].first.base - lines[end].first.base < 3.2 * lines[end].first.size:
            break
        end += 1
    return end


def _code(lines: list[Line]) -> str:
    """Lines of code with their indentation, by the width of their letters, and an empty line where one is left out."""
    edge = min(line.pieces[0].x0 for line in lines)
    longest = max((piece for line in lines for piece in line.pieces), key=lambda piece: len(piece.text))
    width = max((longest.x1 - longest.x0) / len(longest.text), 0.1)
    said: list[str] = []
    for before, line in zip([lines[0], *lines], lines, strict=False):
        if before.first.base - line.first.base > 1.9 * line.first.size:
            said.append("")
        text = ""
        for piece in line.pieces:
            text = text.ljust(min(round((piece.x0 - edge) / width), 200)) + piece.text
        said.append(text.replace("\ufffe", "-").replace("\x02", "-"))
    fence = "````" if any("```" in one for one in said) else "```"
    return "\n".join([fence, *said, fence])


def _leading(lines: list[Line]) -> dict[float, float]:
    """By the size of letters, how far the lines of one paragraph stand from each other."""
    apart = defaultdict(list)
    for one, other in pairwise(lines):
        size, distance = round(one.first.size), one.first.base - other.first.base
        if round(other.first.size) == size and 0.7 * size < distance < 2.0 * size:
            apart[size].append(distance)
    return {size: (quantiles(each, n=4)[0] if len(each) > 2 else min(each)) for size, each in apart.items()}


def _goes_on(lines: list[Line], start: int, at: int, leading: dict[float, float], edge: float) -> bool:
    """Whether a line goes on with the paragraph that begins at `start`. A dash or a number begins an item only behind a sentence or another
    item: lines of running text begin with them, too."""
    before, line, head = lines[at - 1].first, lines[at].first, lines[start]
    distance, size = before.base - line.base, max(before.size, line.size)
    if line.rows or abs(before.size - line.size) > 0.12 * size or before.bold != line.bold or distance <= 0:
        return False
    usual = max(leading.get(round(before.size), 1.35 * size), 0.9 * size)
    text, ended = lines[at].text, lines[at - 1].text[-1:] in _ENDINGS
    is_item = bool(_BULLET.match(head.text) or _NUMBER.match(head.text))
    begins_item = text[0] in _SURE or ((ended or is_item) and bool(_BULLET.match(text) or _NUMBER.match(text)))
    if distance > min(1.28 * usual, 2.2 * size) or begins_item:
        return False
    if ended and edge - max(piece.x1 for piece in lines[at - 1].pieces) > _ENDS * (edge - before.x0):
        return False
    inset = lines[at].pieces[0].x0 - min(piece.x0 for one in lines[start + 1 : at] or [head] for piece in one.pieces)
    return not (ended and not is_item and size < inset < 4 * size)


def _said(lines: list[Line], style: Style, edge: float, leftwards: bool) -> Block:
    text = joined([line.text for line in lines])
    first, last = lines[0].first, lines[-1].pieces[-1]
    if hit := _BULLET.match(text):
        return Block(f"- {text[hit.end() :]}")
    if level := style.level(text, first.size, all(piece.bold for line in lines for piece in line.pieces), len(lines)):
        return Block(f"{'#' * level} {text}")
    full = abs((last.x0 if leftwards else last.x1) - edge) < _FULL * first.size
    return Block(text, prose=True, size=first.size, open=full and text[-1:] not in _ENDINGS)


def joined(lines: Sequence[str]) -> str:
    """The lines of a paragraph as one: words that were broken at a line's end are whole again, and wide letters (Chinese, Japanese) have no
    space between them. Of a hyphen that stands in the font as any other, a small letter before and behind it says that it breaks a word, unless
    the word has another one."""
    text = ""
    for line in (line.strip() for line in lines):
        if not text or not line:
            text += line
        elif _BROKEN.match(text[-2:]) and line[0].islower():
            word = text.rpartition(" ")[2]
            keeps = text[-1] == "-" and "-" in word[:-1]
            text = (text if keeps else text[:-1]) + line
        elif _BROKEN.match(text[-2:]) and text[-1] != "\u00ad":
            text += line
        else:
            close = _WIDE.match(text[-1]) and _WIDE.match(line[0])
            text += ("" if close else " ") + line
    return text.replace("\x02", "-").replace("\ufffe", "-").replace("\u00ad", "")


def cell_text(pieces: Sequence[Piece]) -> str:
    """The text of a cell of a table."""
    return joined([line.text for line in lines_of(sorted(pieces, key=lambda piece: -piece.base), False)])


def _table_end(lines: list[Line], start: int) -> int:
    """Behind the last line of the table that begins with a line; the line itself where there is none.

    A table without drawn lines: lines of as many cells each as the first has, with room between the columns all the way down.
    """
    count, end = len(lines[start].pieces), start + 1
    if count < 2:
        return start
    rooms = _rooms(lines[start])
    while end < len(lines) and len(lines[end].pieces) == count and _below(lines[end - 1], lines[end]):
        rooms = [(max(one[0], other[0]), min(one[1], other[1])) for one, other in zip(rooms, _rooms(lines[end]), strict=True)]
        if any(high - low < _ROOM * lines[end].first.size for low, high in rooms):
            break
        end += 1
    return end if end - start >= (2 if count > 3 else 3) else start


def _below(one: Line, other: Line) -> bool:
    return 0 < one.first.base - other.first.base < 3.0 * max(one.first.size, other.first.size)


def _rooms(line: Line) -> list[tuple[float, float]]:
    """From where to where there is room between the pieces of a line."""
    ordered = sorted(line.pieces, key=lambda piece: piece.x0)
    return [(one.x1, other.x0) for one, other in pairwise(ordered)]


def _cells(lines: list[Line]) -> list[list[str]]:
    return [[joined([piece.text]) for piece in line.pieces] for line in lines]
