"""Prompts tried: rendered for sample rows, looked over, found from rows; with a model, through an ordinary run: stored, capped and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rowsmith.assist import infer, judge
from rowsmith.assist.findings import SEES, Finding
from rowsmith.assist.lint import english, lint
from rowsmith.connectors.templates import Templates
from rowsmith.core.errors import Invalid, RowFailed, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.step import Step
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import Runs

Sampled = Sequence[tuple[Mapping[str, Any], str]]
"""Rows that are tried, each with its id; empty where it is of no dataset."""
ANSWER = "answer"
"""The column that a tried prompt's answer goes into."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking came to: the run that holds the answers, its state, and its cost in USD (None: a price is not known)."""

    run: str
    state: str
    reason: str
    calls: int
    calls_reused: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Tried:
    """A prompt with the values of one row. `row`: its number among those tried, `values`: those of variables that are expanded; `problem` says
    why it cannot be sent, `answer` what the model said, `reason` why it said nothing that can be used."""

    row: int
    values: dict[str, Any]
    system: str
    text: str
    problem: str = ""
    answer: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """A prompt tried on sample rows; `asked` is None without a model."""

    prompt: str
    rows: tuple[Tried, ...]
    asked: Asked | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found about a prompt. `english`: whether rules that look for English words were used. `unproven`: faults that the model named with
    words that do not stand in the prompt; they are left out."""

    prompt: str
    findings: tuple[Finding, ...]
    english: bool
    asked: Asked | None
    unproven: int

    def dump(self) -> dict[str, Any]:
        """As plain data; `rules` says of each what it sees and what it cannot."""
        rules = {rule: {"sees": sees, "misses": misses} for rule, (sees, misses) in SEES.items()}
        return {**asdict(self), "findings": [one.dump() for one in self.findings], "rules": rules}


@dataclass(frozen=True, slots=True)
class Inferred:
    """A prompt found from rows, and what asking for it came to."""

    prompt: Prompt
    rows: int
    asked: Asked

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"prompt": self.prompt.dump(), "rows": self.rows, "asked": asdict(self.asked)}


def try_rows(
    runs: Runs, name: str, prompt: Prompt, samples: Sampled, values: Mapping[str, Any], limit: int, model: Model | None, budget_usd: float | None
) -> Test:
    """See Prompts.test."""
    rows = [data for data, _ in samples]
    filled = prompt.filled(values)
    templates = Templates()
    try:
        tried = list(islice(_rendered(prompt, filled.system, filled.text, rows, values, templates), limit))
    finally:
        templates.close()
    if model is None:
        return Test(name, tuple(tried), None)
    sent = [number for number, one in enumerate(tried) if not one.problem]
    if not sent:
        raise Invalid("None of the rows can be sent.", f"The first: {tried[0].problem}" if tried else "There are none.")
    data = [{**rows[tried[number].row], **tried[number].values} for number in sent]
    known = {name: value for name, value in prompt.parameters.items() if name not in model.model_fields_set}
    step = Columns(prompt=filled.text, system=filled.system, into=ANSWER)
    cites = [samples[tried[number].row][1:] for number in sent]
    result, answers = ask(runs, f"prompts test {name}", data, step, model.model_copy(update=known), budget_usd, cites)
    why = dict(zip(sent, _reasons(runs, result, len(sent), answers), strict=True))
    said = {sent[index]: row.data[ANSWER] for index, row in answers.items()}
    done = [_with(one, said.get(number), why.get(number, "")) for number, one in enumerate(tried)]
    return Test(name, tuple(done), asked(result))


def _with(one: Tried, answer: str | None, reason: str) -> Tried:
    return Tried(one.row, one.values, one.system, one.text, one.problem, answer, "" if answer is not None or one.problem else reason)


def _reasons(runs: Runs, result: Result, count: int, answers: Mapping[int, Row]) -> list[str]:
    """Why each row that was sent has no answer; empty where it has one. Failed rows are told in row order; where others were not asked at all
    nobody can say here which is which."""
    failed = [f"{one['reason']}: {one['detail']}" for one in runs.troubles(result.run)]
    each = failed if len(failed) == count - len(answers) else [result.reason or result.state] * (count - len(answers))
    return ["" if index in answers else each.pop(0) for index in range(count)]


def rendered(prompt: Prompt, row: Mapping[str, Any], values: Mapping[str, Any]) -> Tried:
    """A prompt with the values of one row, as it would be sent; its `problem` says why it cannot be. A variable that is to be expanded has the
    first of its values, where neither the row nor `values` say another.

    Raises:
        Invalid: a value does not fit.
    """
    filled = prompt.filled(values)
    templates = Templates()
    try:
        return next(_rendered(prompt, filled.system, filled.text, [row], values, templates))
    finally:
        templates.close()


def _rendered(
    prompt: Prompt, system: str, text: str, rows: Sequence[Mapping[str, Any]], values: Mapping[str, Any], templates: Templates
) -> Iterator[Tried]:
    for number, row in enumerate(rows):
        open_ = {name: one.expand for name, one in prompt.variables.items() if one.expand is not None and name not in row and name not in values}
        for chosen in product(*open_.values()):
            drawn = dict(zip(open_, chosen, strict=True))
            scope = {"row": dict(row), "count": 1, **row, **drawn}
            wrong = [
                f"{name!r} {problem}." for name, one in prompt.variables.items() if name in scope and (problem := one.problem(scope[name]))
            ]
            try:
                yield Tried(number, drawn, templates.render(system, scope), templates.render(text, scope), " ".join(wrong))
            except RowFailed as error:
                yield Tried(number, drawn, "", "", error.what)


def look_over(runs: Runs, name: str, prompt: Prompt, step: str, model: Model | None, budget_usd: float | None) -> Linted:
    """See Prompts.lint."""
    found = lint(prompt, step)
    if model is None:
        return Linted(name, tuple(found), english(prompt), None, 0)
    row, question = judge.question(prompt)
    result, answers = ask(runs, f"prompts lint {name}", [row], question, model, budget_usd)
    judged, unproven = judge.read(prompt, _one(result, answers), model.model)
    return Linted(name, tuple(judge.together(found, judged)), english(prompt), asked(result), unproven)


def find_from_rows(
    runs: Runs, dataset: str, samples: Sampled, answer: str, model: Model | None, budget_usd: float | None
) -> Inferred:
    """See Prompts.infer."""
    if model is None:
        raise Invalid("A prompt is found from rows by a model, and none is given.", "Give one: --model provider/name.")
    row, question, inputs = infer.question([data for data, _ in samples], answer)
    result, answers = ask(runs, f"prompts infer {dataset}", [row], question, model, budget_usd, [[name for _, name in samples]])
    return Inferred(infer.read(_one(result, answers), inputs), len(samples), asked(result))


def ask(
    runs: Runs, name: str, rows: Sequence[Mapping[str, Any]], step: Step, model: Model, budget_usd: float | None, cites: Sequence[Sequence[str]] = ()
) -> tuple[Result, dict[int, Row]]:
    """Ask a model about each row by a run of its own, which commits nothing; the answers by the row's number. `cites` as of `Asking.ask`.

    Raises:
        Invalid: it cannot be asked; nothing is spent.
    """
    called = name.replace("@", " ").replace("/", " ")[:200]
    recipe = Recipe(name=called, models={"writer": model}, steps=[ReadRows(rows=[dict(one) for one in rows]), step])
    named = tuple(tuple(filter(None, names)) for names in cites)
    result = runs.start(recipe, commit=False, budget_usd=budget_usd, cites=named if any(named) else ())
    return result, {row.origin["source"]["index"]: row for row in runs.rows(result.run)}


def _one(result: Result, answers: Mapping[int, Row]) -> Mapping[str, Any]:
    if 0 not in answers:
        why = result.reason or ", ".join(result.failed) or result.state
        raise Unavailable(f"The model gave no answer that can be used: {why}", f"See rowsmith runs {result.run} --draws, and ask again.")
    return answers[0].data


def asked(result: Result) -> Asked:
    """What is told of a run."""
    return Asked(result.run, result.state, result.reason, result.calls, result.calls_reused, result.cost_usd)


def model_of(name: str, base_url: str | None = None) -> Model:
    """The model of this name, as `provider/name`.

    Raises:
        Invalid: that is no model.
    """
    if "/" not in name:
        raise Invalid(f"The model {name!r} has no provider.", "Write it as a recipe does: provider/name, for example openai/gpt-4o-mini.")
    try:
        return Model(model=name, **({"base_url": base_url} if base_url else {}))
    except ValidationError as error:
        told = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, told['loc']))}: {told['msg']}.", "See rowsmith models list.") from None
