"""What a stranger's file may cost, and the errors that say it cost too much."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. A file may unpack to `ratio` times its size, and always to `free_bytes`. One of fewer than
    `whole_bytes` (of Parquet, which is packed: a quarter of them) is read in one go, a larger one in pieces, where it can be, of `piece_bytes`, or
    of `piece_rows` and more where it has groups of rows, and of fewer where it has not many."""

    memory_bytes: int = 1 << 30
    cpu_s: int = 60
    cpu_s_per_mb: float = 2.0
    stall_s: float = 120.0
    ratio: int = 100
    free_bytes: int = 64 << 20
    unpacked_bytes: int = 2 << 30
    entries: int = 10_000
    line_bytes: int = 16 << 20
    columns: int = 10_000
    object_bytes: int = 32 << 20
    whole_bytes: int = 8 << 20
    piece_bytes: int = 4 << 20
    piece_rows: int = 60_000

    def cpu(self, size: int) -> int:
        """CPU seconds that a file of so many bytes may take."""
        return self.cpu_s + int(size / 1e6 * self.cpu_s_per_mb)

    def output(self, size: int) -> int:
        """Bytes that may come of a file of so many bytes."""
        return max(self.free_bytes, size * self.ratio)


class Refused(Exception):
    """A file that cannot be read at all: what is wrong, what to do, and a code for those who count such files."""

    def __init__(self, what: str, fix: str, reason: str = "broken_file") -> None:
        super().__init__(what)
        self.what, self.fix, self.reason = what, fix, reason


class CutOff(Exception):
    """A packed file that ends too early or is damaged. What came before it is good."""
