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

    def add(self, name: str, vector: bytes) -> None:
        """See core.ports.Index."""
        numbers = list(floats(vector))
        same_length([numbers, *([next(iter(self._held.values()))] if self._held else [])])
        self._held[name] = numbers
        if len(self._held) >= HELD:
            self._flush()

    def near(self, vector: bytes, count: int) -> list[tuple[str, float]]:
        """See core.ports.Index."""
        self._flush()
        found = self._nearest(list(floats(vector)), count) if count > 0 else []
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

    @abstractmethod
    def _write(self, rows: dict[str, list[float]]) -> None:
        """Take them in, in the place of earlier ones."""

    @abstractmethod
    def _nearest(self, vector: list[float], count: int) -> list[tuple[str, float]]:
        """Names and cosines, the nearest first."""

    @abstractmethod
    def _remove(self, names: list[str]) -> None:
        """Take them out."""


def same_length(vectors: Iterable[list[float]], known: int = 0) -> int:
    """The one length of the vectors.

    Raises:
        Invalid: they have several, or another than the one that is known.
    """
    lengths = sorted({len(vector) for vector in vectors} | ({known} if known else set()))
    if len(lengths) > 1:
        raise Invalid(f"Vectors of {lengths[0]} and of {lengths[1]} numbers came to one index.", "Use one model for all, or another place.")
    return lengths[0]
