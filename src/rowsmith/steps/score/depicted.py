"""How much of what is said of an image or a recording can be made out in it, sentence by sentence.

Source of the method: Jing et al., "FaithScore: Fine-grained Evaluations of Hallucinations in Large Vision-Language Models", arXiv 2311.01477 (a
verdict on each claim by a model that sees the image), with sentences in place of atomic facts.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, FileColumn, ModelRole, PromptText
from rowsmith.steps.checking import Check
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.references import parts
from rowsmith.steps.request import altered, messages, prompt_problems, text_of, variables
from rowsmith.steps.sentences import sentences

GIVES = ("record", "sentences", "mark")
_SHOWN = 200
"""Most characters of a reason in a flag."""


class Depicted(Check):
    """Asks a model that is shown the images or recordings of `attach` which sentences of a text they bear out, in one call, and to say for each what
    it makes out. `scores.<into>` in [0, 1] is the share that is borne out; each other sentence is a flag `not_depicted` with its place, whose detail
    says what the model saw instead. A text without a sentence scores 0. What the text says is fenced off as data.

    A row without a usable answer fails. The model sees what it sees: name a strong one.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    column: Column = Field("answer", description="Column with the text.")
    attach: list[FileColumn] = Field(["image"], min_length=1, description="Columns with the images or sound that it is about.")
    into: str = Field("depicted", min_length=1, description="Name of the score.")
    prompt: PromptText = Field(shipped("depicted"), min_length=1, description="What is asked. It or `system` must use {{ record }}.")
    system: PromptText = Field(shipped("depicted_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that looks.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """One call, or none where there is no sentence."""
        text, files = text_of(row, self.column), parts(row, self.attach)
        told = list(sentences(text, 0, len(text)))
        if not told:
            return [self.told(row, {self.into: 0.0}, [Flag(self.title, "not_depicted", "There is no sentence.", path=self.column)])]
        shown = {f"sentence {number}": text[start:end] for number, (start, end) in enumerate(told, 1)}
        mark = mark_of(shown)
        scope = {**row.scope, "record": fenced(shown, mark), "sentences": f"1 to {len(told)}" if len(told) > 1 else "1", "mark": mark}
        request = await messages(ctx, self.system, self.prompt, scope, files=files)
        answer = await ctx.ask(request, model=self.model, schema=_schema(len(told)), prompt=self.prompt)
        against = _against(answer.value, len(told))
        flags = [
            Flag(self.title, "not_depicted", detail, path=self.column, span=told[number - 1]) for number, detail in sorted(against.items())
        ]  # fmt: skip
        return [self.told(row, {self.into: round(1 - len(flags) / len(told), 4)}, flags)]

    def check(self) -> list[str]:
        """A prompt that does not show the sentences."""
        used = variables(self.prompt, self.system)
        return altered("record", self.prompt, self.system) + ([] if used is None else prompt_problems(used, ("record",), (), GIVES))


def _schema(count: int) -> dict[str, Any]:
    """For each sentence what is made out first, so that the verdict follows from it."""
    one = {
        "type": "object",
        "properties": {"sentence": {"type": "integer", "minimum": 1, "maximum": count}, "seen": {"type": "string"}, "borne_out": {"type": "boolean"}},
        "required": ["sentence", "seen", "borne_out"],
        "additionalProperties": False,
    }
    every = {"type": "array", "items": one, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"verdicts": every}, "required": ["verdicts"], "additionalProperties": False}


def _against(value: dict[str, Any], count: int) -> dict[int, str]:
    """The numbers of the sentences that are not borne out, and why; of two verdicts on one the worse holds, and no verdict is none for it."""
    said = value["verdicts"]
    silent = {number: "The model gave no verdict." for number in range(1, count + 1) if number not in {one["sentence"] for one in said}}
    return silent | {one["sentence"]: one["seen"][:_SHOWN].strip() or "Nothing of it was seen." for one in said if not one["borne_out"]}
