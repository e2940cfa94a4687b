"""Stopping and cancelling a run, whoever carries it out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rowsmith.app.batches import end_at_servers
from rowsmith.app.options import Options
from rowsmith.core.errors import Conflict
from rowsmith.store import slots
from rowsmith.store.batches import Batches
from rowsmith.store.runs import Run

if TYPE_CHECKING:
    from rowsmith.app.runs import Runs

FOLLOW_S = 0.2
"""Seconds between two looks at a run that another process carries out."""


def let_go(run: Run) -> Run:
    """How a run stands whose record says that it is carried out, and whose process ended."""
    if run.options.get("queued"):
        return replace(run, state="queued", reason="its worker's process ended; the next one takes it up")
    return replace(run, state="stopped", reason="its process ended; run the same command again, or resume it")


def end(runs: Runs, run: str, request: str, state: str, wait_s: float) -> Run:
    """Ask whoever carries the run out to `stop` or `cancel`, and wait until it has; where nobody does, it is in that `state` at once.

    Raises:
        Conflict: it has come to its end already.
    """
    lab, store, record = runs.lab, runs.store, runs.get(run)
    batches = request == "cancel" and any(batch.open for batch in Batches(lab.db).of_run(record.n))
    if record.state in ("finished", "shortfall", "cancelled") and not batches:
        raise Conflict(f"Run {record.id} is {record.state} already.", "Nothing is to be done.")
    if store.held(record):
        store.ask(record, request, lab.who)
        until = time.monotonic() + wait_s
        while store.held(record := store.get(record.n)) and time.monotonic() < until:
            time.sleep(FOLLOW_S)
    elif request == "cancel" or record.state in ("running", "queued"):
        if request == "cancel":
            slots.cancel_pending(lab.db, record)
        store.set_state(record, state, "asked to", slots.tally(lab.db, record.n))
    if batches and not store.held(record := store.get(record.n)):
        end_at_servers(lab, record, runs.keys(offline=False), base := Path(Options.of(record).base), runs.plugins(base), wait_s)
    return store.get(record.n)
