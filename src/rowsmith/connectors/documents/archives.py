"""The files within an archive, one after the other: zip and tar, packed or not. Nothing is written under a name of theirs."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rowsmith.connectors.containers.limits import CutOff, Limits, Refused
from rowsmith.connectors.containers.unpack import Watched, hidden, opened_zip, require_plain, require_total

_HELD = 8 << 20
"""A member of more bytes than this lies in a scratch file while it is read."""
_ODD = "Put the file itself into the archive."

Member = tuple[str, Callable[[], IO[bytes]]]
"""A file's name, and what opens it for reading from its beginning.

Raises Refused where it may not be opened, CutOff where it is damaged."""


def in_zip(file: IO[bytes], size: int, limits: Limits) -> Iterator[Member]:
    """The files of a zip; hidden ones are passed over.

    Raises:
        Refused: there are too many, they say that they unpack to more than they may, or they share bytes.
    """
    with opened_zip(file, size, limits) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir() and not hidden(entry.filename)]
        require_total(entries, size, limits)
        for entry in entries:

            def opened(entry: Any = entry) -> IO[bytes]:
                require_plain(entry)
                watched: Any = Watched(archive.open(entry), lambda: entry.compress_size, limits)
                return io.BufferedReader(watched, 1 << 18)

            yield entry.filename, opened


def in_tar(stream: IO[bytes], limits: Limits) -> Iterator[Member]:
    """The files of a tar, read from front to back; hidden ones and folders are passed over.

    Raises:
        Refused: there are too many, or it is no tar. CutOff: it is damaged amid them.
    """
    count = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for entry in archive:
                if (count := count + 1) > limits.entries:
                    raise Refused(f"The archive holds more than {limits.entries:,} files.", "Unpack it yourself, and give the files.", "too_large")
                if entry.size > limits.unpacked_bytes:
                    raise Refused(f"A file in it says that it has {entry.size:,} bytes.", "Unpack it yourself, and give the files.", "too_large")
                if not entry.isdir() and not hidden(entry.name):
                    yield entry.name, lambda entry=entry: _of_tar(archive, entry)  # type: ignore[misc]
    except tarfile.TarError as error:
        if not count:
            raise Refused(f"The tar cannot be read: {error}.", "It may be cut off or damaged: copy it again.") from None
        raise CutOff(str(error)) from None


def _of_tar(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    if not entry.isfile():
        what = "a link" if entry.issym() or entry.islnk() else "a device"
        raise Refused(f"It is {what}.", _ODD, "link")
    if (found := archive.extractfile(entry)) is None:
        raise Refused("It is no file.", _ODD, "link")
    return found


@contextmanager
def held(stream: IO[bytes], scratch: Path, most: int) -> Iterator[tuple[IO[bytes], int]]:
    """A file that can be sought, with the bytes of a stream, and how many they are.

    Raises:
        Refused: they are more than `most`. CutOff: they are damaged.
    """
    import tempfile

    size = 0
    with stream, tempfile.SpooledTemporaryFile(_HELD, dir=str(scratch)) as file:
        while data := _some(stream):
            if (size := size + len(data)) > most:
                raise Refused(f"It unpacks to more than {most:,} bytes.", "Unpack it yourself, and give its parts.", "too_large")
            file.write(data)
        file.seek(0)
        yield file, size


def _some(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(1 << 18)
    except (tarfile.TarError, EOFError) as error:
        raise CutOff(str(error)) from None
