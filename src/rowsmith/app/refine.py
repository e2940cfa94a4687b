"""A prompt of the project refined in one go: notes, themes, detectors, a change, the re-test, and a new version where it is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.asking import Asking
from rowsmith.app.noted import Noted, noted
from rowsmith.app.prompt_trials import ANSWER
from rowsmith.app.refined import Change, Refined, Retest, counted
from rowsmith.app.refining import Refining
from rowsmith.app.retesting import retest
from rowsmith.core.errors import Conflict, Invalid
from rowsmith.core.models import Model
from rowsmith.core.samples import with_examples
from rowsmith.core.themes import Checked, Grouped, grouped
from rowsmith.steps.generate.columns import Columns

if TYPE_CHECKING:
    from rowsmith.app.prompts import Kept, Prompts


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with a prompt: see Prompts.refine."""

    rows: str = ""
    notes: str | Path | None = None
    change: str | Path | None = None
    answer: str = ANSWER
    values: Mapping[str, Any] = field(default_factory=dict)
    limit: int = 50
    seed: int = 0
    accept_anyway: bool = False


def refine(prompts: Prompts, asking: Asking, name: str, wish: Wish, model: Model | None, judge: Model | None) -> Refined:
    """See Prompts.refine."""
    kept = prompts.get(name)
    newest = prompts.get(kept.name)
    if newest.version != kept.version:
        raise Conflict(f"{name} is not the newest version of {kept.name!r}.", f"Refine the newest one, or restore this first: {kept.name}.")
    kept.prompt.filled(wish.values)  # what cannot be a value is told before anything is asked
    refining = Refining(asking, model, judge or model, model, Columns(prompt="{{ row }}", into=wish.answer))
    found = noted(prompts.lab, prompts.project, wish.rows, wish.notes, wish.answer, wish.limit, wish.seed)
    if not found.noted:
        raise Invalid("Nothing is noted, so there is nothing to refine.", "Review rows (rowsmith review add), or give notes in a file: --notes FILE.")
    _drawn(refining, kept, found, wish)
    groups = _grouped(refining, found)
    themes = refining.check(groups.themes, found.notes, found.samples)
    change = _changed(prompts, refining, kept, themes, found, wish)
    test = None
    if model is not None and any(one.by != "nothing" for one in themes):
        test = retest(refining, kept.name, kept.prompt, change.prompt, themes, found.samples, values=wish.values, noted=found.noted)
    verdict = "accepted" if test is not None and test.accepted else "overruled" if wish.accept_anyway else "refused"
    version = None
    if verdict != "refused":
        message = _message(verdict, len(found.notes), test, prompts.lab.who)
        version = prompts.add(change.prompt, kept.name, message=message, onto=kept.version).version
    notes = tuple(_notes(kept, found, test, model, wish))
    return Refined(kept.name, kept.version, groups, themes, change, test, verdict, version, tuple(asking.told), notes)


def _drawn(refining: Refining, kept: Kept, found: Noted, wish: Wish) -> None:
    """Samples that notes are on and that have no output were seen as stored answers: they are taken from there."""
    lacking = [sample for sample in found.samples if sample.output is None and sample.id in found.noted]
    if lacking and refining.writer is not None:
        drawn = {sample.id: sample for sample in refining.draw(kept.name, kept.prompt, lacking, wish.values).samples}
        found.samples = [drawn.get(sample.id, sample) for sample in found.samples]


def _grouped(refining: Refining, found: Noted) -> Grouped:
    if found.themes:
        done = grouped(found.themes, found.notes)
        if not done.themes:
            raise Invalid("No theme of the file rests on a note.", "Give words of the notes below `notes` of each theme, as they stand in the notes.")
        return done
    if any(note.text.strip() for note in found.notes):
        return refining.group(found.notes, found.samples)
    return Grouped((), ())


def _changed(prompts: Prompts, refining: Refining, kept: Kept, themes: Sequence[Checked], found: Noted, wish: Wish) -> Change:
    if wish.change is not None:
        from rowsmith.engine.prompt_forms import read

        return refining.given(kept.name, kept.prompt, read(Path(wish.change)).prompt, found.samples)
    if themes:
        return refining.propose(kept.name, kept.prompt, themes, found.samples)
    new = with_examples(kept.prompt, found.samples)
    if new == kept.prompt:
        raise Invalid("Nothing is noted in words, and nothing was edited by hand.", "Note what is wrong, or edit what should say something else.")
    return refining.given(kept.name, kept.prompt, new)


def _message(verdict: str, notes: int, test: Retest | None, who: str) -> str:
    said = test.said() if test is not None else "It was not tested."
    of = f"Refined from {counted(notes, 'note')}"
    return f"{of}. {said}" if verdict == "accepted" else f"{of}, kept by {who} although it was not accepted. {said}"


def _notes(kept: Kept, found: Noted, test: Retest | None, model: Model | None, wish: Wish) -> list[str]:
    out = []
    if found.outdated:
        out.append(f"Of what rows said before: {counted(found.outdated, 'review')}, counted for nothing.")
    if found.newest_at is not None and found.newest_at < kept.committed_at:
        out.append("All notes are older than this version of the prompt: they may be on what it does no more.")
    if test is None:
        why = "without a model both prompts cannot be tried" if model is None else "nothing detects a failure"
        out.append(f"It was not tested: {why}.")
    elif test.decision.verdict == "too few to tell":
        more = found.rows - test.decision.inputs
        rows = f"{wish.rows} has {found.rows:,} rows: try more of them (--limit)." if wish.rows and more > 0 and found.rows > wish.limit else ""
        out.append(rows or "Give a dataset with more rows of the same kind (--rows); they need no answers and no notes.")
    return out
