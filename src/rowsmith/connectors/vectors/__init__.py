"""Indexes of vectors: what ships, and LanceDB, Qdrant and Chroma, behind one interface (core.ports.Index)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from rowsmith.core.errors import NotFound, choose
from rowsmith.core.ports import Index

KINDS = ("builtin", "chroma", "lancedb", "qdrant")


def open_index(kind: str, place: str, scratch: Path) -> Index:
    """An index of this kind at a place: a folder, or for `chroma` and `qdrant` the address of a server too. Without one, an empty index in the
    `scratch` folder, which is gone when it is closed.

    Raises:
        NotFound: there is no such kind. Unavailable: its library is not installed, or the server cannot be reached.
        AddressRefused: the server's address may not be reached.
    """
    if kind not in KINDS:
        raise NotFound(f"No index of vectors is called {kind!r}.", choose(kind, KINDS))
    found: Index = import_module(f"rowsmith.connectors.vectors.{kind}").opened(place, scratch)
    return found
