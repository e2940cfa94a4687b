"""Gives rows one label, or several, of labels that are described."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import parts
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "labels", "choice", "guidance", "mark")
Label = Annotated[str, Field(min_length=1)]


class Classify(Step):
    """Asks a model which label is right for a row, with a reason, and puts the label into a column:

        - kind: transform.classify
          labels: {refund: the customer wants money back, delivery: where a parcel is, other: ""}
          abstain: true

    The model sees what the row says but its labels, so that a label that is there already can be checked by one that was given blind: put it
    `into` another column, and `filter.where` compares the two. `several` gives a list. With `abstain` the model may say that no label is right:
    null, or an empty list. What the row says is fenced off as data.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    labels: dict[Label, str] | list[Label] = Field(min_length=2, description="Labels and what each means: {refund: wants money back}; or a list.")
    several: bool = Field(False, description="Whether a row may have several labels: the column holds a list.")
    abstain: bool = Field(False, description="Whether the model may say that none is right: null, or an empty list.")
    guidance: PromptText = Field("", description="More for the model to know, in your words; it may use the row's columns.")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are shown. Default: all but labels.")
    into: str = Field("label", min_length=1, description="Column that takes the label.")
    reason: str = Field("reason", description="Column that takes the reason; empty for none.")
    prompt: PromptText = Field(shipped("classify"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ labels }}.")
    system: PromptText = Field(shipped("classify_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call."""
        shown = self._shown(row)
        mark = mark_of(shown)
        guidance = await ctx.rendered(self.guidance, row.scope) if self.guidance else ""
        choice = "all that apply of" if self.several else "one of"
        choice += ", or null where none applies:" if self.abstain and not self.several else ""
        given = {"record": fenced(shown, mark), "labels": self._described, "choice": choice, "guidance": guidance, "mark": mark}
        request = await messages(ctx, self.system, self.prompt, {**row.scope, **given})
        answer = await ctx.ask(request, model=self.model, schema=self._schema, prompt=self.prompt)
        said = answer.value["labels" if self.several else "label"]
        label = [name for name in self._names if name in said] if self.several else said
        reason = {self.reason: answer.value["reason"]} if self.reason else {}
        return [row.with_data({**row.data, self.into: label, **reason})]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, the label's and the reason's."""
        return None if before is None else before | {self.into, *([self.reason] if self.reason else [])}

    def check(self) -> list[str]:
        """Labels named twice, one column for two things, and prompts that cannot show what they must."""
        problems = ["A label is named twice."] if len(set(self._names)) < len(self.labels) else []
        problems += [f"`into` and `reason` are both {self.into!r}; give each a column of its own."] if self.into == self.reason else []
        problems += altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        given = ["guidance"] if self.guidance else []
        return problems + ([] if used is None else prompt_problems(used, ("record", "labels"), given, GIVES))

    def _shown(self, row: Row) -> dict[str, Any]:
        if self.columns_ is not None:
            return pick(row, self.columns_)
        own = {self.into, self.reason}
        found = {part.path: part.text for part in parts(row.data) if part.role != "label" and part.path not in own}
        if not any(text.strip() for text in found.values()):
            raise RowFailed("empty_text", "The row says nothing that could be classified; name its columns with `columns`.")
        return found

    @property
    def _names(self) -> list[str]:
        return list(self.labels)

    @property
    def _described(self) -> str:
        """Each label on a line, with its description where it has one."""
        described = self.labels if isinstance(self.labels, dict) else dict.fromkeys(self.labels, "")
        return "\n".join(f"- {name}: {said}" if said else f"- {name}" for name, said in described.items())

    @cached_property
    def _schema(self) -> dict[str, Any]:
        """The reason comes first, so that the label follows from it."""
        one: dict[str, Any] = {"type": "string", "enum": self._names}
        label: dict[str, Any]
        if self.several:
            label = {"labels": {"type": "array", "items": one, "minItems": 0 if self.abstain else 1}}
        else:
            label = {"label": {"type": ["string", "null"], "enum": [*self._names, None]} if self.abstain else one}
        properties = {"reason": {"type": "string"}, **label}
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
