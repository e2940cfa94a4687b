"""A recipe's YAML form: read it, with every problem and its line, and write it.

    name: critic
    parameters:
      input: {help: "JSONL of {id, text}"}        must be given: --set input=rows.jsonl
      price_in: {optional: true}                  may stay unset
      concurrency: {default: 8}
    models:
      writer: {model: "openai/small", concurrency: "${concurrency}", price_in: "${price_in}"}
    steps:
      - kind: read.rows
        paths: "${input}"
      - kind: generate.qa
        model: writer
        prompt: {file: prompts/qa.md}             a prompt's text may stand in a file, relative to the recipe

`read` gives everything there is to know; `load` and `loads` give the recipe, or raise with all problems at once. In the recipe that
comes out, parameters are filled in and prompts are texts: it is the same object as one that is put together in Python.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from rowsmith import registry
from rowsmith.core.errors import Invalid, NotFound, Problem, RowsmithError, choose
from rowsmith.core.models import Model
from rowsmith.core.recipe import Parameter, Recipe
from rowsmith.core.step import Step
from rowsmith.engine.explain import explain, given_text, shown
from rowsmith.engine.graph import graph_problems
from rowsmith.engine.holes import UNREAD, Hole
from rowsmith.engine.parameters import Filling, escape
from rowsmith.engine.prompt_files import with_prompt_files
from rowsmith.engine.yaml_text import MAX_BYTES, Lines, parse, scalar
from rowsmith.engine.yaml_text import Path as Place

BREAKS = set("\r\x85\u2028\u2029\ufeff")
"""Signs that YAML takes for line breaks, or drops, unless they are written as escapes."""
T = TypeVar("T", bound=BaseModel)
Form = TypeVar("Form", dict[str, Any], list[Any])


@dataclass(slots=True)
class Reading:
    """A recipe file as it was read. `recipe` is None when nothing can be made of it; with `problems` it is a draft that can be checked but
    not run. `base` is the folder from which its paths are taken; `folders` are those searched for plug-ins."""

    recipe: Recipe | None
    problems: list[Problem]
    lines: Lines
    parameters: dict[str, Parameter]
    base: Path
    folders: tuple[Path, ...]


def load(path: Path, sets: Mapping[str, str] | None = None, *, plugins: Sequence[Path] = ()) -> Recipe:
    """The recipe in a file. `sets` are the values of its parameters, as text; `plugins` are folders of plug-ins beside its own.

    Raises:
        NotFound: there is no such file.
        Invalid: with all of its problems, each with file, line and fix.
    """
    return _whole(read(path, sets, plugins=plugins))


def loads(
    text: str, sets: Mapping[str, str] | None = None, *, file: str = "<recipe>", base: Path = Path(), plugins: Sequence[Path] = ()
) -> Recipe:
    """The recipe in a text. `file` is its name in messages, `base` the folder from which its paths are taken. Raises as load."""
    return _whole(read_text(text, sets, file=file, base=base, plugins=plugins))


def build(data: Mapping[str, Any], *, plugins: Sequence[Path] = ()) -> Recipe:
    """The recipe that `Recipe.dump()` gave. Its texts are taken as they stand. Raises as load."""
    draft = _Draft(dict(data), Lines("<recipe>"), {}, Path(), tuple(plugins))
    return _whole(draft.reading())


def dump(recipe: Recipe) -> str:
    """The recipe as YAML, such that `loads(dump(recipe)) == recipe`."""
    out = io.StringIO()
    plain = {key: value for key, value in recipe.dump().items() if key != "parameters"}
    yaml.dump(escape(plain), out, _Dumper, sort_keys=False, allow_unicode=True, width=120)
    return out.getvalue()


def read(path: Path, sets: Mapping[str, str] | None = None, *, plugins: Sequence[Path] = ()) -> Reading:
    """Read a recipe file.

    Raises:
        NotFound: there is no such file.
    """
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"The recipe {path} cannot be opened: {error.strerror}.", "Give the path of a recipe file (YAML).") from None
    base = path.parent
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        problem = Problem(f"The file is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8.", str(path), line)
        return Reading(None, [problem], Lines(str(path)), {}, base, ())
    return read_text(text, sets, file=str(path), base=base, plugins=plugins)


def read_text(
    text: str, sets: Mapping[str, str] | None = None, *, file: str = "<recipe>", base: Path = Path(), plugins: Sequence[Path] = ()
) -> Reading:
    """Read a recipe from text."""
    folders = (base / "plugins", *plugins)
    try:
        data, lines, problems = parse(text, file)
    except Invalid as error:
        return Reading(None, list(error.problems), Lines(file), {}, base, folders)
    if not isinstance(data, dict):
        what = f"The file holds {shown(data)[:40]}, not a recipe." if data is not None else "The file is empty."
        problem = lines.problem((), what, "Begin with 'name: ...' and 'steps:'.")
        return Reading(None, [*problems, problem], lines, {}, base, folders)
    draft = _Draft(data, lines, sets or {}, base, folders)
    draft.problems[:0] = problems
    draft.fill()
    return draft.reading()


def _whole(reading: Reading) -> Recipe:
    problems = [*reading.problems, *(graph_problems(reading.recipe.steps, reading.lines) if reading.recipe else ())]
    if problems or reading.recipe is None:
        raise problems_as_error(problems)
    return reading.recipe


def problems_as_error(problems: Sequence[Problem]) -> Invalid:
    """One error that holds all problems, in the order of their lines, each once."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line))
    count = "a problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    return Invalid(f"The recipe has {count}.", "Nothing has been spent.", ordered)


