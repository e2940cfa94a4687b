"""OpenDocument texts and slides (LibreOffice and others): headings, paragraphs, lists, tables, footnotes; of slides the notes too.

Deleted text of tracked changes, comments, headers and footers are left out; hidden text too, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.package import Package, attribute, below, child, local
from rowsmith.connectors.documents.writing import Writing, hides
from rowsmith.core.documents import Document

_LEFT_OUT = ("tracked-changes", "annotation", "annotation-end", "ruby-text", "sequence-decls", "forms", "table-of-content", "title", "desc")
_BESIDE = ("date-time", "footer", "header", "page-number")
"""Frames that every slide repeats."""
_SIGNS = {"tab": " ", "line-break": "\n"}
_WHITE, _SPACE = " \t\r\n", re.compile(r"[ \t\r\n]+")
_DEEPEST, _MOST_REPEATED = 10, 1000


class _Book:
    """What is told beside the text: which styles are titles or hide what has them, which lists are numbered, and the footnotes so far."""

    def __init__(self, trees: list[Element]) -> None:
        self.above: dict[str, str] = {}
        self.concealed: set[str] = set()
        self.pale: set[str] = set()
        self.numbered: dict[str, set[int]] = {}
        self.notes: list[Element] = []
        self.hidden: list[str] = []
        self.white: list[str] = []
        for tree in trees:
            for one in below(tree, "style"):
                name = attribute(one, "name")
                self.above[name] = attribute(one, "parent-style-name")
                text = child(one, "text-properties")
                if text is not None and attribute(text, "display") == "none":
                    self.concealed.add(name)
                if text is not None and attribute(text, "color").lower() == "#ffffff" and attribute(text, "background-color") in ("", "transparent"):
                    self.pale.add(name)
            for one in below(tree, "list-style"):
                counted = [level for level in one if local(level) == "list-level-style-number" and attribute(level, "num-format")]
                self.numbered[attribute(one, "name")] = {int(attribute(level, "level") or 0) for level in counted}

    def styles(self, style: str) -> set[str]:
        """A style and the one that it is made from: of automatic ones that is what the writer chose."""
        return {style, self.above.get(style, "")}


def opendocument(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; the marks of slides say where each begins; what it says of itself are columns, as those of Word.

    Raises:
        Refused: it cannot be read. Unavailable: the extra is missing.
    """
    with Package(file, given) as package:
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise Refused("It asks for a password.", "Open it, and save it without one.", "protected")
        tree = package.xml("content.xml")
        book, out = _Book([package.xml_if_any("styles.xml"), tree]), Writing()
        body = child(tree, "body")
        slides = child(body, "presentation")
        if slides is not None:
            _slides(slides, book, out)
        elif (text := child(body, "text")) is not None:
            _blocks(text, book, out)
        for number, note in enumerate(book.notes, 1):
            words = " ".join(" ".join(_text(one, book).split()) for one in below(note, "p"))
            out.block(f"[^{number}]: {words}")
        out.notes += hides(book.hidden, book.white)
        yield out.document("odt" if slides is None else "odp", package.properties())


def _slides(slides: Element, book: _Book, out: Writing) -> None:
    for number, page in enumerate((one for one in slides if local(one) == "page"), 1):
        out.mark("slides", number)
        frames = [one for one in page if attribute(one, "class") not in _BESIDE]
        for frame in sorted(frames, key=lambda one: attribute(one, "class") != "title"):
            if attribute(frame, "class") == "title":
                out.heading(1, " ".join(_text(one, book) for one in below(frame, "p")))
            elif local(frame) == "notes":
                _said_beside(frame, book, out)
            else:
                _blocks(frame, book, out)


def _said_beside(notes: Element, book: _Book, out: Writing) -> None:
    said = [_text(one, book) for frame in notes if attribute(frame, "class") == "notes" for one in below(frame, "p")]
    if text := "\n".join(line for line in said if line.strip()):
        out.block(f"Notes: {text}")


