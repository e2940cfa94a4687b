"""Takes fields out of a text, each with the words that say it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import Invalid
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Json, Row
from rowsmith.core.spans import Span
from rowsmith.core.step import Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.output import object_schema, schema_problems
from rowsmith.steps.request import altered, blank, messages, prompt_problems, text_of, variables

GIVES = ("text", "fields", "mark")
_GAP = re.compile(r"\s+")
_QUOTES = ("\"“”„«»", "'’‘‚", "-‐‑–")
"""Marks that a model writes for one another."""


class Extract(Step):
    """Asks a model for fields of a text, each with a quote that says it, and puts them into columns:

        - kind: transform.extract
          output: {name: string, born: {type: integer, description: year of birth}, languages: [string]}

    A quote has to stand in the text word for word (white space, case and the kind of quotation marks aside); a field whose quote does not is null, or
    its row is dropped (`unquoted`). A field that the text does not say is null; where one of `required` is, the row is dropped (`missing_field`).
    `origin.quotes` {field: {text, span}} says where in the column each stands. The text is fenced off as data. A blank one is dropped (`empty_text`).
    """

    prompt_gives = {"prompt": GIVES, "system": GIVES}

    column: Column = Field("text", min_length=1, description="Column that holds the text; a prompt knows it as {{ text }}.")
    output: dict[str, Any] = Field(
        min_length=1, description="Fields and their types: string, integer, number, boolean, [string], or JSON Schema; a description is shown."
    )
    required: list[str] = Field([], description="Fields without which a row is dropped.")
    unquoted: Literal["null", "drop"] = Field("null", description="What a quote that is not in the text does: its field is null, or its row dropped.")
    into: str = Field("", description="Column that takes all fields as one object. Default: each is a column of its own.")
    quotes: str = Field("", description="Column that takes the quotes, by field; empty for none.")
    prompt: PromptText = Field(shipped("extract"), min_length=1, description="What is asked. It or `system` must use {{ text }} and {{ fields }}.")
    system: PromptText = Field(shipped("extract_system"), description="The system prompt; empty for none.")
    model: ModelRole = Field("writer", description="Role of the model that is asked.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """One call."""
        text = text_of(row, self.column)
        if blank(text):
            return [Drop("empty_text", f"Column {self.column!r} is blank.")]
        mark = mark_of({"text": text})
        scope = {**row.scope, "text": fenced({"text": text}, mark), "fields": self._described, "mark": mark}
        answer = await ctx.ask(await messages(ctx, self.system, self.prompt, scope), model=self.model, schema=self._schema, prompt=self.prompt)
        values: dict[str, Json] = dict.fromkeys(self.output)
        found: dict[str, dict[str, Json]] = {}
        for name in self.output:
            said = answer.value[name]
            if said["value"] is None:
                continue
            span = place_of(said["quote"] or "", text)
            if span is not None:
                values[name], found[name] = said["value"], {"text": text[slice(*span)], "span": list(span)}
            elif self.unquoted == "drop":
                return [Drop("unquoted", f"{name}: not in the text: {said['quote']}"[:200])]
        if lacking := [name for name in self.required if values[name] is None]:
            return [Drop("missing_field", f"The text does not say: {', '.join(lacking)}")]
        beside = {self.quotes: {name: one["text"] for name, one in found.items()}} if self.quotes else {}
        return [replace(row, data={**row.data, **({self.into: values} if self.into else values), **beside}, origin={**row.origin, "quotes": found})]

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, the fields, and the quotes."""
        own = {self.into} if self.into else set(self.output)
        return None if before is None else before | own | ({self.quotes} if self.quotes else set())

    def check(self) -> list[str]:
        """Types that cannot be read, fields that are required and not asked for, names that are taken, and prompts that lack what they must show."""
        problems = [f"`required` names {name!r}, which is no field of `output`." for name in self.required if name not in self.output]
        own = {self.into} if self.into else set(self.output)
        problems += [f"A field would replace the text in {self.column!r}; put all `into` another column."] if self.column in own else []
        problems += [f"`quotes` has the name of a field, {self.quotes!r}."] if self.quotes in own else []
        try:
            problems += schema_problems(self._schema, 1)
        except Invalid as error:
            problems.append(str(error))
        problems += altered("text", self.prompt, self.system)
        used = variables(self.prompt, self.system)
        return problems + ([] if used is None else prompt_problems(used, ("text", "fields"), (), GIVES))

    @property
    def _described(self) -> str:
        said = {name: kind.get("description", "") if isinstance(kind, dict) else "" for name, kind in self.output.items()}
        return "\n".join(f"- {name}: {text}" if text else f"- {name}" for name, text in said.items())

    @cached_property
    def _schema(self) -> dict[str, Any]:
        """Of each field the quote first, so that the value follows from it."""
        kinds = object_schema(self.output)["properties"]
        return object_schema({name: {"type": "object", **object_schema({"quote": _or_null({"type": "string"}), "value": _or_null(kind)})}
                              for name, kind in kinds.items()})  # fmt: skip


def _or_null(kind: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [kind, {"type": "null"}]}


def place_of(quote: str, text: str) -> Span | None:
    """Where a quote stands in a text, white space, case and the kind of quotation marks and dashes aside; None where it does not.

    >>> place_of("the  sky", "See: The\\nsky.")
    (5, 12)
    """
    said = quote.strip()
    if not said:
        return None
    pattern = r"\s+".join("".join(map(_alike, word)) for word in _GAP.split(said))
    edges = (r"(?<!\w)" if said[0].isalnum() else "") + pattern + (r"(?!\w)" if said[-1].isalnum() else "")
    match = re.search(edges, text, re.IGNORECASE)
    return match.span() if match else None


def _alike(mark: str) -> str:
    """What one character of a quote may be in the text."""
    return next((f"[{re.escape(marks)}]" for marks in _QUOTES if mark in marks), re.escape(mark))
