"""Records that were not taken: the first of them for whoever asks, all of them in a file, each with its place, the reason and what it says."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO
from uuid import uuid4

import orjson

LISTED = 1000


class Rejects:
    """Writes the file as it goes, under a name of its own; it gets its name at the end, and none without rejects. An older one goes
    then. `durable`: it is to outlive a power cut."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path, self._durable = path, durable
        self.count = 0
        self.listed: list[dict[str, Any]] = []
        self._part = path.with_name(f".{path.name[:200]}.{uuid4().hex[:12]}.part")
        self._file: BinaryIO | None = None

    def add(self, file: str, line: int, reason: str, detail: str, record: Any = None) -> None:
        """One record; `record` is what it says, where it could be read."""
        told = {"file": file, "line": line, "reason": reason, "detail": detail}
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(told)
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("xb")
        self._file.write(orjson.dumps(told if record is None else {**told, "record": record}) + b"\n")

    def done(self) -> str | None:
        """Let the file appear; its path, or None where there is none."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
            return None
        self._file.flush()
        if self._durable:
            os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self.path)
        self._file = None
        return str(self.path)

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
