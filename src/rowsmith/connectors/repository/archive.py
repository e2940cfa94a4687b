"""A repository's archive (tar.gz), member by member, as it unpacks. Used in the child process."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any

from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.connectors.containers.unpack import unpacked
from rowsmith.connectors.repository.choice import Say, Taking, safe


def take_archive(path: Path, limits: Limits, taking: Taking, say: Say) -> None:
    """Take the files of an archive. Its members lie in one folder, whose name is left out; the commit stands in its comment, as `git archive`
    writes it. Links and devices are passed over.

    Raises:
        Refused: it is no tar.gz, holds too many members or unpacks to too much. CutOff: it is cut off or damaged.
    """
    with path.open("rb") as file:
        try:
            archive = tarfile.open(fileobj=_Whole(unpacked(file, "gz", limits), limits), mode="r|")  # type: ignore[call-overload] # noqa: SIM115 - closed below
        except tarfile.TarError as error:
            raise Refused(f"What came is no archive of a repository ({error}).", "Check the address, or use method: clone.") from None
        with archive:
            try:
                _members(archive, limits, taking, say)
            except tarfile.TarError as error:
                raise Refused(f"The archive is damaged ({error}).", "Do the same again.") from None


def _members(archive: Any, limits: Limits, taking: Taking, say: Say) -> None:
    count = 0
    for member in archive:
        archive.members = []  # it would remember every one
        count += 1
        if count > limits.entries:
            raise Refused(f"The archive holds more than {limits.entries:,} files.", "Name another source.")
        if count == 1 and re.fullmatch("[0-9a-f]{40}", comment := archive.pax_headers.get("comment", "")):
            say({"commit": comment})
        name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").partition("/")[2]
        if member.isdir() or not name:
            continue
        if not safe(name):
            taking.passes(name, "unsafe_path", "Its path leads out of the repository, or holds signs that none should.")
        elif not member.isreg():
            taking.passes(name, "link" if member.issym() or member.islnk() else "device", "It is a link or a device, not a file.")
        else:
            taking.file(name, _Member(archive, member))


class _Member:
    """A member as a file. A stream is read forwards only, so its bytes are kept while it is looked at."""

    def __init__(self, archive: Any, member: tarfile.TarInfo) -> None:
        self._archive, self._member = archive, member
        self._data: bytes | None = None

    def size(self) -> int:
        return self._member.size

    def read(self) -> bytes:
        if self._data is None:
            self._data = self._archive.extractfile(self._member).read()
        return self._data


class _Whole:
    """What is unpacked, up to a number of bytes, in pieces as large as they are asked for."""

    def __init__(self, stream: Any, limits: Limits) -> None:
        self._stream, self._most, self._left = stream, limits.unpacked_bytes, limits.unpacked_bytes

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Refused(f"The archive unpacks to more than {self._most:,} bytes.", "Clone it (method: clone), or name another source.")
        return data
