"""Whether calls of tools fit the tools: their names, the schema of their arguments, and what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from rowsmith.core.expressions import parse
from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column, Where
from rowsmith.steps.checking import Check
from rowsmith.steps.request import text_of
from rowsmith.steps.toolbox import Call, calls_in, tools_in

_WORD = re.compile(r"[^\W_]+")


class ToolCalls(Check):
    """Checks calls of tools without a model: the first of APIGen's three checks (arXiv 2406.18518), and that arguments come from what was asked.
    `scores.<into>` is the number of different problems, 0 for none; each is a flag:

    `unknown_tool`: no tool is called so. `bad_arguments`: they are no JSON object, or not what the tool's schema wants. `ungrounded`: a text or a
    number of an argument stands nowhere in the column `said`. `repeated_call`: a call comes twice. `no_call`: there is none, and `without` is not
    true of the row; `needless_call`: there is one, and it is.
    """

    tools: Column = Field("tools", description="Column with the tools: [{name, description, parameters}].")
    calls: Column = Field("calls", description="Column with the calls: [{name, arguments}].")
    said: str = Field("", description="Column with what was asked, in which the values of arguments must stand; empty for no such check.")
    without: Where | None = Field(None, description="Rows of which this is true must have no call, all others one at least.")
    into: str = Field("tool_calls", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score and flags, or dropped for the first of them."""
        found = [Flag(self.title, reason, detail, path=self.calls) for reason, detail in self._problems(row)]
        yield self.told(row, {self.into: len({flag.reason for flag in found})}, found)

    def _problems(self, row: Row) -> Iterator[tuple[str, str]]:
        tools, calls = tools_in(row, self.tools), calls_in(row, self.calls)
        none = self.without is not None and parse(self.without).test(row.scope) is True
        if none and calls:
            yield "needless_call", f"{calls[0].name} is called, and no tool should be."
        elif not none and not calls:
            yield "no_call", "No tool is called."
        for number, call in enumerate(calls):
            if call in calls[:number]:
                yield "repeated_call", f"{call.name} is called twice with the same arguments."
            elif call.name not in tools:
                yield "unknown_tool", f"There is no tool {call.name!r}; there are {', '.join(tools)}."
            else:
                yield from _misfits(call, tools[call.name])
                if self.said:
                    yield from _ungrounded(call, text_of(row, self.said))


def _misfits(call: Call, tool: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if call.arguments is None:
        yield "bad_arguments", f"The arguments of {call.name} are no JSON object."
        return
    schema = {"additionalProperties": False, **(tool.get("parameters") or {"type": "object", "properties": {}})}
    try:
        Draft202012Validator.check_schema(schema)
        for error in Draft202012Validator(schema).iter_errors(call.arguments):
            yield "bad_arguments", f"{call.name}: {error.message[:300]}"
    except SchemaError as error:
        yield "bad_arguments", f"The parameters of {call.name} are no JSON Schema: {error.message[:200]}"


def _ungrounded(call: Call, said: str) -> Iterator[tuple[str, str]]:
    plain = _plain(said)
    for name, value in (call.arguments or {}).items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str | int | float) and not isinstance(one, bool) and _plain(str(one)) not in plain:
                yield "ungrounded", f"{call.name}: {name} is {str(one)[:80]!r}, which was not said."


def _plain(text: str) -> str:
    """Words and numbers alone, so that case and marks do not count."""
    return f" {' '.join(_WORD.findall(text.lower()))} "
