"""Plug-ins: which there are, and trusting plug-in files."""

from __future__ import annotations

from pathlib import Path

from rowsmith import registry
from rowsmith.registry import plugins


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
