"""Records sampled across a whole file, in one pass and bounded memory."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator

from rowsmith.core.records import Fault, Record

HEAD, SPREAD, TAIL = 50, 200, 50


class Sample:
    """Passes records on, and keeps the first, the last, and in between a random sample that is the same for the same file."""

    def __init__(self) -> None:
        self.count = 0
        self._head: list[Record] = []
        self._spread: list[Record] = []
        self._tail: deque[Record] = deque(maxlen=TAIL)
        self._random = random.Random(0)

    def through(self, records: Iterable[Record | Fault]) -> Iterator[Record | Fault]:
        """The same stream."""
        for record in records:
            if isinstance(record, Record):
                self._take(record)
            yield record

    def _take(self, record: Record) -> None:
        self.count += 1
        if len(self._head) < HEAD:
            self._head.append(record)
            return
        if len(self._tail) == TAIL:
            self._keep(self._tail[0])
        self._tail.append(record)

    def _keep(self, record: Record) -> None:
        if len(self._spread) < SPREAD:
            self._spread.append(record)
        elif (at := self._random.randrange(self.count - HEAD - TAIL)) < SPREAD:
            self._spread[at] = record

    def records(self) -> list[Record]:
        """The sampled ones, in order."""
        return [*self._head, *sorted(self._spread, key=lambda record: (record.file, record.line)), *self._tail]
