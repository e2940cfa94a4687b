"""The file form of a backup: a gzip-compressed tar that streams both ways, the same for every database.

    header.json                   schema revision, and each table's columns
    tables/<table>/<part>.jsonl   rows as JSON lists in the columns' order; bytes as base64
    home/<name>.yaml              small files of the home's folder: its table of models
    files/<hash>                  blobs, each named by the hash of its bytes
    manifest.json                 counts, and one digest over everything before it; without it a backup is not whole
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Self

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.store.files import Readable

FORMAT = 1
_CHUNK = 1 << 20


class _Hashed:
    """A stream that counts and hashes what is read through it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._h = blake2b(digest_size=32)

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self._h.update(chunk)
        return chunk

    @property
    def digest(self) -> str:
        return self._h.hexdigest()


class _Seal:
    """The digest over all members: name and content of each, in order."""

    def __init__(self) -> None:
        self._h = blake2b(digest_size=32)

    def add(self, name: str, content: str) -> None:
        self._h.update(f"{name}\0{content}\n".encode())

    @property
    def digest(self) -> str:
        return self._h.hexdigest()


class Writer:
    """Writes members one after the other into an open file. `finish` makes it whole; leaving the block without it gives it up."""

    def __init__(self, file: IO[bytes]) -> None:
        self._gzip = gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed on exit
        self._seal = _Seal()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for part in (self._tar, self._gzip):
            with suppress(OSError):  # a full disk has been reported by the write that met it
                part.close()

    def add(self, name: str, body: bytes) -> None:
        """Add a member that lies in memory."""
        self.stream(name, len(body), io.BytesIO(body))

    def stream(self, name: str, size: int, source: Readable) -> str:
        """Add a member of `size` bytes from an open file; returns the hash of its content."""
        member = tarfile.TarInfo(name)
        member.size = size
        hashed = _Hashed(source)
        self._tar.addfile(member, hashed)
        self._seal.add(name, hashed.digest)
        return hashed.digest

    def finish(self, counts: dict[str, Any]) -> None:
        """Write the manifest and end the archive."""
        self.add("manifest.json", orjson.dumps({**counts, "digest": self._seal.digest}))
        self._tar.close()
        self._gzip.close()


class Reader:
    """Reads a backup from front to back. After the last member `manifest` holds what the writer counted, and the digest has been compared;
    so read it to the end once (`verify`) before anything in it is believed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.manifest: dict[str, Any] = {}

    def verify(self) -> None:
        """Read everything and compare it with the manifest.

        Raises:
            Invalid: the file is damaged, cut short, or no backup.
        """
        for _ in self:
            pass

    def __iter__(self) -> Iterator[tuple[str, Readable]]:
        """Each member's name and content, but for the manifest. The content has to be read before the next one is asked for.

        Raises:
            Invalid: the file is damaged, cut short, or no backup.
        """
        seal = _Seal()
        self.manifest = {}
        with self._readable(), gzip.open(self._path, "rb") as unzipped, tarfile.open(fileobj=unzipped, mode="r|") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if source is None or self.manifest:
                    raise self.damaged(f"{member.name} does not belong there")
                hashed = _Hashed(source)
                if member.name == "manifest.json":
                    self.manifest = orjson.loads(hashed.read())
                    continue
                yield member.name, hashed
                while hashed.read(_CHUNK):
                    pass
                seal.add(member.name, hashed.digest)
            while unzipped.read(_CHUNK):  # to the end, where gzip keeps its checksum
                pass
        if self.manifest.get("digest") != seal.digest:
            raise self.damaged("its contents are not those of its manifest" if self.manifest else "it has no manifest")

    def damaged(self, why: str) -> Invalid:
        """The error for a backup that cannot be used."""
        return Invalid(f"{self._path} is damaged, cut short, or no backup: {why}.", "Use another backup.")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, orjson.JSONDecodeError) as error:
            raise self.damaged(str(error)) from error
