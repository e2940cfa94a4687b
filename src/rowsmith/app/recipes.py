"""Recipes: check one, describe the steps, the schema for editors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.app.key_sources import KeySources
from rowsmith.app.lab import DEFAULT_HOME, DEFAULT_PROJECT, models_file
from rowsmith.app.prompts import find_prompt
from rowsmith.core.ports import Keys
from rowsmith.core.recipe import Recipe
from rowsmith.engine.check import checked
from rowsmith.engine.known import with_known
from rowsmith.engine.offline import AnyKey
from rowsmith.engine.recipe_schema import describe, json_schema
from rowsmith.llm.facts import Table


def check_recipe(
    path: Path, sets: Mapping[str, str], *, budget_usd: float | None = None, offline: bool = False, keys: Keys | None = None,
    home: str | Path = DEFAULT_HOME, project: str = DEFAULT_PROJECT,
) -> Recipe:  # fmt: skip
    """The recipe in a file, if nothing is wrong with it, with what is known of its models. One that is to be run `offline` needs no key.
    `keys`: where those of its models are found (`lab.keys.of(project)`); default: in the environment and the keyring, but in no home.
    `home` may have a table of models of its own, and `project` prompts that the recipe names.

    Raises:
        NotFound: there is no such file. Invalid: with every problem, each with file, line and fix.
    """
    where = AnyKey() if offline else keys or KeySources(os.environ, DEFAULT_PROJECT, None)
    table = Table(models_file(home))
    find = partial(find_prompt, home, project)
    found = checked(path, sets, keys=where, budget_usd=budget_usd, plugins=(path.parent / "plugins",), table=table, prompts=find)
    return with_known(found, table)


def describe_steps(kind: str | None = None, plugins: Path = Path("plugins")) -> list[dict[str, Any]]:
    """Every step (or the one of this kind) as plain data: kind, summary, shape, settings.

    Raises:
        NotFound: no step has that kind.
    """
    folders = (plugins,)
    return [describe(name, folders) for name in ([kind] if kind else sorted(registry.step_kinds(folders)))]


def recipe_schema() -> dict[str, Any]:
    """The JSON Schema of recipe files."""
    return json_schema((Path("plugins"),))
