"""Files at rest: content-addressed blobs that never change, scratch folders, and writes that are never seen half done.

A blob's name is the BLAKE2b-256 of its bytes; no name that a user gave becomes one of ours. Order of a write: bytes, fsync, rename,
fsync of the folder; only then may the database name it. A crash leaves orphans at most, which a later sweep may collect.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Protocol
from uuid import uuid4

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.failpoints import failpoint
from rowsmith.store.faults import told

_CHUNK = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Files:
    """A folder of blobs and scratch space (`scratch`: elsewhere than within it). Many threads and processes may use it at once.

    Raises (every method that writes):
        StorageFull: no space is left; nothing half written is visible.
    """

    def __init__(self, root: Path, scratch: Path | None = None) -> None:
        self.root = root
        self._blobs = root / "blobs"
        self.scratch_root = scratch or root / "scratch"

    def put_file(self, path: Path) -> str:
        """Keep a copy of the file's bytes and return their hash (64 hexadecimal digits). Streams; a copy already kept is not made again."""
        with open(path, "rb") as file:
            found = _hash(file)
            if self.has(found):
                return found
            file.seek(0)
            return self.put(file)

    def hash_of(self, path: Path) -> str:
        """The hash that the file's bytes have; nothing is kept."""
        with open(path, "rb") as file:
            return _hash(file)

    def put(self, source: Readable) -> str:
        """Keep the rest of an open file or stream and return its hash."""
        with told(f"the files in {self.root}", self.root):
            self._blobs.mkdir(parents=True, exist_ok=True)
            part = self._blobs / f"{uuid4().hex}.part"
            try:
                with open(part, "xb") as copy:
                    fcntl.flock(copy, fcntl.LOCK_EX)  # what nobody holds, nobody will finish
                    found = _hash(source, copy)
                    _durable(copy)
                self._keep(part, found)
            finally:
                part.unlink(missing_ok=True)
        return found

    def _keep(self, part: Path, found: str) -> None:
        """Give a finished copy its name. The folder of a new two-digit prefix has to be durable too."""
        target = self.path(found)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            sync_folder(self._blobs)
        failpoint("files.write.before_rename")
        os.chmod(part, 0o444)
        os.replace(part, target)
        sync_folder(target.parent)
        failpoint("files.write.after_rename")

    def path(self, name: str) -> Path:
        """Where the blob with this hash lies, or would lie."""
        if not _HASH.fullmatch(name):
            raise Invalid(f"{name!r} is no hash of a file.", "It has 64 digits, 0 to 9 and a to f.")
        return self._blobs / name[:2] / name

    def find(self, name: str) -> Path:
        """Where the blob with this hash lies.

        Raises:
            NotFound: it is not there.
        """
        if not self.has(name):
            raise NotFound(f"The file {name} is missing from {self.root}.", "Restore a backup, or run again from the original.")
        return self.path(name)

    def has(self, name: str) -> bool:
        """Whether the blob is there (its bytes are not looked at; see `verify`)."""
        return self.path(name).is_file()

    def remove(self, name: str) -> None:
        """Remove a blob that nothing names any more; one that is not there is fine."""
        self.path(name).unlink(missing_ok=True)

    def remove_unfinished(self) -> int:
        """Remove copies that a dead process left unfinished; how many there were."""
        gone = 0
        for part in self._blobs.glob("*.part") if self._blobs.is_dir() else ():
            try:
                with open(part, "rb") as copy:
                    fcntl.flock(copy, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.fstat(copy.fileno()).st_size:  # an empty one may have been opened just now
                        part.unlink()
                        gone += 1
            except (FileNotFoundError, BlockingIOError):
                continue
        return gone

    def verify(self, name: str) -> bool:
        """Whether the blob is there and its bytes still have this hash."""
        try:
            with open(self.path(name), "rb") as file:
                return _hash(file) == name
        except FileNotFoundError:
            return False

    def open(self, name: str) -> IO[bytes]:
        """Open a blob for reading.

        Raises:
            NotFound: it is not there.
        """
        return open(self.find(name), "rb")

    def __iter__(self) -> Iterator[str]:
        """The hashes of all blobs, sorted."""
        prefixes = sorted(item.name for item in self._blobs.iterdir() if item.is_dir()) if self._blobs.is_dir() else []
        for prefix in prefixes:
            yield from sorted(item.name for item in (self._blobs / prefix).iterdir() if _HASH.fullmatch(item.name))

    def scratch(self, name: str) -> Path:
        """A folder for temporary files, made when it is not there. A name that is not plain stands for itself by its hash."""
        folder = self.scratch_root / _plain(name)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def remove_scratch(self, name: str) -> None:
        """Remove a scratch folder and all in it; one that is not there is fine."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.scratch_root / _plain(name))

    def scratches(self) -> list[str]:
        """The names of the scratch folders that are there."""
        return sorted(item.name for item in self.scratch_root.iterdir()) if self.scratch_root.is_dir() else []


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole, when the block ends, or not at all. What stood there before stays until then.

    Raises:
        StorageFull: no space is left.
        Invalid: the path is a folder, or may not be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise Invalid(f"{path} is a folder.", "Give the path of a file.")
    part = target.with_name(f".{target.name[:100]}.{uuid4().hex[:12]}.part")
    with told(str(path), target.parent):
        file = _created(part, path)
        try:
            with file:
                yield file
                _durable(file)
            failpoint("files.write.before_rename")
            os.replace(part, target)
            sync_folder(target.parent)
            failpoint("files.write.after_rename")
        finally:
            part.unlink(missing_ok=True)


def _created(part: Path, path: Path) -> IO[bytes]:
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        return open(part, "xb")
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.", "Choose another path (-o), or change the permissions.") from error


def _hash(source: Readable, copy: IO[bytes] | None = None) -> str:
    h = blake2b(digest_size=32)
    while chunk := source.read(_CHUNK):
        h.update(chunk)
        if copy is not None:
            copy.write(chunk)
    return h.hexdigest()


def _durable(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
