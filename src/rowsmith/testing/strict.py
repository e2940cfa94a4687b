"""Rules of a request that no list of fields can say, by provider."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Wrong = Iterator[tuple[str, str]]
"""A field, and what the provider says of it."""
_CLAUDE_KEYWORDS = {
    "type", "properties", "required", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "title", "description", "default",
    "additionalProperties", "format", "minItems",
}  # fmt: skip


def broken(rule: str, body: Mapping[str, Any]) -> Wrong:
    """What of the body breaks the rule of this name."""
    return RULES[rule](body)


def named_tool(body: Mapping[str, Any]) -> Wrong:
    """A tool that is asked for is among the tools."""
    choice, tools = body.get("tool_choice"), body.get("tools", [])
    wanted = (choice.get("function") or choice).get("name") if isinstance(choice, dict) else None
    if wanted and wanted not in [(tool.get("function") or tool).get("name") for tool in tools]:
        yield "tool_choice", f"Tool '{wanted}' not found in provided tools."
    if choice and not tools:
        yield "tool_choice", "tool_choice is only allowed when tools are specified."


def answered_calls(body: Mapping[str, Any]) -> Wrong:
    """Each tool call is JSON and is followed at once by its result, and each result follows its call."""
    open_: set[str] = set()
    for message in [*body["messages"], {"role": "assistant"}]:
        parts = message.get("content") if isinstance(message.get("content"), list) else []
        results = {part.get("tool_use_id") for part in parts if part.get("type") == "tool_result"}
        results |= {message.get("tool_call_id")} if message.get("role") == "tool" else set()
        if results - open_:
            yield "messages", "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
        open_ -= results
        if open_ and message.get("role") != "tool":
            yield "messages", f"tool_call_ids did not have response messages: {', '.join(sorted(open_))}"
        calls = message.get("tool_calls") or ()
        open_ |= {call["id"] for call in calls} | {part["id"] for part in parts if part.get("type") == "tool_use"}
        if not all(_is_json(call["function"]["arguments"]) for call in calls):
            yield "messages", "Invalid function arguments: they are no JSON."


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def nine_characters(body: Mapping[str, Any]) -> Wrong:
    """Ids of tool calls have nine letters and digits."""
    for message in body["messages"]:
        for name in [call["id"] for call in message.get("tool_calls") or ()]:
            if not re.fullmatch(r"[a-zA-Z0-9]{9}", name):
                yield "messages", f"Tool call id was {name} but must be a-z, A-Z, 0-9, with a length of 9."


def strict_schema(body: Mapping[str, Any]) -> Wrong:
    """With `strict`, every object is closed and requires all of its properties."""
    form = (body.get("response_format") or {}).get("json_schema") or {}
    for part in _objects(form.get("schema")) if form.get("strict") else ():
        if part.get("additionalProperties") is not False or set(part.get("required", ())) != set(part.get("properties", {})):
            yield "response_format", "In context=(), 'additionalProperties' is required to be supplied and to be false, and 'required' to name all."


def says_json(body: Mapping[str, Any]) -> Wrong:
    """JSON mode wants the word in the messages."""
    if (body.get("response_format") or {}).get("type") == "json_object" and "json" not in str(body.get("messages")).lower():
        yield "messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."


def deepseek_thinking(body: Mapping[str, Any]) -> Wrong:
    """No tool can be asked for while the model thinks, which it does by default, and sampling settings would be dropped."""
    if (body.get("thinking") or {}).get("type") == "disabled":
        return
    if body.get("tool_choice") not in (None, "auto", "none"):
        yield "tool_choice", "Thinking mode does not support this tool_choice"
    for name in {"temperature", "presence_penalty", "frequency_penalty"} & body.keys():
        yield name, f"{name} is ignored in thinking mode"


def claude(body: Mapping[str, Any]) -> Wrong:
    """The Messages API's rules of turns, thinking, sampling and schemas."""
    version, thinking = _version(str(body.get("model"))), body.get("thinking") or {}
    roles = [message.get("role") for message in body["messages"]]
    if any(role not in ("user", "assistant") for role in roles) or roles[:1] != ["user"]:
        yield "messages", 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter.'
    if thinking.get("type") == "enabled":
        if version >= (4, 7):
            yield "thinking", '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort".'
        if not 1024 <= thinking.get("budget_tokens", 0) < body["max_tokens"]:
            yield "thinking", "`max_tokens` must be greater than `thinking.budget_tokens`, which is at least 1024."
    if thinking.get("type") == "adaptive" and version < (4, 6):
        yield "thinking", "adaptive thinking is not supported on this model"
    yield from _sampling(body, version, thinks=thinking.get("type") in ("enabled", "adaptive"))
    for part in _objects(((body.get("output_config") or {}).get("format") or {}).get("schema"), everything=True):
        if _is_object(part) and part.get("additionalProperties") is not False:
            yield "output_config", "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"
        for name in part.keys() - _CLAUDE_KEYWORDS:
            yield "output_config", f"output_config.format.schema: property '{name}' is not supported"


def _sampling(body: Mapping[str, Any], version: tuple[int, int], *, thinks: bool) -> Wrong:
    given = {"temperature", "top_p"} & body.keys()
    for name in given:
        if version >= (4, 7):
            yield name, f"`{name}` is deprecated for this model."
    if thinks and body.get("temperature", 1) != 1:
        yield "temperature", "`temperature` may only be set to 1 when thinking is enabled."
    if thinks and body.get("top_p", 1) < 0.95:
        yield "top_p", "`top_p` must be greater than or equal to 0.95 when thinking is enabled."
    if len(given) == 2 and version >= (4, 1):
        yield "top_p", "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    if thinks and (body.get("tool_choice") or {}).get("type") in ("tool", "any"):
        yield "tool_choice", "Thinking may not be enabled when tool_choice forces tool use."


def _version(name: str) -> tuple[int, int]:
    found = re.search(r"-(\d)(?:-(\d)(?!\d))?", name)
    return (int(found[1]), int(found[2] or 0)) if found else (9, 0)


def _is_object(part: Mapping[str, Any]) -> bool:
    return part.get("type") == "object" or "properties" in part


def _objects(schema: Any, *, everything: bool = False) -> Iterator[Mapping[str, Any]]:
    """The objects within a schema; with `everything`, all of its parts."""
    if not isinstance(schema, Mapping):
        return
    if everything or _is_object(schema):
        yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), schema.get("items")]
    for part in [*inner, *(option for name in ("anyOf", "allOf", "oneOf") for option in schema.get(name, ()))]:
        yield from _objects(part, everything=everything)


RULES: dict[str, Callable[[Mapping[str, Any]], Wrong]] = {
    "named_tool": named_tool,
    "answered_calls": answered_calls,
    "nine_characters": nine_characters,
    "strict_schema": strict_schema,
    "says_json": says_json,
    "deepseek_thinking": deepseek_thinking,
    "claude": claude,
}
