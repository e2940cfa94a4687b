"""Checks that are left to a worker: begun, found again among the runs, and read back from the recipe of the run that has carried them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.quality_checks import CHECKS, EMBEDDED, EMBEDDINGS, JUDGE, OF_ALL, Chosen, Means, chosen
from rowsmith.app.quality_run import NotDone, Target
from rowsmith.core.errors import Invalid
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import Step
from rowsmith.engine import recipe_file
from rowsmith.store.datasets import Datasets

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import Runs

_DONE = ("finished", "shortfall")
_LOOKED = 1000
"""Runs among which those of checks are looked for, the newest."""
_MEASURED = tuple(name for name in OF_ALL if not CHECKS[name].needs)
"""Checks of the whole dataset that need nothing: they are no steps, and measured whenever a run is read back."""


@dataclass(frozen=True, slots=True)
class Check:
    """A run of checks: what it checked, `dataset` at `version`, and the steps of the checks by their names."""

    run: str
    dataset: str
    version: str
    recipe: Recipe
    steps: Mapping[str, Step]


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A run of checks as it stands: `checks` by their names; `newest`, the version that it checked is the dataset's newest on main."""

    run: str
    version: str
    state: str
    checks: Sequence[str]
    rows: int
    cost_usd: float | None
    created_at: float
    newest: bool


@dataclass(frozen=True, slots=True)
class KnownCheck:
    """A check: its step (none: it is of the whole dataset), what it says of rows that it flags, and what it still needs (`missing`), with the fix."""

    name: str
    kind: str
    found: str
    missing: str
    fix: str


def known_checks(spoken: str, means: Means, plugins: Sequence[Path]) -> list[KnownCheck]:
    """The checks that there are, and which of them can be carried out with these means."""
    left = {one.check: one for one in chosen(None, means, spoken, plugins).left}
    return [
        KnownCheck(one.name, one.kind, one.found, left[one.name].why if one.name in left else "", left[one.name].fix if one.name in left else "")
        for one in CHECKS.values()
    ]  # fmt: skip


def check_of(runs: Runs, run: str) -> Check:
    """What a run of checks has checked.

    Raises:
        NotFound: there is no such run. Invalid: it checks no dataset.
    """
    record = runs.get(run)
    if not _checks(record.recipe, record.options):
        raise Invalid(f"Run {record.id} is no run of checks of a dataset.", "Begin one: rowsmith quality DATASET.")
    recipe = recipe_file.build(record.recipe, plugins=(Path(record.options.get("base") or ".") / "plugins",))
    source, *steps = recipe.steps
    name, _, version = str(getattr(source, "dataset", "")).partition("@")
    return Check(record.id, name, version, recipe, {step.title: step for step in steps if _is_check(step)})


def check_runs(runs: Runs, spoken: str) -> list[CheckRun]:
    """The runs that have checked a version of a dataset, newest first."""
    store = Datasets(runs.lab.db)
    name = spoken.partition("@")[0]
    store.get(runs.project, name)
    newest = next((one.id for one in store.versions(runs.project, name)), None)
    found = []
    for record in runs.store.newest(runs.project, _LOOKED):
        if _checks(record.recipe, record.options) and record.recipe["steps"][0]["dataset"].partition("@")[0] == name:
            check, result = check_of(runs, record.id), runs.result(record.id)
            told = (result.state, tuple(check.steps), result.kept, result.cost_usd, result.created_at)
            found.append(CheckRun(record.id, check.version, *told, check.version == newest))
    return found


def require_done(result: Result) -> None:
    """Raises NotDone where a run of checks has not come to its end."""
    if result.state not in _DONE:
        raise NotDone(result)


def read_back(runs: Runs, check: Check, plugins: Sequence[Path]) -> tuple[Target, Chosen, Means]:
    """What was checked, by what, and what was given, of a run that has ended."""
    store, spoken = Datasets(runs.lab.db), check.dataset
    version = store.resolve(runs.project, f"{check.dataset}@{check.version}")
    if store.resolve(runs.project, check.dataset).id != version.id:
        spoken = f"{check.dataset}@{check.version}"
    models = {name: (model.model, model.base_url) for name, model in check.recipe.models.items()}
    (judge, url), (embedder, embedder_url) = (models.get(role, (None, None)) for role in (JUDGE, EMBEDDINGS))
    means = Means(judge, url, embedder, embedder_url, also=True)
    left = [one for one in chosen(None, Means(), spoken, plugins).left if one.check not in check.steps]
    steps = {name: {"name": name, **step.settings()} for name, step in check.steps.items()}
    source = {"kind": "read.dataset", "name": "rows", "dataset": f"{check.dataset}@{check.version}", "flags": False}
    return Target(spoken, source, version), Chosen(steps, _MEASURED, tuple(left)), means


def _is_check(step: Step) -> bool:
    return step.title != EMBEDDED and step.kind not in ("score.question", "transform.repair") and getattr(step, "action", "") == "flag"


def _checks(recipe: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether a recipe only checks a version of a dataset."""
    source, *steps = recipe.get("steps") or [{}]
    reads = source.get("kind") == "read.dataset" and "@" in str(source.get("dataset", "")) and source.get("flags") is False
    asked = options.get("commit") is False and all(step.get("kind") != "transform.repair" for step in steps)
    return bool(reads and asked and str(recipe.get("name", "")).startswith("quality "))
