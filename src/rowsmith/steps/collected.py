"""Records that have to be known whole before the first byte of their file can be written: they wait in a scratch file, a line of JSON each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 1 << 20


class Collected:
    """The lines, and the folder that they lie in. Gone when it is closed."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="rowsmith-")
        self.folder = Path(self._scratch.name)
        self.path = self.folder / "lines"
        self._file = self.path.open("wb")

    def add(self, lines: bytes) -> None:
        """More lines, with their ends."""
        self._file.write(lines)

    def take(self, path: Path) -> None:
        """The lines of a file, which is gone then."""
        with path.open("rb", buffering=0) as file:
            shutil.copyfileobj(file, self._file, _CHUNK)
        path.unlink()

    def lines(self) -> Iterator[bytes]:
        """All of them. None can be added any more."""
        self._file.close()
        with self.path.open("rb") as file:
            yield from file

    def done(self) -> Path:
        """The file of all lines. None can be added any more."""
        self._file.close()
        return self.path

    def close(self) -> None:
        """Let the scratch files go."""
        self._file.close()
        self._scratch.cleanup()


def pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file."""
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data
