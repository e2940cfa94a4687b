"""A part of a file as the body of a request: read as it is sent, never in memory whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class FilePart:
    """`size` bytes of a file from `start` on. It can be sent more than once."""

    path: Path
    start: int
    size: int

    def __len__(self) -> int:
        return self.size

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes in order.

        Raises:
            OSError: the file cannot be read, or has become shorter.
        """
        with await asyncio.to_thread(self.path.open, "rb") as file:
            file.seek(self.start)
            left = self.size
            while left:
                data = await asyncio.to_thread(file.read, min(PIECE, left))
                if not data:
                    raise OSError(f"{self.path.name} became shorter while it was sent")
                left -= len(data)
                yield data
