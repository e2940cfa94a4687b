"""The kinds of documents, one module each, found by their place: kinds/NAME.py. The endings of the names of their files are in core.documents.

read       `def read(file: IO[bytes], given: Given) -> Iterator[Document | Fault]`. The file can be read and sought. What cannot be read raises
           `Refused(what, fix, reason)`; an exception of a library is a broken file; both cost this file alone. `kind` and the member's
           name are filled in by whoever calls it, where they are empty.
MAGIC      optional: the bytes that such a file begins with.
MEMBERS    optional, for what is a zip: names, with * for anything, all of which are in it.
MIMETYPE   optional, for what is a zip: what its entry `mimetype` begins with.
is_it      optional, for texts: `def is_it(head: bytes) -> bool`, from the first 64 KiB.
SETTINGS   optional: the names of its settings with their defaults.

Libraries are imported where they are first used: the parent loads these modules, too, and opens no file with them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import IO, Any

from rowsmith.connectors.documents.given import Given, Said
from rowsmith.core.documents import SUFFIXES


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: what its module says."""

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[IO[bytes], Given], Iterator[Said]]
    magic: tuple[bytes, ...]
    members: tuple[str, ...]
    mimetype: bytes
    is_it: Callable[[bytes], bool] | None
    settings: Mapping[str, Any]

    @property
    def binary(self) -> bool:
        """Whether it is no text."""
        return bool(self.magic) or self.zipped

    @property
    def zipped(self) -> bool:
        """Whether it is a zip."""
        return bool(self.members or self.mimetype)


@cache
def every_kind() -> dict[str, Kind]:
    """All of them, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: _kind(name) for name in names}


def _kind(name: str) -> Kind:
    module = import_module(f"{__name__}.{name}")

    def said(what: str, default: Any) -> Any:
        return getattr(module, what, default)

    settings = said("SETTINGS", {})
    return Kind(name, SUFFIXES[name], module.read, said("MAGIC", ()), said("MEMBERS", ()), said("MIMETYPE", b""), said("is_it", None), settings)
