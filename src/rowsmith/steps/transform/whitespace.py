"""Tidies white space: runs, line ends, blank lines, and wrapped paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field, NonNegativeInt

from rowsmith.core.edits import Edit
from rowsmith.core.row import Row
from rowsmith.steps.cleaning import Cleaning
from rowsmith.steps.lined import Line, lined

_SPACE = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_RUN = re.compile(rf"`[^`\n]*`|(?<=[^\s])[{_SPACE}]{{2,}}(?=\S)")
_INDENT = re.compile(rf"[{_SPACE}]*")
_UNTOUCHED = ("table", "code", "item", "html", "meta")
_UNSPACED = re.compile(r"[\u2e80-\u2fdf\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffef]")
_HARD = re.compile(r"(?:  |\\|<br ?/?>)$", re.IGNORECASE)


class Whitespace(Cleaning):
    """Tidies white space. Tables, lists, code, HTML and front matter of Markdown stay as they are, and so does what stands in `code`.

    Every change is an edit in `origin.source.edits`, so spans stay true. Two spaces at a line's end, which break the line in Markdown, go
    with `trailing`; with `join` their line is still not joined.
    """

    runs: bool = Field(True, description="Whether several spaces or tabs between words become one space.")
    trailing: bool = Field(True, description="Whether space at the ends of lines goes, and blank lines at the beginning and end of the text.")
    line_ends: bool = Field(True, description="Whether CR LF and CR become LF.")
    blank_lines: NonNegativeInt | None = Field(1, description="Most blank lines between others; null for as many as there are.")
    join: bool = Field(
        False,
        description="Whether the lines of a wrapped paragraph become one. A line counts as wrapped where the next word would have made it longer "
        "than the paragraph's longest.",
    )

    def edits(self, row: Row, text: str) -> Sequence[Edit]:
        """Line by line, then between them."""
        lines = lined(text)
        joined = set(self._joined(lines)) if self.join else set[int]()
        found: list[Edit] = []
        for number, line in enumerate(lines):
            found += self._within(line)
            if number in joined:
                found.append(_joint(found, line, lines[number + 1]))
            elif self.line_ends and line.kind not in _UNTOUCHED and line.after > line.end and text[line.end : line.after] != "\n":
                found.append(Edit(line.end, line.after, "\n"))
        return self._fewer_blank(lines, found)

    def _within(self, line: Line) -> Iterator[Edit]:
        if line.kind in _UNTOUCHED:
            return
        if self.runs:
            for match in _RUN.finditer(line.text):
                if match[0][0] != "`":
                    yield Edit(line.start + match.start(), line.start + match.end(), " ")
        if self.trailing and len(bare := line.text.rstrip()) < len(line.text):
            yield Edit(line.start + len(bare), line.end, "")

    def _joined(self, lines: Sequence[Line]) -> Iterator[int]:
        """The numbers of the lines to which the next one is joined."""
        widest = 0
        for number, (line, after) in enumerate(pairwise(lines)):
            if line.kind != "paragraph":
                widest = 0
                continue
            widest = widest or max(len(one.text.strip()) for one in _paragraph(lines, number))
            if after.kind != "paragraph":
                widest = 0
            elif not _HARD.search(line.text) and _was_wrapped(line.text.strip(), after.text.split(None, 1), widest):
                yield number

    def _fewer_blank(self, lines: Sequence[Line], found: list[Edit]) -> list[Edit]:
        """The edits, with those for the blank lines that are too many in place of what would be done within these."""
        gone = sorted(self._too_many(lines))
        if not gone:
            return found
        places = {lines[number].start for number in gone} | {lines[number].end for number in gone}
        kept = [edit for edit in found if edit.start not in places]
        return sorted([*kept, *(Edit(lines[number].start, lines[number].after, "") for number in gone)])

    def _too_many(self, lines: Sequence[Line]) -> Iterator[int]:
        run: list[int] = []
        for number, line in enumerate(lines):
            if not line.text.strip() and not line.kind:
                run.append(number)
                continue
            most = 0 if self.trailing and run and run[0] == 0 else self.blank_lines
            yield from run if most == 0 else run[most:] if most is not None else ()
            run = []
        yield from run if self.trailing else run[self.blank_lines :] if self.blank_lines is not None else ()


def _paragraph(lines: Sequence[Line], number: int) -> Iterator[Line]:
    while number < len(lines) and lines[number].kind == "paragraph":
        yield lines[number]
        number += 1


def _was_wrapped(line: str, after: Sequence[str], widest: int) -> bool:
    """Whether the first word of the line after would have made the line longer than the widest."""
    return bool(line and after) and len(line) + 1 + len(after[0]) > widest


def _joint(found: list[Edit], line: Line, after: Line) -> Edit:
    """In place of the line's end and the next one's indentation: a space, or nothing where the words are written without one."""
    start = found.pop().start if found and found[-1].end == line.end and not found[-1].text else line.end
    indent = _INDENT.match(after.text)
    before, right = line.text.rstrip(), after.text.lstrip()[:1]
    cut = before[-1] in "-\u2010" and before[-2:-1].isalnum() and right.isalnum()
    apart = not cut and not (_UNSPACED.match(before[-1]) and _UNSPACED.match(right))
    return Edit(start, after.start + (indent.end() if indent else 0), " " if apart else "")
