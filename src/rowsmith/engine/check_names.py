"""Names that a step uses: columns, prompt variables, and the names in conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rowsmith.core import expressions, prompt
from rowsmith.core.errors import Invalid, Problem, choose
from rowsmith.core.review import unknown_names
from rowsmith.core.row import REVIEWS
from rowsmith.core.step import COLUMN, PROMPT, WHERE, Step
from rowsmith.engine.yaml_text import Lines, Path

Columns = frozenset[str] | None
"""The columns that are known to be there; None where they are not known."""
BESIDE = frozenset({"scores", "origin", "id"})
"""What can be named beside the columns."""


def name_problems(
    step: Step, position: int, before: Columns, lines: Lines, expanded: Mapping[str, str] | None = None, reviews: bool | None = None
) -> list[Problem]:  # fmt: skip
    """Prompts and conditions that cannot be read, and names that are not among the columns `before` the step. `expanded`: the variables that are
    declared to be expanded, with the name of the prompt that does. `reviews`: whether a read.dataset before it brings what people think of the
    rows; None: there is none."""
    told, beside = expanded or {}, BESIDE | {REVIEWS} if reviews else BESIDE
    return [
        *(
            problem for name, place, text in _texts(step, PROMPT, position)
            for problem in _prompt(step, name, place, text, before, beside, lines, told)
        ),
        *(
            problem for name, place, text in _texts(step, WHERE, position)
            for problem in _where(step, name, place, text, before, beside, lines)
        ),
        *(
            problem for name, place, text in _texts(step, WHERE, position)
            if reviews is not None for problem in _reviews(step, name, place, text, before, reviews, lines)
        ),
        *(problem for name, place, text in _texts(step, COLUMN, position) for problem in _column(step, name, place, text, before, lines)),
    ]


def setting(step: Step, name: str) -> str:
    """The name of a field as a recipe writes it."""
    field = type(step).model_fields.get(name)
    return (field.alias if field else None) or name


def _texts(step: Step, mark: Any, position: int) -> Iterator[tuple[str, Path, str]]:
    """The texts in the fields that carry the mark: field, place, text."""
    for name, value in step.marked(mark).items():
        for text in value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]:
            if isinstance(text, str):
                yield name, ("steps", position, setting(step, name)), text


def _prompt(
    step: Step, name: str, place: Path, text: str, before: Columns, beside: frozenset[str], lines: Lines, expanded: Mapping[str, str]
) -> Iterator[Problem]:
    whose = f"{setting(step, name)!r} of step {step.title!r}"
    try:
        variables = prompt.parse(text).needed
    except Invalid as error:
        yield lines.problem(place, f"{whose}: {error.what}", error.fix)
        return
    if before is None:
        return
    there = before | beside | frozenset(step.prompt_gives.get(name, ()))
    for variable in sorted(variables - there):
        fix = choose(variable, sorted(there))
        if variable in expanded:
            fix = f"It is to be expanded: put a step before, {{kind: generate.variants, values: {{prompt: {expanded[variable]}}}}}."
        yield lines.problem(place, f"{whose} uses {{{{ {variable} }}}}, and there is no such column here.", fix)


def _where(step: Step, name: str, place: Path, text: str, before: Columns, beside: frozenset[str], lines: Lines) -> Iterator[Problem]:
    whose = f"{setting(step, name)!r} of step {step.title!r}"
    try:
        columns = expressions.parse(text).columns
    except Invalid as error:
        yield lines.problem(place, f"{whose}: {error.what}", error.fix)
        return
    yield from _unknown(f"{whose} uses", columns - beside, before, place, lines)


def _reviews(step: Step, name: str, place: Path, text: str, before: Columns, there: bool, lines: Lines) -> Iterator[Problem]:
    """Names of reviews that these do not have, or that are not brought. A column of that name goes before them."""
    try:
        condition = expressions.parse(text)
    except Invalid:
        return  # which is told already
    if REVIEWS not in condition.columns or REVIEWS in (before or ()):
        return
    whose = f"{setting(step, name)!r} of step {step.title!r}"
    if not there:
        yield lines.problem(place, f"{whose} uses {REVIEWS!r}, and the read.dataset before it does not bring them.", "Give it reviews: true.")
    else:
        yield from (lines.problem(place, f"{whose}: {one.what}", one.fix) for one in unknown_names(condition))


def _column(step: Step, name: str, place: Path, text: str, before: Columns, lines: Lines) -> Iterator[Problem]:
    yield from _unknown(f"{setting(step, name)!r} of step {step.title!r} needs", {text}, before, place, lines)


def _unknown(what: str, names: Collection[str], before: Columns, place: Path, lines: Lines) -> Iterator[Problem]:
    if before is None:
        return
    for name in sorted(set(names) - before):
        yield lines.problem(place, f"{what} the column {name!r}, and there is none of that name here.", choose(name, sorted(before)))
