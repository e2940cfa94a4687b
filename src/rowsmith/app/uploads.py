"""Files that come to the home in parts, until they are imported: `upload:ID` names one wherever a file is named."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from rowsmith.app.downloads import name_of
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.store.files import atomic_write

SPOKEN = "upload:"
MOST_PARTS, PART_BYTES = 10_000, 64 << 20
"""Parts of a file, and bytes of a part."""
DAYS = 7
"""An upload that nobody has touched for so long is removed."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way here. `parts` are the numbers of those that have come; once it is `complete`, `upload:ID` names the file."""

    id: str
    name: str
    parts: list[int]
    bytes: int
    complete: bool


class Uploads:
    """The uploads of a home."""

    def __init__(self, lab: Lab) -> None:
        self._root = lab.files.root / "uploads"

    def begin(self, name: str) -> Upload:
        """A new one; the name is made one that a file can have. Those that were left lying go."""
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            if folder.stat().st_mtime < time.time() - DAYS * 86_400:
                shutil.rmtree(folder, ignore_errors=True)
        id_ = uuid4().hex
        (self._root / id_ / "parts").mkdir(parents=True)
        (self._root / id_ / name_of(name.replace("?", "_").replace("#", "_"))).touch()
        return self.get(id_)

    def get(self, id_: str) -> Upload:
        """One upload.

        Raises:
            NotFound: there is none.
        """
        folder = self._folder(id_)
        name = next(path for path in folder.iterdir() if path.name != "parts")
        parts = sorted(self._parts(folder))
        size = name.stat().st_size + sum((folder / "parts" / str(n)).stat().st_size for n in parts)
        return Upload(id_, name.name, parts, size, not (folder / "parts").is_dir())

    @contextmanager
    def part(self, id_: str, n: int) -> Iterator[IO[bytes]]:
        """The file of a part, to be written; it is there whole when the block ends, or not at all. A part may be sent again.

        Raises:
            NotFound: no such upload. Invalid: no such part. Conflict: the upload is complete.
        """
        if not 1 <= n <= MOST_PARTS:
            raise Invalid(f"There is no part {n}.", f"Parts are numbered from 1 to {MOST_PARTS:,}.")
        folder = self._open(id_)
        with atomic_write(folder / "parts" / str(n)) as file:
            yield file
        os.utime(folder)

    def complete(self, id_: str) -> Upload:
        """Put the parts together.

        Raises:
            NotFound: no such upload. Invalid: a part is missing. Conflict: it is complete.
        """
        folder, found = self._open(id_), self.get(id_)
        if missing := sorted({*range(1, max(found.parts, default=1) + 1)} - {*found.parts}):
            raise Invalid(f"Part {missing[0]} of {found.name} has not come.", "Send it, then complete the upload.")
        with atomic_write(folder / found.name) as file:
            for n in found.parts:
                with open(folder / "parts" / str(n), "rb") as part:
                    shutil.copyfileobj(part, file, 1 << 20)
        shutil.rmtree(folder / "parts")
        return self.get(id_)

    def delete(self, id_: str) -> None:
        """Remove an upload and what has come of it."""
        shutil.rmtree(self._folder(id_))

    def named(self, file: str) -> str:
        """What a spoken file is: the path of the upload where it says `upload:ID`, else itself.

        Raises:
            NotFound: no such upload. Conflict: it is not complete.
        """
        if not file.startswith(SPOKEN):
            return file
        found = self.get(file.removeprefix(SPOKEN))
        if not found.complete:
            raise Conflict(f"The upload of {found.name} is not complete.", "Send its parts, then complete it.")
        return str(self._folder(found.id) / found.name)

    def _open(self, id_: str) -> Path:
        folder = self._folder(id_)
        if not (folder / "parts").is_dir():
            raise Conflict("This upload is complete.", "Begin another one.")
        return folder

    def _folder(self, id_: str) -> Path:
        folder = self._root / id_
        if len(id_) != 32 or not id_.isalnum() or not folder.is_dir():
            raise NotFound(f"There is no upload {id_!r}.", f"Begin one; those that nobody touches for {DAYS} days are removed.")
        return folder

    @staticmethod
    def _parts(folder: Path) -> Iterator[int]:
        if (folder / "parts").is_dir():
            yield from (int(path.name) for path in (folder / "parts").iterdir() if path.name.isdigit())