def _blocks(element: Element, book: _Book, out: Writing) -> None:
    for one in element:
        name = local(one)
        if name == "h":
            level = attribute(one, "outline-level")
            out.heading(int(level) if level.isdecimal() and len(level) < 3 else 1, _text(one, book))
            _frames(one, book, out)
        elif name == "p":
            _paragraph(book.styles(attribute(one, "style-name")), _text(one, book), out)
            _frames(one, book, out)
        elif name == "list":
            _list(one, 0, "", book, out)
        elif name == "table":
            out.table(_rows(one, book))
        elif name not in _LEFT_OUT:
            _blocks(one, book, out)


def _paragraph(styles: set[str], text: str, out: Writing) -> None:
    if "Title" in styles:
        out.heading(1, text)
    elif "Preformatted_20_Text" in styles:
        out.code_line(text)
    elif "Quotations" in styles:
        out.quote(text)
    else:
        out.block(text.strip())


def _frames(paragraph: Element, book: _Book, out: Writing) -> None:
    """The text boxes that are anchored in a paragraph."""
    for one in paragraph:
        if local(one) in ("frame", "custom-shape", "g", "text-box"):
            _blocks(one, book, out)
        elif local(one) not in _LEFT_OUT:
            _frames(one, book, out)


def _list(listed: Element, depth: int, style: str, book: _Book, out: Writing) -> None:
    style = attribute(listed, "style-name") or style
    numbered = depth + 1 in book.numbered.get(style, ())
    number = 0
    for item in listed:
        if local(item) not in ("list-item", "list-header"):
            continue
        start = attribute(item, "start-value")
        number = int(start) if start.isdecimal() and len(start) < 9 else number + 1
        text = "\n".join(_text(one, book).strip() for one in item if local(one) in ("p", "h"))
        if any(local(one) == "h" for one in item):
            _blocks(item, book, out)
            continue
        out.item(min(depth, _DEEPEST), text, number if numbered else None)
        for one in item:
            if local(one) == "list":
                _list(one, depth + 1, style, book, out)
            elif local(one) not in ("p", "h"):
                _blocks([one], book, out)  # type: ignore[arg-type]


def _text(element: Element, book: _Book) -> str:
    return "".join(_words(element, book))


def _words(element: Element, book: _Book) -> Iterator[str]:
    """White space in a run is one space, as the format has it; more of them, tabs and breaks are elements."""
    if attribute(element, "style-name") in book.pale:
        book.white += element.itertext()
    yield _run(element.text)
    for one in element:
        name = local(one)
        if name == "s":
            count = attribute(one, "c")
            yield " " * (min(int(count), _MOST_REPEATED) if count.isdecimal() and len(count) < 9 else 1)
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "note":
            book.notes.append(one)
            yield f"[^{len(book.notes)}]"
        elif name == "hidden-text" or (name == "span" and attribute(one, "style-name") in book.concealed):
            book.hidden += [attribute(one, "string-value"), *one.itertext()]
        elif name in ("frame", "custom-shape", "g") or name in _LEFT_OUT:
            pass
        elif name in ("p", "h"):
            yield f"{_text(one, book)}\n"
        else:
            yield from _words(one, book)
        yield _run(one.tail)


def _run(text: str | None) -> str:
    if not text:
        return ""
    words = " ".join(_SPACE.split(text.strip(_WHITE)))
    return f"{' ' * (text[0] in _WHITE)}{words}{' ' * (text[-1] in _WHITE)}" if words else " "


def _rows(table: Element, book: _Book) -> Iterator[list[str]]:
    for one in table:
        if local(one) == "table-row":
            yield list(_cells(one, book))
        elif local(one) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(one, book)


def _cells(row: Element, book: _Book) -> Iterator[str]:
    for one in row:
        if local(one) not in ("table-cell", "covered-table-cell"):
            continue
        count = attribute(one, "number-columns-repeated")
        text = _text(one, book).strip() if local(one) == "table-cell" else ""
        yield from [text] * (min(int(count), _MOST_REPEATED) if count.isdecimal() and len(count) < 9 else 1)
