"""Records that have to be known whole before the first byte of their file can be written: they wait in scratch files, a line of JSON each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_CHUNK = 1 << 20
_FILE_BYTES = 4 << 20


class Collected:
    """The lines, in files of a few MB that one reader after another can take up, and the folder that they lie in. Gone when it is closed."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="rowsmith-")
        self.folder = Path(self._scratch.name)
        self._files: list[Path] = []
        self._last: IO[bytes] | None = None

    def add(self, lines: bytes) -> None:
        """More lines, with their ends."""
        if self._last is None:
            self._last = self._next().open("wb")
        self._last.write(lines)
        if self._last.tell() >= _FILE_BYTES:
            self._full()

    def take(self, path: Path) -> None:
        """The lines of a file, which is gone then."""
        self._full()
        shutil.move(path, self._next())

    def lines(self) -> Iterator[bytes]:
        """All of them. None can be added any more."""
        for path in self.done():
            with path.open("rb") as file:
                yield from file

    def done(self) -> list[Path]:
        """The files of all lines, in their order. None can be added any more."""
        self._full()
        return self._files

    def close(self) -> None:
        """Let the scratch files go."""
        self._full()
        self._scratch.cleanup()

    def _next(self) -> Path:
        self._files.append(self.folder / f"{len(self._files)}.jsonl")
        return self._files[-1]

    def _full(self) -> None:
        if self._last is not None:
            self._last.close()
            self._last = None


def pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file."""
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data
