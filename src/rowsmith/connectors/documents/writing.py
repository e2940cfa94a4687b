"""A document's text while it is being put together: blocks of Markdown, and the places where its parts begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rowsmith.connectors.documents.tables import markdown_table
from rowsmith.core.documents import Document, Marks
from rowsmith.core.lines import stored, stored_text
from rowsmith.core.row import Json

_DEEPEST = 6
_TOLD_OF_HIDDEN = 500
_STEP = "    "
"""What an item stands in from that it belongs to: enough below a number of two digits."""


class Writing:
    """Blocks with an empty line between them; the items of a list stand on lines that follow each other.

    `marks`: where the parts begin that hold anything, in characters. `notes`: what whoever reads the document has to know.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._tight = False
        self._code: list[str] = []
        self._next: dict[str, int | str] = {}
        self.marks: Marks = {}
        self.notes: list[str] = []

    def __len__(self) -> int:
        """Characters so far."""
        return self._length

    def mark(self, name: str, value: int | str) -> None:
        """What is written next begins a part: `mark("slides", 2)`."""
        self._end_code()
        self._next[name] = value

    def block(self, text: str) -> None:
        """A paragraph, or another block of its own; white space alone is none."""
        self._add(text, "\n\n")
        self._tight = False

    def heading(self, level: int, text: str) -> None:
        """A heading on one line; level 1 is the highest, and 6 the deepest that Markdown has."""
        if words := " ".join(text.split()):
            self.block(f"{'#' * min(max(level, 1), _DEEPEST)} {words}")

    def item(self, depth: int, text: str, number: int | None = None) -> None:
        """An item of a list, `depth` levels in (0: outermost), numbered or with a dash. Its further lines stand under its first."""
        if not text.strip():
            return
        sign = "- " if number is None else f"{number}. "
        lines = text.strip().split("\n")
        inner = _STEP * depth + " " * len(sign)
        joined = "\n".join([f"{_STEP * depth}{sign}{lines[0]}", *(f"{inner}{line}" if line.strip() else "" for line in lines[1:])])
        self._add(joined, "\n" if self._tight else "\n\n")
        self._tight = True

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """A table, whose first row is its header."""
        self.block(table(rows))

    def code(self, text: str, language: str = "") -> None:
        """A block of code, between fences that do not stand in it."""
        if text.strip():
            self.block(fenced(text, language))

    def code_line(self, text: str) -> None:
        """A line of code; those that follow each other are one block."""
        self._code.append(text)

    def quote(self, text: str) -> None:
        """A quotation."""
        self.block("\n".join(f"> {line}".rstrip() for line in text.strip().split("\n")) if text.strip() else "")

    def _end_code(self) -> None:
        lines, self._code = "\n".join(self._code), []
        self.code(lines)

    def document(self, kind: str, columns: dict[str, Json] | None = None, member: str = "") -> Document:
        """What has been written, with the columns that say something, fit for every store."""
        self._end_code()
        said = {name: value for name, value in (columns or {}).items() if value not in (None, "", [], {})}
        return Document(stored_text("".join(self._parts)), kind, member, stored(said), self.marks, tuple(dict.fromkeys(self.notes)))

    def _add(self, text: str, between: str) -> None:
        text = text.strip("\n").rstrip()
        if not text.strip():
            return
        if self._code:
            self._end_code()
        if self._parts:
            self._parts.append(between)
            self._length += len(between)
        for name, value in self._next.items():
            self.marks.setdefault(name, []).append((self._length, value))
        self._next.clear()
        self._parts.append(text)
        self._length += len(text)


def fenced(text: str, language: str = "") -> str:
    """Code between fences longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.strip(chr(10)).rstrip()}\n{fence}"


def table(rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, without the columns that hold nothing. One cell alone is its text: such tables only lay out a page."""
    cells = [row for row in ([cell.strip() for cell in row] for row in rows) if any(row)]
    filled = sorted({at for row in cells for at, cell in enumerate(row) if cell})
    if len(cells) == 1 == len(filled):
        return cells[0][filled[0]]
    return markdown_table([[row[at] if at < len(row) else "" for at in filled] for row in cells])


def hides(hidden: list[str], white: list[str]) -> list[str]:
    """What is to be said of text that a document does not show to its readers, which is left out, and of text in white, which stays: there may be
    a dark ground behind it."""
    notes = []
    for texts, what in ((hidden, "It hides text from its readers, which is left out"), (white, "It has text in white, which is not left out")):
        if words := " ".join(" ".join(texts).split()):
            notes.append(f"{what} ({len(words):,} characters): {words[:_TOLD_OF_HIDDEN]}")
    return notes
