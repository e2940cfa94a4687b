"""What a run in batches needs beside the rest: whose models have a batch API, and the end of batches whose run nobody carries out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rowsmith import registry
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.recipe import Recipe
from rowsmith.engine.batch_ending import end_batches
from rowsmith.engine.check_models import roles_without_batches
from rowsmith.llm.form import Forms
from rowsmith.llm.hosts.host import Hosts
from rowsmith.llm.providers import Lent
from rowsmith.llm.wire import Wire
from rowsmith.store.runs import Run


def asked_live(recipe: Recipe, plugins: Sequence[Path], *, batch: bool, only: bool) -> tuple[str, ...]:
    """The roles that a run in batches asks live all the same, as their providers have no batch API.

    Raises:
        Invalid: there are some, and nothing is to be asked live (`only`).
    """
    without = tuple(roles_without_batches(recipe, plugins)) if batch else ()
    if without and only:
        raise Invalid(f"The provider of {', '.join(without)} has no batch API.", "Give --batch without --batch-only: that is asked live.")
    return without


def end_at_servers(lab: Lab, run: Run, keys: Keys, base: Path, plugins: tuple[Path, ...], wait_s: float) -> None:
    """End the batches of a run that nobody carries out.

    Raises:
        Unavailable: a server cannot be asked.
    """

    def forms(wire: Wire, hosts: Hosts) -> Forms:
        lent = Lent(lab.environ, lab.weights(base), lambda note: None, wire, hosts)
        return Forms(keys, partial(registry.provider, folders=plugins), lent)

    try:
        end_batches(lab.db, lab.files, run, forms, wait_s)
    except Paused as pause:
        raise Unavailable(f"Run {run.id} is cancelled, its batches are not: {pause.what}", f"{pause.fix} Cancel it once more.") from None
