"""Word: paragraphs in the order of the document, headings, code and quotations by style, lists by their numbering, tables, footnotes, text boxes.

Deleted text of tracked changes, comments, headers, footers and tables of contents are left out; hidden text too, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from rowsmith.connectors.documents.chart import write_charts
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.package import Package, attribute, below, child, local
from rowsmith.connectors.documents.word import Book, Style, level_of, numbered_of, opened_book, styles_of, whole
from rowsmith.connectors.documents.writing import Writing, hides
from rowsmith.core.documents import Document

_PART = "word/document.xml"
MEMBERS = ("word/document*.xml",)
_LEFT_OUT = {"del", "moveFrom", "instrText", "delText", "delInstrText", "rt", "rPr", "pPr", "Fallback", "commentReference", "sectPr", "fldData"}
_INNER = {"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "AlternateContent", "Choice", "body", "bdo", "dir"}
"""Elements that only wrap paragraphs and tables."""
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": " "}
_NOT_ON = ("0", "false", "off", "none")
_CODE = {"source code", "html preformatted", "preformatted text", "code", "macro"}
_QUOTED = {"quote", "intense quote", "block text", "quotations"}
"""Styles of code, of which each line is a paragraph, and of quotations."""
_SEEN = 3


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document; what it says of itself (title, author, language, created_at, modified_at, subject, keywords) are columns."""
    with Package(file, given) as package:
        main = _main(package)
        book = opened_book(package, main)
        out = Writing()
        _blocks(package.xml(main), book, out)
        for key, number in book.cited.items():
            _note(book.footnotes[key], number, book, out)
        out.notes += hides(book.hidden, book.white)
        yield out.document("docx", package.properties())


def _main(package: Package) -> str:
    return next((name for kind, name in package.relations("").values() if kind == "officeDocument"), _PART)


def _blocks(element: Element, book: Book, out: Writing) -> None:
    for one in element:
        name = local(one)
        if name == "p":
            _paragraph(one, book, out)
        elif name == "tbl":
            out.table(_rows(one, book))
        elif name in _INNER:
            _blocks(one, book, out)


def _paragraph(paragraph: Element, book: Book, out: Writing) -> None:
    properties = child(paragraph, "pPr")
    styles = list(styles_of(properties, book))
    names = {style.name for style in styles}
    if any(name.startswith("toc ") for name in names):  # a list of headings and pages
        return
    text = book.initial + _text(paragraph, book)
    frame = child(properties, "framePr")
    book.initial = text.strip() if frame is not None and attribute(frame, "dropCap") in ("drop", "margin") else ""
    if book.initial:
        return
    if names & _CODE:
        out.code_line(text)
    elif names & _QUOTED:
        out.quote(text)
    else:
        _words_block(text, properties, styles, book, out)
    write_charts(paragraph, book.package, book.relations, out)
    for box in _boxes(paragraph):
        _blocks(box, book, out)


def _words_block(text: str, properties: Element | None, styles: list[Style], book: Book, out: Writing) -> None:
    """A heading, an item, or a paragraph."""
    level = level_of("", properties)
    level = next((style.level for style in styles if style.level is not None), 0) if level is None else level
    numbered = numbered_of(properties) or next((style.numbered for style in styles if style.numbered), None)
    if level:
        out.heading(level, text)
    elif numbered and numbered[0] not in ("", "0") and text.strip():
        _item(text, numbered, max([numbered[1], *(style.deeper for style in styles)]), book, out)
    else:
        out.block(text.strip())


def _item(text: str, numbered: tuple[str, int], depth: int, book: Book, out: Writing) -> None:
    number, level = numbered
    ordered, start = book.lists.get(numbered, (False, 1))
    if not ordered:
        out.item(depth, text)
        return
    for deeper in [at for at in book.counts if at[0] == number and at[1] > level]:
        del book.counts[deeper]
    book.counts[numbered] = book.counts.get(numbered, start - 1) + 1
    out.item(depth, text, book.counts[numbered])


def _text(element: Element, book: Book) -> str:
    return "".join(_words(element, book))


def _words(element: Element, book: Book) -> Iterator[str]:
    for one in element:
        name = local(one)
        if name == "r" and _white(one):
            book.white += [text.text or "" for text in below(one, "t")]
        if name == "t":
            yield one.text or ""
        elif name == "r" and (look := child(one, "rPr")) is not None and _hidden(look):
            book.hidden += [text.text or "" for text in below(one, "t")]
        elif name in _SIGNS:
            yield "" if attribute(one, "type") in ("page", "column") else _SIGNS[name]
        elif name == "sym":
            yield _symbol(attribute(one, "char"))
        elif name in ("footnoteReference", "endnoteReference"):
            yield _cited(f"{name[:-13]}:{attribute(one, 'id')}", book)
        elif name == "txbxContent" or name in _LEFT_OUT:
            continue
        elif name == "p":  # of a table within a cell, say
            yield f"{_text(one, book)} "
        else:
            yield from _words(one, book)


def _hidden(look: Element) -> bool:
    """Whether text that looks so is not shown, or is too small to be seen (a point at most)."""
    vanish, size = child(look, "vanish"), child(look, "sz")
    if vanish is not None and attribute(vanish, "val") not in _NOT_ON:
        return True
    return size is not None and whole(attribute(size, "val"), _SEEN) < _SEEN


def _white(run: Element) -> bool:
    look = child(run, "rPr")
    color = child(look, "color")
    return color is not None and attribute(color, "val").upper() == "FFFFFF" and child(look, "shd") is None and child(look, "highlight") is None


def _symbol(char: str) -> str:
    """A character of a symbol font, where it is one of Unicode too; those of the private area are bullets and ornaments."""
    try:
        code = int(char, 16)
    except ValueError:
        return ""
    return chr(code) if 32 <= code < 0xD800 else ""


def _cited(key: str, book: Book) -> str:
    if key not in book.footnotes:
        return ""
    return f"[^{book.cited.setdefault(key, len(book.cited) + 1)}]"


def _note(note: Element, number: int, book: Book, out: Writing) -> None:
    text = " ".join(" ".join(_text(one, book).split()) for one in below(note, "p"))
    out.block(f"[^{number}]: {text.strip()}")


def _boxes(paragraph: Element) -> Iterator[Element]:
    """The text boxes that are anchored in a paragraph, each once: older readers get a copy of them, the fallback."""
    for one in paragraph:
        name = local(one)
        if name == "txbxContent":
            yield one
        elif name not in _LEFT_OUT:
            yield from _boxes(one)


def _rows(table: Element, book: Book) -> Iterator[list[str]]:
    for one in table:
        if local(one) == "tr":
            yield [cell for cells in _cells(one, book) for cell in cells]
        elif local(one) in _INNER:
            yield from _rows(one, book)


def _cells(row: Element, book: Book) -> Iterator[list[str]]:
    """The cells of a row; one that spans several columns stands in the first of them, one that spans rows in the first of those."""
    for one in row:
        if local(one) != "tc":
            if local(one) in _INNER:
                yield from _cells(one, book)
            continue
        span, merged = child(one, "tcPr", "gridSpan"), child(one, "tcPr", "vMerge")
        text = "" if merged is not None and attribute(merged, "val") != "restart" else _text(one, book)
        yield [text.strip(), *[""] * (min(whole(attribute(span, "val"), 1), 1000) - 1 if span is not None else 0)]
