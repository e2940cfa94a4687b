"""The slots of a run as its flow sees them: every opening and ending goes to the journal and is counted here."""

from __future__ import annotations

import threading
from contextlib import suppress

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.core.slots import (
    CANCELLED,
    DROPPED,
    EXPANDED,
    FAILED,
    HELD,
    HELD_STAGE,
    KEPT,
    KEPT_STAGE,
    LET_ON,
    NOT_RECORDED,
    PASSED_STAGE,
    PENDING,
    WAITING,
    Tally,
)  # fmt: skip
from rowsmith.store.journal import Journal


class Slots:
    """Counts what the admission of rows needs: `kept`, `pending` (waiting at set steps included) and `requested`, in slots; `unrecorded`
    are those that wait for an answer that may be bought another time; `resting` are those of the pending ones that a set step has let through and
    nobody is asked about before the target needs them.

    Used from the loop and from working threads.
    """

    def __init__(self, journal: Journal, tally: Tally, resting: int = 0) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self.kept = tally.kept
        self.pending = tally.pending
        self.requested = tally.requested
        self.unrecorded = 0
        self.resting = resting
        self.wave = 0

    @property
    def filled(self) -> int:
        """Places that no further row has to be taken in for."""
        return self.kept + self.unrecorded

    @property
    def coming(self) -> int:
        """Places that rows are on their way to."""
        return self.pending - self.resting

    def open(self, row: Row, made: int, step: int) -> None:
        """A slot for the row, made by the step at `made`, standing before the step at `step`."""
        self.open_many([(row.order, row.id)], made, step)

    def open_many(self, rows: list[tuple[bytes, str]], made: int, step: int) -> None:
        """Slots for (order, id) each."""
        self._journal.open_many([(order, bytes.fromhex(row), made, step, self.wave, PENDING) for order, row in rows])
        with self._lock:
            self.pending += len(rows)
            self.requested += len(rows)

    def expand(self, row: Row, step: int, *, partly: bool = False) -> None:
        """The row's slot became its children's. `partly`: there are more children to come in a later carrying-out."""
        self._journal.move(row.order, EXPANDED, step, 0, "partly" if partly else None)
        with self._lock:
            self.pending -= 1
            self.requested -= 1

    def complete(self, row: Row, step: int) -> None:
        """A slot that was expanded partly has all its children now."""
        self._journal.complete(row.order)

    def wait(self, row: Row, step: int, attempt: int) -> None:
        """The row rests before the set step at `step`."""
        if self._put(row, step, step, attempt):
            self._journal.move(row.order, WAITING, step, attempt)

    def hold(self, row: Row, step: int, attempt: int) -> None:
        """The set step at `step` let the row through, which is not asked about before the target needs it."""
        self._journal.move(row.order, WAITING, step, attempt, HELD)
        with self._lock:
            self.resting += 1

    def go_on(self, row: Row, step: int, attempt: int) -> None:
        """Now it is."""
        self._journal.move(row.order, WAITING, step, attempt, LET_ON)
        with self._lock:
            self.resting -= 1

    def leave(self, row: Row, step: int) -> bool:
        """The step at `step` makes more of the row when the target needs it. False: the row cannot be stored."""
        with suppress(Invalid):
            self._journal.put(row, HELD_STAGE + step, self.wave)
            return True
        return False

    def made(self, row: Row, step: int) -> None:
        """It has made all of it."""
        self._journal.take(row.order, HELD_STAGE + step)

    def keep(self, row: Row, step: int, attempt: int) -> None:
        """The row is kept; `step` is the last it passed."""
        if not self._put(row, KEPT_STAGE, step, attempt):
            return
        self._journal.move(row.order, KEPT, step, attempt)
        with self._lock:
            self.pending -= 1
            self.kept += 1

    def drop(self, order: bytes, step: int, attempt: int, reason: str, detail: str = "") -> None:
        """The step at `step` did not let it through."""
        self._end(order, DROPPED, step, attempt, reason, detail)

    def fail(self, order: bytes, step: int, attempt: int, reason: str, detail: str = "") -> None:
        """It could not be carried further."""
        self._end(order, FAILED, step, attempt, reason, detail)

    def cancel(self, order: bytes, step: int, attempt: int) -> None:
        """The run was cancelled before it could be carried further."""
        self._end(order, CANCELLED, step, attempt, "cancelled", "")

    def send_back(self) -> None:
        """A filter sends a slot back to an asking step."""
        self._journal.revisit()

    def passed(self, row: Row, step: int) -> None:
        """The set step at `step` changed the row and let it through. One that cannot be stored is told where it rests next."""
        with suppress(Invalid):
            self._journal.put(row, PASSED_STAGE + step, self.wave)

    def _put(self, row: Row, stage: int, step: int, attempt: int) -> bool:
        """Whether the row can be stored; else its slot has failed."""
        try:
            self._journal.put(row, stage, self.wave)
        except Invalid as error:
            self.fail(row.order, step, attempt, "invalid", str(error))
            return False
        return True

    def _end(self, order: bytes, state: int, step: int, attempt: int, reason: str, detail: str) -> None:
        self._journal.move(order, state, step, attempt, reason, detail or None)
        with self._lock:
            self.pending -= 1
            self.unrecorded += reason == NOT_RECORDED
