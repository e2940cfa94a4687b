"""Notes on the samples of a talk become a better prompt: themes with detectors, a change as a diff, a re-test on the same rows of the plan, and what
people decide of it. See app.refining for the single acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowsmith.app import guide_making
from rowsmith.app.asking import Asking
from rowsmith.app.guide_state import Beside, Proposal, State, ThemeOf
from rowsmith.app.guide_state import Sample as Made
from rowsmith.app.refined import Retest
from rowsmith.app.refining import Refining
from rowsmith.app.retesting import retest
from rowsmith.assist.plan import planned
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Note, Sample
from rowsmith.core.themes import Checked
from rowsmith.steps.generate.columns import Columns

if TYPE_CHECKING:
    from rowsmith.app.runs import OnProgress, Runs
    from rowsmith.engine.terms import Stopping

INPUTS = 30
"""Rows of the plan on which both prompts are tried, where nobody says how many."""
SHOWN = 5
"""Rows that are shown beside each other: those that got worse first, then those that were mended."""
WRITE = Columns(name="write", prompt="{{ more }}", output={"input": "string", "answer": "string"})


def refined(runs: Runs, state: State, guide: str, inputs: int, on_progress: OnProgress | None, stopping: Stopping | None) -> State:
    """The state with a change of the prompt, tried on so many rows of the plan. Where the failure rate fell the prompt is changed, and samples that
    nobody keeps are to be made anew; else the change waits for somebody who takes it all the same.

    Raises:
        Invalid: there is no model or no note. Conflict: a run stands still; the same again goes on. Unavailable: the model proposes nothing
        that can be used.
    """
    notes = _notes(state)
    if not any(note.text for note in notes):
        raise Invalid("Nothing is noted, so there is nothing to mend.", "Note what is wrong first: note 2 TEXT, or note TEXT.")
    old, name, model = Prompt.model_validate(state.prompt), state.prompt_name, state.writer
    asking = Asking(runs, guide_making.left_usd(state), on_progress=on_progress, stopping=stopping)
    refining = Refining(asking, model, model, model, WRITE)
    samples = [_sample(state, one.place, one) for one in state.samples if one.input]
    groups = refining.group(notes, samples)
    themes = refining.check(groups.themes, notes, samples)
    change = refining.propose(name, old, themes, samples)
    test = None
    if any(one.by != "nothing" for one in themes):
        tried = [_sample(state, place) for place in range(1, inputs + 1)]
        before, after = (guide_making.with_kept(one, state) for one in (old, change.prompt))
        test = retest(refining, name, before, after, themes, tried, noted=[note.sample for note in notes])
    for one in asking.told:
        state = guide_making.counted(state, one)
    found = _proposal(change.prompt, change.diff, change.why, themes, [note.text for note in groups.unassigned], test)
    if found.verdict != "accepted":
        return state.but(proposal=found).tell(found.said)
    return _taken(runs, state.but(proposal=found), guide, f"Refined from {len(notes)} notes. {found.said}").tell(found.said)


def overruled(runs: Runs, state: State, guide: str) -> State:
    """The state with a change taken that the re-test did not accept.

    Raises:
        Conflict: there is none.
    """
    found = state.proposal
    if found is None or found.verdict not in ("refused", "untested"):
        raise Conflict("There is no change that was refused.", "Note what is wrong, and say refine.")
    taken = state.but(proposal=found.model_copy(update={"verdict": "overruled"}))
    message = f"Kept by {runs.lab.who} although it was not accepted. {found.said}"
    return _taken(runs, taken, guide, message).tell("The change is taken, although the re-test did not accept it.")


def _taken(runs: Runs, state: State, guide: str, message: str) -> State:
    """The state whose prompt is the changed one; samples that nobody keeps are made anew by it."""
    assert state.proposal is not None
    kept = guide_making.keep_prompt(runs, state, Prompt.model_validate(state.proposal.prompt), guide, message)
    pinned = tuple(sample.model_copy(update={"notes": ()}) for sample in state.pinned)
    return kept.but(samples=pinned, notes=(), prompt_changed=True, phase="sampling")


def _notes(state: State) -> list[Note]:
    """What was noted: on single samples, and on all, which is a note on each that is not kept. Those that are kept are good."""
    out = []
    for sample in (one for one in state.samples if one.input):
        said = [*sample.notes, *(() if sample.pinned else state.notes)]
        verdict: Any = "good" if sample.pinned else "bad"
        out += [Note(sample=str(sample.place), text=text, verdict=verdict) for text in said]
        out += [Note(sample=str(sample.place), verdict="good")] if sample.pinned and not said else []
    return out


def _sample(state: State, place: int, made: Made | None = None) -> Sample:
    """A row of the plan, with what was made of it."""
    row = planned(state.whole, place, made.unlike if made else ())
    return Sample(id=str(place), input=row, output=made.pair if made else None)


def _proposal(prompt: Prompt, diff: str, why: str, themes: Sequence[Checked], left: Sequence[str], test: Retest | None) -> Proposal:
    said = test.said() if test is not None else "It was not tried: nothing detects a failure."
    verdict = "untested" if test is None else "accepted" if test.accepted else "refused"
    rows = [
        Beside(input=row.input, old=_output(row.old.outputs), new=_output(row.new.outputs), old_themes=row.old.themes, new_themes=row.new.themes)
        for row in (test.rows if test else ()) if row.change
    ]  # fmt: skip
    return Proposal(
        prompt=prompt.dump(), diff=diff, why=why, verdict=verdict, said=said, inputs=test.decision.inputs if test else 0,
        old=test.decision.old if test else None, new=test.decision.new if test else None, low=test.decision.low if test else None,
        high=test.decision.high if test else None, rows=tuple(rows[:SHOWN]), cautions=test.notes if test else (), unassigned=tuple(left),
        themes=tuple(_theme(one) for one in themes),
    )  # fmt: skip


def _theme(one: Checked) -> ThemeOf:
    detector = {"expression": one.theme.where, "judge": one.theme.question, "nothing": ""}[one.by]
    return ThemeOf(name=one.theme.name, quotes=tuple(quote.words for quote in one.theme.quotes), by=one.by, detector=detector, weak=one.weak)


def _output(outputs: Sequence[dict[str, Any]]) -> dict[str, str] | None:
    return dict(outputs[0]) if outputs else None
