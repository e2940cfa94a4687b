"""Anthropic's Messages API (version header 2023-06-01).

https://platform.claude.com/docs/en/api/messages, build-with-claude/structured-outputs, build-with-claude/thinking and api/errors, as of
November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.attachments import Inlined, Part, translated
from rowsmith.llm.providers import PLAIN, Finish, Provider, Reply, Way, Write
from rowsmith.llm.providers._address import address, below, origin
from rowsmith.llm.providers._claude import Claude
from rowsmith.llm.providers._closed import beyond, closed
from rowsmith.llm.schema import name_of
from rowsmith.llm.tolerant import Unreadable, envelope
from rowsmith.llm.verdict import Kind, Signs, kind_of

if TYPE_CHECKING:
    from rowsmith.llm.batch import BatchApi

DEFAULT = "https://api.anthropic.com"
VERSION = "2023-06-01"
IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"]
IMAGE_TOKENS = 5000
"""An image takes 4,784 at the highest resolution; and what stands around it."""
OWN = {
    "model", "messages", "system", "max_tokens", "temperature", "top_p", "stop_sequences", "output_config", "tools", "tool_choice", "stream",
}  # fmt: skip
"""Fields that have a setting, or that would change what one answer is: not taken from `extra`; `thinking` only without reasoning_effort."""
FINISH: dict[str, Finish] = {
    "end_turn": "stop", "stop_sequence": "stop", "tool_use": "stop", "max_tokens": "length", "model_context_window_exceeded": "length",
    "refusal": "refusal",
}  # fmt: skip
SIGNS: dict[Kind, Signs] = {
    "quota": Signs.of(402, "billing_error", "credit balance is too low", "api usage limits"),
    "context": Signs.of(413, "request_too_large", "prompt is too long", "exceed context limit"),
    "filter": Signs.of("content filtering policy", "output blocked"),
    "key": Signs.of("authentication_error", "permission_error"),
    "model": Signs.of("not_found_error"),
    "throttled": Signs.of("rate_limit_error"),
    "overload": Signs.of(529, "overloaded_error"),
    "lost": Signs.of("timeout_error"),
}


class Anthropic(Provider):
    """The provider `anthropic`."""

    key_env = "ANTHROPIC_API_KEY"

    def url(self, model: Model) -> str:
        return below(address(model.base_url or DEFAULT), "/v1/messages", once=True)

    def models_url(self, model: Model) -> str:
        return below(address(model.base_url or DEFAULT), "/v1/models", once=True)

    def profile(self, model: Model) -> str:
        return origin(address(model.base_url or DEFAULT))

    def needs_key(self, model: Model) -> bool:
        return model.base_url is None

    def headers(self, model: Model, key: str) -> dict[str, str]:
        return {**PLAIN, "anthropic-version": VERSION, **({"x-api-key": key} if key else {})}

    def image_tokens(self, model: Model) -> int:
        return IMAGE_TOKENS

    def batch(self, model: Model) -> BatchApi:
        from rowsmith.llm.batch.anthropic import AnthropicBatches

        return AnthropicBatches()

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        return dict(Claude.of(model.name).refused(model))

    def way(self, model: Model, schema: Mapping[str, Any] | None = None) -> Way:
        claude = Claude.of(model.name)
        if claude.schema and (schema is None or not beyond(schema)):
            return "schema"
        return "tools" if claude.may_force(model) and (schema is None or schema.get("type") == "object") else "json"

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        for error in self.refuses(model).values():
            raise error
        fixed = _fixed(model, schema, way)

        def write(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            return {**fixed, **_turns(messages)}

        return write

    def read(self, raw: bytes) -> Reply:
        try:
            said = envelope(raw)
        except Unreadable as error:
            return Reply(garbled=f"the reply cannot be read: {error}" if raw.strip() else "the reply is empty")
        if not isinstance(said, dict):
            return Reply(garbled="the reply is not a JSON object")
        usage, parts = _usage(said.get("usage")), said.get("content")
        if not isinstance(parts, list):
            wrong = said.get("error")
            message = wrong.get("message") if isinstance(wrong, dict) else None
            found = f"an error in place of an answer: {message}" if message else "no content"
            return Reply(usage=usage, garbled=f"the reply holds {found}")
        reason, details = said.get("stop_reason"), said.get("stop_details")
        if reason == "pause_turn":
            return Reply(usage=usage, garbled="the server paused in the middle of the answer (pause_turn)")
        explained = details.get("explanation") if isinstance(details, dict) else None
        return Reply(
            text="".join(part["text"] for part in parts if _is(part, "text") and isinstance(part.get("text"), str)),
            finish=FINISH.get(reason, "unknown") if isinstance(reason, str) else "unknown",
            tool_arguments=_arguments(parts),
            refusal=explained if reason == "refusal" and isinstance(explained, str) else "",
            usage=usage,
        )

    def trouble(self, status: int, headers: Mapping[str, str], raw: bytes) -> Kind:
        return kind_of(status, headers, raw, SIGNS)


def _fixed(model: Model, schema: Mapping[str, Any] | None, way: Way) -> dict[str, Any]:
    """Everything of the body that is the same for each question."""
    effort = Claude.of(model.name).effort(model)
    if taken := sorted((OWN | effort.keys()) & model.extra.keys()):
        raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting of that name; extra is for fields that have none.")
    named = {"temperature": "temperature", "top_p": "top_p", "stop": "stop_sequences"}
    given = {sent: value for name, sent in named.items() if (value := getattr(model, name)) is not None}
    wanted = {} if schema is None else _wanted(model, schema, way)
    output = {**effort.pop("output_config", {}), **wanted.pop("output_config", {})}
    config = {"output_config": output} if output else {}
    return {**model.extra, **given, **effort, **config, **wanted, "model": model.name, "max_tokens": model.max_tokens}


def _wanted(model: Model, schema: Mapping[str, Any], way: Way) -> dict[str, Any]:
    """The fields that ask for a structured answer."""
    if way == "schema":
        if why := beyond(schema):
            raise Invalid(f"The schema goes beyond what {model.name} takes as its answers' form: {why}.", "Set answers to auto, tools or json.")
        return {"output_config": {"format": {"type": "json_schema", "schema": closed(schema)}}}
    if way != "tools":
        return {}
    name = name_of(schema)
    tool = {"name": name, "description": "Gives the answer.", "input_schema": schema}
    return {"tools": [tool], "tool_choice": {"type": "tool", "name": name, "disable_parallel_tool_use": True}}


def _turns(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The messages in Anthropic's form: the system's apart, the rest as turns. Alone, the system's are the question."""
    written = translated(messages, _image, {"image": IMAGES}, "Anthropic")
    system = [part for message in written if message.get("role") == "system" for part in _texts(message.get("content"))]
    turns = [_turn(message) for message in written if message.get("role") != "system"]
    if not turns:
        return {"messages": [{"role": "user", "content": "\n\n".join(system)}]}
    return {"system": "\n\n".join(system), "messages": turns} if system else {"messages": turns}


