"""A large file is cut in memory that does not grow with it."""

from __future__ import annotations

import io
from pathlib import Path

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.pieces import cut
from rowsmith.connectors.containers.said import Given

LINE = b'{"a": 1, "b": "some words that fill the line a little"}\n'


class Asked(io.FileIO):
    """A file that remembers how much was asked of it at once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None and size >= 0
        self.most = max(self.most, size)
        return super().read(size) or b""


def test_no_more_than_a_piece_is_asked_for_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes(LINE * 200_000)
    size, limits = path.stat().st_size, Limits(whole_bytes=1 << 16, piece_bytes=1 << 20)
    with Asked(path) as file:
        said = list(cut(file, size, path.name, Given(), limits))
    pieces = next(one["pieces"] for one in said if isinstance(one, dict) and "pieces" in one)
    assert (pieces[0][0], pieces[-1][1], len(pieces) > 8) == (0, size, True)
    assert file.most <= limits.piece_bytes
