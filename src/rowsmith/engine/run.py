"""Carrying out a run: take it, let its rows flow in a loop of its own, and let it go again, whatever came of it."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rowsmith import registry
from rowsmith.core.errors import Conflict, RowsmithError, StorageFull, Unavailable
from rowsmith.core.ports import Keys, Ledger
from rowsmith.core.recipe import Recipe
from rowsmith.engine.carrying import Carrying
from rowsmith.engine.terms import Commit, MakeGate, Progress, Stopping, Tell, Terms
from rowsmith.llm.gate import Gate
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.processes import forget, register, renounce
from rowsmith.store.runs import Asked, Run, Runs

SIGNAL_S = 0.5
"""Seconds within which a signal is seen, whichever thread the system hands it to."""


def _gate(ledger: Ledger, keys: Keys, tell: Tell) -> Gate:
    return Gate(ledger, keys=keys, on_event=tell, find=registry.provider)


def carry_out(
    db: Database, files: Files, run: Run, recipe: Recipe, terms: Terms, *, keys: Keys, commit: Commit, asked: Asked | None = None,
    on_progress: Callable[[Progress], None] | None = None, stopping: Stopping | None = None, make_gate: MakeGate | None = None,
    library: Database | None = None,
) -> Run:  # fmt: skip
    """Carry the run out, in a loop of its own, until it is finished, stopped or paused. Returns its record.

    `asked` is written down with the taking. `make_gate` gives the gate to models for the run's ledger; default: the one that asks them.
    `library` holds the versions of datasets that the run reads; default: `db`.

    Raises:
        Conflict: another process carries it out, or took it over meanwhile.
        StorageFull: the disk was full for longer than `terms.storage_wait_s`; what was acknowledged is safe.
        RowsmithError: a step that broke; the run's record says `failed`, and it can be gone on with.
    """
    owner = register(db)
    stopping = stopping or Stopping()
    try:
        taken = Runs(db).take(run.n, owner, asked)
        with _failing(db, taken):
            carrying = Carrying(db, files, taken, recipe, terms, keys, commit, on_progress, stopping, make_gate or _gate, library or db)
            _in_a_loop_of_its_own(carrying, stopping)
        return Runs(db).get(run.n)
    finally:
        _let_go(db, owner)


@contextmanager
def _failing(db: Database, taken: Run) -> Iterator[None]:
    """An error that ends the run is written into its record, unless it says that nothing can be written, or that the run is another's."""
    started = time.monotonic()
    try:
        yield
    except (Conflict, StorageFull):
        raise
    except Exception as error:
        said = error.what if isinstance(error, RowsmithError) else f"{type(error).__name__}: {error}"
        try:
            Runs(db).end(taken, "failed", f"{said} Mend it and run the same command again; what was kept is safe.", time.monotonic() - started)
        except Unavailable as silent:
            error.add_note(f"The run's record could not say so: {silent}")
        raise


def _in_a_loop_of_its_own(carrying: Carrying, stopping: Stopping) -> None:
    """On a thread, so that it works where a loop runs already (notebooks). Ctrl-C stops the run in good order before it is passed on."""
    broken: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            with _seldom_collecting():
                asyncio.run(carrying.main())
        except BaseException as error:  # noqa: BLE001 - raised again on the caller's thread
            broken.append(error)
        finally:
            done.set()

    threading.Thread(target=work, name="run", daemon=True).start()
    try:
        _wait(done)
    except KeyboardInterrupt:
        stopping.stop()
        _wait(done)
        raise
    if broken:
        raise broken[0]


def _wait(done: threading.Event) -> None:
    """Not Thread.join: interrupted, it takes a thread that still runs for ended (CPython issue 90882). And not without a limit: a signal that the
    system hands to another thread wakes nobody, and Python would not see it before the run has ended."""
    while not done.wait(SIGNAL_S):
        pass


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Python's search for reference cycles is made rarer: many short-lived objects would call it a hundred times a second for nothing."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _let_go(db: Database, owner: str) -> None:
    """The process no longer stands for anything. Trouble of the storage does not hide the error that led here."""
    renounce(owner)
    try:
        with db.write() as conn:
            forget(conn, owner)
    except Unavailable:
        return
