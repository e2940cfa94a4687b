"""A recipe put together from plain data piece by piece, going on after each problem, so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rowsmith import registry
from rowsmith.core.errors import Problem, RowsmithError, choose
from rowsmith.core.models import Model
from rowsmith.core.recipe import Parameter, Recipe
from rowsmith.core.step import Step
from rowsmith.engine.explain import explain, given_text, shown
from rowsmith.engine.holes import UNREAD, Hole
from rowsmith.engine.parameters import Filling
from rowsmith.engine.prompt_files import Find, Found, Uses
from rowsmith.engine.prompt_parameters import with_parameters
from rowsmith.engine.yaml_text import Lines
from rowsmith.engine.yaml_text import Path as Place

T = TypeVar("T", bound=BaseModel)
Form = TypeVar("Form", dict[str, Any], list[Any])


@dataclass(slots=True)
class Reading:
    """A recipe file as it was read. `recipe` is None when nothing can be made of it; with `problems` it is a draft that can be checked but
    not run. `base` is the folder from which its paths are taken; `folders` are those searched for plug-ins; `prompts` are the prompts that have a
    name, by the step's position and setting."""

    recipe: Recipe | None
    problems: list[Problem]
    lines: Lines
    parameters: dict[str, Parameter]
    base: Path
    folders: tuple[Path, ...]
    prompts: dict[tuple[int, str], Found] = field(default_factory=dict)


class Draft:
    """Puts a Recipe together from plain data, piece by piece, and keeps on after each problem."""

    def __init__(
        self, data: dict[str, Any], lines: Lines, sets: Mapping[str, str], base: Path, folders: tuple[Path, ...], find: Find | None = None
    ) -> None:
        self.data, self.lines, self.sets, self.base, self.folders = data, lines, sets, base, folders
        self.uses = Uses(base, find)
        self.problems: list[Problem] = []
        self.parameters: dict[str, Parameter] = {}
        self.given: dict[Place, str] = {}
        self.known: set[Place] = set()

    def fill(self) -> None:
        """Fill the parameters in."""
        declared = self.part("parameters", dict)
        found = {name: self.piece(Parameter, item, ("parameters", name), f"the parameter {name!r}") for name, item in declared.items()}
        self.parameters = {name: parameter or Parameter(optional=True) for name, parameter in found.items()}
        filling = Filling(self.parameters, self.sets, self.lines)
        self.data = filling.fill({key: value for key, value in self.data.items() if key != "parameters"})
        self.lines, self.given, self.known = filling.lines, filling.given, filling.known
        self.problems += filling.finish()

    def reading(self) -> Reading:
        """Everything that was found out."""
        steps = [self.step(item, position) for position, item in enumerate(self.part("steps", list))]
        named = with_parameters(self.part("models", dict), steps, self.uses.named, self.wrong).items()
        models = {role: self.piece(Model, item, ("models", role), f"the model {role!r}") or UNREAD for role, item in named}
        head = {key: value for key, value in self.data.items() if key not in ("models", "steps")}
        # A stand-in for the steps where there are none: the rest is still checked.
        whole = self.piece(Recipe, {**head, "models": models, "steps": steps or [Hole(name="?")]}, (), "the recipe")
        if "steps" not in self.data:
            self.problems.append(self.lines.problem((), "The recipe needs the setting 'steps'.", "Add a list of steps."))
        elif self.data["steps"] == []:
            self.problems.append(self.lines.problem(("steps",), "The recipe has no step.", "Begin with one that reads, such as read.files."))
        if whole is None and steps:
            whole = Recipe.model_construct(name="?", models=models, steps=steps)
        return Reading(whole if steps else None, self.problems, self.lines, self.parameters, self.base, self.folders, self.uses.named)

    def part(self, name: str, form: type[Form]) -> Form:
        """One part of the recipe as a list or mapping; empty when it is not there or is something else."""
        value = self.data.get(name)
        if isinstance(value, form):
            return value
        if name in self.data:
            words = "a list" if form is list else "a mapping"
            self.problems.append(self.lines.problem((name,), f"{name!r} of the recipe is {shown(value)}.", f"Give {words}."))
        return form()

    def step(self, data: Any, position: int) -> Step:
        """One step, or a Hole where it cannot be read."""
        place: Place = ("steps", position)
        if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
            what = f"Step {position + 1} is {shown(data)}, not a mapping." if not isinstance(data, dict) else f"Step {position + 1} has no kind."
            kinds = list(registry.step_kinds(self.folders))
            meant = next((key for key in data if key in kinds), None) if isinstance(data, dict) else None
            fix = f"Write 'kind: {meant}', with its settings beside it." if meant else f"Add 'kind: ...'. {choose('', kinds)}"
            self.problems.append(self.lines.problem(place, what, fix))
            return Hole(name=f"step {position + 1}")
        kind, name = data["kind"], data.get("name")
        title = name if isinstance(name, str) and name else kind
        try:
            cls = registry.step(kind, self.folders)
        except RowsmithError as error:
            self.problems.append(self.lines.problem((*place, "kind"), error.what, error.fix))
            return Hole(name=title, **_from(data))
        settings = {key: value for key, value in data.items() if key != "kind"}
        settings = self.uses.settings(cls, settings, position, lambda field, what, fix: self.wrong((*place, field), what, fix))
        return self.piece(cls, settings, place, f"step {title!r}" if title == kind else f"step {title!r} ({kind})") or Hole(name=title, **_from(data))

    def wrong(self, place: Place, what: str, fix: str) -> None:
        self.known.add(place)
        self.problems.append(self.lines.problem(place, what, fix))

    def piece(self, cls: type[T], data: Any, place: Place, owner: str) -> T | None:
        """The data as `cls`, or None and its problems. A setting that there is none of is told and left out, so that the rest is checked."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            texts = {path: self.given[(*place, *path)] for path in given_text(error, data) if (*place, *path) in self.given}
            if texts:
                return self.piece(cls, _replaced(data, texts), place, owner)
            self.problems += explain(error, cls, data, place, owner, self.lines, self.known)
            unknown = {str(found["loc"][0]) for found in error.errors() if found["type"] == "extra_forbidden" and len(found["loc"]) == 1}
            return self.piece(cls, {name: value for name, value in data.items() if name not in unknown}, place, owner) if unknown else None


def _from(data: Mapping[str, Any]) -> dict[str, Any]:
    """The `from` of a step that could not be read, where it is sound."""
    value = data.get("from")
    sound = isinstance(value, str) or (isinstance(value, list) and all(isinstance(name, str) for name in value))
    return {"from_": value} if sound else {}


def _replaced(data: Any, texts: Mapping[Place, str]) -> Any:
    """The data with other values at the given places."""
    if () in texts:
        return texts[()]
    inner = {key: {path[1:]: text for path, text in texts.items() if path[0] == key} for key in {path[0] for path in texts}}
    if isinstance(data, dict):
        return {key: _replaced(item, inner[key]) if key in inner else item for key, item in data.items()}
    return [_replaced(item, inner[key]) if key in inner else item for key, item in enumerate(data)]
