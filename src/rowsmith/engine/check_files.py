"""Images and sound that a step shows to a model: does the model take them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rowsmith import registry
from rowsmith.core.errors import Problem, RowFailed, RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.ports import Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import FILE, Step
from rowsmith.engine.check_models import roles
from rowsmith.engine.check_names import setting
from rowsmith.engine.holes import UNREAD
from rowsmith.engine.yaml_text import Lines
from rowsmith.llm.facts import Can, Table

SHOWN = {"image": "image/png", "audio": "audio/wav"}
"""What every model takes that takes any of the medium."""
CAN: dict[str, Can] = {"image": "images", "audio": "audio"}
"""What a model can that takes it."""
_UNKNOWN = "is not known to take"


def file_problems(recipe: Recipe, lines: Lines, plugins: Sequence[Path] = (), table: Table | None = None) -> Iterator[Problem]:
    """A column whose images or sound would be refused by a model of the step, as its provider itself says, or that the model is known not to take, as
    `table` says. Of a column whose medium is not known before the run, only a model is refused that takes neither."""
    table = table or Table()
    known = {column: media for step in recipe.steps for column, media in step.media().items()}
    for position, step in enumerate(recipe.steps):
        for name, columns in step.marked(FILE).items():
            for column in columns:
                for role in _roles(step, recipe):
                    media = sorted(known.get(column, SHOWN), reverse=True)
                    refusals = [_refusal(recipe.models[role], medium, plugins) or _blind(recipe.models[role], medium, table) for medium in media]
                    if all(refusals):
                        what = f"Step {step.title!r} shows the column {column!r} to the model {role!r}: {refusals[0]}"
                        fix = f"Choose a model that does, or leave {column!r} out."
                        yield lines.problem(("steps", position, setting(step, name)), what, fix + _corrected(recipe.models[role], refusals[0], table))


def _roles(step: Step, recipe: Recipe) -> list[str]:
    named = dict.fromkeys(role for choice in step.shown_to() for role in roles(choice))
    return [role for role in named if role in recipe.models and recipe.models[role] != UNREAD]


def _blind(model: Model, medium: str, table: Table) -> str:
    """Why the model itself takes no such file, as far as it is known what it can do; empty when it does."""
    can = table.of(model).can
    return f"{model.model} {_UNKNOWN} {CAN[medium]}." if can and CAN[medium] not in can else ""


def _corrected(model: Model, refusal: str, table: Table) -> str:
    """How the user says that a model can what it is not known to."""
    if _UNKNOWN not in refusal:
        return ""
    can = [*table.of(model).can, refusal.split()[-1][:-1]]
    return f" If it does: rowsmith models add {model.model} {' '.join(f'--can {one}' for one in can)}"


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
