"""Folders for work in progress, which leave nothing behind: a process that dies gives its lock back, and the next one clears its folder away."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from rowsmith.store.faults import told


class Workspace:
    """A folder of this process's own within `parent`, until `close`."""

    def __init__(self, parent: Path) -> None:
        with told(f"the folder {parent}", parent if parent.is_dir() else None):
            parent.mkdir(parents=True, exist_ok=True)
            clear_dead(parent)
            self.path = parent / uuid4().hex
            self._file = _created(self.path)
            self.path.mkdir()

    def close(self) -> None:
        """Remove the folder; a second call does nothing."""
        if self._file >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            _lock_of(self.path).unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock file for the block; who else wants it, in this process or another, waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _created(folder: Path) -> int:
    """The lock of a new folder, held. A sweep may take the file away before it is locked; then another one is made."""
    while True:
        file = os.open(_lock_of(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.stat(_lock_of(folder)).st_ino == os.fstat(file).st_ino:
                return file
        os.close(file)


def clear_dead(parent: Path) -> None:
    """Remove the folders whose process has died."""
    for lock in parent.glob("*.lock"):
        with suppress(FileNotFoundError):
            file = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()
            except BlockingIOError:
                continue
            finally:
                os.close(file)
