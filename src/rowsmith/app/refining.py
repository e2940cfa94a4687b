"""A prompt made better from what people noted on its samples: notes to themes, themes to detectors, a change, and a re-test that decides.

Every act can be repeated: it asks by ordinary runs, and answers that are there are not bought again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith.app.asking import Answers, Asking, roomy
from rowsmith.app.prompt_trials import ANSWER
from rowsmith.app.refined import Change, Drawn
from rowsmith.assist import change as changes
from rowsmith.assist import themes as grouping
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.ids import canonical
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Note, Sample, to_draw, with_examples
from rowsmith.core.themes import Checked, Fires, Grouped, Theme, checked, expression_problem, fires, telling
from rowsmith.steps.generate.columns import Columns

ATTEMPTS = 3
"""Most times that a model is asked for a change, each time with what was wrong before."""
PLAIN = Columns(prompt="{{ row }}", into=ANSWER)
"""How a prompt is asked where nobody says more: its answer's text is the column `answer`."""


@dataclass(frozen=True, slots=True)
class Refining:
    """The acts, one after the other: `group`, `check`, `propose`, `app.retesting.retest`; and `draw`, `redraw` of the samples themselves.

    `asking` is where questions are asked, and its cap; `model` groups notes and proposes changes, `judge` answers the questions of detectors (None:
    nobody does; what needs no model still works). `step` says how the prompt is asked: its `prompt` and `system` are the prompt's, all other settings
    its own; `writer` is the model that it asks.
    """

    asking: Asking
    model: Model | None = None
    judge: Model | None = None
    writer: Model | None = None
    step: Columns = PLAIN

    def group(self, notes: Sequence[Note], samples: Sequence[Sample]) -> Grouped:
        """Group notes into themes with a detector each, by the model.

        Raises:
            Invalid: there is no model or no note. Unavailable: it gave no theme that rests on a note.
        """
        row, step = grouping.question(notes, samples)
        model, cites = self._needed("Notes are grouped"), [[sample.id for sample in samples]]
        answer = self.asking.ask("refine: group notes", [row], step, model, cites=cites).one()
        found = grouping.read(answer, notes)
        if not found.themes:
            raise Unavailable("The model named no theme that rests on your notes.", "Ask a larger model, or group them by hand: themes in the file.")
        return found

    def check(self, themes: Sequence[Theme], notes: Sequence[Note], samples: Sequence[Sample]) -> tuple[Checked, ...]:
        """Check the detector of each theme against the noted samples. An expression that fails there gives way to the judge's question,
        where there is one; what is still weak says so."""
        found = [self._by_expression(theme, notes, samples) for theme in themes]
        asked = [one.theme for one in found if one.weak and one.theme.question and self.judge is not None]
        if not asked:
            return tuple(found)
        told = {sample.id: sample for theme in asked for group in telling(theme, notes, samples) for sample in group}
        said = dict(zip(told, self.judged(asked, [(name, sample.said) for name, sample in told.items()]), strict=True))
        whys = {one.theme.name: one.why for one in found}
        judged = {
            theme.name: checked(theme, "judge", {name: each.get(theme.name) for name, each in said.items()}, notes, samples, whys[theme.name])
            for theme in asked
        }  # fmt: skip
        return tuple(judged.get(one.theme.name, one) for one in found)

    def propose(self, name: str, prompt: Prompt, themes: Sequence[Checked], samples: Sequence[Sample]) -> Change:
        """A change of the prompt that is to mend the themes, by the model; samples that were edited by hand become examples of it. A change that
        loses a variable, or uses one that nothing gives, is refused and asked for again.

        Raises:
            Invalid: there is no model. Unavailable: none of its changes can be used.
        """
        complaints: list[str] = []
        model = self._needed("A change is proposed")
        for _ in range(ATTEMPTS):
            row, step = changes.question(prompt, themes, samples, complaints)
            answer = self.asking.ask(f"refine: change {name}", [row], step, model, cites=[[sample.id for sample in samples]]).one()
            new, wrong = changes.read(answer, prompt)
            if new is not None:
                shown = with_examples(new, samples)
                return Change(shown, changes.diff(name, prompt, shown), answer["why"].strip(), tuple(complaints), model.model)
            complaints.append(wrong)
        what = f"None of {ATTEMPTS} changes by {model.model} can be used. The last: {complaints[-1]}"
        raise Unavailable(what, "Ask a larger model, or give the change as a file.")

    def given(self, name: str, prompt: Prompt, new: Prompt, samples: Sequence[Sample] = ()) -> Change:
        """A change that a person wrote, with samples that were edited by hand as its examples.

        Raises:
            Invalid: it loses a variable, uses one that nothing gives, or changes nothing.
        """
        shown = with_examples(new, samples)
        if wrong := changes.problem(prompt, shown):
            raise Invalid(f"The changed prompt cannot take the place of {name!r}: {wrong}", "Correct it, and give it again.")
        return Change(shown, changes.diff(name, prompt, shown))

    # -- samples --------------------------------------------------------------------------------------------------------------------------

    def draw(self, name: str, prompt: Prompt, samples: Sequence[Sample], values: Mapping[str, Any] | None = None) -> Drawn:
        """Give an output to each sample that has none: the first draw, which stored answers serve."""
        wanted = [sample for sample in samples if sample.output is None]
        return self._drawn(name, prompt, samples, wanted, 0, values)

    def redraw(
        self, name: str, prompt: Prompt, samples: Sequence[Sample], which: Collection[str] = (), values: Mapping[str, Any] | None = None
    ) -> Drawn:
        """Draw samples anew: those named, or all that were not edited by hand. The others stay byte by byte what they are.

        Raises:
            NotFound: there is no such sample. Conflict: one that is named was edited by hand.
        """
        purchase = 1 + max((sample.draw for sample in samples), default=0)
        return self._drawn(name, prompt, samples, to_draw(samples, which), purchase, values)

    def asked(
        self, name: str, prompt: Prompt, samples: Sequence[Sample], purchase: int, values: Mapping[str, Any] | None = None
    ) -> Answers:
        """What the prompt makes of the samples' inputs."""
        if self.writer is None:
            raise Invalid("The prompt is asked of a model, and none is given.", "Give one: --model provider/name.")
        known = {key: value for key, value in prompt.parameters.items() if key not in self.writer.model_fields_set}
        rows, cites, model = [one.input for one in samples], [[one.id] for one in samples], self.writer.model_copy(update=known)
        return self.asking.ask(name, rows, self.filled(prompt, values), model, purchase=purchase, cites=cites)

    def filled(self, prompt: Prompt, values: Mapping[str, Any] | None = None) -> Columns:
        """The step that asks the prompt."""
        filled = prompt.filled(values)
        said = self.step.model_dump(by_alias=True, exclude_unset=True)
        return Columns.model_validate({**said, "prompt": filled.text, "system": filled.system})

    def output(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Of a row that came back, the columns that were made."""
        carried = () if self.step.forward == "all" else self.step.forward
        made = (self.step.columns(frozenset()) or frozenset()) - frozenset(carried)
        return {name: value for name, value in data.items() if name in made}

    def judged(self, themes: Sequence[Theme], said: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, bool]]:
        """What the judge answers about samples (id, what it says), by the names of themes; empty where it gave no answer. Of samples that say the
        same it is asked once."""
        if self.judge is None:
            raise Invalid("The questions of detectors are asked of a model, and none is given.", "Give one: --model provider/name.")
        keys = [canonical(dict(one)) for _, one in said]
        distinct = {key: one for key, (_, one) in zip(keys, said, strict=True)}
        rows, step = grouping.detection(themes, list(distinct.values()))
        if not rows:
            return []
        cites: dict[bytes, list[str]] = {key: [] for key in distinct}
        for key, (name, _) in zip(keys, said, strict=True):
            cites[key].append(name)
        found = self.asking.ask("refine: detect", rows, step, self.judge, cites=list(cites.values())).rows
        each = {key: grouping.detected(found[n][0].data, themes) if n in found else {} for n, key in enumerate(distinct)}
        return [each[key] for key in keys]

    # -- within ---------------------------------------------------------------------------------------------------------------------------

    def _needed(self, what: str) -> Model:
        if self.model is None:
            raise Invalid(f"{what} by a model, and none is given.", "Give one (--model provider/name), or give themes and change in files.")
        return roomy(self.model)

    def _by_expression(self, theme: Theme, notes: Sequence[Note], samples: Sequence[Sample]) -> Checked:
        nothing = checked(theme, "nothing", {}, notes, samples)
        if not theme.where:
            return nothing
        columns = {name for sample in samples if sample.output is not None for name in sample.said}
        if problem := expression_problem(theme.where, columns):
            return checked(theme, "nothing", {}, notes, samples, problem)
        fired: Fires = {sample.id: fires(theme.where, sample.said) for sample in samples}
        found = checked(theme, "expression", fired, notes, samples)
        return checked(theme, "expression", fired, notes, samples, _faults(found)) if found.weak else found

    def _drawn(
        self, name: str, prompt: Prompt, samples: Sequence[Sample], wanted: Sequence[Sample], purchase: int, values: Mapping[str, Any] | None
    ) -> Drawn:
        if not wanted:
            return Drawn(tuple(samples), (), {})
        found = self.asked(f"refine: draw {name}", prompt, wanted, purchase, values)
        new = {
            sample.id: sample.model_copy(update={"output": self.output(found.rows[n][0].data), "draw": purchase})
            for n, sample in enumerate(wanted) if n in found.rows
        }  # fmt: skip
        failed = {sample.id: found.reasons[n] for n, sample in enumerate(wanted) if n not in found.rows}
        return Drawn(tuple(new.get(sample.id, sample) for sample in samples), tuple(new), failed)


def _faults(found: Checked) -> str:
    carry, good = len(found.caught) + len(found.missed), len(found.false) + len(found.silent)
    if not carry:
        return "No sample with the note is left on which the expression could be tried."
    faults = [f"misses {len(found.missed)} of {carry} samples with the note"] if found.missed else []
    faults += [f"fires on {len(found.false)} of {good} good ones"] if found.false else []
    return f"The expression {' and '.join(faults)}."
