"""The user's configuration folder: what this user has decided on this machine, outside of every home and project.

A folder that somebody else has made, a recipe, a home or a backup, can therefore decide none of it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from rowsmith.core.errors import Invalid, Unavailable

_FIX = "Make the folder writable, or set ROWSMITH_CONFIG to another."


def folder() -> Path:
    """Where it is: ROWSMITH_CONFIG, else `rowsmith` in XDG_CONFIG_HOME or ~/.config."""
    if own := os.environ.get("ROWSMITH_CONFIG"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "rowsmith"


def record(name: str) -> dict[str, Any]:
    """The JSON object in the file `name`; empty when it is not there.

    Raises:
        Invalid: it cannot be read.
    """
    path = folder() / name
    try:
        known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} cannot be read: {error}.", "Mend it, or delete it and enter again what it held.") from None
    if not isinstance(known, dict):
        raise Invalid(f"{path} is damaged.", "Delete it and enter again what it held.")
    return known


@contextmanager
def changing(name: str) -> Iterator[dict[str, Any]]:
    """The same object, to be changed: written when the block ends, one process at a time.

    Raises:
        Invalid: it cannot be read. Unavailable: it cannot be written.
    """
    with locked():
        known = record(name)
        yield known
        write(name, json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False).encode())


@contextmanager
def locked() -> Iterator[None]:
    """Whoever changes the folder waits for the one who does."""
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable(f"{folder()} cannot be written: {error.strerror}.", _FIX) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write(name: str, body: bytes) -> None:
    """Put a file of the user alone (mode 0600) in place: durable, and whole or not at all.

    Raises:
        Unavailable: it cannot be written.
    """
    path = folder() / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = mkstemp(dir=path.parent, prefix=f".{name}-")
        try:
            with open(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            _sync(path.parent)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.", _FIX) from None


def _sync(folder: Path) -> None:
    """Make the new name durable, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
