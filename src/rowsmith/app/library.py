"""The datasets that a recipe reads, pinned by their versions."""

from __future__ import annotations

from rowsmith import content
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.recipe import Recipe
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.sharing import shared_row
from rowsmith.store.versions import Version


def pin_datasets(db: Database, project: str, recipe: Recipe) -> dict[str, dict[str, str]]:
    """The `datasets` of a run's lock: for each step that reads any, the version of each by the name that the step calls it.

    Raises:
        NotFound: there is no such dataset, branch, tag or version.
        Invalid: two whose rows go through the recipe have a row in common, which could not have one id twice in what the run commits.
    """
    lock: dict[str, dict[str, str]] = {}
    read: dict[str, Version] = {}
    for step in recipe.steps:
        for spoken in step.datasets:
            version = _version(db, project, spoken)
            lock.setdefault(step.title, {})[spoken] = version.id
            if step.shape == "source":
                read[f"{step.title}: {spoken}"] = version
    if len(read) > 1 and (row := shared_row(db, list(read.values()))) is not None:
        raise Invalid(
            f"The datasets that the recipe reads ({', '.join(read)}) have rows in common, {row} and perhaps others.",
            "Put them together first, each row once: rowsmith combine DATASETS... --into NAME.",
        )
    return lock


def bringing(benchmark: str) -> str:
    """The command that imports a public benchmark under its name; empty where none is called so."""
    known = content.benchmarks().get(benchmark)
    return f"rowsmith import {known['hub']} --columns {','.join(known['columns'])} --as jsonl --into {benchmark}" if known else ""


def _version(db: Database, project: str, spoken: str) -> Version:
    try:
        return Datasets(db).resolve(project, spoken)
    except NotFound:
        if command := bringing(spoken):
            raise NotFound(f"The benchmark {spoken!r} is not here yet.", f"Bring it once: {command}") from None
        raise
