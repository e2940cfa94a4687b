"""The files a run reads: found once, pinned by hash, copied into the home. What a run reads later is its own copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import orjson

from rowsmith.core.documents import DrawnPage
from rowsmith.core.errors import Unavailable
from rowsmith.core.fetching import Missed
from rowsmith.core.ports import Input, Rows
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Json
from rowsmith.core.step import Step
from rowsmith.steps.paths import expand, is_address
from rowsmith.steps.unpacked import pack
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.reading import VersionRows
from rowsmith.store.versions import Versions


@dataclass(frozen=True, slots=True)
class Pinned:
    """An input file of a run: `path` is the home's copy, `name` what the user knows it as, `hash` BLAKE2b-256 in hexadecimal, `facts` what is
    known of one that came from outside, or that it was a folder."""

    path: Path
    name: str
    hash: str
    facts: Mapping[str, Json] = field(default_factory=dict)


class Came(Protocol):
    """What came of an address outside: (name, hash, facts) of each file, which the home has; and (name, reason, detail) of what did not come."""

    @property
    def entries(self) -> Sequence[tuple[str, str, dict[str, Json]]]:
        """The files."""
        ...

    @property
    def missed(self) -> Sequence[tuple[str, str, str]]:
        """The rest."""
        ...


Outside = Callable[[Step, str], Came]
"""Fetches what an address of a step stands for, unless it is here. `pages:HASH` stands for the pages of that PDF, as pictures."""
PAGES = "pages:"
_AMISS = 3
"""Values that are told of a page that could not be drawn."""


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


def pin(recipe: Recipe, base: Path, put: Callable[[Path], str], outside: Outside) -> dict[str, Any]:
    """Copy every input file of the recipe into the home.

    Returns: parts of the run's lock. `inputs`: for each step's name and each pattern of it, [name, hash] of each file, in order. Where any came
    from outside, or is a folder that is read whole, `facts`: for each step's name and each file's, what is known of it; and `missed`: for each
    step's name, [name, reason, detail] of what did not come. Where a step has pages drawn, `drawn`: for its name and each file's hash,
    [number, hash, width, height, bytes] of each page, and [number, reason, detail] of what could not be drawn.
    """
    lock: dict[str, dict[str, list[list[str]]]] = {}
    facts: dict[str, dict[str, dict[str, Json]]] = {}
    missed: dict[str, list[list[str]]] = {}
    for step in recipe.steps:
        for patterns in [[step.address]] if step.reaches else step.input_files().values():
            of_step = lock.setdefault(step.title, {})
            for pattern in patterns:
                if step.reaches or is_address(pattern):
                    found = outside(step, pattern)
                    of_step[pattern] = [[name, hash_] for name, hash_, _ in found.entries]
                    facts.setdefault(step.title, {}).update({name: said for name, _, said in found.entries if said})
                    missed.setdefault(step.title, []).extend(map(list, found.missed))
                else:
                    here = list(_here(step, find(base, pattern), put))
                    of_step[pattern] = [[name, hash_] for name, hash_, _ in here]
                    facts.setdefault(step.title, {}).update({name: said for name, _, said in here if said})
    drawn = {step.title: pages for step in recipe.steps if step.drawing() and (pages := _drawn(step, lock.get(step.title, {}), outside))}
    beside = {"drawn": drawn} if drawn else {}
    return {"inputs": lock, **beside, **({"facts": facts} if any(facts.values()) else {}), **({"missed": missed} if any(missed.values()) else {})}


def _drawn(step: Step, pinned: Mapping[str, list[list[str]]], outside: Outside) -> dict[str, list[list[Any]]]:
    """What became of the pages of each of these files that is a PDF."""
    found: dict[str, list[list[Any]]] = {}
    for hash_ in dict.fromkeys(hash_ for files in pinned.values() for _, hash_ in files):
        came = outside(step, PAGES + hash_)
        pages = [[int(name), page, said["width"], said["height"], said["bytes"]] for name, page, said in came.entries]
        amiss = [[int(name), reason, detail] for name, reason, detail in came.missed]
        if pages or amiss:
            found[hash_] = sorted([*pages, *amiss], key=lambda page: page[0])
    return found


def _here(step: Step, found: Sequence[tuple[Path, str]], put: Callable[[Path], str]) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """The name, the hash and the facts of each file; of those that the step reads together, of the one that they are packed into."""
    together = step.together([path for path, _ in found])
    whole = {path: folder for folder, mine in together.items() for path in mine}
    packed = set[Path]()
    for path, name in found:
        if (folder := whole.get(path)) is None:
            yield name, put(path), {}
        elif folder not in packed:
            packed.add(folder)
            yield _called(folder, path, name), _packed(folder, together[folder], put), {"folder": True}


def _called(folder: Path, path: Path, name: str) -> str:
    """What a folder is called in which a file of that name lies."""
    above = PurePosixPath(name).parents
    depth = len(path.relative_to(folder).parts)
    return above[depth - 1].as_posix() if depth < len(above) else folder.resolve().name


def _packed(folder: Path, files: Sequence[Path], put: Callable[[Path], str]) -> str:
    with TemporaryDirectory(prefix="rowsmith-") as scratch:
        pack({path.relative_to(folder).as_posix(): path for path in files}, whole := Path(scratch, "whole"))
        return put(whole)


def named(lock: dict[str, dict[str, list[list[str]]]]) -> list[list[str]]:
    """What of the inputs is part of the run's identity: [step, name, hash] of each file, once, in the order in which the step reads them,
    which is the order of its rows; wherever the files lay."""
    read = {(step, name, hash_): None for step, patterns in lock.items() for files in patterns.values() for name, hash_ in files}
    return [list(file) for file in read]


def copies(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, hash) of each file that the home keeps for the run: its inputs, their pages under the same name, and what people thought of the rows
    that it reads."""
    for patterns in lock.get("inputs", {}).values():
        for name, hash_ in (file for files in patterns.values() for file in files):
            yield name, hash_
            yield from ((name, page) for page in drawn_of(lock, hash_))
    for reviews in lock.get("reviews", {}).values():
        yield from ((f"reviews of {dataset}", hash_) for dataset, hash_ in reviews.items())


