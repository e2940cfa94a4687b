"""What the steps have in common that change texts of a row, or have a model write them anew, and leave the rest of it as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.said import Part, parts, replaced, within
from rowsmith.core.step import COLUMN, Column, ModelRole, PromptText, Step
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import blank, messages, pick

REWRITTEN = "rewritten"
"""Where a row's origin keeps what its texts were: {path: text}, as they stood before the first of such steps."""
WITHIN = "Texts that are changed: columns, paths, or parts (system, question, context, answer, rejected, other)."


class Changing(Step):
    """`within` says which texts; the row keeps its shape and its id, and its origin what they were."""

    within: list[str]
    old: dict[str, str] = Field({}, description="Columns that keep what a column said: {text: original}. The origin keeps it in any case.")

    def chosen(self, row: Row) -> list[Part]:
        """The texts that are written anew.

        Raises:
            RowFailed: `no_text`, there is none.
        """
        every = parts(row.data)
        found = [part for part in every if not blank(part.text) and self.meant(part)]
        if not found:
            names = ", ".join(sorted({part.path for part in every})[:8]) or "none"
            raise RowFailed("no_text", f"The row has no text in {', '.join(self.within) or 'any column'}; it has {names}.")
        return found

    def meant(self, part: Part) -> bool:
        """Whether a text is one of those: of a column or a role that is named."""
        return any(name and within(part, name) for name in self.within)

    def put(self, row: Row, said: Mapping[str, str]) -> Row:
        """The row with these texts; what it said before is in its origin, and in the columns that keep it."""
        before = {part.path: part.text for part in parts(row.data) if part.path in said}
        kept = {column: row.data[name] for name, column in self.old.items() if name in row.data}
        told = {**before, **row.origin.get(REWRITTEN, {})}
        return replace(row, data={**replaced(row.data, said), **kept}, origin={**row.origin, REWRITTEN: told})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and those that keep what was there."""
        return None if before is None else before | frozenset(self.old.values())

    def marked(self, mark: Any) -> dict[str, Any]:
        """The columns that are to be kept must be there."""
        return {**super().marked(mark), **({"old": list(self.old)} if mark is COLUMN and self.old else {})}

    def check(self) -> list[str]:
        """A column that would keep itself, or what another one says."""
        names = list(self.old.values())
        problems = [f"`old` keeps {name!r} in {name!r} itself; give it another column." for name in self.old if name in names]
        return problems + (["`old` names one column for two."] if len(set(names)) < len(names) else [])


class Rewriting(Changing):
    """A model gives each of the texts in full, under its path, and nothing else."""

    columns_: list[Column] = Field([], alias="columns", description="Further columns that the model sees, and does not write.")
    prompt: PromptText
    system: PromptText
    model: ModelRole = Field("writer", description="Role of the model that writes.")

    async def written(self, row: Row, ctx: Context, found: Iterable[Part], given: Mapping[str, Any], more: Iterable[str] = ()) -> dict[str, str]:
        """What the model gives for each of the texts, by path; one call.

        Raises:
            RowFailed: `empty`, it left one blank; or as `ctx.ask`.
        """
        texts = {part.path: part.text for part in found}
        shown = {**texts, **{f"beside: {name}": value for name, value in pick(row, self.columns_).items()}}
        mark = mark_of(shown)
        scope = {**row.scope, **given, "record": fenced(shown, mark), "paths": ", ".join(texts), "mark": mark}
        request = await messages(ctx, self.system, self.prompt, scope, [text for text in more if text])
        answer = await ctx.ask(request, model=self.model, schema=_schema(texts), prompt=self.prompt)
        said: dict[str, str] = {path: answer.value[path] for path in texts}
        if empty := [path for path, text in said.items() if blank(text)]:
            raise RowFailed("empty", f"The model left {empty[0]!r} blank.")
        return said


def _schema(texts: Mapping[str, str]) -> dict[str, Any]:
    properties = {path: {"type": "string"} for path in texts}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
