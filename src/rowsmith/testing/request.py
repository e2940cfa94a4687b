"""What the scripted server knows of one request, and what it has been told to answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

from rowsmith.testing.xml_forms import form_in

Dialect = Literal["openai", "anthropic"]


if TYPE_CHECKING:
    from functools import cached_property as lazy

    from rowsmith.testing.dialect import Dialect as Spoken
else:

    class lazy:
        """functools.cached_property without the lock that it holds in Python 3.11 (microseconds each time)."""

        def __init__(self, function):
            self.function, self.name = function, function.__name__

        def __get__(self, instance, owner=None):
            value = instance.__dict__[self.name] = self.function(instance)
            return value


@dataclass
class Request:
    """One request for an answer. `n` counts requests from 1; `nth` counts arrivals of this very body, from 1.

    `digest` is the BLAKE2b hash (16 bytes) of the body. `headers` have names in lower case. `spoken` is the provider whose words the
    server uses, where it has a dialect.
    """

    path: str
    body: bytes
    data: dict[str, Any]
    digest: bytes
    n: int = 1
    nth: int = 1
    dialect: Dialect = "openai"
    seed: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    spoken: Spoken | None = None

    @lazy
    def chance(self) -> bytes:
        """16 bytes that depend on the script's seed, the body and `nth` alone."""
        return blake2b(self.digest + self.nth.to_bytes(8, "big"), key=self.seed, digest_size=16).digest()

    @property
    def model(self) -> str:
        """The model asked for, as the request names it."""
        return str(self.data.get("model", ""))

    @property
    def scored(self) -> bool:
        """Whether texts are to be scored by category."""
        return self.path.endswith(("/moderations", "/comments:analyze"))

    @property
    def raw(self) -> bool:
        """Whether the model is to go on with a text as it stands, without turns."""
        return self.path.endswith("/completions") and not self.path.endswith("/chat/completions")

    @property
    def prompt(self) -> str:
        """The text that it is to go on with; empty where it is asked in messages."""
        given = self.data.get("prompt") if self.raw else ""
        return given if isinstance(given, str) else ""

    @property
    def inputs(self) -> list[str] | None:
        """The texts that are to be embedded or scored; None when an answer is asked for."""
        if not self.scored and not self.path.endswith("/embeddings"):
            return None
        comment = self.data.get("comment")
        given = comment.get("text") if isinstance(comment, dict) else self.data.get("input")
        texts = [given] if isinstance(given, str) else given
        return texts if isinstance(texts, list) and all(isinstance(text, str) for text in texts) else []

    @lazy
    def text(self) -> str:
        """The last user message, or the text to go on with; the texts of its parts joined by line breaks when it has several. Of embeddings, the
        texts likewise."""
        if (inputs := self.inputs) is not None:
            return "\n".join(inputs)
        if self.raw:
            return self.prompt
        messages = self.data.get("messages")
        for message in reversed(messages if isinstance(messages, list) else []):
            if isinstance(message, dict) and message.get("role") == "user":
                return _plain(message.get("content"))
        return ""

    @lazy
    def tool(self) -> dict[str, Any] | None:
        """The first tool that the answer should call (name and schema), or None."""
        tools, choice = self.data.get("tools"), self.data.get("tool_choice")
        kind = choice.get("type") if isinstance(choice, dict) else choice
        if not isinstance(tools, list) or not tools or kind == "none":
            return None
        found = [_tool(tool) for tool in tools if isinstance(tool, dict)]
        wanted = _tool(choice)["name"] if isinstance(choice, dict) else ""
        return next((tool for tool in found if tool["name"] == wanted), found[0])

    @lazy
    def schema(self) -> dict[str, Any] | None:
        """The JSON Schema that the answer must fit: the request's own field, else one that the messages contain."""
        form = self.data.get("response_format") or self.data.get("output_format")
        form = form or (self.data.get("output_config") or {}).get("format")
        if isinstance(form, dict) and form.get("type") == "json_schema":
            inner = form.get("json_schema", form)
            return inner.get("schema", {}) if isinstance(inner, dict) else None
        found = _schema_within(self.body, self._texts)
        if found is None and isinstance(form, dict) and form.get("type") == "json_object":
            return {"type": "object", "properties": {"answer": {"type": "string"}}}
        return found

    @lazy
    def form(self) -> str:
        """The form in XML that the messages ask the answer to have; empty when there is none."""
        return form_in(self._texts()) if b"</" in self.body else ""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of messages whose content is a list."""
        messages = self.data.get("messages")
        contents = [message.get("content") for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
        return [part for content in contents if isinstance(content, list) for part in content if isinstance(part, dict)]

    @property
    def max_tokens(self) -> int | None:
        """The most tokens that the answer may have, where the request says so."""
        value = self.data.get("max_tokens") or self.data.get("max_completion_tokens")
        return value if isinstance(value, int) else None

    @property
    def stream(self) -> bool:
        """Whether the answer is wanted as server-sent events."""
        return self.data.get("stream") is True

    def _texts(self) -> list[str]:
        messages = self.data.get("messages")
        parts = [_plain(self.data.get("system")), self.prompt]
        return parts + [_plain(m.get("content")) for m in messages or [] if isinstance(m, dict)]


@dataclass(slots=True)
class Reply:
    """What to answer. `finish` is OpenAI's word for why the answer ends: stop, length, tool_calls, content_filter.

    `tool` is a call (name, arguments as JSON text) in place of text; `refusal` a refusal. `latency_s` and `fault` overrule the
    script's own; `tokens_in` and `tokens_out` overrule the counted usage.
    """

    text: str | None = ""
    finish: str = "stop"
    tool: tuple[str, str] | None = None
    refusal: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_s: float | None = None
    fault: str | None = None


def as_reply(value: Any) -> Reply:
    """A Reply from what a script gives: a Reply, a text, or any JSON value (sent as JSON text)."""
    if isinstance(value, Reply):
        return value
    return Reply(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    inner = tool.get("function", tool)
    return {"name": str(inner.get("name", "")), "schema": inner.get("parameters") or inner.get("input_schema") or {"type": "object"}}


def _schema_within(body: bytes, texts: Any) -> dict[str, Any] | None:
    """The first JSON object in the messages that reads as a schema of an object."""
    if b'properties\\"' not in body:
        return None
    for text in texts():
        at = text.find("{")
        while at >= 0:
            value = _json_at(text, at)
            if isinstance(value, dict) and isinstance(value.get("properties"), dict):
                return value
            at = text.find("{", at + 1)
    return None


def _json_at(text: str, at: int) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return None
