"""A file that is being downloaded: it grows beside its target and takes its name when it is whole, proved and durable."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from rowsmith.connectors.proof import CHUNK, Proof, Wanted, proved
from rowsmith.core.errors import StorageFull, Unavailable

WAIT_S = 0.1
"""Between two looks at whether another process is done with the same file."""


class Part:
    """The unfinished file. One whose bytes can be proved keeps its name and is gone on with by the next process; others are removed.

    Raises (every method that touches the disk):
        StorageFull: no space is left. Unavailable: the folder cannot be written.
    """

    def __init__(self, target: Path, wanted: Wanted) -> None:
        key = (wanted.sha256 or wanted.git)[:16] if wanted.provable else uuid4().hex[:16]
        self.target, self.wanted, self._proof = target, wanted, Proof(wanted)
        self.path = target.with_name(f".{target.name[:100]}.{key}.part")

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self._proof.size

    async def open(self) -> bool:
        """Take hold of it, waiting while another process has it, and read what is there. False: the target was finished meanwhile."""
        while True:
            with disk(self.target):
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644), "r+b")
            try:
                while not self._held():
                    await asyncio.sleep(WAIT_S)
                if self._is_mine():
                    await asyncio.to_thread(self._read)
                    return True
            except BaseException:
                self._file.close()
                raise
            self._file.close()
            if await asyncio.to_thread(proved, self.target, self.wanted):
                return False

    def write(self, data: bytes | bytearray) -> None:
        """Add bytes at the end."""
        with disk(self.target):
            self._file.write(data)
        self._proof.update(data)

    def restart(self) -> None:
        """Forget all that is there."""
        with disk(self.target):
            self._file.seek(0)
            self._file.truncate()
        self._proof = Proof(self.wanted)

    def room_for(self, total: int) -> None:
        """Raise StorageFull where the rest of `total` bytes cannot fit."""
        more, free = total - self.size, shutil.disk_usage(self.path.parent).free
        if free < more:
            raise _full(self.target, f"{self.target.name} needs {more} bytes more, and {free} are free.")

    def wrong(self) -> str:
        """What is wrong with the bytes, in words; empty when they are what was wanted."""
        return self._proof.wrong()

    def finish(self) -> str:
        """Make it durable and give it its name; its SHA-256."""
        with disk(self.target):
            self._file.flush()
            os.fsync(self._file.fileno())
            os.replace(self.path, self.target)
            folder = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self._proof.sha256

    def close(self, *, keep: bool) -> None:
        """Let it go; without `keep`, or empty, it is removed. What has its name already stays."""
        if (not keep or not self.size) and self._is_mine():
            self.path.unlink()
        with suppress(OSError):  # bytes that a full disk does not take were told when they came
            self._file.close()

    def _held(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_mine(self) -> bool:
        """Whether the name still leads to the file that is open: who held it before may have finished or removed it."""
        try:
            return os.path.samestat(os.stat(self.path, follow_symlinks=False), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return False

    def _read(self) -> None:
        while data := self._file.read(CHUNK):
            self._proof.update(data)


@contextmanager
def disk(target: Path) -> Iterator[None]:
    """Within it, what the disk reports becomes an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(target, f"No space is left for {target.name}.") from None
        raise Unavailable(f"{target} cannot be written: {error.strerror}.", "Make the folder writable, or name another.") from None


def _full(target: Path, what: str) -> StorageFull:
    return StorageFull(what, f"Free some space in {target.parent}, and do the same again.")
