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
        prompt: {file: prompts/qa.md}             a prompt's text may stand in a file, relative to the recipe,
                                                  or in the home: {name: qa, version: v2, with: {tone: plain}}

`read` gives everything there is to know; `load` and `loads` give the recipe, or raise with all problems at once. In the recipe that
comes out, parameters are filled in and prompts are texts: it is the same object as one that is put together in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rowsmith.content import recipe, recipes
from rowsmith.core.errors import Invalid, NotFound, Problem, choose
from rowsmith.core.recipe import Recipe
from rowsmith.engine.draft import Draft, Reading
from rowsmith.engine.explain import shown
from rowsmith.engine.graph import graph_problems
from rowsmith.engine.parameters import escape
from rowsmith.engine.prompt_files import Find
from rowsmith.engine.yaml_text import MAX_BYTES, Lines, parse
from rowsmith.engine.yaml_written import written


def load(path: Path, sets: Mapping[str, str] | None = None, *, plugins: Sequence[Path] = (), prompts: Find | None = None) -> Recipe:
    """The recipe in a file. `sets` are the values of its parameters, as text; `plugins` are folders of plug-ins beside its own; `prompts` finds
    those that have a name.

    Raises:
        NotFound: there is no such file.
        Invalid: with all of its problems, each with file, line and fix.
    """
    return _whole(read(path, sets, plugins=plugins, prompts=prompts))


def loads(
    text: str, sets: Mapping[str, str] | None = None, *, file: str = "<recipe>", base: Path = Path(), plugins: Sequence[Path] = ()
) -> Recipe:
    """The recipe in a text. `file` is its name in messages, `base` the folder from which its paths are taken. Raises as load."""
    return _whole(read_text(text, sets, file=file, base=base, plugins=plugins))


def build(data: Mapping[str, Any], *, plugins: Sequence[Path] = ()) -> Recipe:
    """The recipe that `Recipe.dump()` gave. Its texts are taken as they stand. Raises as load."""
    draft = Draft(dict(data), Lines("<recipe>"), {}, Path(), tuple(plugins))
    return _whole(draft.reading())


def dump(recipe_: Recipe) -> str:
    """The recipe as YAML, such that `loads(dump(it)) == it`."""
    plain = {key: value for key, value in recipe_.dump().items() if key != "parameters"}
    return written(escape(plain))


def read(path: Path, sets: Mapping[str, str] | None = None, *, plugins: Sequence[Path] = (), prompts: Find | None = None) -> Reading:
    """Read a recipe file, or the recipe of the catalogue that has this name where there is no such file; its paths start at the current folder.

    Raises:
        NotFound: there is neither.
    """
    if not path.is_file() and str(path) in recipes():
        return read_text(recipe(str(path)), sets, file=str(path), base=Path(), plugins=plugins, prompts=prompts)
    try:
        with open(path, "rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        near = f" {choose(str(path), recipes())}" if path.name == str(path) and not path.suffix else ""
        fix = f"Give the path of a recipe file (YAML), or a name that `rowsmith recipes` lists.{near}"
        raise NotFound(f"The recipe {path} cannot be opened: {error.strerror}.", fix) from None
    base = path.parent
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        problem = Problem(f"The file is not UTF-8: byte {error.start + 1} cannot be read.", "Save it as UTF-8.", str(path), line)
        return Reading(None, [problem], Lines(str(path)), {}, base, ())
    return read_text(text, sets, file=str(path), base=base, plugins=plugins, prompts=prompts)


def read_text(
    text: str, sets: Mapping[str, str] | None = None, *, file: str = "<recipe>", base: Path = Path(), plugins: Sequence[Path] = (),
    prompts: Find | None = None,
) -> Reading:  # fmt: skip
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
    draft = Draft(data, lines, sets or {}, base, folders, prompts)
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
