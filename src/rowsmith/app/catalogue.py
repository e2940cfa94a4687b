"""The catalogue: the recipes that ship. Each runs by its name (`rowsmith run NAME`), and a copy of it is a recipe like any other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rowsmith import content
from rowsmith.core.errors import Conflict, Invalid, choose
from rowsmith.core.recipe import GROUPS, About, Parameter


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A recipe of the catalogue as it is before any parameter is given. `roles` are those of its models, `steps` the kinds of its steps."""

    name: str
    description: str
    about: About
    parameters: dict[str, Parameter]
    roles: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def needed(self) -> list[str]:
        """The parameters that must be given."""
        return [name for name, one in self.parameters.items() if one.agree or (one.default is None and not one.optional)]

    @property
    def command(self) -> str:
        """The command that runs it, with what must be given."""
        given = {name: "true" if self.parameters[name].agree else name.upper() for name in self.needed}
        return " ".join(["rowsmith run", self.name, *(f"--set {name}={value}" for name, value in given.items())])

    def dump(self) -> dict[str, Any]:
        """The same as plain data."""
        parameters = {name: one.model_dump(exclude_defaults=True) for name, one in self.parameters.items()}
        about = {"name": self.name, "description": self.description, **self.about.model_dump()}
        return {**about, "parameters": parameters, "roles": list(self.roles), "steps": list(self.steps), "command": self.command}


def listing(group: str = "") -> list[Catalogued]:
    """The recipes of the catalogue, group by group; or those of one.

    Raises:
        Invalid: there is no such group.
    """
    if group and group not in GROUPS:
        raise Invalid(f"The catalogue has no group {group!r}.", choose(group, GROUPS))
    every = [one(name) for name in content.recipes()]
    return sorted((found for found in every if group in ("", found.about.group)), key=lambda it: (GROUPS.index(it.about.group), it.name))


@cache
def one(name: str) -> Catalogued:
    """The recipe of this name. It is read once: what ships does not change.

    Raises:
        NotFound: there is none.
    """
    said = yaml.load(content.recipe(name), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    parameters = {key: Parameter(**(value or {})) for key, value in said.get("parameters", {}).items()}
    kinds = tuple(step["kind"] for step in said["steps"])
    return Catalogued(name, said["description"], About(**said["about"]), parameters, tuple(said.get("models", {})), kinds)


def tables(name: str) -> list[str]:
    """The tables that ship and that a recipe of the catalogue takes its attributes from, such as `domains/support.yaml`, with those they build on.

    Raises:
        NotFound: there is no such recipe.
    """
    steps = yaml.safe_load(content.recipe(name))["steps"]
    spoken = [found for step in steps if isinstance(found := (step.get("values") or {}).get("file"), str)]
    patterns = [re.sub(r"\$\{[^}]*\}", "*", one) for one in spoken]
    named = [table for table in content.tables() if any(fnmatch(table, pattern) for pattern in patterns)]
    below = [str(Path(table).parent / found) for table in named if isinstance(found := yaml.safe_load(content.tables()[table]).get("file"), str)]
    return sorted({*named, *below})


def copied(name: str, to: Path | None = None, *, force: bool = False) -> Path:
    """Write a recipe of the catalogue into a file of the user's (default: `<name>.yaml` here; a name without an ending is a folder), to be changed at
    will, and its tables beside it; returns where it lies.

    Raises:
        NotFound: there is no such recipe. Conflict: one of the files is there already, and not to be replaced.
    """
    text, path = content.recipe(name), to or Path(f"{name}.yaml")
    if path.is_dir() or not path.suffix:
        path /= f"{name}.yaml"
    written = {path: text, **{path.parent / table: content.tables()[table] for table in tables(name)}}
    if there := [str(one) for one in written if one.exists() and not force]:
        raise Conflict(f"{there[0]} is there already.", "Name another file with -o, or replace it with --force.")
    for one, said in written.items():
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_text(said, encoding="utf-8")
    return path
