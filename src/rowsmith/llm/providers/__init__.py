"""Where models live: `anthropic/NAME` is asked through the `PROVIDER` of `rowsmith.llm.providers.anthropic`, `groq/NAME` by OpenAI's protocol
with the profile `content/profiles/groq.yaml`.

A provider only translates: a question into a request, a reply's bytes into a `Reply`. It opens no connection and keeps no state. One that
is no server elsewhere is a `Carrier`: what answers its questions it brings along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from rowsmith import content
from rowsmith.core.calls import Usage
from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.models import Model
from rowsmith.core.weights import Note, Weights
from rowsmith.llm.attachments import IMAGE_TOKENS
from rowsmith.llm.verdict import Kind, kind_of

if TYPE_CHECKING:
    from yarl import URL

    from rowsmith.llm.batch import BatchApi
    from rowsmith.llm.deadlines import Attempt
    from rowsmith.llm.hosts.host import Hosts
    from rowsmith.llm.wire import Wire

Write = Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]
"""Makes the request's body of messages. The messages are never changed."""

WriteTexts = Callable[[Sequence[str]], dict[str, Any]]
"""Makes the request's body of texts that are to be embedded."""

Way = Literal["schema", "object", "tools", "json", "xml"]
"""How a structured answer is asked for: what the setting `answers` comes to with one provider."""

Finish = Literal["stop", "length", "refusal", "broken", "unknown"]

PLAIN = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "rowsmith"}
"""Headers of every request."""


@dataclass(slots=True, frozen=True)
class Reply:
    """What a reply's bytes say, in the gate's words.

    `finish` is why the model ended: by itself, cut at max_tokens, refused, broken off in the middle, or not told. `tool_arguments` is the
    text of a tool call's arguments when the model answered by one. `cost` is what the answer cost, in picodollars, where it says so.
    `garbled` says why the bytes are no chat answer at all; empty when they are one. `status` is the HTTP status of an error that came with
    200.
    """

    text: str = ""
    finish: Finish = "unknown"
    tool_arguments: str = ""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: int | None = None
    garbled: str = ""
    status: int = 0


class Provider(Protocol):
    """One kind of server. A provider that subclasses it has the methods that are written out here."""

    key_env: str
    """Environment variable that holds the key when the model names none."""
    templates: bool = False
    """Whether it writes messages out by the model's `template`."""
    classifies: int = 0
    """The most texts that one request to its models takes, where they score texts by category (llm.classes); 0: they answer in words."""

    def key_name(self, model: Model) -> str:
        """Environment variable that holds the key of this model when it names none; empty: it has none."""
        return self.key_env

    def image_tokens(self, model: Model) -> int:
        """The most tokens that one image can cost."""
        return IMAGE_TOKENS

    def refuses(self, model: Model) -> Mapping[str, Invalid]:
        """The settings of the model that this server does not take, each with what is wrong; told when a recipe is checked."""
        return {}

    def url(self, model: Model) -> str:
        """Where the model's questions are sent.

        Raises:
            Invalid: the base_url is not one, or there is no address at all.
        """
        ...

    def models_url(self, model: Model) -> str:
        """Where the server lists its models (GET, with `headers`; an object whose `data` holds objects with an `id`); empty: nowhere. Raises
        as `url`."""
        return ""

    def profile(self, model: Model) -> str:
        """The name under which limits, blocks and calls of this server are kept: the origin of its address. It does not depend on the
        environment, so that a run can be rebuilt elsewhere."""
        ...

    def needs_key(self, model: Model) -> bool:
        """Whether the model cannot be asked without a key."""
        ...

    def headers(self, model: Model, key: str) -> dict[str, str]:
        """The request's headers; `key` is empty where there is none."""
        ...

    def way(self, model: Model, schema: Mapping[str, Any] | None = None) -> Way:
        """The surest way to a structured answer of this schema that this model has: what `answers: auto` means."""
        ...

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        """What writes the body of each question to this model with this schema, asked for in this way. Where the way needs instructions
        (`object`, `json`, `xml`), the messages hold them already. Images and audio are put in their places as `Inlined`.

        Raises:
            Invalid: a setting is not taken, or `extra` holds a field that has a setting of its own.
        """
        ...

    def read(self, raw: bytes) -> Reply:
        """What the bytes of a successful reply say. Never raises, whatever they are."""
        ...

    def batch(self, model: Model) -> BatchApi | None:
        """The batch API that the model can be asked through; None when there is none."""
        return None

    def trouble(self, status: int, headers: Mapping[str, str], raw: bytes) -> Kind:
        """What kind of error a reply that is no success holds. Never raises."""
        return kind_of(status, headers, raw)


