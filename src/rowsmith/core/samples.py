"""Samples of what a prompt makes, and what people note on them (open coding).

Source of the method: Strauss and Corbin, Basics of Qualitative Research (1990): free words on single cases first, categories afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.prompts import Example, Prompt

Verdict = Literal["", "good", "bad"]
MOST_EXAMPLES = 5
"""Most samples edited by hand that become few-shot examples of one prompt."""


class Sample(BaseModel):
    """What a prompt was given (`input`), and what came of it (`output`, by column; None: nothing that can be used). `draw`: how often it was drawn
    anew. `edited`: a person wrote the output; it is never drawn again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, description="Its name, which stays whatever becomes of it.")
    input: dict[str, Any] = Field(description="Values of the prompt's variables, by column.")
    output: dict[str, Any] | None = Field(None, description="What came of it, by column.")
    draw: int = Field(0, ge=0, description="How often it was drawn anew.")
    edited: bool = Field(False, description="Whether a person wrote the output.")
    parent: str = Field("", description="What it was made of together with others, which count as one input then; empty for itself.")

    @property
    def said(self) -> dict[str, Any]:
        """What detectors and judges look at: the columns of both."""
        return {**self.input, **(self.output or {})}


class Note(BaseModel):
    """What somebody noted on a sample, in free words, and whether the sample is good or bad."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample: str = Field(min_length=1, description="The sample's id.")
    text: str = Field("", description="Free words: what is wrong, missing or wished for.")
    verdict: Verdict = Field("", description="good, bad or nothing.")

    @model_validator(mode="after")
    def _says_something(self) -> Note:
        if not self.text.strip() and not self.verdict:
            raise ValueError("the note says nothing; give words, or a verdict (good, bad)")
        return self


def edited(sample: Sample, output: Mapping[str, Any]) -> Sample:
    """The sample as a person wrote it; its id stays."""
    return sample.model_copy(update={"output": dict(output), "edited": True})


def released(sample: Sample) -> Sample:
    """The sample as one that may be drawn again."""
    return sample.model_copy(update={"edited": False})


def to_draw(samples: Sequence[Sample], which: Collection[str] = ()) -> list[Sample]:
    """Those that are to be drawn anew: all but the edited ones, or those named.

    Raises:
        NotFound: there is no such sample. Conflict: one that is named was edited by hand.
    """
    known = {sample.id: sample for sample in samples}
    if strange := [name for name in which if name not in known]:
        raise NotFound(f"There is no sample {strange[0]!r}.", f"There are: {', '.join(known)}.")
    if held := [name for name in which if known[name].edited]:
        raise Conflict(f"Sample {held[0]!r} was edited by hand, and is not overwritten.", "Release it first, or draw the others.")
    return [sample for sample in samples if (sample.id in which if which else not sample.edited)]


def with_examples(prompt: Prompt, samples: Sequence[Sample], most: int = MOST_EXAMPLES) -> Prompt:
    """The prompt with the samples that were edited by hand as few-shot examples: the first `most` in their order, behind those that it has. One with
    the same input takes the older one's place."""
    new = [example(prompt, sample) for sample in samples if sample.edited and sample.output is not None][:most]
    inputs = [one.input for one in new]
    return prompt.model_copy(update={"examples": [*(old for old in prompt.examples if old.input not in inputs), *new]}) if new else prompt


def example(prompt: Prompt, sample: Sample) -> Example:
    """The sample as a few-shot example of a prompt: the columns that it uses, and what came of them; of a single one the value alone."""
    return Example(input=_input(prompt, sample), answer=_alone(sample.output or {}))


def shown_in(prompt: Prompt, sample: Sample) -> bool:
    """Whether the prompt gives the answer to the sample's input away, as an example."""
    given = _input(prompt, sample)
    return given != {} and any(one.input == given for one in prompt.examples)


def _input(prompt: Prompt, sample: Sample) -> Any:
    used = {name: value for name, value in sample.input.items() if name in prompt.used}
    return _alone(used or sample.input)


def _alone(columns: Mapping[str, Any]) -> Any:
    return next(iter(columns.values())) if len(columns) == 1 else dict(columns)
