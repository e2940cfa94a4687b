"""The generic step: any prompt, any columns in, any columns out."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.expressions import parse as condition
from rowsmith.core.fences import Fence
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.step import COLUMN, Column, FileColumn, ModelRole, PromptText, Step, Where
from rowsmith.steps.fenced import mark_of, source_columns
from rowsmith.steps.output import TYPES, object_schema, rows_schema, schema_problems
from rowsmith.steps.references import parts
from rowsmith.steps.request import BESIDE, blank, messages, pick, shown, variables

GIVES = ("count", "row")


class Columns(Step):
    """Asks a model for new rows, one call for each row that comes in; with `draws`, so many, for answers that differ.

    What comes back is set by `output` (columns and types), by `schema` (a full JSON Schema), or by neither: then the answer's text
    goes into the column `into`. The new row holds what the model gave and the columns of `forward`, nothing else.

    The text of a document, or of a chunk of one, is fenced off as data where a prompt uses it, and a sentence below the prompt says so; `fence`
    names other columns.

    A column typed `string` must not come back blank; write `{type: string}` where blank is fine. With `count` above 1 one call asks
    for all of them as a list: give the model a `max_tokens` that holds it.
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES, "system": GIVES}

    prompt: PromptText = Field(
        min_length=1,
        description="What is asked. Its variables are the row's columns; {{ row }} is all of them as JSON (but for attached ones), {{ count }} the "
        "rows asked.",
    )
    system: PromptText = Field("", description="The system prompt; empty for none.")
    output: dict[str, Any] = Field(
        default_factory=dict,
        description="Columns of the new row and their types: string, integer, number, boolean, [string] for a list, or JSON Schema ({enum: [a, b]}).",
    )
    schema_: dict[str, Any] = Field(default_factory=dict, alias="schema", description="In place of `output`: a full JSON Schema of an object.")
    into: str = Field("text", min_length=1, description="Without `output` and `schema`: the column that takes the answer's text.")
    columns_: list[Column] | None = Field(None, alias="columns", description="Columns that the prompt may see. Default: all.")
    fence: list[Column] | None = Field(
        None, description="Columns that are fenced off as data where a prompt uses them. Default: the text of documents; [] for none."
    )
    attach: list[FileColumn] = Field([], description="Columns with images or sound, which the model is shown beside the prompt.")
    forward: list[Column] | Literal["all"] = Field([], description="Columns the new row keeps of this one: a list, or all. Default: none.")
    skip: Where | None = Field(None, description="A row for which this is true is not asked: no call is made, and it is dropped (`skipped`).")
    count_: Annotated[int, Field(ge=1, le=1000)] = Field(1, alias="count", description="New rows for each row, asked in one call.")
    draws: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="How often each row is asked, each time for `count` rows.")
    language: str = Field("", description="Language of the answer; adds a line to the request.")
    model: ModelRole = Field("writer", description="Role of the model that is asked.")

    def count(self, row: Row) -> int:
        """Rows asked of this one; 0 where it is skipped."""
        return 0 if self._skips(row) else self.count_ * self.draws

    @property
    def questions(self) -> int:
        """One for each draw."""
        return self.draws

    async def rows(self, row: Row, ctx: Context) -> list[New | Drop]:
        """A call for each draw that wanted rows are of."""
        if self._skips(row):
            return [Drop("skipped", self.skip or "")]
        carried = dict(row.data) if self.forward == "all" else pick(row, self.forward)
        drawn = groupby(ctx.wanted, key=lambda index: index // self.count_ if self.draws > 1 else 0)
        return [New({**carried, **item}, index=index) for _, wanted in drawn for index, item in await self._drawn(row, list(wanted), ctx)]

    async def _drawn(self, row: Row, wanted: list[int], ctx: Context) -> list[tuple[int, dict[str, Any]]]:
        """One call for all wanted rows of a draw, each with its place."""
        files = parts(row, self.attach)
        scope = self._scope(row, len(wanted))
        fence = self._fence(row, scope["row"])
        more = self._more(ctx, len(wanted)) + ([ctx.render(shipped("fence"), {"mark": fence.mark})] if fence else [])
        request = await messages(ctx, self.system, self.prompt, scope, more, files, fence)
        answer = await ctx.ask(request, model=self.model, schema=self._asked(len(wanted)), prompt=self.prompt)
        return list(zip(wanted, self._items(answer.value, len(wanted)), strict=False))

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        if self.forward != "all":
            return self._made() | frozenset(self.forward)
        return None if before is None else before | self._made()

    def marked(self, mark: Any) -> dict[str, Any]:
        found = super().marked(mark)
        return {name: value for name, value in found.items() if not (mark is COLUMN and value == "all")}

    def check(self) -> list[str]:
        twice = [f"Column {name!r} is both carried over and made new." for name in self.forward if self.forward != "all" and name in self._made()]
        return [*self._shape_problems(), *self._sight_problems(), *twice]

    def _shape_problems(self) -> list[str]:
        ways = [way for way, given in (("output", self.output), ("schema", self.schema_), ("into", "into" in self.model_fields_set)) if given]
        if len(ways) > 1:
            return [f"Only one of output, schema and into can say what comes back; {' and '.join(ways)} are given."]
        try:
            return schema_problems(self._item, self.count_)
        except Invalid as error:
            return [str(error)]

    def _sight_problems(self) -> list[str]:
        used = variables(self.prompt, self.system)
        if used is None:
            return []
        open_ = [f"Column {name!r} is to be fenced off, but no prompt uses it." for name in self.fence or () if not used & {name, "row"}]
        if self.columns_ is None:
            return open_
        hidden = [f"The prompt uses {{{{ {name} }}}}, which `columns` does not list." for name in sorted(used - {*self.columns_, *GIVES} - BESIDE)]
        idle = [f"Column {name!r} is listed in `columns`, but no prompt uses it." for name in self.columns_ if "row" not in used and name not in used]
        return open_ + hidden + idle

    def _made(self) -> frozenset[str]:
        """The columns that the model gives."""
        return frozenset(self.output or self.schema_.get("properties", ()) or [self.into])

    def _skips(self, row: Row) -> bool:
        return self.skip is not None and condition(self.skip).test(row.scope) is True

    def _scope(self, row: Row, count: int) -> dict[str, Any]:
        seen = row.data if self.columns_ is None else pick(row, self.columns_)
        said = {name: value for name, value in seen.items() if name not in self.attach}
        return {"scores": row.scores, "origin": row.origin, "id": row.id, **seen, "row": said, "count": count}

    def _fence(self, row: Row, said: dict[str, Any]) -> Fence | None:
        """What is fenced off: of the columns to be fenced those that a prompt prints, and `row` where it stands for one of them."""
        used = shown(self.prompt, self.system)
        names = source_columns(row, row.data) if self.fence is None else self.fence
        named = pick(row, [name for name in names if any(path[0] == name or path[:2] == ("row", name) for path in used)])
        whole = any(path[0] == "row" and (len(path) == 1 or path[1] is None) for path in used) and any(name in said for name in names)
        if not named and not whole:
            return None
        paths: dict[tuple[str, ...], str] = {path: name for name in names for path in ((name,), ("row", name))}
        return Fence(paths, mark_of({**named, "row": said} if whole else named))

    def _more(self, ctx: Context, count: int) -> list[str]:
        """The lines below the user's prompt: how many rows, where no prompt says so itself, and in which language."""
        said = "count" in (variables(self.prompt, self.system) or ())
        many = [ctx.render(shipped("rows_many"), {"count": count})] if count > 1 and not said else []
        return many + ([ctx.render(shipped("rows_language"), {"language": self.language})] if self.language else [])

    @cached_property
    def _item(self) -> dict[str, Any]:
        """The JSON Schema of one new row."""
        return self.schema_ or object_schema(self.output or {self.into: "string"})

    def _asked(self, count: int) -> dict[str, Any] | None:
        if count > 1:
            return rows_schema(self._item, count)
        return self._item if self.output or self.schema_ else None

    def _items(self, value: Any, count: int) -> list[dict[str, Any]]:
        """The rows of an answer. Of several, those with a blank column are left out; a single one fails.

        Raises:
            RowFailed: `empty`, naming the column.
        """
        items = value["rows"] if count > 1 else [value if self.output or self.schema_ else {self.into: value}]
        empty = [self._empty(item) for item in items]
        if all(empty):
            raise RowFailed("empty", f"The model left {empty[0]!r} blank." if items else "The model returned no rows.")
        return [item for item, column in zip(items, empty, strict=True) if not column]

    def _empty(self, item: dict[str, Any]) -> str:
        """The first column that must have text and has none."""
        if self.schema_:
            return ""
        words = self.output or {self.into: "string"}
        return next((name for name, kind in words.items() if isinstance(kind, str) and TYPES[kind] == "string" and blank(item[name])), "")
