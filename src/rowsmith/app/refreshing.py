"""What has changed of the sources of a recipe since it was last run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rowsmith.core.recipe import Recipe
from rowsmith.store.runs import Run

Sources = dict[tuple[str, str], list[str]]
"""The hashes of the files of each step and name: several have one name where they lie in folders of their own."""


def source_changes(recipe: Recipe, lock: Mapping[str, Any], runs: Iterable[Run]) -> dict[str, Any] | None:
    """{run, version (what that run made; None where it made none), added, changed, removed (names of files), same (how many)}: against the newest of
    the runs that was of the very recipe; None where there is none."""
    said = recipe.dump()
    before = next((run for run in runs if run.recipe == said), None)
    if before is None:
        return None
    old, new = _sources(before.lock), _sources(lock)
    return {
        "run": before.id,
        "version": before.version,
        "added": sorted({name for key in new.keys() - old.keys() for name in key[1:]}),
        "changed": sorted({key[1] for key in new.keys() & old.keys() if new[key] != old[key]}),
        "removed": sorted({name for key in old.keys() - new.keys() for name in key[1:]}),
        "same": sum(new[key] == old[key] for key in new.keys() & old.keys()),
    }


def _sources(lock: Mapping[str, Any]) -> Sources:
    found: Sources = {}
    for step, name, hash_ in _files(lock):
        found.setdefault((step, name), []).append(hash_)
    return {key: sorted(hashes) for key, hashes in found.items()}


def _files(lock: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for step, patterns in lock.get("inputs", {}).items():
        yield from ((step, name, hash_) for files in patterns.values() for name, hash_ in files)