@runtime_checkable
class Embeds(Provider, Protocol):
    """A provider that gives embeddings. Requests and replies are of the form of OpenAI's /embeddings (`_embeddings.Embeddings` has it all
    for servers that speak it)."""

    def embed_url(self, model: Model) -> str:
        """Where the texts are sent. Raises as `url`."""
        ...

    def embed_body(self, model: Model) -> WriteTexts:
        """What writes the body of each request to this model.

        Raises:
            Invalid: a setting is not taken, or `extra` holds a field that has a setting of its own.
        """
        ...


class Sender(Protocol):
    """Carries the questions to one model, in place of the wire (`llm.wire.Wire`) and with its manners."""

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and bytes of the reply, as an HTTP server would give them; `attempt` keeps the deadlines. Whatever computes is
        not done on the loop.

        Raises:
            NotSent: nothing was asked. Lost: whether it was answered is not known.
            Paused: the model cannot be asked at all now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lent:
    """What a gate lends to carriers: its environment, files of weights, where to say what is waited for, connections, and a place for
    processes that end with the gate."""

    environ: Mapping[str, str]
    weights: Weights
    note: Note
    wire: Wire
    hosts: Hosts


@runtime_checkable
class Carrier(Provider, Protocol):
    """A provider that is no server elsewhere."""

    settings: frozenset[str]
    """Fields of `Model` among OWN that it takes."""

    def check(self, model: Model, weights: Weights) -> None:
        """Look for whatever stands in the way of asking the model, as far as it can be known without a connection. Blocking.

        Raises:
            NotFound, Invalid, Unavailable: something does.
        """
        ...

    def named(self, model: Model, lent: Lent) -> str:
        """The model's profile, when `profile` cannot know it. Blocking; may download and read what it is named after. Raises as `check`."""
        ...

    def sender(self, model: Model, lent: Lent) -> Sender:
        """What carries questions, or texts that are to be embedded, to the model. Nothing is started before the first of them."""
        ...


RAW = "Ask a server that goes on with text as it stands: vllm, llamacpp, lmstudio, together, or openai with its base_url."
"""Who has raw completions."""
OWN = ("threads", "gpu_layers")
"""Fields of `Model` that a provider must say it takes."""


def check_settings(provider: Provider, model: Model) -> None:
    """Refuse settings that the provider would not heed.

    Raises:
        Invalid: the first of them.
    """
    if model.template is not None and not getattr(provider, "templates", False):
        fix = f"{RAW} Or leave template out."
        raise Invalid(f"{model.model} cannot be asked by raw completions, which a template needs.", fix)
    taken = provider.settings if isinstance(provider, Carrier) else frozenset()
    for name in OWN:
        if getattr(model, name) is not None and name not in taken:
            raise Invalid(f"{name} is a setting of models that run on this machine, and {model.model} does not.", f"Leave {name} out.")


def built_in(name: str) -> Provider:
    """The provider that ships under this name: a module, or a profile.

    Raises:
        NotFound: there is none.
    """
    modules = [module.name.replace("_", "-") for module in iter_modules(__path__) if not module.name.startswith("_")]
    if re.fullmatch(r"[a-z-]+", name) and name in modules:
        found: Provider = import_module(f"{__name__}.{name.replace('-', '_')}").PROVIDER
        return found
    if name in (profiles := content.profiles()):
        return _shipped(name)
    raise NotFound(
        f"No provider is called {name!r}.",
        f"{choose(name, sorted({*modules, *profiles}))} A model of any OpenAI-compatible server is written openai/NAME, with the server's address "
        "as base_url.",
    )


@cache
def _shipped(name: str) -> Provider:
    return profiled(content.profile(name), name, f"content/profiles/{name}.yaml")


def profiled(text: str | bytes, name: str, file: str) -> Provider:
    """The provider of the profile in a YAML text.

    Raises:
        Invalid: the text is no profile.
    """
    from rowsmith.llm.profile import read_profile
    from rowsmith.llm.providers.openai import OpenAI

    return OpenAI(read_profile(text, name, file))
