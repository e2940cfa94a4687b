"""A data file of an export on its way: records in the layout of its container, with its sidecar."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rowsmith.formats import Encoded
from rowsmith.steps.kinds import Kinds
from rowsmith.steps.layout import Container, layout
from rowsmith.steps.part import Part

_READ = 1 << 20


class RowFile:
    """Written as its rows come. What its container knows only at the end, is written then. Gone when it never was renamed.

    `beside` is where its sidecar lies, if it has one. `columns` is what files that are to have the same columns share.
    """

    def __init__(self, path: Path, beside: Path | None, into: Container, columns: dict[str, Any], *, with_sha256: bool = False) -> None:
        self.path, self.rows = path, 0
        self.columns: dict[str, None] = {}
        self._with_sha256 = with_sha256
        self._laying = layout(into, columns)
        self._main: Part | None = None
        self._side = None if beside is None else Part(beside)
        self._ended = False

    def __enter__(self) -> RowFile:
        return self

    def __exit__(self, *error: object) -> None:
        with ExitStack() as stack:
            stack.callback(self._laying.close)
            for part in self.parts:
                stack.enter_context(part)

    @property
    def parts(self) -> list[Part]:
        """The file, and its sidecar."""
        return [part for part in (self._main, self._side) if part is not None]

    @property
    def main(self) -> Part:
        """The file itself."""
        if self._main is None:
            self._main = Part(self.path, with_sha256=self._with_sha256)
        return self._main

    def add(self, row: Encoded) -> None:
        """One more row."""
        self.rows += 1
        if not row.record.keys() <= self.columns.keys():
            self.columns.update(dict.fromkeys(row.record))
        if data := self._laying.lines(row.line):
            self.main.write(data)
        if self._side is not None and row.beside is not None:
            self._side.write(row.beside)

    def add_lines(self, path: Path, rows: int, kinds: Kinds) -> None:
        """More rows, as a file of lines of JSON, which is gone then, and what is in them. There is no sidecar."""
        self.rows += rows
        self.columns.update(dict.fromkeys(kinds.columns))
        if self._laying.keep(path, kinds):
            return
        with path.open("rb") as file:
            while data := file.read(_READ):
                if laid := self._laying.lines(data + file.readline(), kinds):
                    self.main.write(laid)
        path.unlink()

    def full(self) -> None:
        """No further row comes: write what can be written, and let go of what need not be held."""
        if self._laying.full():
            self.end()

    def end(self) -> None:
        """Write what comes last. All files that share its columns are full."""
        if self._ended:
            return
        self._ended = True
        for data in self._laying.end():
            self.main.write(data)
        for part in (self.main, *self.parts[1:]):
            part.finish()
        self._laying.close()

    def rename(self, path: Path, beside: Path | None) -> None:
        """Let it and its sidecar appear under these names."""
        for part, name in zip(self.parts, (path, beside), strict=False):
            part.path = name or part.path
            part.rename()
