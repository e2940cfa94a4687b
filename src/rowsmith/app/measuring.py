"""How good prompts are over rows: ordinary runs, which commit nothing. They are stored, counted, capped together, and gone on with by the same
command: what is asked depends on rows, prompts and seed alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowsmith.app.held_out import Rows
from rowsmith.app.purse import Purse
from rowsmith.core.ids import child_id
from rowsmith.core.metrics import Judge, parts_of
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Json, Row
from rowsmith.core.step import Step
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.dataset import ReadDataset
from rowsmith.steps.score.judge import Judge as JudgeStep
from rowsmith.steps.score.metric import MetricStep
from rowsmith.steps.transform.columns import Columns as Rename

if TYPE_CHECKING:
    pass

WORTHLESS = frozenset({"cut", "empty", "refusal", "filter", "context", "prompt_too_long"})
"""Why a prompt got no answer that can be used, and scores 0. What servers or judges fail at is in no figure."""
ALIKE = "It says what the expected answer says, in whatever words; nothing that matters is missing, wrong or added."
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row with one prompt. `score` is None where it is in no figure; `reason` says why it failed, `judge` what the judge said."""

    score: float | None
    answer: Json = None
    reason: str = ""
    judge: str = ""


@dataclass(frozen=True, slots=True)
class Models:
    """Who answers, who proposes prompts, and who judges (None: nobody)."""

    answerer: Model
    proposer: Model
    judge: Model | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What prompts are measured on: rows, models, and what is given of the prompts' variables. `name` stands for the prompt in names of runs; `note`
    hears a line for each thing that is done."""

    purse: Purse
    name: str
    rows: Rows
    models: Models
    values: dict[str, Any]
    note: Note

    def measure(self, what: str, prompts: Sequence[Prompt], rows: Sequence[Row]) -> tuple[list[dict[str, Outcome]], str]:
        """What comes of the rows with each of the prompts, by row id, and the run that asked. Raises as Purse.start."""
        recipe = self.recipe(what, prompts, rows)
        result = self.purse.start(recipe)
        titles = [step.title for step in recipe.steps]
        known = {child_id(row.id, name, 0): (number, row.id) for number, name in enumerate(_names(prompts)) for row in rows}
        found: list[dict[str, Outcome]] = [{} for _ in prompts]
        said, _, score = self._columns
        for row in self.purse.runs.rows(result.run):
            number, id_ = known[row.id]
            found[number][id_] = Outcome(float(row.scores[score]), row.data[said], judge=_reasons(row))
        for trouble in self.purse.runs.troubles(result.run, limit=len(known)):
            number, id_ = known[trouble["id"]]
            worthless = titles[trouble["step"]] in _names(prompts) and trouble["reason"] in WORTHLESS
            found[number][id_] = Outcome(0.0 if worthless else None, reason=f"{trouble['reason']}: {trouble['detail']}")
        return found, result.run

    def recipe(self, what: str, prompts: Sequence[Prompt], rows: Sequence[Row]) -> Recipe:
        """Every row is answered with every prompt, and scored."""
        said, expected, score = self._columns
        ids = sorted(row.id for row in rows)
        steps: list[Step] = [ReadDataset(name="rows", dataset=self.rows.dataset, ids=ids)]
        if expected != self.rows.answer:
            steps.append(Rename(name="expected", rename={self.rows.answer: expected}))
        before, names = steps[-1].title, _names(prompts)
        for name, prompt in zip(names, prompts, strict=True):
            filled = prompt.filled({key: value for key, value in self.values.items() if key in prompt.used or key in prompt.variables})
            steps.append(
                Columns(name=name, from_=before, prompt=filled.text, system=filled.system, into=said, forward="all", model="answerer")
            )
        judge = next((part for part in parts_of(self.rows.metric) if isinstance(part, Judge)), None)
        models = {"answerer": self.asked(prompts[0])}
        last: list[str] = names
        if judge is not None and self.models.judge is not None:
            steps.append(_judging(judge, last))
            models["judge"], last = self.models.judge, [steps[-1].title]
        steps.append(MetricStep(name="metric", from_=last, metric=self.rows.metric, answer=said, expected=expected, into=score))
        return Recipe(name=f"optimize {self.name} {what}"[:200], models=models, steps=steps)

    @property
    def _columns(self) -> tuple[str, str, str]:
        """Columns that the rows have not: for the answer and for what is expected; and the name of the score."""
        taken = set(self.rows.inputs)
        return _free("answer", taken), _free("expected", taken), "metric"

    def asked(self, prompt: Prompt) -> Model:
        """The model that answers, as the prompt wants it asked."""
        model = self.models.answerer
        return model.model_copy(update={name: value for name, value in prompt.parameters.items() if name not in model.model_fields_set})


def means(outcomes: dict[str, Outcome]) -> float | None:
    """The mean score; None where there is none."""
    scores = [one.score for one in outcomes.values() if one.score is not None]
    return sum(scores) / len(scores) if scores else None


def _judging(judge: Judge, before: list[str]) -> JudgeStep:
    return JudgeStep(name="judge", from_=before, criteria={"answer": judge.criteria or ALIKE}, scale=judge.scale, into=judge.from_)


def _reasons(row: Row) -> str:
    found = [score["answer"]["reason"] for score in row.scores.values() if isinstance(score, dict) and isinstance(score.get("answer"), dict)]
    return str(found[0]) if found and isinstance(found[0], str) else ""


def _names(prompts: Sequence[Prompt]) -> list[str]:
    return [f"prompt_{number}" for number in range(len(prompts))]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
