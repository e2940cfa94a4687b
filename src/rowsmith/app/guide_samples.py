"""The samples of a talk: made by a run that commits nothing, changed by hand, refused and made again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowsmith.app import guide_making
from rowsmith.app.guide_state import SAMPLES, Sample, State
from rowsmith.assist.writing import recipe_of
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.ids import cleaned
from rowsmith.engine import recipe_file

if TYPE_CHECKING:
    from rowsmith.app.results import Result
    from rowsmith.app.runs import OnProgress, Runs
    from rowsmith.engine.terms import Stopping


def sampled(runs: Runs, state: State, name: str, on_progress: OnProgress | None = None, stopping: Stopping | None = None) -> State:
    """The state with its samples: those that are not there yet are made. Answers that are stored already are used.

    Raises:
        Invalid: there is no model. Conflict: the run stands still; the same again goes on.
    """
    model = state.writer
    if model is None:
        raise Invalid("Samples need a model.", f"Give one: rowsmith guide {name} --model provider/name.")
    here = {sample.place: sample for sample in state.samples}
    places = [place for place in range(1, min(SAMPLES, state.brief.rows) + 1) if place not in here or not (here[place].input or here[place].failed)]
    if not places:
        return state.but(phase="samples")
    unlike = {sample.place: sample.unlike for sample in state.samples}
    tries = {sample.place: sample.tries for sample in state.samples}
    brief = state.whole.model_copy(update={"name": f"{state.whole.name} samples"})
    plan = recipe_of(state.whole, {}, model=model, unlike=unlike, places=places)
    asked = guide_making.asked_prompt(runs, state)
    plan["steps"][1] |= {"prompt": asked.filled().text, "system": asked.filled().system}
    result = runs.start(
        recipe_file.build({**plan, "name": brief.name}), commit=False, budget_usd=guide_making.left_usd(state), on_progress=on_progress,
        stopping=stopping,
    )  # fmt: skip
    if result.state == "shortfall" and any(sample.tries for sample in state.samples if sample.place in places):
        result = runs.resume(result.run, budget_usd=guide_making.left_usd(state), on_progress=on_progress, stopping=stopping)
    if result.state not in ("finished", "shortfall"):
        raise Conflict(f"The samples are not done: run {result.run} is {result.state}. {result.reason}", f"Go on: rowsmith guide {name}.")
    rows = {int(row.origin["source"]["key"]): row.data for row in runs.rows(result.run)}
    why = _why(runs, result, [place for place in places if place not in rows])
    new = [
        Sample(place=place, unlike=tuple(unlike.get(place, ())), failed=why.get(place, ""), tries=tries.get(place, 0), **rows.get(place, {}))
        for place in places
    ]  # fmt: skip
    every = sorted([*(one for one in state.samples if one.place not in places), *new], key=lambda one: one.place)
    told = f"{len(why)} of {len(every)} samples could not be made: {'; '.join(sorted(set(why.values())))}." if why else ""
    return guide_making.counted(state.but(samples=tuple(every), phase="samples"), result).tell(*state.told, told)


def _why(runs: Runs, result: Result, places: Sequence[int]) -> dict[int, str]:
    """Why there is no sample in these places."""
    failed = [f"{one['reason']}: {one['detail']}" for one in runs.troubles(result.run)]
    each = failed if len(failed) == len(places) else [", ".join(result.failed) or result.state] * len(places)
    return dict(zip(places, each, strict=True))


def edited(state: State, number: int, input: str | None, answer: str | None) -> State:
    """The state with a sample changed by hand, and pinned."""
    sample = _sample(state, number)
    said = {"input": sample.input if input is None else cleaned(input), "answer": sample.answer if answer is None else cleaned(answer)}
    for column, text in said.items():
        if not text.strip():
            raise Invalid(f"The {column} of sample {number} would be blank.", f"Give one: edit {number} {column} TEXT.")
    for other, one in enumerate(state.samples, 1):
        if other != number and one.input and _flat(one.input) == _flat(said["input"]):
            raise Invalid(f"Sample {other} has the same input.", "Two rows that ask the same would be one row: give another input.")
    wrote = sample.wrote or (sample.pair if sample.input else None)
    new = sample.model_copy(update={**said, "wrote": wrote, "pinned": True, "failed": ""})
    return _with(state, number, new).tell(f"Sample {number} is kept as you wrote it.")


def pinned(state: State, numbers: Sequence[int], keep: bool) -> State:
    """The state with samples pinned, or not any more."""
    for number in numbers:
        sample = _sample(state, number)
        if keep and not sample.input:
            raise Invalid(f"Sample {number} has no content.", f"Have it made again, or write it: edit {number} input TEXT.")
        state = _with(state, number, sample.model_copy(update={"pinned": keep}))
    several = len(numbers) > 1
    what = f"{'are' if several else 'is'} {'kept as it stands' if keep else 'not kept'}."
    return state.tell(f"Sample{'s' if several else ''} {', '.join(map(str, numbers))} {what}")


def noted(state: State, text: str, number: int | None) -> State:
    """The state with a note on a sample, or on all."""
    if not text.strip():
        raise Invalid("The note says nothing.", "Write what is wrong: note 2 TEXT.")
    if number is None:
        return state.but(notes=(*state.notes, text.strip())).tell("Noted.")
    sample = _sample(state, number)
    return _with(state, number, sample.model_copy(update={"notes": (*sample.notes, text.strip())})).tell(f"Noted on sample {number}.")


def refused(state: State, numbers: Sequence[int]) -> State:
    """The state in which samples are to be made again, unlike those that were refused; without numbers all that are not pinned."""
    chosen = numbers or [number for number, sample in enumerate(state.samples, 1) if not sample.pinned]
    for number in chosen:
        sample = _sample(state, number)
        unlike = (*sample.unlike, sample.input)[-3:] if sample.input else sample.unlike
        state = _with(state, number, Sample(place=sample.place, unlike=unlike, tries=sample.tries + bool(sample.failed)))
    if not chosen:
        return state.tell("All samples are kept as they are; nothing is made again.")
    return state.but(phase="sampling").tell()


def _flat(text: str) -> list[str]:
    """Its words, whatever their case."""
    return re.findall(r"\w+", text.casefold()) or [text]


def _sample(state: State, number: int) -> Sample:
    if not 1 <= number <= len(state.samples):
        raise NotFound(f"There is no sample {number}.", f"They go from 1 to {len(state.samples)}.")
    return state.samples[number - 1]


def _with(state: State, number: int, sample: Sample) -> State:
    return state.but(samples=(*state.samples[: number - 1], sample, *state.samples[number:]))
