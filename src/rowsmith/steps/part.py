"""A file on its way: written under a name of its own, then renamed, so that it appears whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from rowsmith.core.errors import RowsmithError, StorageFull, Unavailable


class Part:
    """A file on its way. Gone when it never was renamed. `path` is where it appears; until then it may be given another name.

    `bytes`: how many were written. `sha256` is counted only where that is asked for.
    """

    def __init__(self, path: Path, *, with_sha256: bool = False) -> None:
        self.path = path
        self.bytes = 0
        self._temporary = path.with_name(f".{path.name[:200]}.{uuid4().hex[:12]}.part")
        self._blake2b, self._sha256 = blake2b(digest_size=32), sha256() if with_sha256 else None
        self._file: BinaryIO = self._temporary.open("xb")

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            self._temporary.unlink()

    @property
    def hash(self) -> str:
        """64 hexadecimal digits, BLAKE2b-256 of what was written."""
        return self._blake2b.hexdigest()

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits, SHA-256 of what was written; empty where it was not counted."""
        return self._sha256.hexdigest() if self._sha256 is not None else ""

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self.bytes += len(data)
        self._blake2b.update(data)
        if self._sha256 is not None:
            self._sha256.update(data)
        self._file.write(data)

    def finish(self) -> None:
        """Make what was written durable. Nothing can be added any more."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def rename(self) -> None:
        """Let the file appear under its name."""
        os.replace(self._temporary, self.path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def told(path: Path, error: OSError) -> RowsmithError:
    """What the user is told when a file cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"No space is left for {path}.", f"Free some space in {path.parent}.")
    return Unavailable(f"{path} cannot be written: {error.strerror or error}.", "Check the folder and its permissions, or name another file.")
