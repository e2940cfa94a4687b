"""The datasets that a recipe reads, pinned by their versions, and what people think of their rows, where it reads that, too."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from rowsmith import content
from rowsmith.app.lab import Lab
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.core.recipe import Recipe
from rowsmith.steps.read.dataset import ReadDataset
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.reviews import Reviews
from rowsmith.store.sharing import shared_row
from rowsmith.store.versions import Version


def pin_datasets(lab: Lab, project: str, recipe: Recipe) -> dict[str, Any]:
    """Parts of a run's lock. `datasets`: for each step that reads any, the version of each by the name that the step calls it. `reviews`: for each
    step that reads what people think of the rows, too, by the same names, the hash of the file in which the home keeps it: a line for each reviewed
    row, its id and core.review.summary. Parts that would be empty are left out.

    Raises:
        NotFound: there is no such dataset, branch, tag or version.
        Invalid: two whose rows go through the recipe have a row in common, which could not have one id twice in what the run commits.
    """
    db, lock, reviews = lab.db, dict[str, dict[str, str]](), dict[str, dict[str, str]]()
    read: dict[str, Version] = {}
    for step in recipe.steps:
        for spoken in step.datasets:
            version = _version(db, project, spoken)
            lock.setdefault(step.title, {})[spoken] = version.id
            if step.shape == "source":
                read[f"{step.title}: {spoken}"] = version
            if isinstance(step, ReadDataset) and step.reviews:
                reviews[step.title] = {spoken: _kept(lab, version)}
    if len(read) > 1 and (row := shared_row(db, list(read.values()))) is not None:
        raise Invalid(
            f"The datasets that the recipe reads ({', '.join(read)}) have rows in common, {row} and perhaps others.",
            "Put them together first, each row once: rowsmith combine DATASETS... --into NAME.",
        )
    return {**({"datasets": lock} if lock else {}), **({"reviews": reviews} if reviews else {})}


def _kept(lab: Lab, version: Version) -> str:
    known = Reviews(lab.db, version.dataset).summaries(version, {})
    return lab.files.put(BytesIO(b"".join(canonical(list(one)) + b"\n" for one in sorted(known, key=lambda one: one[0]))))


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
