"""Everything about a recipe that can be known before anything is spent.

The graph of steps, what each step says of its own settings, models and their keys, prompts and their variables, columns, conditions,
the critic loop, and whether a money cap can be kept. Columns are followed from step to step; where they cannot be known without
running (None) nothing is said about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rowsmith.core.errors import Problem, RowsmithError
from rowsmith.core.ports import Keys
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import REVIEWS
from rowsmith.core.step import Step
from rowsmith.engine import recipe_file
from rowsmith.engine.check_files import file_problems
from rowsmith.engine.check_models import model_problems
from rowsmith.engine.check_names import Columns, name_problems
from rowsmith.engine.draft import Reading
from rowsmith.engine.graph import graph_problems, idle_sources, retry_problems, takes
from rowsmith.engine.holes import Hole
from rowsmith.engine.origins import format_problems
from rowsmith.engine.prompt_files import Find, Found
from rowsmith.engine.yaml_text import Lines
from rowsmith.llm.facts import Table
from rowsmith.steps.paths import relative_to


def check(
    recipe: Recipe,
    *,
    base: Path,
    keys: Keys,
    lines: Lines | None = None,
    budget_usd: float | None = None,
    plugins: Sequence[Path] = (),
    table: Table | None = None,
    prompts: Mapping[tuple[int, str], Found] | None = None,
) -> list[Problem]:
    """All problems of a recipe, in the order of their lines; none when it can run.

    `base` is the folder from which the recipe's paths are taken, `keys` where keys are found, `lines` what the file's reading gave,
    `budget_usd` the cap when it is not the recipe's own, `plugins` folders of plug-in files, `table` what is known of models, `prompts`
    those that have a name, by the step's position and setting.
    """
    lines = lines or Lines()
    with relative_to(base):
        found = [
            *(graph_problems(recipe.steps, lines) or idle_sources(recipe.steps, lines)),
            *retry_problems(recipe.steps, lines),
            *_step_problems(recipe.steps, lines, prompts or {}),
            *model_problems(recipe, keys, lines, recipe.budget_usd if budget_usd is None else budget_usd, plugins, base, table),
            *file_problems(recipe, lines, plugins, table),
            *format_problems(recipe, lines, plugins),
        ]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.line)


def read_whole(
    path: Path,
    sets: Mapping[str, str] | None = None,
    *,
    keys: Keys,
    budget_usd: float | None = None,
    plugins: Sequence[Path] = (),
    table: Table | None = None,
    prompts: Find | None = None,
) -> tuple[Recipe, Reading]:
    """The recipe in a file, read and checked, and what its reading gave. `prompts` finds those that have a name.

    Raises:
        NotFound: there is no such file.
        Invalid: with every problem of the file and of what it says, at once.
    """
    reading = recipe_file.read(path, sets, plugins=plugins, prompts=prompts)
    problems = list(reading.problems)
    if reading.recipe is not None:
        problems += check(
            reading.recipe, base=reading.base, keys=keys, lines=reading.lines, budget_usd=budget_usd, plugins=reading.folders, table=table,
            prompts=reading.prompts,
        )  # fmt: skip
    if problems or reading.recipe is None:
        raise recipe_file.problems_as_error(problems)
    return reading.recipe, reading


def checked(
    path: Path,
    sets: Mapping[str, str] | None = None,
    *,
    keys: Keys,
    budget_usd: float | None = None,
    plugins: Sequence[Path] = (),
    table: Table | None = None,
    prompts: Find | None = None,
) -> Recipe:
    """The recipe in a file, read and checked. Arguments and errors as of `read_whole`."""
    return read_whole(path, sets, keys=keys, budget_usd=budget_usd, plugins=plugins, table=table, prompts=prompts)[0]


def _step_problems(steps: Sequence[Step], lines: Lines, prompts: Mapping[tuple[int, str], Found]) -> list[Problem]:
    """What each step says of itself, and the names that it uses and that are not there."""
    out: list[Problem] = []
    after: list[Columns] = []
    for position, step in enumerate(steps):
        before = _before(after, takes(steps, position))
        if isinstance(step, Hole):
            after.append(None)
            continue
        own = [lines.problem(("steps", position), f"Step {step.title!r}: {said}") for said in (*step.check(), *_no_sandbox(step))]
        try:
            own += name_problems(step, position, before, lines, _expanded(prompts, position), _reviews(steps, position))
            # No column at all means that nothing could be seen (an empty file), not that every name is wrong.
            after.append(step.columns(before) or None)
        except RowsmithError as error:
            # A step that has said itself what is wrong says it again where its settings are put to use.
            own = own or [lines.problem(("steps", position), f"Step {step.title!r}: {error.what}", error.fix)]
            after.append(None)
        out += own
    return out


def _no_sandbox(step: Step) -> list[str]:
    """Why a step cannot carry out code on this machine."""
    if not step.executes:
        return []
    from rowsmith.connectors.execution import unavailable

    return [why] if (why := unavailable()) else []


def _expanded(prompts: Mapping[tuple[int, str], Found], position: int) -> dict[str, str]:
    """The variables that prompts of the step declare to be expanded, with the prompt's name."""
    found = [one for (at, _), one in prompts.items() if at == position]
    return {name: one.name for one in found for name, variable in one.prompt.variables.items() if variable.expand is not None}


def _reviews(steps: Sequence[Step], position: int) -> bool | None:
    """Whether a read.dataset whose rows reach the step brings their reviews; None: there is no such step."""
    found, awaited = list[bool](), set(takes(steps, position))
    while awaited:
        at = awaited.pop()
        found += [bool(getattr(steps[at], REVIEWS))] if steps[at].kind == "read.dataset" else []
        awaited |= {before for before in takes(steps, at) if before < at}
    return any(found) if found else None


def _before(after: Sequence[Columns], inputs: Sequence[int]) -> Columns:
    """The columns that every row has that reaches a step: those common to its inputs."""
    found = [after[position] for position in inputs]
    known = [columns for columns in found if columns is not None]
    return frozenset.intersection(*known) if known and len(known) == len(found) else None