def drawn_of(lock: Mapping[str, Any], hash_: str) -> Iterator[str]:
    """The hashes of the pages that were drawn of the file with this hash."""
    for files in lock.get("drawn", {}).values():
        yield from (page[1] for page in files.get(hash_, ()) if len(page) > _AMISS)


def as_pinned(recipe: Recipe, begun: Mapping[str, Any]) -> Recipe:
    """The recipe with its input files named as in `begun`, the plain data of the same recipe: the run's lock knows them by those names."""
    pairs = zip(recipe.steps, begun["steps"], strict=True)
    return recipe.model_copy(update={"steps": [step.model_copy(update=_paths(step, then)) for step, then in pairs]})


def _paths(step: Step, then: Mapping[str, Any]) -> dict[str, Any]:
    return {name: then[name] for name in step.input_files() if name in then}


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
    """The pinned input files of the step called `step` (core.ports.Context.paths and .input); `lock` is the run's."""

    def __init__(self, lock: Mapping[str, Any], step: str, home: Files) -> None:
        self._lock, self._find = lock.get("inputs", {}).get(step, {}), home.find
        facts = lock.get("facts", {}).get(step, {})
        self._reviews: Mapping[str, str] = lock.get("reviews", {}).get(step, {})
        self._drawn: Mapping[str, list[list[Any]]] = lock.get("drawn", {}).get(step, {})
        self.missed = [Missed(*one) for one in lock.get("missed", {}).get(step, ())]
        self._pinned = {
            Path(hash_, name): Pinned(home.path(hash_), name, hash_, facts.get(name, {})) for files in self._lock.values() for name, hash_ in files
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

    def drawn(self, source: Input) -> list[DrawnPage | Missed]:
        """The pages of a PDF."""
        pages = self._drawn.get(source.hash, ())
        return [Missed(str(page[0]), *page[1:]) if len(page) == _AMISS else DrawnPage(*page) for page in pages]

    def reviews(self, dataset: str) -> dict[str, dict[str, Json]]:
        """What the reviews of a dataset came to, by row id.

        Raises:
            NotFound: the home does not keep them any more.
        """
        with open(self._find(self._reviews[dataset]), "rb") as file:
            return dict(orjson.loads(line) for line in file)

    def input(self, path: Path) -> Pinned:
        """The pinned file."""
        return self._pinned[path]
