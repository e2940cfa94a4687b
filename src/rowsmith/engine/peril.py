"""Rows that end the process: a step that crashes (a fault in native code, memory that runs out) is met again at every resume.

While a step works on a row, a file says so: one record for each thread, written before and cleared after. A write to a file outlives
the process that made it, so it needs no fsync. Whoever carries the run out next finds which rows were being worked on; a row that was
there at MOST ends in a row is not worked on again, and fails as `quarantined`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Coroutine, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row

MOST = 3
"""Ends of the process at one row, after which it is left alone."""
_RECORD = 512


class Peril:
    """The marks of one carrying-out, in `folder`, which outlives it; `name` tells it from earlier ones. `left_alone`: order keys of
    rows that no step is to work on."""

    def __init__(self, folder: Path, name: str, left_alone: Iterable[bytes] = ()) -> None:
        ends = _counted(folder, folder / "ends.json")
        self._left_alone = {*left_alone, *(bytes.fromhex(order) for order, count in ends.items() if count >= MOST)}
        self._file = os.open(folder / f"{name}.marks", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._places: dict[int, int] = {}
        self._lock = threading.Lock()

    def rows(self, row: Row, title: str, step: Iterable[Any]) -> Iterator[Any]:
        """What a row step gives for a row, marked while the step's code runs.

        Raises:
            RowFailed: the row has ended the process too often.
        """
        place = self._enter(row, title)
        given = iter(step)
        while True:
            self._mark(place, row.order)
            try:
                out = next(given)
            except StopIteration:
                return
            finally:
                self._clear(place)
            yield out

    def asked(self, row: Row, title: str, step: Coroutine[Any, Any, Any]) -> _Asked:
        """The same for an asking step: to be awaited in place of the step's coroutine."""
        return _Asked(self, row, title, step)

    def close(self) -> None:
        """Nothing is worked on any more."""
        os.close(self._file)

    def _enter(self, row: Row, title: str) -> int:
        if row.order in self._left_alone:
            raise RowFailed("quarantined", f"{title} ended the process {MOST} times while it worked on this row; resume tries it again.")
        thread = threading.get_ident()
        if thread not in self._places:
            with self._lock:
                self._places[thread] = len(self._places) * _RECORD
        return self._places[thread]

    def _mark(self, place: int, order: bytes) -> None:
        os.pwrite(self._file, bytes((len(order),)) + order, place)

    def _clear(self, place: int) -> None:
        os.pwrite(self._file, b"\0", place)


class _Asked:
    """Awaits a coroutine and marks its row whenever its code runs, not while it waits."""

    def __init__(self, peril: Peril, row: Row, title: str, step: Coroutine[Any, Any, Any]) -> None:
        self._peril, self._row, self._title, self._step = peril, row, title, step

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            place = self._peril._enter(self._row, self._title)
        except RowFailed:
            self._step.close()
            raise
        send, value = self._step.send, None
        throw: BaseException | None = None
        while True:
            self._peril._mark(place, self._row.order)
            try:
                waits = self._step.throw(throw) if throw is not None else send(value)
            except StopIteration as end:
                return end.value
            finally:
                self._peril._clear(place)
            try:
                value, throw = (yield waits), None
            except BaseException as error:  # noqa: BLE001 - the coroutine's own affair
                throw = error


def _counted(folder: Path, ends: Path) -> dict[str, int]:
    """How often the process ended at each row; what earlier carryings-out marked is counted and taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = orjson.loads(ends.read_bytes()) if ends.exists() else {}
    marks = sorted(folder.glob("*.marks"))
    for path in marks:
        for order in {order.hex() for order in _marked(path.read_bytes())}:
            counts[order] = counts.get(order, 0) + 1
    if marks:
        part = ends.with_suffix(".part")
        part.write_bytes(orjson.dumps(counts))
        os.replace(part, ends)
        for path in marks:
            path.unlink()
    return counts


def _marked(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _RECORD):
        if length := data[start]:
            yield data[start + 1 : start + 1 + length]
