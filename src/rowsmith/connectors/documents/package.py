"""Files that are a zip of XML parts: Word, PowerPoint, OpenDocument and EPUB. Entities and external references in the XML are refused."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.containers.unpack import opened_zip, require_small
from rowsmith.connectors.documents.given import Given
from rowsmith.connectors.documents.missing import needed
from rowsmith.connectors.documents.writing import Writing
from rowsmith.core.row import Json

RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_DAMAGED = "It may be cut off or damaged: copy it again, or open it and save it anew."
_SAID = {
    "title": ("title",), "author": ("initial-creator", "creator"), "language": ("language",), "subject": ("subject",),
    "keywords": ("keywords", "keyword"), "created_at": ("created", "creation-date"), "modified_at": ("modified", "date"),
}  # fmt: skip
"""Columns -> the names that Office and OpenDocument files have for them, the better one first."""


class Package:
    """An open one. Its parts are read whole, each within the limits of a zip.

    Raises:
        Refused: it is no zip, or costs too much.
    """

    def __init__(self, file: IO[bytes], given: Given) -> None:
        self._zip = opened_zip(file, given.size, given.limits)
        require_small(file, given.size, given.limits)
        self.names = frozenset(self._zip.namelist())
        self._left = given.limits.output(given.size)

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """A part's bytes, as many as are left to the file; nothing where there is no such part.

        Raises:
            Refused: it is damaged, or unpacks to far more than it may.
        """
        if name not in self.names:
            return b""
        try:
            with self._zip.open(name) as part:
                data = part.read(self._left + 1)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, _zlib_error()) as error:
            raise Refused(f"Its part {name!r} cannot be read: {error}.", _DAMAGED) from None
        self._left -= len(data)
        if self._left < 0:
            raise Refused("It unpacks to far more than its size lets expect.", "Look at what it holds, and give it in parts.", "too_large")
        return data

    def whole(self, name: str) -> bytes:
        """The bytes of a part that has to be there.

        Raises:
            Refused: it is not there, or cannot be read.
        """
        if name not in self.names:
            raise Refused(f"It has no part {name!r}.", _DAMAGED)
        return self.read(name)

    def xml(self, name: str) -> Element:
        """A part that has to be there, parsed.

        Raises:
            Refused: it is not there, no XML, or has entities.
        """
        return parsed(self.whole(name), name)

    def xml_if_any(self, name: str) -> Element:
        """A part, parsed; an empty element where there is none."""
        return self.xml(name) if name in self.names else Element("none")

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part of an Office file refers to within it: id -> (kind, name of the part)."""
        folder, base = posixpath.split(name)
        found = {}
        for one in self.xml_if_any(f"{folder}/_rels/{base}.rels".lstrip("/")).iter(f"{RELATIONS}Relationship"):
            if one.get("TargetMode") != "External":
                found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], beside(name, one.get("Target", "")))
        return found

    def properties(self) -> dict[str, Json]:
        """What an Office or OpenDocument file says of itself, as columns; empty where it says nothing."""
        told: dict[str, str] = {}
        for part in ("docProps/core.xml", "meta.xml"):
            for one in self.xml_if_any(part).iter():
                if text := (one.text or "").strip():
                    told.setdefault(local(one), text)
        return {column: next((told[name] for name in names if name in told), "") for column, names in _SAID.items()}


@contextmanager
def own_loss(what: str, out: Writing) -> Iterator[None]:
    """A part that is broken costs itself: what is read of it until then stays, and a note says what is wrong. What is too large is not borne."""
    try:
        yield
    except Refused as refused:
        if refused.reason != "broken_file":
            raise
        out.notes.append(f"{what} cannot be read to its end. {refused.what}")


def beside(name: str, target: str) -> str:
    """The name of the part that a part refers to; one that begins with a slash counts from the top."""
    path = unquote(target.partition("#")[0])
    return posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(name), path))


def parsed(data: bytes, name: str) -> Element:
    """XML as its tree.

    Raises:
        Refused: it is no XML, or declares entities, which no Office writer does.
        Unavailable: the package that parses it is missing.
    """
    defused = needed("defusedxml.ElementTree", "Office files and e-books")
    try:
        tree: Element = defused.fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except needed("defusedxml.common", "").DefusedXmlException:
        what = f"Its part {name!r} declares entities, as files that are made to harm do."
        raise Refused(what, "Open it, look at it, and save it anew.", "hostile") from None
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(f"Its part {name!r} is no whole XML: {error}.", _DAMAGED) from None
    return tree


def local(element: Element) -> str:
    """An element's name without its namespace."""
    tag: Any = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """An attribute by its name without the namespace; empty where there is none."""
    if (value := element.get(name)) is not None:
        return value
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def child(element: Element | None, *names: str) -> Element | None:
    """The element below, along the names without their namespaces; None where there is none."""
    for name in names:
        element = next((one for one in element if local(one) == name), None) if element is not None else None
    return element


def below(element: Element, name: str) -> Iterator[Element]:
    """Every element of a name below this one."""
    return (one for one in element.iter() if local(one) == name)


def _zlib_error() -> type[Exception]:
    import zlib

    return zlib.error
