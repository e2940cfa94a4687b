"""PowerPoint: slide after slide, its title as a heading, then its texts in the order of the slide, tables, and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from rowsmith.connectors.documents.chart import write_charts
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.package import Package, attribute, below, child, local, own_loss
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document

_PART = "ppt/presentation.xml"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MEMBERS = (_PART,)
_TITLES = ("title", "ctrTitle")
_BESIDE = ("dt", "ftr", "sldNum", "hdr", "sldImg")
"""Placeholders that every slide repeats: date, footer, number."""
_WRAPS = ("grpSp", "AlternateContent", "Choice")


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The document, whose marks say where each slide begins; what it says of itself are columns, as those of Word."""
    with Package(file, given) as package:
        main = next((name for kind, name in package.relations("").values() if kind == "officeDocument"), _PART)
        parts = package.relations(main)
        out = Writing()
        for number, one in enumerate(below(package.xml(main), "sldId"), 1):
            kind, name = parts.get(one.get(_ID, ""), ("", ""))
            if kind == "slide":
                with own_loss(f"Slide {number}", out):
                    _slide(package, name, number, out)
        yield out.document("pptx", package.properties())


def _slide(package: Package, name: str, number: int, out: Writing) -> None:
    out.mark("slides", number)
    slide, relations = package.xml(name), package.relations(name)
    if slide.get("show") in ("0", "false"):
        out.notes.append(f"Slide {number} is hidden when the slides are shown.")
    shapes = list(_shapes(child(slide, "cSld", "spTree")))
    for shape in sorted(shapes, key=lambda one: _place(one) not in _TITLES):
        _shape(shape, package, relations, out)
    for kind, notes in relations.values():
        if kind == "notesSlide":
            _notes(package.xml(notes), out)


def _shapes(tree: Element | None) -> Iterator[Element]:
    """The shapes of a slide in its order, those of groups among them."""
    for one in tree if tree is not None else ():
        if local(one) in _WRAPS:
            yield from _shapes(one)
        elif local(one) in ("sp", "graphicFrame"):
            yield one


def _place(shape: Element) -> str:
    """What a placeholder is for (title, body ...); empty for any other shape."""
    place = child(shape, "nvSpPr", "nvPr", "ph")
    return "" if place is None else place.get("type", "obj")


def _shape(shape: Element, package: Package, relations: dict[str, tuple[str, str]], out: Writing) -> None:
    place = _place(shape)
    if place in _BESIDE:
        return
    if place in _TITLES:
        out.heading(1, " ".join(_said(one) for one in _paragraphs(shape)))
    elif local(shape) == "sp":
        _lines(shape, place in ("body", "obj"), out)
    else:
        for table in below(shape, "tbl"):
            out.table([_cells(row) for row in table if local(row) == "tr"])
        write_charts(shape, package, relations, out)
        for diagram in below(shape, "relIds"):
            _, name = relations.get(attribute(diagram, "dm"), ("", ""))
            for point in below(package.xml_if_any(name), "pt"):
                out.item(0, " ".join(_said(one) for one in _paragraphs(point)))


def _lines(shape: Element, listed: bool, out: Writing) -> None:
    """The paragraphs of a shape: items where it is a list, as what stands in the body of a slide is unless it says otherwise."""
    paragraphs = [(one, text) for one in _paragraphs(shape) if (text := _said(one).strip())]
    numbers: dict[int, int] = {}
    for one, text in paragraphs:
        how = child(one, "pPr")
        depth = int(level) if how is not None and (level := how.get("lvl", "0")).isdecimal() and len(level) == 1 else 0
        signs = {local(sign) for sign in how} if how is not None else set()
        numbers = {at: count for at, count in numbers.items() if at <= depth}
        if "buAutoNum" in signs:
            numbers[depth] = numbers.get(depth, 0) + 1
            out.item(depth, text, numbers[depth])
        elif "buChar" in signs or (listed and "buNone" not in signs and len(paragraphs) > 1):
            out.item(depth, text)
        else:
            out.block(text)


def _paragraphs(shape: Element) -> Iterator[Element]:
    return (one for one in shape.iter() if local(one) == "p")


def _said(paragraph: Element) -> str:
    """Its words; a break within it is one of the text."""
    words = []
    for one in paragraph.iter():
        if local(one) == "t":
            words.append(one.text or "")
        elif local(one) == "br":
            words.append("\n")
    return "".join(words).replace("\v", "\n")


def _cells(row: Element) -> list[str]:
    merged = ("1", "true")
    return [
        "" if cell.get("hMerge") in merged or cell.get("vMerge") in merged else "\n".join(_said(one) for one in _paragraphs(cell))
        for cell in row
        if local(cell) == "tc"
    ]


def _notes(notes: Element, out: Writing) -> None:
    said = [_said(one) for shape in _shapes(child(notes, "cSld", "spTree")) if _place(shape) == "body" for one in _paragraphs(shape)]
    if text := "\n".join(line for line in said if line.strip()):
        out.block(f"Notes: {text.strip()}")
