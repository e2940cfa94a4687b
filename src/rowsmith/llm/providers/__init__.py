"""Where models live, one file each: `openai/gpt-4o-mini` is asked through the `PROVIDER` of `rowsmith.llm.providers.openai`.

A provider only translates: a question into a request, a reply's bytes into a `Reply`. It opens no connection and keeps no state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal, Protocol

from rowsmith.core.calls import Usage
from rowsmith.core.errors import NotFound, choose
from rowsmith.core.models import Model

Write = Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]
"""Makes the request's body of messages. The messages are never changed."""

Way = Literal["schema", "object", "tools", "json"]
"""How a structured answer is asked for: what the setting `answers` comes to with one provider."""

Finish = Literal["stop", "length", "refusal", "unknown"]


@dataclass(slots=True, frozen=True)
class Reply:
    """What a reply's bytes say, in the gate's words.

    `finish` is why the model ended: by itself, cut at max_tokens, refused, or not told. `tool_arguments` is the text of a tool call's
    arguments when the model answered by one. `garbled` says why the bytes are no chat answer at all; empty when they are one.
    """

    text: str = ""
    finish: Finish = "unknown"
    tool_arguments: str = ""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    garbled: str = ""


class Provider(Protocol):
    """One kind of server."""

    key_env: str
    """Environment variable that holds the key when the model names none."""

    def url(self, model: Model) -> str:
        """Where the model's questions are sent.

        Raises:
            Invalid: the base_url is not one.
        """
        ...

    def profile(self, model: Model) -> str:
        """The name under which limits, blocks and calls of this server are kept: the origin of its address."""
        ...

    def needs_key(self, model: Model) -> bool:
        """Whether the model cannot be asked without a key."""
        ...

    def headers(self, model: Model, key: str) -> dict[str, str]:
        """The request's headers; `key` is empty where there is none."""
        ...

    def way(self, model: Model) -> Way:
        """The surest way to a structured answer that this model has: what `answers: auto` means."""
        ...

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """What writes the body of each question to this model with this schema, asked for in this way. Where the way needs instructions
        (`object`, `json`), the messages hold them already.

        Raises:
            Invalid: `extra` holds a field that has a setting of its own.
        """
        ...

    def read(self, raw: bytes) -> Reply:
        """What the bytes of a successful reply say. Never raises, whatever they are."""
        ...


def built_in(name: str) -> Provider:
    """The provider that ships under this name.

    Raises:
        NotFound: there is none.
    """
    names = [module.name for module in iter_modules(__path__)]
    if re.fullmatch(r"[a-z_]+", name) is None or name not in names:
        raise NotFound(
            f"No provider is called {name!r}.",
            f"{choose(name, names)} A model of any OpenAI-compatible server is written openai/NAME, with the server's address as base_url.",
        )
    found: Provider = import_module(f"{__name__}.{name}").PROVIDER
    return found
