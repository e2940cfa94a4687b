"""Where the code comes from that a recipe rests on: its steps, and the formats that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.core.errors import Problem, RowsmithError
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import FORMAT
from rowsmith.engine.check_names import setting
from rowsmith.engine.yaml_text import Lines


def origins(recipe: Recipe, folders: Sequence[Path]) -> dict[str, dict[str, str]]:
    """For a run's lock: the origin of each step by its kind and, where there are any, of each format that is a plug-in by its name."""
    plugged = {name: registry.origin(name, folders, "formats") for name in _formats(recipe) if registry.code(name, folders, "formats")}
    steps = {step.kind: registry.origin(step.kind, folders) for step in recipe.steps}
    return {"steps": steps, **({"formats": plugged} if plugged else {})}


def codes(recipe: Recipe, folders: Sequence[Path]) -> dict[str, str]:
    """For a run's identity: what names the code of each plug-in."""
    found = {step.kind: registry.code(step.kind, folders) for step in recipe.steps}
    found |= {f"format {name}": registry.code(name, folders, "formats") for name in _formats(recipe)}
    return {what: code for what, code in found.items() if code}


def changed(lock: Mapping[str, Any], folders: Sequence[Path]) -> list[str]:
    """The plug-ins that are not what a run's lock says, in words."""
    groups = {"step": "steps", "format": "formats"}
    return [
        f"{word} {name!r}"
        for word, group in groups.items()
        for name, was in lock.get(group, {}).items()
        if registry.origin(name, folders, group) != was
    ]


def format_problems(recipe: Recipe, lines: Lines, folders: Sequence[Path]) -> Iterator[Problem]:
    """A format that is not known or not trusted, and one that a source is to read and that is only written."""
    for position, step in enumerate(recipe.steps):
        for field, name in step.marked(FORMAT).items():
            place = ("steps", position, setting(step, field))
            try:
                format = registry.format(name, folders)
            except RowsmithError as error:
                yield lines.problem(place, f"Step {step.title!r}: {error.what}", error.fix)
                continue
            if step.shape == "source" and not format.reads:
                what = f"Step {step.title!r}: The format {name} is written, and not read."
                yield lines.problem(place, what, "rowsmith formats says which are read.")


def _formats(recipe: Recipe) -> list[str]:
    return list(dict.fromkeys(name for step in recipe.steps for name in step.marked(FORMAT).values()))
