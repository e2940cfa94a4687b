"""The files a run reads: found once, pinned by hash, copied into the home. What a run reads later is its own copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.core.ports import Rows
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import PATHS, Step
from rowsmith.steps.paths import expand
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.reading import VersionRows
from rowsmith.store.versions import Versions


@dataclass(frozen=True, slots=True)
class Pinned:
    """An input file of a run: `path` is the home's copy, `name` what the user knows it as, `hash` BLAKE2b-256 in hexadecimal."""

    path: Path
    name: str
    hash: str


def find(base: Path, pattern: str) -> list[tuple[Path, str]]:
    """The files that the pattern names (see steps.paths.expand), as (path, name), in order. The name is the path below the folder that
    the pattern names, with forward slashes, so that it does not depend on where that folder lies.

    Raises:
        NotFound: the pattern names nothing.
    """
    files = expand([pattern], base)
    whole = Path(pattern)
    fixed = next((i for i, part in enumerate(whole.parts) if has_magic(part)), len(whole.parts))
    head = Path(*whole.parts[:fixed]).expanduser()
    roots = [folder / head for folder in (base, Path.cwd())]
    return [(path, _name(path, [root for root in roots if root.is_dir()])) for path in files]


def _name(path: Path, roots: Sequence[Path]) -> str:
    root = next((root for root in roots if path.is_relative_to(root)), path.parent)
    return path.relative_to(root).as_posix()


def pin(recipe: Recipe, base: Path, put: Callable[[Path], str]) -> dict[str, dict[str, list[list[str]]]]:
    """Copy every input file of the recipe into the home.

    Returns: for each step's name and each pattern of it: [name, hash] of each file, in order. It is the `inputs` of the run's lock.
    """
    lock: dict[str, dict[str, list[list[str]]]] = {}
    for step in recipe.steps:
        for patterns in step.marked(PATHS).values():
            of_step = lock.setdefault(step.title, {})
            for pattern in patterns:
                of_step[pattern] = [[name, put(path)] for path, name in find(base, pattern)]
    return lock


def named(lock: dict[str, dict[str, list[list[str]]]]) -> list[list[str]]:
    """What of the inputs is part of the run's identity: [step, name, hash] of each file, once, in the order in which the step reads them,
    which is the order of its rows; wherever the files lay."""
    read = {(step, name, hash_): None for step, patterns in lock.items() for files in patterns.values() for name, hash_ in files}
    return [list(file) for file in read]


def as_pinned(recipe: Recipe, begun: Mapping[str, Any]) -> Recipe:
    """The recipe with its input files named as in `begun`, the plain data of the same recipe: the run's lock knows them by those names."""
    pairs = zip(recipe.steps, begun["steps"], strict=True)
    return recipe.model_copy(update={"steps": [step.model_copy(update=_paths(step, then)) for step, then in pairs]})


def _paths(step: Step, then: Mapping[str, Any]) -> dict[str, Any]:
    return {name: then[name] for name in step.marked(PATHS) if name in then}


def pinned_datasets(lock: Mapping[str, Any], step: str, library: Database) -> dict[str, Rows]:
    """The datasets that a step reads, in the versions of the run's lock, by the names that the step calls them.

    Raises:
        Unavailable: a version is not there any more.
    """
    versions = Versions(library)
    found: dict[str, Rows] = {}
    for name, id_ in lock.get("datasets", {}).get(step, {}).items():
        if (version := versions.get(id_)) is None:
            raise Unavailable(f"Version {id_[:12]} of dataset {name!r}, which the run reads, is not there any more.", "Begin a new run: --new.")
        found[name] = VersionRows(library, version)
    return found


class Inputs:
    """The pinned input files of one step (core.ports.Context.paths and .input)."""

    def __init__(self, lock: dict[str, list[list[str]]], home: Files) -> None:
        self._lock, self._find = lock, home.find
        self._pinned = {
            Path(name_hash[1], name_hash[0]): Pinned(home.path(name_hash[1]), name_hash[0], name_hash[1])
            for files in lock.values()
            for name_hash in files
        }

    def paths(self, patterns: Sequence[str]) -> list[Path]:
        """One path per file, to be handed to `input`."""
        found: dict[Path, None] = {}
        for pattern in patterns:
            for name, hash_ in self._lock.get(pattern, ()):
                found[Path(hash_, name)] = None
        return list(found)

    def file(self, name: str) -> Path:
        """Where the home keeps the file with this hash.

        Raises:
            NotFound: it does not.
        """
        return self._find(name)

    def input(self, path: Path) -> Pinned:
        """The pinned file."""
        return self._pinned[path]
