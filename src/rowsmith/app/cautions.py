"""What should be known before a judge is believed: of a recipe that asks one, of a threshold that is used, of a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowsmith.app.comparison import Judged, Measure, Side
from rowsmith.app.kin import SOURCE, related, told
from rowsmith.core.paired import LEVEL, NOT_SHOWN, fewest
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import MODEL, Step
from rowsmith.engine.check_models import roles
from rowsmith.steps.score.judge import Judge
from rowsmith.steps.score.preference import Preference
from rowsmith.store import events
from rowsmith.store.database import Database
from rowsmith.store.kept import Pairing, shared_answers

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab

CALIBRATED = "dataset.calibrated"
"""The event of a threshold that was shown: {dataset, where, precision, confidence, judges}."""
JUDGES = (Judge, Preference)


def of_recipe(recipe: Recipe) -> Iterator[str]:
    """What can be known of a recipe's judges before one is asked: whether they are kin of the models that make the rows, whether draws can differ,
    and what is weak in a rubric."""
    judges = [step for step in recipe.steps if isinstance(step, JUDGES)]
    makers = {name for step in recipe.steps if not step.kind.startswith("score.") for name in _asked(recipe, step)}
    if kin := told((name for step in judges for name in _asked(recipe, step)), makers):
        yield kin
    for step in judges:
        cold = [role for role in _roles(step) if role in recipe.models and recipe.models[role].temperature == 0]
        if step.draws > 1 and cold:
            yield f"Step {step.title!r} asks {' and '.join(cold)} {step.draws} times at the temperature 0: the draws will hardly differ."
        if isinstance(step, Judge):
            for said in step.by.lint() if step.rubric is not None else ():
                yield f"Step {step.title!r}: {said}"


def of_thresholds(lab: Lab, project: str, recipe: Mapping[str, Any]) -> Iterator[str]:
    """Thresholds of a recipe (as data) that were calibrated (`rowsmith review calibrate`), but for another judge than the one that scores here."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for event in events.of_kinds(lab.db, project, (CALIBRATED,)):
        shown.setdefault(event.data["where"], []).append(event.data)
    models = {role: model["model"] for role, model in recipe.get("models", {}).items()}
    settings = [{key: value for key, value in step.items() if key != "kind"} for step in recipe["steps"] if step["kind"] == Judge.kind]
    judges = map(Judge.model_validate, settings)
    here = {step.into: ({models[role] for role in _roles(step) if role in models}, step.judged_by) for step in judges}
    for step in recipe["steps"]:
        condition = " ".join(str(step.get("where") or "").split())
        for where, told_ in shown.items():
            if not re.search(rf"(?<![\w.]){re.escape(where)}(?![\d.])", condition):
                continue
            for score, (by, rubric) in here.items():
                meant = [one["judges"][score] for one in told_ if score in one["judges"]]
                if meant and not any(by <= set(one["by"]) and rubric in one["rubrics"] for one in meant):
                    was = f"{' + '.join(meant[-1]['by'])} ({', '.join(meant[-1]['rubrics'])})"
                    other = f"{' + '.join(sorted(by))} ({rubric})"
                    yield (
                        f"Step {step.get('name') or step['kind']!r}: {where} was shown for {was}, and here {other} judges: the promise does not hold "
                        f"for it. rowsmith review drift tells what changes."
                    )


def _asked(recipe: Recipe, step: Step) -> list[str]:
    return [recipe.models[role].model for role in _roles(step) if role in recipe.models]


def _roles(step: Step) -> list[str]:
    choices = [choice for value in step.marked(MODEL).values() for choice in (value if isinstance(value, list) else [value])]
    return [role for choice in choices for role in roles(choice)]


def cautions(
    db: Database, paired: Pairing, sides: Sequence[Side], measures: Sequence[Measure], pairs: Sequence[tuple[float, float, str]],
    verdicts: Judged | None,
) -> Iterator[str]:  # fmt: skip
    """In words; `pairs` are those of the measure that decides."""
    yield from _of_runs(db, paired, sides)
    yield from _of_figures(measures, pairs, len(paired))
    if verdicts is not None:
        yield from _of_judge(verdicts, sides)


def _of_runs(db: Database, paired: Pairing, sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        if side.state not in ("finished", "shortfall"):
            yield f"Run {side.run} is {side.state}: rows that are still to come are not in it (rowsmith resume {side.run})."
    if shared := shared_answers(db, *paired.runs):
        yield f"Both runs rest on {shared:,} of the same answers. Where that is not meant, run one of them with --fresh: it buys its own."
    alone = sum(map(sum, (only.values() for only in paired.only)))
    if alone > len(paired) / 20:
        yield f"{alone:,} rows are kept in one run alone; the figures are about the {len(paired):,} that both kept, which may be the easier ones."


def _of_figures(measures: Sequence[Measure], pairs: Sequence[tuple[float, float, str]], paired: int) -> Iterator[str]:
    first, parents = measures[0].effect, len({parent for _, _, parent in pairs})
    if first.pairs < paired:
        yield f"{paired - first.pairs:,} of {paired:,} pairs have no value of {measures[0].by} on both sides, and are not in it."
    if first.low is None:
        yield f"{first.pairs:,} pairs of {parents:,} parents give no interval: two parents at least are needed."
    elif parents < first.pairs:
        yield f"The {first.pairs:,} pairs come of {parents:,} parents; the interval counts the parents, as siblings are alike."
    needed = fewest((1 - LEVEL) / len(measures))
    if first.pairs and not first.differing:
        yield f"All {first.pairs:,} pairs are equal by {measures[0].by}."
    elif first.verdict == NOT_SHOWN and first.low is not None and first.differing < needed:
        yield f"{first.differing:,} of {first.pairs:,} pairs differ; with fewer than {needed} nothing can be shown, be they all on one side."
    if len(measures) > 1:
        yield f"{len(measures)} measures were compared; their intervals are wide enough to hold all together with {LEVEL:.0%}. The surest decides."


def _of_judge(verdicts: Judged, sides: Sequence[Side]) -> Iterator[str]:
    kin = {side.run: [maker for _, maker in related([verdicts.model], side.models)] for side in sides}
    if made := " and ".join(f"{run} ({', '.join(models)})" for run, models in kin.items() if models):
        yield f"The judge {verdicts.model} is of the family of the models that made {made}; {SOURCE}."
    if failed := sum(verdicts.failed.values()):
        yield f"Of {failed:,} pairs the judge gave no answer that can be used: rowsmith runs {verdicts.run} --failed."
    by_place, asked = sum(verdicts.by_place.values()), verdicts.a + verdicts.b + verdicts.ties
    if by_place > asked / 5:
        yield f"In {by_place:,} of {asked:,} pairs the judge went by the place and not by the answer; they count as ties."
