"""What the indexes of libraries share: vectors are taken in by batches, and what waits is compared, too."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

from rowsmith.core.calls import floats
from rowsmith.core.errors import Invalid

HELD = 256
"""Vectors that wait in memory until they are written together."""


class Batched(ABC):
    """An index of a library (core.ports.Index). `path` is its folder, which is removed with it unless it is to `keep`."""

    def __init__(self, path: Path | None, *, keep: bool) -> None:
        self._path, self._keep = path, keep
        self._held: dict[str, list[float]] = {}
        self._known = 0

    def add(self, name: str, vector: bytes) -> None:
        """See core.ports.Index."""
        numbers = list(floats(vector))
        self._require(numbers)
        self._held[name] = numbers
        if len(self._held) >= HELD:
            self._flush()

    def near(self, vector: bytes, count: int) -> list[tuple[str, float]]:
        """See core.ports.Index."""
        self._flush()
        wanted = list(floats(vector))
        self._require(wanted)
        found = self._nearest(wanted, count) if count > 0 else []
        return [(name, max(-1.0, min(1.0, near))) for name, near in found]

    def remove(self, names: Iterable[str]) -> None:
        """See core.ports.Index."""
        self._flush()
        if gone := list(names):
            self._remove(gone)

    def close(self) -> None:
        """See core.ports.Index."""
        if self._keep:
            self._flush()
        if self._path is not None and not self._keep:
            shutil.rmtree(self._path, ignore_errors=True)

    def _flush(self) -> None:
        if self._held:
            self._write(self._held)
            self._held = {}

    def _require(self, numbers: list[float]) -> None:
        """Hold a vector to the length of all."""
        self._known = self._known or self._length() or len(numbers)
        if len(numbers) != self._known:
            raise Invalid(
                f"A vector of {len(numbers)} numbers came to an index of vectors of {self._known}.", "Use one model for all, or another place."
            )

    @abstractmethod
    def _length(self) -> int:
        """How long the vectors are that are there; 0 where there are none."""

    @abstractmethod
    def _write(self, rows: dict[str, list[float]]) -> None:
        """Take them in, in the place of earlier ones."""

    @abstractmethod
    def _nearest(self, vector: list[float], count: int) -> list[tuple[str, float]]:
        """Names and cosines, the nearest first."""

    @abstractmethod
    def _remove(self, names: list[str]) -> None:
        """Take them out."""