class _Draft:
    """Puts a Recipe together from plain data, piece by piece, and keeps on after each problem."""

    def __init__(self, data: dict[str, Any], lines: Lines, sets: Mapping[str, str], base: Path, folders: tuple[Path, ...]) -> None:
        self.data, self.lines, self.sets, self.base, self.folders = data, lines, sets, base, folders
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
        named = self.part("models", dict).items()
        models = {role: self.piece(Model, item, ("models", role), f"the model {role!r}") or UNREAD for role, item in named}
        steps = [self.step(item, position) for position, item in enumerate(self.part("steps", list))]
        head = {key: value for key, value in self.data.items() if key not in ("models", "steps")}
        # A stand-in for the steps where there are none: the rest is still checked.
        whole = self.piece(Recipe, {**head, "models": models, "steps": steps or [Hole(name="?")]}, (), "the recipe")
        if "steps" not in self.data:
            self.problems.append(self.lines.problem((), "The recipe needs the setting 'steps'.", "Add a list of steps."))
        elif self.data["steps"] == []:
            self.problems.append(self.lines.problem(("steps",), "The recipe has no step.", "Begin with one that reads, such as read.files."))
        if whole is None and steps:
            whole = Recipe.model_construct(name="?", models=models, steps=steps)
        return Reading(whole if steps else None, self.problems, self.lines, self.parameters, self.base, self.folders)

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
            self.problems.append(self.lines.problem(place, what, f"Add 'kind: ...'. {choose('', list(registry.step_kinds(self.folders)))}"))
            return Hole(name=f"step {position + 1}")
        kind, name = data["kind"], data.get("name")
        title = name if isinstance(name, str) and name else kind
        try:
            cls = registry.step(kind, self.folders)
        except RowsmithError as error:
            self.problems.append(self.lines.problem((*place, "kind"), error.what, error.fix))
            return Hole(name=title, **_from(data))
        settings = {key: value for key, value in data.items() if key != "kind"}
        settings = with_prompt_files(cls, settings, self.base, lambda field, what, fix: self.wrong((*place, field), what, fix))
        return self.piece(cls, settings, place, f"step {title!r}" if title == kind else f"step {title!r} ({kind})") or Hole(name=title, **_from(data))

    def wrong(self, place: Place, what: str, fix: str) -> None:
        self.known.add(place)
        self.problems.append(self.lines.problem(place, what, fix))

    def piece(self, cls: type[T], data: Any, place: Place, owner: str) -> T | None:
        """The data as `cls`, or None and its problems."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            texts = {path: self.given[(*place, *path)] for path in given_text(error, data) if (*place, *path) in self.given}
            if texts:
                return self.piece(cls, _replaced(data, texts), place, owner)
            self.problems += explain(error, cls, data, place, owner, self.lines, self.known)
            return None


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


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, and in quotes whatever would be read as something else."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if scalar(text) is not text or BREAKS & set(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
