"""What a Word document tells beside its text: styles, lists, footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from rowsmith.connectors.documents.package import Package, attribute, below, child, local

_DEEPER = re.compile(r"list (?:bullet|number) ([2-5])$")
_TITLE, _BODY_LEVEL = "title", 9


@dataclass
class Style:
    """What a paragraph style says: the level of a heading (0: none), and the list that its paragraphs are items of."""

    name: str
    based_on: str
    level: int | None
    numbered: tuple[str, int] | None

    @property
    def deeper(self) -> int:
        """How far in its items are by its name: Word's own `List Bullet 2` is a list of one level, further in."""
        found = _DEEPER.match(self.name)
        return int(found[1]) - 1 if found else 0


@dataclass
class Book:
    """What is told beside the text: styles, lists (of a number and a depth: whether it is numbered, and from which number), footnotes."""

    package: Package
    relations: dict[str, tuple[str, str]]
    styles: dict[str, Style] = field(default_factory=dict)
    lists: dict[tuple[str, int], tuple[bool, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    footnotes: dict[str, Element] = field(default_factory=dict)
    cited: dict[str, int] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    white: list[str] = field(default_factory=list)
    initial: str = ""
    """A large first letter, which is a paragraph of its own and belongs to the next one."""


def opened_book(package: Package, main: str) -> Book:
    """All of that of a file, whose main part has this name."""
    book = Book(package, package.relations(main))
    parts = dict(book.relations.values())
    for one in below(package.xml_if_any(parts.get("styles", "word/styles.xml")), "style"):
        name, based_on = child(one, "name"), child(one, "basedOn")
        called = (attribute(name, "val") if name is not None else "").lower()
        based = attribute(based_on, "val") if based_on is not None else ""
        book.styles[attribute(one, "styleId")] = Style(called, based, level_of(called, child(one, "pPr")), numbered_of(child(one, "pPr")))
    _lists(package.xml_if_any(parts.get("numbering", "word/numbering.xml")), book)
    for kind in ("footnotes", "endnotes"):
        for one in package.xml_if_any(parts.get(kind, f"word/{kind}.xml")):
            if not attribute(one, "type").endswith(("eparator", "Notice")):
                book.footnotes[f"{kind[:-5]}:{attribute(one, 'id')}"] = one
    return book


def _lists(numbering: Element, book: Book) -> None:
    abstract = {attribute(one, "abstractNumId"): one for one in numbering if local(one) == "abstractNum"}
    for number in numbering:
        of = child(number, "abstractNumId")
        if local(number) != "num" or of is None:
            continue
        for level in below(abstract.get(attribute(of, "val"), Element("none")), "lvl"):
            form, start = child(level, "numFmt"), child(level, "start")
            bullet = form is None or attribute(form, "val") in ("bullet", "none")
            at = (attribute(number, "numId"), whole(attribute(level, "ilvl")))
            book.lists[at] = (not bullet, whole(attribute(start, "val"), 1) if start is not None else 1)


def level_of(name: str, properties: Element | None) -> int | None:
    """The level of a heading that a style is, by its name, which Word writes in English whatever the language, or by its outline level."""
    if name == _TITLE:
        return 1
    if name.startswith("heading "):
        return whole(name[8:]) or None
    outline = child(properties, "outlineLvl")
    if outline is None:
        return None
    level = whole(attribute(outline, "val"), _BODY_LEVEL)
    return level + 1 if level < _BODY_LEVEL else 0


def numbered_of(properties: Element | None) -> tuple[str, int] | None:
    """The list that a paragraph or a style is of: its number and the level within it; None where it is of none."""
    one = child(properties, "numPr")
    if one is None:
        return None
    number, depth = child(one, "numId"), child(one, "ilvl")
    return (attribute(number, "val") if number is not None else "", whole(attribute(depth, "val")) if depth is not None else 0)


def whole(text: str, otherwise: int = 0) -> int:
    """A whole number that is not absurdly large; `otherwise` where it is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else otherwise


def styles_of(properties: Element | None, book: Book) -> Iterator[Style]:
    """The style of a paragraph, and those that it is based on."""
    one, seen = child(properties, "pStyle"), set[str]()
    name = attribute(one, "val") if one is not None else ""
    while name in book.styles and name not in seen:
        seen.add(name)
        yield book.styles[name]
        name = book.styles[name].based_on