def _turn(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message as it stands, or a tool call or its result (both come when a call is asked again) in Anthropic's form."""
    if calls := message.get("tool_calls"):
        uses = [{"type": "tool_use", "id": call["id"], **_called(call["function"])} for call in calls]
        return {"role": "assistant", "content": uses}
    if message.get("role") != "tool":
        return message
    result = {"type": "tool_result", "tool_use_id": message["tool_call_id"], "content": message["content"], "is_error": True}
    return {"role": "user", "content": [result]}


def _called(function: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": function["name"], "input": orjson.loads(function["arguments"])}


def _image(part: Part) -> Part:
    return {"type": "image", "source": {"type": "base64", "media_type": part["media_type"], "data": Inlined.of(part)}}


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [part["text"] for part in content if isinstance(part, Mapping) and isinstance(part.get("text"), str)] if isinstance(content, list) else []


def _arguments(parts: Sequence[Any]) -> str:
    """The input of the first tool call, as text."""
    call = next((part for part in parts if _is(part, "tool_use")), None)
    if call is None or "input" not in call:
        return ""
    try:
        return orjson.dumps(call["input"]).decode()
    except (TypeError, RecursionError):
        return ""


def _is(part: Any, kind: str) -> bool:
    return isinstance(part, dict) and part.get("type") == kind


def _usage(said: Any) -> Usage:
    """`input_tokens` counts what was neither read from the cache nor written to it; the whole input is the sum of the three."""
    if not isinstance(said, dict):
        return Usage()
    fresh, out = _count(said.get("input_tokens")), _count(said.get("output_tokens"))
    read, made = (_count(said.get(f"cache_{how}_input_tokens")) for how in ("read", "creation"))
    return Usage(None if fresh is None else fresh + (read or 0) + (made or 0), out, read, cache_write_in=made)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else None


PROVIDER = Anthropic()
