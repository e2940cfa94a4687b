"""Which files of a repository are taken: what was asked for, what is passed over, and how much at most. Used in the child process."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rowsmith.connectors.globs import matcher
from rowsmith.connectors.repository.kinds import KINDS, Kind, Left, binary, generated, kind_of, licence, licence_of, named_by, vendored

Say = Callable[[dict[str, Any]], None]


class File(Protocol):
    """A file that may be taken."""

    def size(self) -> int:
        """Its bytes; more than any limit where it is left out for that."""
        ...

    def read(self) -> bytes:
        """What it holds."""
        ...


_LFS = b"version https://git-lfs.github.com/spec/"
_SHOWN = 5
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where files of ours cannot be written any more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for. Empty `paths`: everything; empty `kinds`: docs and code, or every kind where paths are named."""

    within: str = ""
    paths: Sequence[str] = ()
    exclude: Sequence[str] = ()
    kinds: Sequence[Kind] = ()
    keep: Sequence[Left] = ()
    max_file_bytes: int = 10 << 20
    max_files: int = 10_000
    max_bytes: int = 2 << 30

    @property
    def taken(self) -> Sequence[Kind]:
        """The kinds of files that are taken."""
        return self.kinds or (KINDS if self.paths else ("docs", "code"))


class Taking:
    """Takes files as a repository gives them, writes each into the folder `to` under a number, and says what it did:

        {"file": "12", "path": ..., "kind": ..., "language": ..., "size": ...}
        {"missed": path, "reason": ..., "detail": ...}
        {"licence": "LICENSE", "found": "MIT"}
    """

    def __init__(self, choice: Choice, to: Path, say: Say) -> None:
        self._choice, self._to, self._say = choice, to, say
        self._asked = matcher(choice.paths) if choice.paths else lambda path: True
        self._unasked = matcher(choice.exclude)
        self._left: dict[str, list[str]] = {}
        self._taken: set[str] = set()
        self._count = self._bytes = 0

    @property
    def narrow(self) -> bool:
        """Whether a part of the repository was asked for, and not all of it."""
        return bool(self._choice.within or self._choice.paths or self._choice.exclude)

    def asks(self, path: str) -> bool:
        """Whether a path is one that was asked for."""
        within = self._choice.within
        inside = not within or path == within or path.startswith(f"{within}/")
        return inside and self._asked(path) and not self._unasked(path)

    def passes(self, path: str, reason: str, detail: str) -> None:
        """Pass something over that was asked for, and say so."""
        if self.asks(path):
            self._say({"missed": path, "reason": reason, "detail": detail})

    def file(self, path: str, file: File) -> None:
        """Take a file, or say why not."""
        if licence(path) and file.size() <= 1 << 20:
            self._say({"licence": path, "found": licence_of(file.read().decode("utf-8", "replace"))})
        if not self.asks(path):
            return
        if why := self._unfit(path):
            self._left.setdefault(why, []).append(path)
            return
        if (size := file.size()) > self._choice.max_file_bytes:
            has = f"The file has {size:,} bytes" if size < 1 << 62 else "The file is not there"
            self.passes(path, "large_file", f"{has}; max_file_bytes is {self._choice.max_file_bytes:,}.")
            return
        data = file.read()
        if data.startswith(_LFS):
            self.passes(path, "lfs", "The file lies in git's large file storage, and only a note of it in the repository.")
        elif why := self._unlike(path, data):
            self._left.setdefault(why, []).append(path)
        else:
            self._take(path, data)

    def end(self) -> None:
        """Say what was left out, each reason once."""
        for why, paths in self._left.items():
            shown = ", ".join(paths[:_SHOWN]) + (" ..." if len(paths) > _SHOWN else "")
            self._say({"missed": paths[0] if len(paths) == 1 else "", "reason": why, "detail": f"{_WHY[why]}: {len(paths):,} ({shown})."})

    def _unfit(self, path: str) -> str:
        """Why a file is left out by its name alone."""
        if path != self._choice.within and named_by(path) and kind_of(path)[0] not in self._choice.taken:
            return "other_kind"
        if vendored(path) and "vendored" not in self._choice.keep:
            return "vendored"
        return "too_many_files" if self._count >= self._choice.max_files else ""

    def _unlike(self, path: str, data: bytes) -> str:
        """Why a file is left out for what it holds."""
        if "binary" not in self._choice.keep and binary(path, data):
            return "binary"
        if path != self._choice.within and kind_of(path, data[:200])[0] not in self._choice.taken:
            return "other_kind"
        if "generated" not in self._choice.keep and generated(path, data):
            return "generated"
        return "too_many_bytes" if self._bytes + len(data) > self._choice.max_bytes else ""

    def _take(self, path: str, data: bytes) -> None:
        if path in self._taken:
            self.passes(path, "duplicate", "Another file of the same name came before it.")
            return
        self._taken.add(path)
        kind, language = kind_of(path, data[:200])
        (self._to / str(self._count)).write_bytes(data)
        self._say({"file": str(self._count), "path": path, "kind": kind, "language": language, "size": len(data)})
        self._count += 1
        self._bytes += len(data)


_WHY = {
    "other_kind": "Files of other kinds than were asked for (kinds)",
    "vendored": "Files copied from other projects, which keep: [vendored] brings",
    "generated": "Files that programs made, which keep: [generated] brings",
    "binary": "Files that are neither text nor documents, which keep: [binary] brings",
    "too_many_files": "Files beyond max_files",
    "too_many_bytes": "Files beyond max_bytes, all together",
}


def safe(path: str) -> bool:
    """Whether a path is one that leads down from the top of a repository, and nowhere else. It is never used as a path of this machine."""
    return bool(path) and not re.search(r"[\x00-\x1f\x7f\\]", path) and all(part not in ("", ".", "..") for part in path.split("/"))
