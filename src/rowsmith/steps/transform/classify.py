"""Gives rows one label, or several, of labels that are described."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import parts
from rowsmith.core.step import DATASET, Column, ModelRole, PromptText, Step
from rowsmith.steps.attributes import is_elsewhere
from rowsmith.steps.earlier import earlier, missing
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import altered, messages, pick, prompt_problems, variables

GIVES = ("record", "labels", "choice", "mark")
Label = Annotated[str, Field(min_length=1)]
MOST = 200
"""Labels that are taken from a column, at most."""


class Classify(Step):
    """Asks a model which label is right for a row, with a reason, and puts the label into a column:

        - kind: transform.classify
          labels: {refund: the customer wants money back, delivery: where a parcel is, other: ""}
          abstain: true

    The model sees what the row says but its labels, so that a label that is there already can be checked by one that was given blind: put it
    `into` another column, and `filter.where` compares the two. `several` gives a list. With `abstain` the model may say that no label is right:
    null, or an empty list. What the row says is fenced off as data.

    `labels: {dataset: reviews, column: label}`, or `{file: reviews.csv, column: label}`, are all that stand in a column there, and that column is not
    shown; where none stands there, nothing is asked and rows go on as they are.
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    labels: dict[Label, str] | list[Label] = Field(
        min_length=2, description="Labels and what each means: {refund: wants money back}; a list; or where they stand."
    )
    several: bool = Field(False, description="Whether a row may have several labels: the column holds a list.")
    abstain: bool = Field(False, description="Whether the model may say that none is right: null, or an empty list.")
    guidance: PromptText = Field("", description="More for the model to know, in your words, below the labels; it may use the row's columns.")
    columns_: list[Column] | None = Field(None, alias="columns", min_length=1, description="Columns that are shown. Default: all but labels.")
    into: str = Field("label", min_length=1, description="Column that takes the label.")
    reason: str = Field("reason", description="Column that takes the reason; empty for none.")
    confidence: str = Field("", description="Column that takes how sure the model says it is, from 0 to 1; empty for none.")
    prompt: PromptText = Field(shipped("classify"), min_length=1, description="What is asked. It or `system` must use {{ record }} and {{ labels }}.")
    system: PromptText = Field(shipped("classify_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("judge", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """One call."""
        labels = self._labels(ctx)
        if not labels:
            return [row]
        shown = self._shown(row)
        mark = mark_of(shown)
        guidance = f"\n\n{await ctx.rendered(self.guidance, row.scope)}" if self.guidance else ""
        choice = "all of these labels that apply" if self.several else "one of these labels"
        choice += ", or null where none applies" if self.abstain and not self.several else ""
        given = {"record": fenced(shown, mark), "labels": f"{_described(labels)}{guidance}", "choice": choice, "mark": mark}
        more = [shipped("classify_confidence")] if self.confidence else []
        request = await messages(ctx, self.system, self.prompt, {**row.scope, **given}, more)
        answer = await ctx.ask(request, model=self.model, schema=self._schema(list(labels)), prompt=self.prompt)
        said = answer.value["labels" if self.several else "label"]
        label = [name for name in labels if name in said] if self.several else said
        beside = {column: answer.value[name] for name, column in self._beside.items()}
        return [row.with_data({**row.data, self.into: label, **beside})]

    @property
    def _beside(self) -> dict[str, str]:
        """The columns that take what comes with the label, by what the answer calls it."""
        return {name: column for name, column in (("reason", self.reason), ("confidence", self.confidence)) if column}

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, the label's, and of what comes with it."""
        return None if before is None else before | {self.into, *self._beside.values()}

    def check(self) -> list[str]:
        """Labels named twice, one column for two things, and prompts that cannot show what they must."""
        problems = ["A label is named twice."] if len(set(self.labels)) < len(self.labels) else []
        problems += missing(self.input_files().get("labels", ()))
        places = {"into": self.into, **self._beside}
        twice = [name for name, column in places.items() if list(places.values()).count(column) > 1]
        problems += [f"`{twice[0]}` and `{twice[1]}` are both {places[twice[0]]!r}; give each a column of its own."] if twice else []
        problems += altered("record", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("record", "labels"), (), GIVES))

    def _shown(self, row: Row) -> dict[str, Any]:
        if self.columns_ is not None:
            return pick(row, self.columns_)
        own = {self.into, *self._beside.values(), self._elsewhere.get("column")}
        found = {part.path: part.text for part in parts(row.data) if part.role != "label" and part.path not in own}
        if not any(text.strip() for text in found.values()):
            raise RowFailed("empty_text", "The row says nothing that could be classified; name its columns with `columns`.")
        return found

    def marked(self, mark: Any) -> dict[str, Any]:
        """The dataset whose labels are meant."""
        if mark is DATASET:
            return {"labels": self._elsewhere["dataset"]} if "dataset" in self._elsewhere else {}
        return super().marked(mark)

    def input_files(self) -> dict[str, list[str]]:
        """The file whose labels are meant."""
        return {"labels": [self._elsewhere["file"]]} if "file" in self._elsewhere else {}

    @property
    def _elsewhere(self) -> dict[str, str]:
        """Where the labels stand, if it is said so."""
        said = self.labels
        return said if isinstance(said, dict) and is_elsewhere(said) and "column" in said else {}

    def _labels(self, ctx: Context) -> dict[str, str]:
        """The labels, each with its description."""
        if not self._elsewhere:
            return self.labels if isinstance(self.labels, dict) else dict.fromkeys(self.labels, "")
        lent, found = self._read.get(0, (None, {}))
        if lent != ctx.scratch:
            found = self._standing(ctx)
            self._read[0] = ctx.scratch, found
        return found

    def _standing(self, ctx: Context) -> dict[str, str]:
        """The labels that stand in a column of a dataset or file, sorted."""
        said = self._elsewhere
        datasets, files = ([said[way]] if way in said else [] for way in ("dataset", "file"))
        values = (data.get(said["column"]) for _, data in earlier(ctx, datasets, files))
        found = {value if isinstance(value, str) else canonical(value).decode() for value in values if value not in (None, "", [])}
        if len(found) > MOST:
            raise Invalid(f"Column {said['column']!r} has {len(found):,} values, too many for labels ({MOST}).", "Name another column.")
        return dict.fromkeys(sorted(found), "")

    @cached_property
    def _read(self) -> dict[int, tuple[Any, dict[str, str]]]:
        """The labels that stand elsewhere, as the run at hand has pinned them."""
        return {}

    def _schema(self, names: list[str]) -> dict[str, Any]:
        """The reason comes first, so that the label follows from it, and how sure the model is of the label last."""
        one: dict[str, Any] = {"type": "string", "enum": names}
        label: dict[str, Any]
        if self.several:
            label = {"labels": {"type": "array", "items": one, "minItems": 0 if self.abstain else 1}}
        else:
            label = {"label": {"type": ["string", "null"], "enum": [*names, None]} if self.abstain else one}
        sure = {"confidence": {"type": "number", "minimum": 0, "maximum": 1}} if self.confidence else {}
        properties = {"reason": {"type": "string"}, **label, **sure}
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _described(labels: dict[str, str]) -> str:
    """Each label on a line, with its description where it has one."""
    return "\n".join(f"- {name}: {said}" if said else f"- {name}" for name, said in labels.items())
