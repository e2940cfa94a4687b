"""OpenAI's chat completions, as dozens of servers speak them: vLLM, Ollama, llama.cpp, LM Studio, OpenRouter, Mistral, Groq ..."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import orjson

from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.providers import Finish, Reply, Way, Write
from rowsmith.llm.tolerant import Unreadable, envelope

DEFAULT = "https://api.openai.com/v1"
SENT_WHEN_GIVEN = ("temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "reasoning_effort")
OWN = {
    *SENT_WHEN_GIVEN, "model", "messages", "max_tokens", "max_completion_tokens", "response_format", "tools", "tool_choice", "stream",
    "stream_options", "n", "best_of",
}  # fmt: skip
"""Fields that have a setting, or that would change what one answer is or costs: not taken from `extra`."""
FINISH: dict[str, Finish] = {
    "stop": "stop", "eos": "stop", "eos_token": "stop", "stop_sequence": "stop", "end_turn": "stop", "tool_calls": "stop", "function_call": "stop",
    "length": "length", "max_tokens": "length", "model_length": "length", "max_output_tokens": "length", "incomplete": "length",
    "content_filter": "refusal", "refusal": "refusal", "safety": "refusal",
}  # fmt: skip


class OpenAI:
    """The provider `openai`."""

    key_env = "OPENAI_API_KEY"

    def url(self, model: Model) -> str:
        at = _address(model)
        return urlunsplit((at.scheme, at.netloc, f"{at.path.rstrip('/')}/chat/completions", at.query, ""))

    def profile(self, model: Model) -> str:
        at = _address(model)
        port = at.port if at.port != {"http": 80, "https": 443}[at.scheme] else None
        host = f"[{at.hostname}]" if ":" in (at.hostname or "") else at.hostname
        return f"{at.scheme}://{host}" + (f":{port}" if port else "")

    def needs_key(self, model: Model) -> bool:
        return model.base_url is None

    def headers(self, model: Model, key: str) -> dict[str, str]:
        sent = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "rowsmith"}
        return {**sent, "Authorization": f"Bearer {key}"} if key else sent

    def way(self, model: Model) -> Way:
        return "schema"

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        fixed = _fixed(model, schema, way)

        def write(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            return {**fixed, "messages": messages}

        return write

    def read(self, raw: bytes) -> Reply:
        try:
            said = envelope(raw)
        except Unreadable as error:
            return Reply(garbled=f"the reply cannot be read: {error}" if raw.strip() else "the reply is empty")
        if not isinstance(said, dict):
            return Reply(garbled="the reply is not a JSON object")
        usage = _usage(said.get("usage"))
        choices = said.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(message, dict):
            return Reply(usage=usage, garbled=_without_answer(said))
        refusal = message.get("refusal")
        return Reply(
            text=_text(message.get("content")),
            finish=_finish(first.get("finish_reason")),
            tool_arguments=_arguments(message),
            refusal=refusal if isinstance(refusal, str) else "",
            usage=usage,
        )


def _address(model: Model) -> SplitResult:
    """The base_url's parts, or raise Invalid."""
    text = model.base_url or DEFAULT
    fix = "Write it like http://127.0.0.1:11434/v1."
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise Invalid("The base_url holds a space, a backslash or a control character.", fix)
    try:
        at = urlsplit(text)
        port = at.port
    except ValueError:
        raise Invalid("The base_url is not an address.", fix) from None
    if at.username is not None or at.password is not None:
        raise Invalid("The base_url holds a user name or a password.", "Put the key into an environment variable and name it with api_key_env.")
    if at.scheme not in ("http", "https") or not at.hostname or port == 0 or "%" in at.netloc:
        raise Invalid(f"The base_url {text!r} is not an http or https address.", fix)
    return at


def _fixed(model: Model, schema: Mapping[str, Any] | None, way: Way) -> dict[str, Any]:
    """Everything of the body that is the same for each question."""
    if taken := sorted(OWN & model.extra.keys()):
        raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting of that name; extra is for fields that have none.")
    given = {name: value for name in SENT_WHEN_GIVEN if (value := getattr(model, name)) is not None}
    wanted = {} if schema is None else _wanted(schema, way)
    return {**model.extra, **given, **wanted, "model": model.name, model.token_field: model.max_tokens}


def _wanted(schema: Mapping[str, Any], way: Way) -> dict[str, Any]:
    """The fields that ask for a structured answer."""
    title = schema.get("title")
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", title if isinstance(title, str) else "").strip("_")[:64] or "answer"
    if way == "schema":
        form = {"name": name, "strict": _is_strict(schema), "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": form}}
    if way == "tools":
        tool = {"name": name, "description": "Gives the answer.", "parameters": schema}
        return {"tools": [{"type": "function", "function": tool}], "tool_choice": {"type": "function", "function": {"name": name}}}
    return {"response_format": {"type": "json_object"}} if way == "object" else {}


def _is_strict(schema: Any) -> bool:
    """Whether every object in the schema is closed and requires all of its properties, as the strict mode demands."""
    if isinstance(schema, list):
        return all(_is_strict(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    kind = schema.get("type")
    if "properties" in schema or kind == "object" or (isinstance(kind, list) and "object" in kind):
        properties = schema.get("properties")
        named = properties.keys() if isinstance(properties, Mapping) else set()
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(named):
            return False
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), schema.get("items"), schema.get("anyOf")]
    return not ({"oneOf", "allOf", "not", "patternProperties", "prefixItems"} & schema.keys()) and all(_is_strict(item) for item in inner)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""


def _finish(reason: Any) -> Finish:
    return FINISH.get(reason.lower(), "unknown") if isinstance(reason, str) else "unknown"


def _arguments(message: Mapping[str, Any]) -> str:
    """The arguments of the first tool call, as text; also in the older form `function_call`."""
    calls = message.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else message.get("function_call")
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if isinstance(arguments, dict):
        try:
            return orjson.dumps(arguments).decode()
        except (TypeError, RecursionError):
            return ""
    return arguments if isinstance(arguments, str) else ""


def _usage(said: Any) -> Usage:
    if not isinstance(said, dict):
        return Usage()
    details = said.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return Usage(_count(said.get("prompt_tokens")), _count(said.get("completion_tokens")), _count(cached))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else None


def _without_answer(said: Mapping[str, Any]) -> str:
    error = said.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    if isinstance(message, str) and message:
        return f"the reply holds an error in place of an answer: {message[:300]}"
    return "the reply holds no choices" if not said.get("choices") else "the reply's first choice holds no message"


PROVIDER = OpenAI()
