"""Images and sound that a step shows to a model: does the model take them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rowsmith import registry
from rowsmith.core.errors import Problem, RowFailed, RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import FILE, MODEL, Step
from rowsmith.engine.check_models import roles
from rowsmith.engine.check_names import setting
from rowsmith.engine.holes import UNREAD
from rowsmith.engine.yaml_text import Lines

SHOWN = {"image": "image/png", "audio": "audio/wav"}
"""What every model takes that takes any of the medium."""


def file_problems(recipe: Recipe, lines: Lines, plugins: Sequence[Path] = ()) -> Iterator[Problem]:
    """A column whose images or sound would be refused by a model of the step, as its provider itself says. Of a column whose medium is not
    known before the run, only a model is refused that takes neither."""
    known = {column: media for step in recipe.steps for column, media in step.media().items()}
    for position, step in enumerate(recipe.steps):
        for name, columns in step.marked(FILE).items():
            for column in columns:
                for role in _roles(step, recipe):
                    refusals = [_refusal(recipe.models[role], medium, plugins) for medium in sorted(known.get(column, SHOWN), reverse=True)]
                    if all(refusals):
                        what = f"Step {step.title!r} shows the column {column!r} to the model {role!r}: {refusals[0]}"
                        yield lines.problem(("steps", position, setting(step, name)), what, f"Choose a model that does, or leave {column!r} out.")


def _roles(step: Step, recipe: Recipe) -> list[str]:
    choices = [choice for value in step.marked(MODEL).values() for choice in (value if isinstance(value, list) else [value])]
    named = dict.fromkeys(role for choice in choices for role in roles(choice))
    return [role for role in named if role in recipe.models and recipe.models[role] != UNREAD]


def _refusal(model: Model, medium: str, plugins: Sequence[Path]) -> str:
    """Why the provider cannot show the model a file of this medium; empty when it can, or when something else is wrong, which is told there."""
    part = {"type": medium, "file": "0" * 64, "media_type": SHOWN[medium]}
    try:
        provider = registry.provider(model.provider, plugins)
        provider.body(model, None, provider.way(model))([{"role": "user", "content": [part]}])
    except RowFailed as error:
        return error.what
    except (RowsmithError, Paused):
        return ""
    return ""
