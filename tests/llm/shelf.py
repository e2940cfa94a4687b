"""Where a collector puts its batches: files in a folder, and what they hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rowsmith.llm.batch.collector import Collector
from rowsmith.llm.form import Form
from rowsmith.llm.room import Room


class Shelf:
    """Keeps the batches of one collector. `requests` are their sizes in order of their closing, `lines` what is in them."""

    def __init__(self, *, only: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rowsmith-shelf-")
        self.requests: list[int] = []
        self.lines: list[list[bytes]] = []
        self.opened = 0
        self.late = False
        self._only = only
        self.made: Collector

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *error: object) -> None:
        self._folder.cleanup()

    def path(self, batch: int) -> Path:
        return Path(self._folder.name) / str(batch)

    def collector(self, room: Room) -> Collector:
        self.made = Collector(room, self, self._only, self._live)
        return self.made

    async def full(self) -> None:
        """Close what is open."""
        self.made.close_all()
        await self.made.closed()

    async def open(self, form: Form) -> tuple[int, Path]:
        self.opened += 1
        return self.opened, self.path(self.opened)

    async def close(self, batch: int, requests: int, size: int) -> None:
        lines = self.path(batch).read_bytes().splitlines(keepends=True)
        assert (len(lines), sum(map(len, lines))) == (requests, size)
        self.requests.append(requests)
        self.lines.append(lines)

    async def _live(self, form: Form) -> bool:
        return self.late
