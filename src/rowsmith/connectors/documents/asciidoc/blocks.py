"""The blocks of AsciiDoc, line by line: headings, paragraphs, lists, code, quotes and notes."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from rowsmith.connectors.documents.asciidoc.lines import attribute, filled
from rowsmith.connectors.documents.asciidoc.table import rows_of
from rowsmith.connectors.documents.asciidoc.words import plain_words
from rowsmith.connectors.documents.writing import Writing

_HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*?)(?:\s+\1)?$")
_LIST = re.compile(r"\s*(\*{1,6}|-|\.{1,6}|\d+\.|[a-zA-Z]\.)\s+(\S.*)$")
_CALLED_OUT = re.compile(r"<(?:\d+|\.)>\s+(\S.*)$")
_TERM = re.compile(r"\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```\w*)\s*$")
_TABLE = re.compile(r"[|,:!]={3,}\s*$")
_STYLE = re.compile(r"\[([^\]]*)\]\s*$")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+(.*)")
_MACRO = re.compile(r"(include|image|video|audio|toc)::([^\[\s]*)\[(.*)\]\s*$")
_ADMONITIONS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")
_JOINS = re.compile(r"(?<! \+)\n")
"""A line end that is a space: none that a plus forces."""

_FOOTNOTE = re.compile(r"footnote(?:ref)?:([\w-]*)\[([^\]]*)\]")


class Reader:
    """Writes the blocks of lines. `attributes`: those that the document sets; `left`: the files that it would include."""

    def __init__(self, out: Writing, attributes: Mapping[str, str] | None = None) -> None:
        self._out = out
        self.attributes: dict[str, str] = dict(attributes or {})
        self.left: set[str] = set()
        self._notes: list[str] = []
        self._numbers: dict[str, int] = {}
        self._signs: list[str] = []

    def words(self, text: str) -> str:
        """A text without its marks, attributes filled in, footnotes taken down."""
        return plain_words(_FOOTNOTE.sub(self._footnote, filled(text, self.attributes)))

    def _footnote(self, found: re.Match[str]) -> str:
        if found[2]:
            self._notes.append(found[2])
        return f"[^{len(self._notes)}]"

    def blocks(self, lines: list[str]) -> None:
        """Write all of them, and the footnotes that they have."""
        at, style = 0, ""
        while at < len(lines):
            line = lines[at].rstrip()
            if found := _STYLE.match(line):
                style, at = found[1] if not found[1].startswith("[") else style, at + 1
            elif not line:
                at += 1
            else:
                at, style = self._block(lines, at, line, style), ""
        for number, note in enumerate(self._notes, 1):
            self._out.block(f"[^{number}]: {self.words(note)}")
        self._notes.clear()

    def _block(self, lines: list[str], at: int, line: str, style: str) -> int:
        """Write the block that begins here, and say where the next line is."""
        if not _LIST.match(line) and not _TERM.match(line) and line != "+":
            self._signs = []
        if line.startswith("//") and not line.startswith("////"):
            return at + 1
        if _TABLE.match(line):
            return self._table(lines, at, line, style)
        if _FENCE.match(line):
            return self._fenced(lines, at, line, style)
        if found := _MACRO.match(line):
            self._macro(*found.groups())
            return at + 1
        if found := _HEADING.match(line):
            self._out.heading(len(found[1]), self.words(found[2]))
        elif line.startswith(".") and len(line) > 1 and line[1] not in ". ":
            self._out.block(self.words(line[1:]))
        elif attribute(line, self.attributes) or line in ("'''", "---", "***", "<<<", "+"):
            pass
        elif found := _CALLED_OUT.match(line):
            self._numbers["<"] = self._numbers.get("<", 0) + 1 if at and _CALLED_OUT.match(lines[at - 1]) else 1
            self._out.item(0, self.words(found[1]), self._numbers["<"])
        elif found := _LIST.match(line):
            return self._item(lines, at, found)
        elif (found := _TERM.match(line)) and not line.startswith("http"):
            return self._term(lines, at, found)
        else:
            return self._paragraph(lines, at, style)
        return at + 1

    def _more(self, lines: list[str], at: int) -> tuple[str, int]:
        """The lines of a paragraph from here, and where it has ended."""
        found: list[str] = []
        while at < len(lines) and (line := lines[at].rstrip()) and line != "+":
            if found and (_LIST.match(line) or _FENCE.match(line) or _TABLE.match(line) or _STYLE.match(line) or _TERM.match(line)):
                break
            if not line.startswith("//"):
                found.append(line)
            at += 1
        return "\n".join(found), at

    def _paragraph(self, lines: list[str], at: int, style: str) -> int:
        if lines[at][:1] in " \t" or style.partition(",")[0] in ("source", "listing", "literal"):
            end = next((i for i in range(at, len(lines)) if not lines[i].strip()), len(lines))
            self._out.code("\n".join(line.removeprefix(" ") for line in lines[at:end]), _language(style))
            return end
        text, end = self._more(lines, at)
        joined = _JOINS.sub(" ", text).replace(" +\n", "\n")
        told = _ADMONITION.match(joined)
        name = told[1] if told else style.partition(",")[0]
        if name in _ADMONITIONS:
            self._out.block(f"> {name.capitalize()}: {self.words(told[2] if told else joined)}")
        elif name in ("quote", "verse"):
            self._out.block(_quoted(self.words(joined) + self._by(style)))
        elif name != "comment":
            self._out.block(self.words(joined))
        return max(end, at + 1)

    def _fenced(self, lines: list[str], at: int, line: str, style: str) -> int:
        ends = "```" if line.startswith("```") else line.rstrip()
        end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == ends), len(lines))
        inner, name = lines[at + 1 : end], style.partition(",")[0].partition("%")[0]
        if line[0] in "-.`" and line.strip() != "--":
            self._out.code("\n".join(self._code_lines(inner)), line[3:].strip() if line[0] == "`" else _language(style))
        elif line.strip() == "--" and name in ("source", "listing"):
            self._out.code("\n".join(self._code_lines(inner)), _language(style))
        elif line[0] in "/" or name == "comment" or line[0] == "+":
            pass
        elif name in _ADMONITIONS:
            self._out.block(_quoted(f"{name.capitalize()}: {self._apart(inner)}"))
        elif line[0] == "_":
            self._out.block(_quoted(self._apart(inner) + self._by(style)))
        else:
            self._out.block(self._apart(inner))
        return end + 1

    def _by(self, style: str) -> str:
        """Whom a quotation is of, as its last line."""
        said = ", ".join(self.words(part.strip()) for part in style.split(",")[1:] if part.strip())
        return f"\n\n— {said}" if said else ""

    def _code_lines(self, lines: list[str]) -> list[str]:
        kept = []
        for line in lines:
            if (found := _MACRO.match(line)) and found[1] == "include":
                self.left.add(found[2])
            else:
                kept.append(re.sub(r"\s*(?://|#|;;|--)?\s*<(?:\d+|\.)>\s*$", "", line))
        return kept

    def _apart(self, lines: list[str]) -> str:
        """Blocks as a text of their own."""
        inner = Writing()
        reader = Reader(inner, self.attributes)
        reader.left, reader._notes = self.left, []
        reader.blocks(lines)
        return inner.document("").text

    def _macro(self, name: str, target: str, told: str) -> None:
        if name == "include":
            self.left.add(target)
        elif name == "image":
            self._out.block(told.partition(",")[0].strip('"'))

    def _item(self, lines: list[str], at: int, found: re.Match[str]) -> int:
        sign = found[1] if found[1][0] in "*-." else "1."
        if sign in self._signs:
            self._signs = self._signs[: self._signs.index(sign) + 1]
        else:
            self._signs.append(sign)
            self._numbers[sign] = 0
        depth = len(self._signs) - 1
        lines[at] = found[2]
        text, end = self._more(lines, at)
        self._numbers[sign] += 1
        text = re.sub(r"^\[[ xX*]\]\s+", "", self.words(" ".join(line.strip().removesuffix(" +") for line in text.split("\n"))))
        self._out.item(depth, text, self._numbers[sign] if sign[0] in ".1" else None)
        return end

    def _term(self, lines: list[str], at: int, found: re.Match[str]) -> int:
        self._out.block(self.words(found[1]))
        if found[3]:
            lines[at] = found[3]
            text, end = self._more(lines, at)
            self._out.block(f": {self.words(' '.join(line.strip() for line in text.split(chr(10))))}")
            return end
        return at + 1

    def _table(self, lines: list[str], at: int, line: str, style: str) -> int:
        end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == line.rstrip()), len(lines))
        separator = {",": ",", ":": ":"}.get(line[0], "," if "format=csv" in style else ":" if "format=dsv" in style else "")
        rows = list(csv.reader(lines[at + 1 : end], delimiter=separator)) if separator else rows_of(lines[at + 1 : end], style)
        self._out.table([[self.words(cell) for cell in row] for row in rows])
        return end + 1


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _language(style: str) -> str:
    parts = [part.strip() for part in style.split(",")]
    return parts[1] if len(parts) > 1 and "=" not in parts[1] else ""
