"""What calls of tools give: carried out in a sandbox, or simulated by a model."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import COLUMN, MODEL, PROMPT, Column, ModelRole, PromptText
from rowsmith.steps.executing import Executing, bare
from rowsmith.steps.fenced import fenced, mark_of
from rowsmith.steps.request import messages, text_of
from rowsmith.steps.toolbox import calls_in, tools_in

GIVES = ("record", "mark")
_SCHEMA = {
    "type": "object",
    "properties": {"results": {"type": "array", "items": {"type": "string"}}},
    "required": ["results"],
    "additionalProperties": False,
}


class ToolResults(Executing):
    """Puts what the calls of a row give into a column, a text (JSON) for each: the second of APIGen's three checks (arXiv 2406.18518).

    real: the functions that a column holds as Python are called, one after the other in one world, in the sandbox of `score.executed`; it is off
    unless `execute` is true. A call that raises is a result that says so, and drops the row (`call_failed`). simulated: a model answers as the
    tools would, and a row without a result for each call fails (`results`). A row without calls gets an empty list, and nothing is asked.
    """

    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"prompt": GIVES}

    how: Literal["simulated", "real"] = Field("simulated", description="A model answers as the tools would, or their code is carried out.")
    tools: Column = Field("tools", description="Column with the tools.")
    calls: Column = Field("calls", description="Column with the calls.")
    code: Column = Field("code", description="real: column with Python functions of the tools' names.")
    into: str = Field("results", min_length=1, description="Column that takes the results.")
    prompt: PromptText = Field(shipped("tool_results"), min_length=1, description="simulated: what is asked. It must use {{ record }}.")
    model: ModelRole = Field("simulator", description="simulated: role of the model that answers as the tools.")

    async def rows(self, row: Row, ctx: Context) -> list[Row | Drop]:
        """The row with its results."""
        calls = calls_in(row, self.calls)
        if not calls:
            return [row.with_data({**row.data, self.into: []})]
        if self.how == "simulated":
            results = await self._simulated(row, ctx)
            if len(results) != len(calls):
                raise RowFailed("results", f"The model gave {len(results)} results for {len(calls)} calls.")
            return [row.with_data({**row.data, self.into: results})]
        if self.passes_by:
            return [row]
        said = [f"{call.name}(**{call.arguments or {}!r})" for call in calls]
        code = bare(text_of(row, self.code))
        found = await asyncio.to_thread(ctx.evaluate, code, said, time_s=self.time_s, memory_mb=self.memory_mb)
        if found.first_error:
            return [Drop("call_failed", found.first_error)]
        return [row.with_data({**row.data, self.into: [_written(one.value) for one in found.tests]})]

    async def _simulated(self, row: Row, ctx: Context) -> list[str]:
        called = [{"name": call.name, "arguments": call.arguments} for call in calls_in(row, self.calls)]
        shown = {"tools": list(tools_in(row, self.tools).values()), "calls": called}
        mark = mark_of(shown)
        request = await messages(ctx, "", self.prompt, {**row.scope, "record": fenced(shown, mark), "mark": mark})
        answer = await ctx.ask(request, model=self.model, schema=_SCHEMA, prompt=self.prompt)
        return [str(one) for one in answer.value["results"]]

    def marked(self, mark: Any) -> dict[str, Any]:
        """What is not used is neither looked for nor asked."""
        found = super().marked(mark)
        if self.how == "real":
            return {} if mark in (MODEL, PROMPT) else found
        return {name: value for name, value in found.items() if name != "code"} if mark is COLUMN else found

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those before, and the results."""
        return None if before is None else before | {self.into}

    @property
    def executes(self) -> bool:
        """See Step."""
        return self.how == "real" and self.execute

    def check(self) -> list[str]:
        """The refusal to carry code out."""
        return super().check() if self.how == "real" else []


def _written(value: Any) -> str:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
