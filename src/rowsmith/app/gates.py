"""The gate to models, put together for a run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rowsmith import registry
from rowsmith.app.lab import Lab
from rowsmith.app.options import Options
from rowsmith.app.recorded import RecordedWeights
from rowsmith.core.ports import Keys, Ledger
from rowsmith.core.recipe import Recipe
from rowsmith.core.weights import Weights
from rowsmith.engine.offline import Offline
from rowsmith.engine.terms import Tell
from rowsmith.llm.gate import Gate
from rowsmith.store import calls


def gate(lab: Lab, recipe: Recipe, options: Options, plugins: tuple[Path, ...], ledger: Ledger, keys: Keys, tell: Tell) -> Gate:
    """The gate to models; providers that are files of the project are found when a run asks them."""
    weights: Weights = lab.weights(options.base)
    if options.offline:
        ledger = Offline(ledger, len(options.past), [step.title for step in recipe.steps])
        weights = RecordedWeights(calls.profiles(lab.db), weights)
    return Gate(
        ledger, keys=keys, environ=lab.environ, on_event=tell, find=partial(registry.provider, folders=plugins), attachments=lab.files,
        weights=weights,
    )  # fmt: skip
