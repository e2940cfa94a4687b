"""E-books (EPUB 2 and 3): chapter after chapter, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.connectors.documents.markup import page_of
from rowsmith.connectors.documents.package import Package, attribute, below, beside, child, local, own_loss
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.documents import Document
from rowsmith.core.row import Json

MIMETYPE = b"application/epub+zip"
_PAGES = ("application/xhtml+xml", "text/html")
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_COLUMNS = {"title": "title", "language": "language", "publisher": "publisher", "date": "date", "description": "description"}


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The book; its marks say where each chapter's file begins (sections, from 1); title, authors, language, publisher and date are columns."""
    with Package(file, given) as package:
        _require_open(package)
        place = next((attribute(one, "full-path") for one in below(package.xml("META-INF/container.xml"), "rootfile")), "")
        book = package.xml(place)
        out = Writing()
        for number, name in enumerate(_chapters(book, place), 1):
            out.mark("sections", number)
            with own_loss(f"Chapter {number}", out):
                html, notes = decoded(package.whole(name), given)
                page = page_of(html)
                out.block(page.text)
                out.notes += [*notes, *page.notes]
        yield out.document("epub", _columns(child(book, "metadata")))


def _require_open(package: Package) -> None:
    for one in below(package.xml_if_any("META-INF/encryption.xml"), "EncryptionMethod"):
        if attribute(one, "Algorithm") not in _FONTS_ONLY:
            raise Refused("It is protected against copying.", "Give the book without its protection.", "protected")


def _chapters(book: Element, place: str) -> Iterator[str]:
    """The names of the chapters' parts in reading order, without the table of contents."""
    items = {attribute(one, "id"): one for one in below(book, "item")}
    for one in below(book, "itemref"):
        item = items.get(attribute(one, "idref"))
        if item is not None and attribute(item, "media-type") in _PAGES and "nav" not in attribute(item, "properties").split():
            yield beside(place, attribute(item, "href"))


def _columns(told: Element | None) -> dict[str, Json]:
    found: dict[str, Json] = {}
    authors = []
    for one in told if told is not None else ():
        text = " ".join("".join(one.itertext()).split())
        if local(one) == "creator" and text:
            authors.append(text)
        elif local(one) in _COLUMNS and text:
            found.setdefault(_COLUMNS[local(one)], text)
    return {**found, "author": "; ".join(authors)}
