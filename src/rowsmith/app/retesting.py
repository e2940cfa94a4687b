"""Two prompts over the same inputs, and whether the second one fails less.

Both are drawn anew. The outputs that people noted were looked at because they failed; beside them any other draw looks better, whatever the
prompt says (regression to the mean).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rowsmith.app.asking import Answers
from rowsmith.app.kin import told
from rowsmith.app.refined import Beside, Retest, Side, counted
from rowsmith.app.refining import Refining
from rowsmith.core import prompt as texts
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.falling import decided
from rowsmith.core.ids import canonical, digest
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import Sample, shown_in
from rowsmith.core.themes import Checked, fires
from rowsmith.steps.generate.columns import Columns

UNSEEN = 1 << 30
"""Purchases from here on are of re-tests, far from those that people see the answers of and note on."""
Values = Mapping[str, Any] | None
_Found = list[list[tuple[str, ...] | None]]
"""Of each input, the themes that were found in each of its outputs; None where a judge gave no answer."""


def retest(
    refining: Refining, name: str, old: Prompt, new: Prompt, themes: Sequence[Checked], samples: Sequence[Sample], *, values: Values = None,
    noted: Sequence[str] = (),
) -> Retest:  # fmt: skip
    """Try both prompts on the inputs of samples; their outputs play no part.

    Args:
        themes: what counts as a failure: each that has a detector.
        values: of the prompts' variables, as a recipe's `with` gives them.
        noted: ids of the samples that the change was made from.

    Raises:
        Invalid: no theme has a detector, or no input can be sent. Conflict: the cap or somebody stopped it; the same again goes on.
    """
    using = [one for one in themes if one.by != "nothing"]
    if not using:
        raise Invalid("No theme has a detector, so nothing can tell a failure.", "Give an expression (where), or a model that answers questions.")
    steps = [refining.filled(prompt, values) for prompt in (old, new)]
    why = {sample.id: _unfit(sample, (old, new), steps) for sample in samples}
    inputs = [sample for sample in samples if not why[sample.id]]
    left_out = Counter(reason for reason in why.values() if reason)
    if not inputs:
        told = ", ".join(f"{n:,} {reason}" for reason, n in left_out.items()) or "there are none"
        raise Invalid(f"No input can be tried with both prompts: {told}.", "Give rows that have the prompt's variables as columns: --rows DATASET.")
    purchase = unseen(old, new)
    sides = [
        refining.asked(f"refine: {which} {name}", prompt, inputs, purchase, values)
        for which, prompt in (("old", old), ("new", new))
    ]
    outputs = [_outputs(refining, answers, len(inputs)) for answers in sides]
    found = _detected(refining, using, inputs, outputs)
    rows = [
        Beside(sample.id, sample.input, *(_side(refining.step, outputs[k][n], found[k][n], sides[k].reasons.get(n, "")) for k in (0, 1)))
        for n, sample in enumerate(inputs)
    ]
    parents = {sample.id: sample.parent or sample.id for sample in inputs}
    decision = decided([(a, b, parent) for a, b, parent in _pairs(rows, parents, lambda side: side.failing)])
    left_out.update({"not judged": n} if (n := len(rows) - decision.inputs) else {})
    by_theme = {
        one.theme.name: decided(_pairs(rows, parents, lambda side, theme=one.theme.name: _has(side, theme)), measures=len(using))  # type: ignore[misc]
        for one in using
    }
    notes = _notes(refining, using, rows, decision.inputs, set(noted))
    order = sorted(rows, key=lambda row: 0 if row.change > 0 else 1 if row.change < 0 else 2 if row.differs else 3)
    return Retest(decision, by_theme, tuple(order), dict(left_out), tuple(notes))


def unseen(old: Prompt, new: Prompt) -> int:
    """The purchase of a re-test. Each pair of prompts has draws of its own: those of an earlier re-test have been looked at, and maybe noted on."""
    return UNSEEN + int.from_bytes(digest(canonical([old.dump(), new.dump()]))[:3], "big")


def _unfit(sample: Sample, prompts: Sequence[Prompt], steps: Sequence[Columns]) -> str:
    """Why an input cannot be tried; empty where it can."""
    if any(shown_in(prompt, sample) for prompt in prompts):
        return "shown as an example"
    scope = {"row": sample.input, "count": 1, **sample.input}
    try:
        for prompt, step in zip(prompts, steps, strict=True):
            texts.parse(step.system).render(scope), texts.parse(step.prompt).render(scope)
            if any(name in sample.input and one.problem(sample.input[name]) for name, one in prompt.variables.items()):
                return "with a value that does not fit its variable"
    except RowFailed as error:
        return "without a variable of the prompt" if error.reason == "missing_variable" else error.reason
    return ""


def _outputs(refining: Refining, answers: Answers, count: int) -> list[list[dict[str, Any]]]:
    return [[refining.output(row.data) for row in answers.rows.get(number, ())] for number in range(count)]


def _detected(
    refining: Refining, themes: Sequence[Checked], inputs: Sequence[Sample], outputs: Sequence[Sequence[Sequence[dict[str, Any]]]]
) -> list[_Found]:
    """The themes found in every output of both sides."""
    said = [[[{**sample.input, **one} for one in each] for sample, each in zip(inputs, side, strict=True)] for side in outputs]
    asked = [one.theme for one in themes if one.by == "judge"]
    every = [(sample.id, one) for side in said for sample, each in zip(inputs, side, strict=True) for one in each]
    answers = iter(refining.judged(asked, every) if asked else [{}] * len(every))
    plain = [one.theme for one in themes if one.by == "expression"]

    def names(one: dict[str, Any]) -> tuple[str, ...] | None:
        judged = next(answers)
        if asked and not judged:
            return None
        return (*(theme.name for theme in plain if fires(theme.where, one)), *(name for name, yes in judged.items() if yes))

    return [[[names(one) for one in each] for each in side] for side in said]


def _side(step: Columns, outputs: Sequence[dict[str, Any]], found: Sequence[tuple[str, ...] | None], reason: str) -> Side:
    """One side of an input. Rows that were asked for and are not there are failures."""
    themes = tuple(dict.fromkeys(name for names in found for name in names or ()))
    if any(names is None for names in found):
        return Side(tuple(outputs), themes, None, reason or "the judge gave no answer that can be used")
    sound = sum(not names for names in found)
    return Side(tuple(outputs), themes, 1 - min(1.0, sound / step.count_), reason)


def _has(side: Side, theme: str) -> float | None:
    """Whether a theme shows; where there is nothing to look at nobody knows."""
    return None if side.failing is None or not side.outputs else float(theme in side.themes)


def _pairs(rows: Sequence[Beside], parents: Mapping[str, str], of: Callable[[Side], float | None]) -> list[tuple[float, float, str]]:
    found = ((of(row.old), of(row.new), parents[row.id]) for row in rows)
    return [(old, new, parent) for old, new, parent in found if old is not None and new is not None]


def _notes(refining: Refining, themes: Sequence[Checked], rows: Sequence[Beside], inputs: int, noted: set[str]) -> list[str]:
    out = []
    if noted and all(row.id in noted for row in rows):
        out.append("All inputs are those that the change was made from; others may fare worse. Give more rows to try.")
    for which, lost in (("old", [row for row in rows if not row.old.outputs]), ("new", [row for row in rows if not row.new.outputs])):
        if lost:
            of = f"{len(lost):,} of {counted(len(rows), 'input')}"
            out.append(f"The {which} prompt gave nothing that can be used for {of}; that counts as a failure.")
    if unproven := [one.theme.name for one in themes if not one.false and not one.silent]:
        out.append(f"No sample is marked good, so nobody knows what fires by mistake: {', '.join(unproven)}.")
    if weak := [one.theme.name for one in themes if one.weak]:
        out.append(f"Weak detectors: {', '.join(weak)}. The failure rate rests on them; write better ones in a file (themes).")
    if inputs < len(rows):
        out.append(f"In no figure, as the judge gave no answer that can be used: {counted(len(rows) - inputs, 'input')}.")
    judges = any(one.by == "judge" for one in themes)
    if judges and refining.judge and refining.writer and (kin := told([refining.judge.model], [refining.writer.model], "the samples")):
        out.append(kin)
    return out
