"""Tools in dialogues: which there are, calls that fit their schemas, and what a model that plays them gives back.

A call is asked for as a structured answer whose schema holds each tool's own, so that the gate refuses, and asks again, what does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import canonical, share
from rowsmith.core.models import ModelChoice
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import ModelRole, PromptText
from rowsmith.steps.request import blank, messages, pick

GIVES = ("name", "tool", "arguments", "results")
_FENCED = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)


class Tooling(BaseModel):
    """The tools that assistants of a dialogue may call, and the model that plays them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field("", description="File with the tools, a JSON list or one a line: {name, description, parameters}, or as OpenAI writes them.")
    column: str = Field("", description="In place of a file: column with a list of such tools.")
    count: PositiveInt | None = Field(None, description="How many of them a dialogue has; the row's id draws which. Default: all.")
    model: ModelRole = Field("writer", description="Role of the model that plays the tools.")
    prompt: PromptText = Field(shipped("tool_result"), min_length=1, description="What that model is asked: of {{ tool }} and {{ arguments }}.")
    system: PromptText = Field("", description="Its system prompt; empty for none.")
    rounds: PositiveInt = Field(5, description="How often tools may be called in one turn; a row that goes on fails (`tools`).")

    def problems(self) -> list[str]:
        """What is wrong with the settings together."""
        return [] if bool(self.file) != bool(self.column) else ["Tools are taken from a `file` or a `column`, one of them."]

    def found(self, row: Row, ctx: Context, place: str) -> list[dict[str, Any]]:
        """The tools of a row, each {type: function, function: {name, description, parameters}}.

        Raises:
            RowFailed: `tools`, they are none.
        """
        said = pick(row, [self.column])[self.column] if self.column else [tool for path in ctx.paths([self.file]) for tool in _read(ctx, path)]
        tools = _checked(said)
        if self.count is not None and self.count < len(tools):
            chosen = sorted(tools, key=lambda tool: share(place, f"tool {tool['function']['name']}"))[: self.count]
            tools = [tool for tool in tools if tool in chosen]
        return tools


class Call(NamedTuple):
    """One call of a tool, and what it gave."""

    name: str
    arguments: Mapping[str, Any]
    result: str


class Used(NamedTuple):
    """Calls that were made together; `text` is what was said beside them."""

    text: str
    calls: tuple[Call, ...]


def offered(tools: Sequence[Mapping[str, Any]]) -> str:
    """The tools as a prompt shows them."""
    return "\n".join(canonical(tool["function"]).decode() for tool in tools)


def asked_for(used: Sequence[Used]) -> list[dict[str, str]]:
    """Calls and their results as the messages in which they were asked for and given."""
    found = []
    for one in used:
        said = {"calls": [{"name": call.name, "arguments": call.arguments} for call in one.calls], "reply": one.text}
        results = "\n".join(f"{call.name}: {call.result}" for call in one.calls)
        found += [{"role": "assistant", "content": orjson.dumps(said).decode()}, {"role": "user", "content": f"Results:\n{results}"}]
    return found


def saved(used: Sequence[Used], first: int) -> list[dict[str, Any]]:
    """Calls and their results as a row has them; the calls are numbered from `first`."""
    found: list[dict[str, Any]] = []
    for one in used:
        named = [(f"call_{first + at}", call) for at, call in enumerate(one.calls)]
        first += len(named)
        functions = [{"name": call.name, "arguments": orjson.dumps(call.arguments).decode()} for call in one.calls]
        calls = [{"id": key, "type": "function", "function": function} for (key, _), function in zip(named, functions, strict=True)]
        found.append({"role": "assistant", "content": one.text, "tool_calls": calls})
        found += [{"role": "tool", "tool_call_id": key, "name": call.name, "content": call.result} for key, call in named]
    return found


