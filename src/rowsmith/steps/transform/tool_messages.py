"""A question, the calls of tools, their results and the answer as one conversation."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Json, Row
from rowsmith.core.step import Column, Step
from rowsmith.steps.request import pick, text_of
from rowsmith.steps.toolbox import calls_in, tools_in


class ToolMessages(Step):
    """Makes a conversation of columns: the user asks, the assistant calls tools, they give results, the assistant answers. The row has `messages` and
    `tools` in the form of OpenAI's API in their place; its other columns stay. Calls and results must be as many (`results`).
    """

    input: Column = Field("input", description="Column with what the user says.")
    calls: Column = Field("calls", description="Column with the calls: [{name, arguments}].")
    results: Column = Field("results", description="Column with a text for each call.")
    answer: Column = Field("answer", description="Column with what the assistant says in the end.")
    tools: Column = Field("tools", description="Column with the tools.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row]:
        """The row as a conversation."""
        calls, results = calls_in(row, self.calls), pick(row, [self.results])[self.results]
        if not isinstance(results, list) or len(results) != len(calls):
            raise RowFailed("results", f"Column {self.results!r} does not hold a result for each of {len(calls)} calls.")
        ids = [f"call_{number}" for number in range(1, len(calls) + 1)]
        called: list[dict[str, Json]] = [
            {"id": id_, "type": "function", "function": {"name": call.name, "arguments": orjson.dumps(call.arguments or {}).decode()}}
            for id_, call in zip(ids, calls, strict=True)
        ]
        said: list[dict[str, Json]] = [{"role": "user", "content": text_of(row, self.input)}]
        said += [{"role": "assistant", "content": "", "tool_calls": called}] if called else []
        said += [{"role": "tool", "tool_call_id": id_, "content": str(result)} for id_, result in zip(ids, results, strict=True)]
        said += [{"role": "assistant", "content": text_of(row, self.answer)}]
        tools = [{"type": "function", "function": tool} for tool in tools_in(row, self.tools).values()]
        gone = {self.input, self.calls, self.results, self.answer, self.tools}
        rest = {name: value for name, value in row.data.items() if name not in gone}
        yield row.with_data({"messages": said, "tools": tools, **rest})

    def columns(self, before: frozenset[str] | None) -> frozenset[str] | None:
        """Those that stay, with the conversation."""
        return None if before is None else (before - {self.input, self.calls, self.results, self.answer}) - {self.tools} | {"messages", "tools"}
