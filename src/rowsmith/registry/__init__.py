"""Finds steps, formats, providers and connectors by name. Listing imports none of them; asking for one imports that one alone.

    built in    rowsmith.steps.<verb>.<noun>           exactly one Step class; the kind is the path
                rowsmith.formats.<name>.FORMAT, rowsmith.llm.providers.<name>.PROVIDER, rowsmith.connectors.<name>.CONNECTOR,
                and content/profiles/<name>.yaml, a provider as data
                (a hyphen in the name of a format or provider is an underscore in its module's)
    packages    entry points in the groups rowsmith.steps, rowsmith.formats, rowsmith.providers, rowsmith.connectors; the entry
                point's name is the kind or name, and a step's class states the same `kind`
    files       *.py, and *.yaml for profiles, in the `plugins` folders that are passed in (beside the recipe, in the home), once trusted;
                see registry.plugins

A name that is built in cannot be taken over by a plug-in; two plug-ins cannot share one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.step import Step
from rowsmith.registry import builtin, plugins

KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
SHOWN = {"steps": "step", "formats": "format", "providers": "provider", "connectors": "connector"}
"""The groups, and the word for one of each."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that can be loaded by name. `origin` says where it comes from: `rowsmith`, `acme-steps 1.2`, or the file and its hash.
    `code` is what of that names a plug-in's code, wherever it lies; empty for what is built in."""

    name: str
    origin: str
    load: Callable[[], Any]
    code: str = ""


def step_kinds(folders: Sequence[Path] = ()) -> dict[str, Found]:
    """Every step by kind, sorted. `folders` are searched for plug-in files; untrusted ones are listed too, and refuse to load.

    Raises:
        Conflict: two plug-ins claim one kind, or one claims a kind that is built in.
        Invalid: a plug-in file cannot be read.
    """
    return _all("steps", folders)


def formats(folders: Sequence[Path] = ()) -> dict[str, Found]:
    """Every format by name, sorted; otherwise as step_kinds."""
    return _all("formats", folders)


def providers(folders: Sequence[Path] = ()) -> dict[str, Found]:
    """Every provider by name, sorted; otherwise as step_kinds."""
    return _all("providers", folders)


def connectors(folders: Sequence[Path] = ()) -> dict[str, Found]:
    """Every connector by name, sorted; otherwise as step_kinds."""
    return _all("connectors", folders)


def step(kind: str, folders: Sequence[Path] = ()) -> type[Step]:
    """The class of the step `kind`.

    Raises:
        NotFound: there is none; the fix names those that there are.
        Invalid: it is in a plug-in that is not trusted, has changed, or cannot be loaded.
    """
    found = _one("steps", kind, folders)
    cls = found.load()
    if not (isinstance(cls, type) and issubclass(cls, Step)):
        raise Invalid(f"The plug-in step {kind!r} ({found.origin}) is not a Step class.", "Subclass rowsmith.core.step.Step.")
    if cls.kind != kind or not KIND.fullmatch(kind):
        raise Invalid(
            f"The plug-in step {kind!r} ({found.origin}) states the kind {cls.kind!r}.",
            "Name the entry point by the class's `kind`, which is a verb and a noun in lower case: 'filter.short'.",
        )
    return cls


def format(name: str, folders: Sequence[Path] = ()) -> Any:
    """The format called `name`. Raises as step."""
    return _one("formats", name, folders).load()


def provider(name: str, folders: Sequence[Path] = ()) -> Any:
    """The provider called `name`. Raises as step."""
    return _one("providers", name, folders).load()


def connector(name: str, folders: Sequence[Path] = ()) -> Any:
    """The connector called `name`. Raises as step."""
    return _one("connectors", name, folders).load()


def origin(name: str, folders: Sequence[Path] = (), group: str = "steps") -> str:
    """Where a step comes from, or what else is in the group, for a run's lock: `rowsmith`, a package and its version, or a file and its hash."""
    return _one(group, name, folders).origin


def code(name: str, folders: Sequence[Path] = (), group: str = "steps") -> str:
    """What names the code of a plug-in, for a run's identity: a package and its version, or a file's hash; empty for what is built in."""
    return _one(group, name, folders).code


def _one(group: str, name: str, folders: Sequence[Path]) -> Found:
    if builtin.has(group, name):
        return Found(name, "rowsmith", partial(builtin.load, group, name))
    found = [item for item in _plugged(group, folders) if item.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise _clash(group, found)
    raise NotFound(f"No {SHOWN[group]} is called {name!r}.", choose(name, list(_all(group, folders))))


def _all(group: str, folders: Sequence[Path]) -> dict[str, Found]:
    out = {name: Found(name, "rowsmith", partial(builtin.load, group, name)) for name in builtin.names(group)}
    for item in _plugged(group, folders):
        if item.name in out:
            raise _clash(group, [out[item.name], item])
        out[item.name] = item
    return dict(sorted(out.items()))


def _clash(group: str, found: Sequence[Found]) -> Conflict:
    places = " and by ".join(item.origin for item in found)
    return Conflict(f"The {SHOWN[group]} {found[0].name!r} is defined by {places}.", "Remove or rename one of them.")


def _plugged(group: str, folders: Sequence[Path]) -> Iterator[Found]:
    """What packages and plug-in files offer."""
    from importlib.metadata import entry_points

    for point in entry_points(group=f"rowsmith.{group}"):
        package = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        yield Found(point.name, package, partial(_load_point, point, package), package)
    for file in plugins.files(folders):
        for name in file.offers.get(group, ()):
            yield Found(name, f"{file.path} {file.hash[:32]}", partial(plugins.load, file, group, name), file.hash)


def _load_point(point: Any, package: str) -> Any:
    try:
        return point.load()
    except Exception as error:
        # Whatever a stranger's package does while it is imported, the user has to learn which package it was.
        said = f"{type(error).__name__}: {error}"
        raise Invalid(f"The plug-in {point.name!r} of {package} cannot be loaded: {said}.", "Repair or remove that package.") from error


def installed() -> list[tuple[str, str]]:
    """What installed packages offer: (name, package) each, of every group."""
    groups = ("steps", "formats", "providers", "connectors")
    return [(f"{SHOWN[group]} {item.name}", item.origin) for group in groups for item in _plugged(group, ())]
