"""OpenAI's chat completions, as dozens of servers speak them; what is particular about one of them is its profile."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import parse_qs, quote

import orjson

from rowsmith import content
from rowsmith.core.calls import PICO, Usage
from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.attachments import Inlined, Part, translated
from rowsmith.llm.profile import NAMES, Profile, ServerWay, Takes, read_profile
from rowsmith.llm.providers import PLAIN, RAW, Finish, Provider, Reply, Way, Write
from rowsmith.llm.providers._address import address, below, from_host, origin
from rowsmith.llm.providers._embeddings import Embeddings
from rowsmith.llm.schema import name_of
from rowsmith.llm.template import template_of
from rowsmith.llm.tolerant import Unreadable, envelope
from rowsmith.llm.verdict import Kind, kind_of

if TYPE_CHECKING:
    from rowsmith.llm.batch import BatchApi

OWN = {
    *NAMES, "reasoning_effort", "model", "messages", "max_tokens", "max_completion_tokens", "response_format", "tools", "tool_choice", "stream",
    "stream_options", "n", "best_of",
}  # fmt: skip
"""Fields that have a setting, or that would change what one answer is or costs: not taken from `extra`."""
FINISH: dict[str, Finish] = {
    "stop": "stop", "eos": "stop", "eos_token": "stop", "stop_sequence": "stop", "end_turn": "stop", "tool_calls": "stop", "function_call": "stop",
    "length": "length", "max_tokens": "length", "model_length": "length", "max_output_tokens": "length", "incomplete": "length",
    "content_filter": "refusal", "refusal": "refusal", "safety": "refusal", "broken": "broken",
}  # fmt: skip
BROKEN = {"error", "insufficient_system_resource", "abort"}
"""Finish reasons of an answer that the server broke off."""
ANYTHING = Takes(image=["image/png", "image/jpeg", "image/webp", "image/gif"], audio=["audio/wav", "audio/mpeg"])
FORMATS = {"audio/mpeg": "mp3", "audio/x-wav": "wav"}
"""Formats of audio that are not called like their media type."""


class ChatCompletions(Provider):
    """Whatever takes OpenAI's chat completions and has this profile (default: OpenAI's own). `environ` may name its address (default: the
    process's environment). A model with a template is asked by raw completions beside them."""

    def __init__(self, profile: Profile | None = None, environ: Mapping[str, str] | None = None) -> None:
        self.server = profile = profile or read_profile(content.profile("openai"), "openai", "content/profiles/openai.yaml")
        self._environ = os.environ if environ is None else environ
        self.key_env = profile.key_env
        # A server that says nothing about batches may have them; when it has none, it says so when it is asked.
        known = {"name": profile.name, "key_env": profile.key_env, "base_url": profile.base_url}
        self._anywhere = Profile(**known, needs_key=False, takes=ANYTHING, batch="openai", raw="/completions")

    def url(self, model: Model) -> str:
        server, at = self._at(model), address(model.base_url or self._usual())
        if model.template is not None and server.raw is not None:
            return below(at, server.raw)
        if (version := server.versioned) is None:
            return below(at, server.path)
        chosen = self._environ.get(version.env, "").strip()
        if chosen and version.query not in parse_qs(at.query):
            at = at._replace(query=f"{at.query}&{version.query}={quote(chosen)}".lstrip("&"))
        named = version.query in parse_qs(at.query)
        return below(at, version.path.replace("{model}", quote(model.name, safe="")) if named else server.path, once=True)

    def models_url(self, model: Model) -> str:
        return below(address(model.base_url or self._usual()), "/models")

    def profile(self, model: Model) -> str:
        place = model.base_url or self.server.base_url
        return origin(address(place)) if place else self.server.name

    def needs_key(self, model: Model) -> bool:
        return self._at(model).needs_key

    def headers(self, model: Model, key: str) -> dict[str, str]:
        return {**PLAIN, self.server.key_header: f"{self.server.key_prefix}{key}"} if key else PLAIN

    def image_tokens(self, model: Model) -> int:
        return self._at(model).takes.image_tokens

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        return dict(_refused(self._at(model), model))

    def way(self, model: Model, schema: Mapping[str, Any] | None = None) -> Way:
        return "json" if model.template is not None else next(iter(self._at(model).ways(model)), "json")

    def batch(self, model: Model) -> BatchApi | None:
        offered = self._at(model).batch
        if offered is None or model.template is not None:
            return None
        from rowsmith.llm.batch.mistral import MistralBatches
        from rowsmith.llm.batch.openai import OpenAIBatches

        return MistralBatches() if offered == "mistral" else OpenAIBatches()

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        server = self._at(model)
        for error in self.refuses(model).values():
            raise error
        fixed = _fixed(server, model, schema, way)
        if (template := template_of(model)) is not None:
            return lambda messages: {**fixed, "prompt": template.written(messages)}

        def write(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            if all(isinstance(message.get("content"), str) for message in messages):
                return {**fixed, "messages": messages}
            return {**fixed, "messages": _in_parts(server, messages)}

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
        if message is None and isinstance(first, dict) and isinstance(first.get("text"), str):
            message = {"content": first["text"]}  # a raw completion
        if not isinstance(first, dict) or not isinstance(message, dict):
            return _without_answer(said, usage)
        reason = str(first.get("finish_reason")).lower()
        if reason in BROKEN:
            return Reply(usage=usage, garbled=f"the server broke the answer off ({reason})", status=_status(first.get("error")))
        refusal = message.get("refusal")
        return Reply(
            text=_text(message.get("content")),
            finish=FINISH.get(reason, "unknown"),
            tool_arguments=_arguments(message),
            refusal=refusal if isinstance(refusal, str) else "",
            usage=usage,
            cost=_cost(said.get("usage")),
        )

    def trouble(self, status: int, headers: Mapping[str, str], raw: bytes) -> Kind:
        return kind_of(status, headers, raw, self.server.signs)

    def _usual(self) -> str:
        """The address of models that name none."""
        server = self.server
        if named := self._environ.get(server.base_url_env, "").strip():
            return from_host(named, server.base_url or "https://")
        if server.base_url is None:
            variable = f", or set the environment variable {server.base_url_env}" if server.base_url_env else ""
            raise Invalid(f"{_title(server)} has no address that is the same for all.", f"Give the model its base_url{variable}.")
        return server.base_url

    def _at(self, model: Model) -> Profile:
        """The profile, or the one that takes everything where the model is at an address of its own that it says nothing about."""
        elsewhere = self.server.default_only and model.base_url not in (None, self.server.base_url)
        return self._anywhere if elsewhere else self.server


class OpenAI(ChatCompletions, Embeddings):
    """A server that speaks like OpenAI. Its embeddings, where it gives any, are beside its chat completions."""

    templates = True


def _title(server: Profile) -> str:
    return server.title or server.name


def _refused(server: Profile, model: Model) -> Iterator[tuple[str, Invalid]]:
    """The settings that the server does not take."""
    title = _title(server)
    for name in NAMES:
        value = getattr(model, name)
        most, size = server.most.get(name), len(value) if isinstance(value, list) else value
        if value is None:
            continue
        if name not in server.settings:
            yield name, Invalid(f"{title} has no {name}.", "Leave it out.")
        elif most is not None and size > most:
            fix = "Give fewer texts." if name == "stop" else "Give a smaller one."
            yield name, Invalid(f"{title} takes {name} up to {most:g}, not {size:g}.", fix)
        elif name in server.thinking_ignores and model.reasoning_effort != "none":
            yield name, Invalid(f"{title} ignores {name} while the model thinks.", "Set reasoning_effort to none, or leave it out.")
    if model.reasoning_effort is not None and model.reasoning_effort not in server.effort:
        known = f"It has {', '.join(server.effort)}." if server.effort else "Leave it out."
        yield "reasoning_effort", Invalid(f"{title} has no reasoning_effort {model.reasoning_effort!r}.", known)
    if model.token_field is not None and model.token_field not in server.tokens:
        yield "token_field", Invalid(f"{title} does not know {model.token_field}.", f"It takes {server.tokens[0]}; leave token_field out.")
    if model.template is not None:
        yield from _refused_with_template(server, model)
    elif model.answers in get_args(ServerWay) and model.answers not in (ways := server.ways(model)):
        thinks = " while it thinks" if model.answers in server.answers and not server.tools_while_thinking else ""
        what = f"{title} cannot be asked for a structured answer by {model.answers} from {model.name!r}{thinks}."
        yield "answers", Invalid(what, f"Set answers to {', '.join([*ways, 'json'])} or auto{', or reasoning_effort to none' if thinks else ''}.")


def _refused_with_template(server: Profile, model: Model) -> Iterator[tuple[str, Invalid]]:
    """What keeps the server from going on with raw text, and the settings that raw completions do not know."""
    if server.raw is None:
        yield "template", Invalid(f"{_title(server)} has no raw completions, which a template needs.", f"{RAW} Or leave template out.")
        return
    try:
        template_of(model)
    except Invalid as error:
        yield "template", error
    for name in ("reasoning_effort", "token_field"):
        if getattr(model, name) is not None:
            yield name, Invalid(f"Raw completions have no {name}, and the model has a template.", f"Leave {name} out.")
    if model.answers in get_args(ServerWay):
        yield "answers", Invalid("A model with a template is asked in text alone.", "Set answers to json, xml or auto.")


def _fixed(server: Profile, model: Model, schema: Mapping[str, Any] | None, way: Way) -> dict[str, Any]:
    """Everything of the body that is the same for each question."""
    effort = server.effort[model.reasoning_effort] if model.reasoning_effort is not None else {}
    if taken := sorted((OWN | set(server.settings.values()) | effort.keys()) & model.extra.keys()):
        raise Invalid(f"The model's extra holds {', '.join(taken)}.", "Use the setting of that name; extra is for fields that have none.")
    given = {sent: value for name, sent in server.settings.items() if (value := getattr(model, name)) is not None}
    wanted = {} if schema is None else _wanted(server, model, schema, way)
    tokens = model.token_field or server.tokens[0]
    if (template := template_of(model)) is not None:
        given["stop"] = list(dict.fromkeys([*(model.stop or ()), *template.ends]))
        tokens = "max_tokens"  # the one name that raw completions know
    return {**model.extra, **given, **effort, **wanted, "model": model.name, tokens: model.max_tokens}


def _wanted(server: Profile, model: Model, schema: Mapping[str, Any], way: Way) -> dict[str, Any]:
    """The fields that ask for a structured answer."""
    name = name_of(schema)
    asked: dict[str, Any] = {}
    if way == "schema":
        form = {"name": name, "strict": _is_strict(schema), "schema": schema}
        asked = {"response_format": {"type": "json_schema", "json_schema": form}}
    elif way == "tools":
        tool = {"name": name, "description": "Gives the answer.", "parameters": schema}
        choice = {"type": "function", "function": {"name": name}} if server.tool_choice == "named" else "required"
        asked = {"tools": [{"type": "function", "function": tool}], "tool_choice": choice}
    elif way == "object":
        asked = {"response_format": {"type": "json_object"}}
    added: Mapping[str, dict[str, Any]] = {str(of): fields for of, fields in server.adds.items()}
    for field, value in added.get(way, {}).items():
        own = model.extra.get(field)
        asked[field] = {**value, **own} if isinstance(own, dict) and isinstance(value, dict) else value if own is None else own
    return asked


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


def _in_parts(server: Profile, messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Messages of which some are lists of parts, as the server takes them."""

    def write(part: Part) -> Part:
        kind = part["media_type"]
        if part["type"] == "image":
            return {"type": "image_url", "image_url": {"url": Inlined.of(part, f"data:{kind};base64,")}}
        data = Inlined.of(part)
        sound = data if server.takes.audio_form == "text" else {"data": data, "format": FORMATS.get(kind, kind.removeprefix("audio/"))}
        return {"type": "input_audio", "input_audio": sound}

    return translated(messages, write, server.takes.model_dump(include={"image", "audio"}), _title(server))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""


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
    into, out, total = (_count(said.get(name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    of_input, of_output = _details(said, "prompt"), _details(said, "completion")
    cached = _count(of_input.get("cached_tokens", said.get("prompt_cache_hit_tokens")))
    written = _count(of_input.get("cache_write_tokens", of_input.get("cache_creation_tokens")))
    thought = _count(of_output.get("reasoning_tokens"))
    if into is not None and out is not None and total is not None and total > into + out:
        # Some servers leave what was thought out of the completion, or do not list it at all; it is billed all the same.
        out, thought = total - into, max(thought or 0, total - into - out)
    return Usage(into, out, cached, thought, written)


def _details(said: Mapping[str, Any], of: str) -> Mapping[str, Any]:
    details = said.get(f"{of}_tokens_details")
    return details if isinstance(details, dict) else {}


def _cost(said: Any) -> int | None:
    """What the answer cost, where the usage says it in USD."""
    cost = said.get("cost") if isinstance(said, dict) else None
    return ceil(cost * PICO) if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e6 else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else None


def _without_answer(said: Mapping[str, Any], usage: Usage) -> Reply:
    error = said.get("error")
    if isinstance(error, dict) and isinstance(wrote := error.get("failed_generation"), str):
        return Reply(wrote, "stop", usage=usage)  # what the model wrote, and the server could not read
    message = error.get("message") if isinstance(error, dict) else error
    if isinstance(message, str) and message:
        return Reply(usage=usage, garbled=f"the reply holds an error in place of an answer: {message[:300]}", status=_status(error))
    return Reply(usage=usage, garbled="the reply's first choice holds no message" if said.get("choices") else "the reply holds no choices")


def _status(error: Any) -> int:
    """The HTTP status that an error names as its code; 0 when it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 else 0


PROVIDER = OpenAI()