async def answered(
    ctx: Context, tooling: Tooling, tools: Sequence[Mapping[str, Any]], request: list[dict[str, Any]], model: ModelChoice, prompt: str,
    before: Sequence[Used], scope: Mapping[str, Any],
) -> tuple[str, tuple[Used, ...]]:  # fmt: skip
    """What a speaker says who may call tools, and what it called first.

    Raises:
        RowFailed: `tools`, it calls them without end; `repeated`, it makes the same call again; or as `ctx.ask`.
    """
    used: list[Used] = []
    by_name = {tool["function"]["name"]: tool["function"] for tool in tools}
    for _ in range(tooling.rounds + 1):
        answer = await ctx.ask([*request, *asked_for(used)], model=model, schema=_schema(list(by_name.values())), prompt=prompt)
        wanted = answer.value["calls"]
        if not wanted:
            return str(answer.value["reply"]), tuple(used)
        made: list[Call] = []
        for call in wanted:
            here = [*(one for each in used for one in each.calls), *made]
            if any((one.name, one.arguments) == (call["name"], call["arguments"]) for one in here):
                raise RowFailed("repeated", f"The tool {call['name']!r} is called again with the same arguments.")
            earlier = [*(one for each in before for one in each.calls), *here]
            made.append(Call(call["name"], call["arguments"], await _played(ctx, tooling, by_name[call["name"]], call, earlier, scope)))
        used.append(Used(str(answer.value["reply"]).strip(), tuple(made)))
    raise RowFailed("tools", f"Tools are called more than {tooling.rounds} times without an answer.")


async def _played(
    ctx: Context, tooling: Tooling, tool: Mapping[str, Any], call: Mapping[str, Any], earlier: Sequence[Call], scope: Mapping[str, Any]
) -> str:
    """What the model that plays a tool gives back."""
    told = [{"name": one.name, "arguments": one.arguments, "result": one.result} for one in earlier]
    gives = {"name": tool["name"], "tool": canonical(tool).decode(), "arguments": canonical(call["arguments"]).decode(),
             "results": "\n".join(canonical(one).decode() for one in told) or "nothing"}  # fmt: skip
    request = await messages(ctx, tooling.system, tooling.prompt, {**scope, **gives})
    answer = await ctx.ask(request, model=tooling.model, prompt=tooling.prompt)
    result = _FENCED.sub(r"\1", str(answer.value).strip()).strip()
    if blank(result):
        raise RowFailed("empty", f"The tool {tool['name']!r} gives nothing back.")
    return result


def _schema(functions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An answer: calls that fit their tools' own schemas, or a reply."""
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": one["name"]}, "arguments": one["parameters"]},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for one in functions
    ]
    properties = {"calls": {"type": "array", "items": {"anyOf": calls}}, "reply": {"type": "string"}}
    return {"type": "object", "properties": properties, "required": ["calls", "reply"], "additionalProperties": False}


def _read(ctx: Context, path: Any) -> list[Any]:
    """The tools in a file."""
    body = ctx.input(path).path.read_bytes().lstrip()
    try:
        found = orjson.loads(body) if body[:1] == b"[" else [orjson.loads(line) for line in body.splitlines() if line.strip()]
    except orjson.JSONDecodeError as error:
        raise RowFailed("tools", f"The file {path.name!r} is no JSON: {error}.") from None
    return list(found)


def _schema_problem(parameters: Any) -> str:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(parameters)
    except SchemaError as error:
        return str(error.message)
    return "" if isinstance(parameters, dict) and parameters.get("type") == "object" else "its type is not object."


def _checked(said: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for tool in said if isinstance(said, list) else []:
        one = tool.get("function", tool) if isinstance(tool, dict) else {}
        if not isinstance(one, dict) or not isinstance(name := one.get("name"), str) or not name:
            raise RowFailed("tools", f"A tool has no name: {str(tool)[:80]}")
        parameters = one.get("parameters") or {"type": "object", "properties": {}, "additionalProperties": False}
        if name in found:
            raise RowFailed("tools", f"The tool {name!r} is there twice.")
        if wrong := _schema_problem(parameters):
            raise RowFailed("tools", f"The parameters of the tool {name!r} are no schema of an object: {wrong}")
        found[name] = {"type": "function", "function": {"name": name, "description": one.get("description", ""), "parameters": parameters}}
    if not found:
        raise RowFailed("tools", "There are no tools.")
    return list(found.values())
