"""Markdown, and plain text with it, as blocks with exact character spans. Enough of CommonMark to tell headings from what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["heading", "paragraph", "item", "table", "code", "quote", "html", "meta", "rule"]

MOST_PLAIN = 300
"""Most characters of inline Markdown that are read as one heading or term."""
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)$")
_ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_HTML = re.compile(r" {0,3}<(?!https?:|mailto:)[A-Za-z/?!]")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_MARKUP = re.compile(r"(\*\*\*|\*\*|__|\*|~~|`+)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|__|\*|~~)(?=\S)(.+?)(?<=\S)\1")
_ANCHOR = re.compile(r"\s*\{#[^}]*\}\s*$")


@dataclass(slots=True, frozen=True)
class Block:
    """text[start:end] is the block without space around it. `level` is a heading's (1 to 6); `path` holds the titles of the headings that the
    block stands under, outermost first (a heading's own title last), `levels` theirs."""

    kind: Kind
    start: int
    end: int
    path: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    level: int = 0


@dataclass(slots=True, frozen=True)
class _Line:
    start: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def plain(text: str, code: bool = False) -> str:
    """Inline Markdown as the reader sees it: no emphasis, links or anchors, and no code marks unless `code`; at most MOST_PLAIN characters of it."""
    text = _ANCHOR.sub("", _LINK.sub(r"\1", text[:MOST_PLAIN]))
    marks = _EMPHASIS if code else _MARKUP
    return " ".join(marks.sub(r"\2", marks.sub(r"\2", text)).split())


def blocks(text: str) -> list[Block]:
    """The blocks of the text in order. A list gives one block per item, nested ones too; a table is one block."""
    path: list[tuple[int, str]] = []
    found = []
    for kind, start, end, level, title in _raw(_split(text)):
        if kind == "heading":
            path = [*((depth, name) for depth, name in path if depth < level), (level, plain(title))]
        shrunk = _shrink(text, start, end)
        if shrunk[0] < shrunk[1]:
            found.append(Block(kind, *shrunk, tuple(name for _, name in path), tuple(depth for depth, _ in path), level))
    return found


def _shrink(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _split(text: str) -> list[_Line]:
    """Lines as Markdown knows them: ended by LF, CR LF or CR, and by nothing else."""
    if "\r" in text:
        return [_Line(found.start(), found[0].rstrip("\r\n")) for found in re.finditer(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)]
    found, start = [], 0
    for line in text.removesuffix("\n").split("\n") if text else ():  # far quicker than to look for every end
        found.append(_Line(start, line))
        start += len(line) + 1
    return found


def _raw(lines: Sequence[_Line]) -> Iterator[tuple[Kind, int, int, int, str]]:
    """(kind, start, end, level, title) of each block."""
    at = _meta_end(lines)
    if at:
        yield "meta", lines[0].start, _end(lines[at - 1]), 0, ""
    while at < len(lines):
        if lines[at].blank:
            at += 1
            continue
        kind, after, level, title = _block(lines, at)
        yield kind, lines[at].start, _end(lines[after - 1]), level, title
        at = after


def _end(line: _Line) -> int:
    return line.start + len(line.text)


def _meta_end(lines: Sequence[_Line]) -> int:
    if not lines or lines[0].text.rstrip() != "---" or len(lines) < 2 or lines[1].blank:
        return 0
    return next((at + 1 for at in range(1, len(lines)) if lines[at].text.rstrip() in ("---", "...")), 0)


def _block(lines: Sequence[_Line], at: int) -> tuple[Kind, int, int, str]:
    """The block that begins at a line that is not blank: kind, index of the line after it, heading level and title."""
    line = lines[at].text
    if fence := _fence(line):
        return "code", _fence_end(lines, at, fence), 0, ""
    if atx := _ATX.match(line):
        return "heading", at + 1, len(atx[1]), _title(line[atx.end() :])
    if line.startswith(("    ", "\t")) and not _ITEM.match(line):
        return "code", _while(lines, at, lambda text: text.startswith(("    ", "\t"))), 0, ""
    if _RULE.match(line):
        return "rule", at + 1, 0, ""
    if line.lstrip().startswith(">"):
        return "quote", _while(lines, at, lambda text: bool(text.strip())), 0, ""
    if _HTML.match(line):
        return "html", _html_end(lines, at), 0, ""
    if _ITEM.match(line):
        return "item", _item_end(lines, at), 0, ""
    if "|" in line and at + 1 < len(lines) and "|" in lines[at + 1].text and _DELIMITERS.match(lines[at + 1].text):
        return "table", _while(lines, at, lambda text: "|" in text), 0, ""
    return _paragraph(lines, at)


def _title(rest: str) -> str:
    bare = rest.strip().rstrip("#")
    return bare.strip() if not bare or bare[-1] in " \t" else rest.strip()


def _fence(line: str) -> str:
    found = _FENCE.match(line)
    return "" if not found or (found[1][0] == "`" and "`" in found[2]) else found[1]


def _fence_end(lines: Sequence[_Line], at: int, fence: str) -> int:
    closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    return next((after + 1 for after in range(at + 1, len(lines)) if closing.match(lines[after].text)), len(lines))


def _html_end(lines: Sequence[_Line], at: int) -> int:
    if lines[at].text.lstrip().startswith("<!--"):
        return next((after + 1 for after in range(at, len(lines)) if "-->" in lines[after].text), len(lines))
    return _while(lines, at, lambda text: bool(text.strip()))


def _while(lines: Sequence[_Line], at: int, keeps: Callable[[str], bool]) -> int:
    after = at + 1
    while after < len(lines) and keeps(lines[after].text):
        after += 1
    return after


def _item_end(lines: Sequence[_Line], at: int) -> int:
    """An item goes on over the lines that do not begin another block; a fence within it is taken whole."""
    after = at + 1
    while after < len(lines) and not lines[after].blank and not _begins(lines[after].text):
        after += 1
    return after


def _begins(line: str) -> bool:
    return bool(_ITEM.match(line) or _ATX.match(line) or _FENCE.match(line.lstrip()) or _RULE.match(line) or line.lstrip().startswith(">"))


def _paragraph(lines: Sequence[_Line], at: int) -> tuple[Kind, int, int, str]:
    after = at + 1
    while after < len(lines) and not lines[after].blank:
        line = lines[after].text
        if setext := _SETEXT.match(line):
            title = " ".join(item.text.strip() for item in lines[at:after])
            return "heading", after + 1, 1 if setext[1][0] == "=" else 2, title
        if _begins(line) or ("|" in line and after + 1 < len(lines) and _DELIMITERS.match(lines[after + 1].text) and "|" in lines[after + 1].text):
            break
        after += 1
    return "paragraph", after, 0, ""
