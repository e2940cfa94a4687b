"""Asks a model a row's question: whether given passages or images answer it, each of them is needed, or it can be answered without any.

Sources of the method: Rajpurkar et al., "Know What You Don't Know: Unanswerable Questions for SQuAD", arXiv 1806.03822; Trivedi et al., "MuSiQue:
Multihop Questions via Single-hop Question Composition", arXiv 2108.00573 (a question of several hops must fail where one of them is missing).
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.calls import Answer
from rowsmith.core.metrics import Spoken
from rowsmith.core.ports import Context
from rowsmith.core.row import Json, Row
from rowsmith.core.step import Column, FileColumn, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.references import parts
from rowsmith.steps.request import altered, messages, pick, prompt_problems, texts_in, variables

GIVES = ("record", "mark")
RIGHT = 0.5
"""From which value of a metric on an answer is right."""
_ANSWER: dict[str, Any] = {
    "type": "object", "properties": {"answerable": {"type": "boolean"}, "answer": {"type": "string"}}, "required": ["answerable", "answer"],
    "additionalProperties": False,
}  # fmt: skip
_SAME: dict[str, Any] = {
    "type": "object", "properties": {"reason": {"type": "string"}, "same": {"type": "boolean"}}, "required": ["reason", "same"],
    "additionalProperties": False,
}  # fmt: skip


class Answerable(Step):
    """Asks a model the row's question with the passages of `passages` and the images and sound of `attach` alone, or without any (closed book), and
    passes the row on with `scores.<into>`:

        {"answered": true, "right": true, "said": "In 1998.", "without": [false, false], "needed": true}

    `answered`: whether the model holds it to be answerable; `right`: whether it is, and its answer is the expected one, as `judge` is asked to say,
    or a `metric` says. With `ablate` it is asked again without each passage in turn: `without` says for each whether the answer was right all the
    same, `needed` whether it never was. Where there is no passage and no file, nothing is asked, and nothing answered.

    Closed book, `right` means that the question can be guessed; over distractors, that one of them holds the answer; over the passages, that they do;
    over an image, that a second look finds the same.
    What the row says is fenced off as data.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    question: Column = Field("input", description="Column with the question.")
    expected: Column | None = Field("answer", description="Column with the expected answer; null: only whether the question is answered counts.")
    passages: list[Column] = Field([], description="Columns with the passages: a text, or a list of texts. None: the model answers from memory.")
    attach: list[FileColumn] = Field([], description="Columns with images or sound that the model is shown; `judge` is not.")
    ablate: bool = Field(False, description="Whether it is asked again without each of the passages in turn.")
    metric: Spoken | None = Field(None, description="Measure by which an answer is the expected one (from 0.5 on), in place of asking `judge`.")
    into: str = Field("answerable", min_length=1, description="Name of the score.")
    prompt: PromptText | None = Field(None, min_length=1, description="What is asked, in place of what ships. It or `system` must use {{ record }}.")
    system: PromptText = Field("", description="The system prompt; empty for none.")
    model: ModelRole = Field("reader", description="Role of the model that answers.")
    judge: ModelRole = Field("judge", description="Role of the model that compares its answer with the expected one.")

    @property
    def questions(self) -> int:
        """One, another for the comparison, and the same without passages, of which there are two or more."""
        return (1 + (self.expected is not None and self.metric is None)) * (1 + 2 * self.ablate)

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """A call for each set of passages, and one for each answer that is compared."""
        passages = texts_in(row, self.passages)
        if self.passages and not passages and not self.attach:
            return [row.with_scores({self.into: self._told({"answered": False, "said": ""}, False)})]
        said = await self._answer(row, ctx, passages)
        score = self._told(said, await self._right(row, ctx, said))
        if self.ablate:
            score["without"] = [await self._right_without(row, ctx, passages, left) for left in range(len(passages))]
            score["needed"] = not any(score["without"])
        return [row.with_scores({self.into: score})]

    def marked(self, mark: Any) -> dict[str, Any]:
        """What it asks is stored as a prompt, though none be given; a judge is none where nothing is compared by one."""
        found = super().marked(mark)
        if "prompt" in type(self).fields_marked(mark):
            found["prompt"] = self._prompt
        if self.expected is None or self.metric is not None:
            found.pop("judge", None)
        return found

    def shown_to(self) -> list[Any]:
        return [self.model]

    def check(self) -> list[str]:
        """Settings that would change nothing, and prompts that do not show the question."""
        problems = ["`ablate` leaves out passages, and `passages` names none."] if self.ablate and not self.passages else []
        if self.expected is None and self.metric is not None:
            problems.append("`metric` compares with an expected answer, and `expected` is null.")
        if "judge" in self.model_fields_set and (self.expected is None or self.metric is not None):
            problems.append("`judge` is given, and nothing is compared by a model. Leave it out.")
        problems += altered("record", self._prompt, self.system)
        used = variables(self._prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record",), (), GIVES))

    @property
    def _prompt(self) -> str:
        shipped_one = "answerable_attached" if self.attach else "answerable" if self.passages else "answerable_closed"
        return self.prompt or shipped(shipped_one)

    async def _answer(self, row: Row, ctx: Context, passages: list[str]) -> dict[str, Json]:
        if self.passages and not passages and not self.attach:
            return {"answered": False, "said": ""}
        shown = {**{f"passage {number}": text for number, text in enumerate(passages, 1)}, "question": pick(row, [self.question])[self.question]}
        answer = await self._asked(row, ctx, shown, self._prompt, self.model, _ANSWER)
        return {"answered": answer.value["answerable"], "said": answer.value["answer"]}

    async def _right(self, row: Row, ctx: Context, said: dict[str, Json]) -> bool:
        if self.expected is None or not said["answered"]:
            return False
        found = pick(row, dict.fromkeys([self.question, self.expected]))
        if self.metric is not None:
            return self.metric.score(said["said"], found[self.expected], row.scope) >= RIGHT
        shown = {"question": found[self.question], "expected answer": found[self.expected], "given answer": said["said"]}
        answer = await self._asked(row, ctx, shown, shipped("same_answer"), self.judge, _SAME)
        return bool(answer.value["same"])

    async def _right_without(self, row: Row, ctx: Context, passages: list[str], left: int) -> bool:
        said = await self._answer(row, ctx, passages[:left] + passages[left + 1 :])
        return bool(said["answered"]) if self.expected is None else await self._right(row, ctx, said)

    async def _asked(self, row: Row, ctx: Context, shown: dict[str, Json], prompt: str, model: Any, schema: dict[str, Any]) -> Answer:
        mark = mark_of(shown)
        own = prompt == self._prompt
        scope = {**row.scope, "record": fenced(shown, mark), "mark": mark}
        request = await messages(ctx, self.system if own else "", prompt, scope, files=parts(row, self.attach) if own else ())
        return await ctx.ask(request, model=model, schema=schema, prompt=prompt)

    def _told(self, said: dict[str, Json], right: bool) -> dict[str, Json]:
        beside = {} if self.expected is None else {"right": right}
        return {"answered": said["answered"], **beside, "said": said["said"]}
