"""Where the files of models that run on this machine come from: Protocols, put together in `app` as those of core.ports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Note = Callable[[str], None]
"""Hears in words what is waited for; an empty text when it is over. Called from any thread."""


class Hub(Protocol):
    """Where files of models are downloaded from."""

    def here(self, name: str) -> Path | None:
        """The file `hf:ORG/REPO/FILE[@REVISION]`, when it has been downloaded. Opens no connection.

        Raises:
            Invalid: that is no name of one.
        """
        ...

    def fetch(self, name: str, note: Note) -> Path:
        """The file, on this machine: downloaded, its hash checked, unless it is here already. Blocking.

        Raises:
            NotFound: there is none. Unavailable: the hub cannot be reached. Invalid: what came is not the file.
        """
        ...


class Weights(Protocol):
    """The files of models that run on this machine, by name: a path of a file or a folder, or `hf:ORG/REPO/FILE[@REVISION]` for a file of
    the hub."""

    def here(self, name: str) -> Path | None:
        """Where it lies; None when it is of the hub and not known to be here. Opens no connection.

        Raises:
            NotFound: there is no such file. Invalid: that is no name of one. Unavailable: the hub cannot be asked.
        """
        ...

    def fetched(self, name: str, note: Note) -> Path:
        """Where the file lies, downloaded first if need be. Blocking. Raises as `here`."""
        ...

    def hash(self, name: str, note: Note) -> str:
        """What names the weights wherever they lie: 64 hexadecimal digits, SHA-256. Blocking; may download. Raises as `here`."""
        ...
