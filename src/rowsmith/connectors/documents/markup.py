"""HTML as Markdown: the whole of a page in the order of its source, without what a browser does not show.

The tree is walked along its pointers and not by functions that call themselves, so that no depth of nesting is too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.missing import needed
from rowsmith.connectors.documents.tables import markdown_table
from rowsmith.core.row import Json

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0]+")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])"
    r"|(?<![\w-])color\s*:\s*transparent|(?<![\w-])(?:left|top|text-indent)\s*:\s*-(?:\d{4,}px|\d{3,}r?em)",
    re.IGNORECASE,
)
_INK, _PAPER = (re.compile(rf"(?<![\w-]){name}\s*:\s*([^;!]+)", re.IGNORECASE) for name in ("color", "background(?:-color)?"))
_COLOURS = {"white": "#ffffff", "#fff": "#ffffff", "rgb(255,255,255)": "#ffffff", "black": "#000000", "#000": "#000000", "rgb(0,0,0)": "#000000"}
_NOT_SHOWN = """script style template head noscript iframe object embed canvas audio video svg annotation annotation-xml map select datalist button
progress meter"""
_BREAKING = """p div section article aside header footer main nav figure figcaption address form fieldset legend details summary dl dt dd ul ol li
body html blockquote center table caption thead tbody tfoot tr td th hr h1 h2 h3 h4 h5 h6 pre"""
_SKIPPED, _BLOCKS = frozenset(_NOT_SHOWN.split()), frozenset(_BREAKING.split())
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_OF_LAYOUT = "table, h1, h2, h3, h4, h5, h6, pre, ul, ol, blockquote"
_MOST_CELLS, _MOST_SPAN = 200_000, 1_000
_TOLD_OF_HIDDEN = 500


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its text as Markdown; title, language, author and date, as far as it tells them; and the text that it hides."""

    text: str
    columns: dict[str, Json]
    hidden: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of it."""
        shown = self.hidden[:_TOLD_OF_HIDDEN]
        return (f"It hides text from its readers, which is left out ({len(self.hidden):,} characters): {shown}",) if self.hidden else ()


def page_of(html: str) -> Page:
    """A page of HTML, broken or whole.

    Raises:
        Unavailable: the package that parses it is missing.
    """
    tree = parsed(html)
    writer = _Writer()
    body = tree.body or tree.root
    if body is not None:
        writer.write(body)
    hidden = _SPACE.sub(" ", " ".join(writer.hidden)).strip()
    return Page(writer.text(), facts_of(tree), hidden)


def parsed(html: str) -> Any:
    """The tree of a page (selectolax.lexbor.LexborHTMLParser).

    Raises:
        Unavailable: the package is missing.
    """
    return needed("selectolax.lexbor", "HTML").LexborHTMLParser(html)


def facts_of(tree: Any) -> dict[str, Json]:
    """Title, language, author and date of a page as its head tells them; what it does not tell is not there."""
    found: dict[str, Json] = {}
    if (title := tree.css_first("title")) is not None:
        found["title"] = _plain(title.text())
    if (named := tree.css_first("html[lang], body[lang]")) is not None:
        found["language"] = (named.attributes.get("lang") or "").strip()
    names = {"author": "author", "article:author": "author", "dc.creator": "author", "article:published_time": "date", "date": "date",
             "dc.date": "date", "dcterms.date": "date", "og:title": "title"}  # fmt: skip
    for meta in tree.css("meta[content]"):
        name = (meta.attributes.get("name") or meta.attributes.get("property") or "").lower()
        if (column := names.get(name)) and not found.get(column):
            found[column] = _plain(meta.attributes.get("content") or "")
    return {column: value for column, value in found.items() if value}


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def hides(html: str) -> bool:
    """Whether there may be text on a page that it hides."""
    low = html.lower()
    return "hidden" in low or "style=" in low or "style =" in low


def without_hidden(tree: Any) -> tuple[str, str]:
    """A page without what it hides, and that: from its tree, which is changed."""
    found = [node for node in tree.css("[hidden], [style]") if _is_hidden(node)]
    known = {node.mem_id for node in found}
    outermost = [node for node in found if not any(around.mem_id in known for around in _around(node))]
    hidden = [node.text(separator=" ") for node in outermost]
    for node in outermost:
        node.decompose()
    return tree.html or "", _plain(" ".join(hidden))


def _around(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


@dataclass
class _Writer:
    """What has been written so far. A block is its text, and whether it is an item of a list, which stands close to its neighbours."""

    hidden: list[str] = field(default_factory=list)
    _blocks: list[tuple[str, bool]] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _lists: list[int | None] = field(default_factory=list)
    """The number of the last item of each list around, None where they have none."""
    _quotes: int = 0
    _marker: str = ""

    def write(self, root: LexborNode) -> None:
        """A node, and all that is in it."""
        node: Any = root
        while True:
            if self._entered(node):
                if node.child is not None:
                    node = node.child
                    continue
                self._leave(node.tag)
            while node.mem_id != root.mem_id and node.next is None:
                node = node.parent
                self._leave(node.tag)
            if node.mem_id == root.mem_id:
                break
            node = node.next
        self._flush()

    def text(self) -> str:
        """The blocks, an empty line between them, and none between the items of a list."""
        parts = []
        for number, (block, item) in enumerate(self._blocks):
            close = item and number > 0 and self._blocks[number - 1][1]
            parts.append(("\n" if close else "\n\n") * (number > 0) + block)
        return "".join(parts)

    def _entered(self, node: LexborNode) -> bool:
        """Whether there is more in a node than what has been written of it now."""
        tag = node.tag
        if tag == "-text":
            self._line.append(_SPACE.sub(" ", node.text_content or ""))
            return False
        if tag is None or tag[0] == "-" or tag in _SKIPPED:
            return False
        if _is_hidden(node):
            self.hidden.append(node.text(separator=" "))
            return False
        if tag == "br":
            self._line.append("\0")
        elif tag == "code":
            self._line.append("`")
        elif tag in _BLOCKS:
            return self._block(node, tag)
        return True

    def _block(self, node: LexborNode, tag: str) -> bool:
        self._flush()
        if tag == "pre":
            self._put(_fenced(node), False)
        elif tag == "table" and (rows := self._rows(node)):
            self._put(markdown_table(rows), False)
        elif tag in ("ul", "ol"):
            self._lists.append(_start(node) if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag in _HEADINGS:
            self._marker = _HEADINGS[tag]
        return tag not in ("pre", "hr") and not (tag == "table" and bool(rows))

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._marker = "- " if number is None else f"{number + 1}. "

    def _leave(self, tag: str | None) -> None:
        if tag == "code":
            self._line.append("`")
        elif tag in _BLOCKS:
            self._flush()
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()
            elif tag == "blockquote":
                self._quotes -= 1
            elif tag == "li" or tag in _HEADINGS:
                self._marker = ""

    def _flush(self) -> None:
        """What has been gathered of a line becomes a block."""
        text = _SPACE.sub(" ", "".join(self._line)).strip(" \0").replace("``", "")
        self._line.clear()
        lines = [line.strip() for line in text.split("\0")]
        if any(lines):
            heading = self._marker.startswith("#")
            self._put((" " if heading else "\n").join(line for line in lines if line), bool(self._lists) and not heading)

    def _put(self, text: str, item: bool) -> None:
        if not text:
            return
        marker, self._marker = self._marker, ""
        before = "  " * max(0, len(self._lists) - 1)
        after = before + (" " * len(marker) if marker[:1] != "#" else "") + ("  " if self._lists and not marker else "")
        lines = text.split("\n")
        first = (before + marker) if marker else after
        quote = "> " * self._quotes
        shown = [f"{quote}{first}{lines[0]}", *(f"{quote}{after}{line}" for line in lines[1:])]
        self._blocks.append(("\n".join(shown), item))

    def _rows(self, table: LexborNode) -> list[list[str]]:
        """The cells of a table that holds data; none for one that only places things on a page."""
        if any(inner.mem_id != table.mem_id for inner in table.css(_OF_LAYOUT)):
            return []
        rows, spans = [], _Spans()
        for tr in table.css("tr"):
            cells = [cell for cell in _children(tr) if cell.tag in ("td", "th") and not _is_hidden(cell)]
            rows.append(spans.row([(self._cell(cell), _number(cell, "colspan"), _number(cell, "rowspan")) for cell in cells]))
        if max((len(row) for row in rows), default=0) < 2 and table.css_first("th") is None:
            return []
        if (caption := table.css_first("caption")) is not None:
            self._put(_plain(caption.text()), False)
        return rows

    def _cell(self, cell: LexborNode) -> str:
        inner = _Writer(self.hidden)
        inner.write(cell)
        return inner.text()


class _Spans:
    """Cells that reach over several rows and columns: their text stands in each row, and in the first of their columns."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[int, str]] = {}
        self._count = 0

    def row(self, cells: list[tuple[str, int, int]]) -> list[str]:
        """The next row, from its cells: text, columns, rows."""
        found: list[str] = []
        for text, columns, rows in cells:
            self._reach(found)
            if rows > 1:
                self._open.update({len(found) + column: (rows, "" if column else text) for column in range(columns)})
            found += [text, *[""] * (columns - 1)]
        self._reach(found)
        self._open = {column: (rows - 1, text) for column, (rows, text) in self._open.items() if rows > 1}
        self._count += len(found)
        if self._count > _MOST_CELLS:
            raise Refused("One of its tables has too many cells.", "Give the table as a spreadsheet or CSV.", "too_large")
        return found

    def _reach(self, found: list[str]) -> None:
        while len(found) in self._open:
            found.append(self._open[len(found)][1])


def _number(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "").strip()
    return min(max(int(value), 1), _MOST_SPAN) if value.isdecimal() and len(value) < 6 else 1


def _start(node: LexborNode) -> int:
    value = (node.attributes.get("start") or "").strip()
    return int(value) - 1 if value.isdecimal() and len(value) < 9 else 0


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes or {}
    style = attributes.get("style") or ""
    return "hidden" in attributes or bool(_HIDING.search(style)) or (_colour(_INK, style) == _colour(_PAPER, style) != "")


def _colour(of: re.Pattern[str], style: str) -> str:
    """A colour that a style gives, in one way of writing the most usual; empty where it gives none."""
    hit = of.search(style)
    said = "".join(hit[1].lower().split()) if hit else ""
    return _COLOURS.get(said, said)


def _fenced(pre: LexborNode) -> str:
    code = pre.css_first("code")
    classes = f"{pre.attributes.get('class') or ''} {(code.attributes.get('class') or '') if code is not None else ''}"
    language = next((name[9:] for name in classes.split() if name.startswith("language-")), "")
    text = pre.text().strip("\n")
    longest = max((len(ticks) for ticks in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}" if text.strip() else ""
