"""Ending the batches of a run that nobody carries out: at their servers, and here as far as they end soon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf

from rowsmith.core.plainly import plainly
from rowsmith.core.slots import Tally
from rowsmith.engine.batch_life import Life
from rowsmith.engine.batching import TRANSFERS
from rowsmith.llm.form import Forms
from rowsmith.llm.hosts.host import Hosts
from rowsmith.llm.wire import Wire
from rowsmith.store.batches import Batches
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.processes import forget, register
from rowsmith.store.runs import Run

MakeForms = Callable[[Wire, Hosts], Forms]


def end_batches(db: Database, files: Files, run: Run, make_forms: MakeForms, wait_s: float) -> None:
    """Cancel every batch of the run, and bring home what each has done, for at most `wait_s` seconds. That they are to end is written down
    first: what is not brought home now is when the run is gone on with.

    Raises:
        Paused: a server cannot be asked.
    """
    ending = _Ending(db, files, run, make_forms)
    plainly(lambda: ending.main(wait_s), "ending batches")


class _Ending:
    """Looks after batches until they have ended (engine.batch_life.Keeper)."""

    def __init__(self, db: Database, files: Files, run: Run, make_forms: MakeForms) -> None:
        self.db, self.files, self.run = db, files, run
        self.batches = Batches(db)
        self.wire, self.hosts = Wire(), Hosts()
        self.forms = make_forms(self.wire, self.hosts)
        self.transfers = asyncio.Semaphore(TRANSFERS)
        self.owner = ""

    async def main(self, wait_s: float) -> None:
        self.owner = await asyncio.to_thread(register, self.db)
        open_ = await asyncio.to_thread(self.batches.ask_to_cancel, self.run.n)
        tasks = [asyncio.create_task(Life(self, batch.n).through()) for batch in open_]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=wait_s)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            await self.wire.close()
            await self.hosts.close()
            await asyncio.to_thread(self._let_go)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def _let_go(self) -> None:
        with self.db.write() as conn:
            forget(conn, self.owner)

    def told(self, life: Life) -> None:
        """See engine.batch_life.Keeper."""

    def counted(self, life: Life, tally: Tally) -> None:
        """The run's record counts: nobody carries it out."""

    def crowded(self, life: Life) -> bool:
        """See engine.batch_life.Keeper."""
        return False

    async def spare(self, life: Life) -> float:
        """See engine.batch_life.Keeper."""
        return inf
