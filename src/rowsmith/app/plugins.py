"""Plug-ins: which there are, and trusting plug-in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.registry import plugins

HERE = (Path("plugins"),)
"""Where plug-in files lie, from the current folder."""


def format(name: str) -> Any:
    """The format of this name, which is built in, installed, or of a plug-in file here.

    Raises:
        NotFound: there is none. Invalid: it is of a plug-in that is not trusted, has changed, or cannot be loaded.
    """
    return registry.format(name, HERE)


def are_built_in(*formats: Any) -> bool:
    """Whether none is of a plug-in, which a process of ours that reads strangers' files would not know."""
    return all(type(format).__module__.startswith("rowsmith.formats.") for format in formats)


def found(folder: Path) -> list[tuple[str, str, str]]:
    """Every plug-in: (kind or file, where it comes from, `installed`, `trusted`, `changed` or `untrusted`)."""
    installed = [(kind, place, "installed") for kind, place in registry.installed()]
    of_files = [(", ".join(name for names in file.offers.values() for name in names), str(file.path), file.trust) for file in plugins.files([folder])]
    return [*installed, *of_files]


def trust(path: Path) -> list[tuple[str, str]]:
    """Allow a plug-in file, or every one in a folder, to run as it is now: (path, hash) each.

    Raises:
        NotFound: there is none. Invalid: it is not Python.
    """
    return [(str(file.path), file.hash) for file in plugins.trust(path)]
