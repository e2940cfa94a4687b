"""The libraries that documents need beyond those that are always there."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from rowsmith.core.errors import Unavailable


def needed(module: str, what: str) -> ModuleType:
    """A library of the extra `documents`, which `what` is read with.

    Raises:
        Unavailable: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        if error.name and not module.startswith(error.name.partition(".")[0]):
            raise
        name = module.partition(".")[0].replace("_", "-")
        raise Unavailable(f"Reading {what} needs the package {name}.", "Install it with: pip install 'rowsmith[documents]'") from None
