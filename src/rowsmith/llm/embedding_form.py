"""All that stays the same from one text to the next of an embedding model, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import orjson

from rowsmith.core.calls import Asker, Claim
from rowsmith.core.errors import Invalid
from rowsmith.core.ids import canonical, digest
from rowsmith.core.models import Model
from rowsmith.core.ports import Keys
from rowsmith.llm import vectors
from rowsmith.llm.form import Form, Server
from rowsmith.llm.prices import silent
from rowsmith.llm.providers import Carrier, Embeds, Provider, Sender, Way, Write
from rowsmith.llm.vectors import Vectors
from rowsmith.llm.verdict import without

MOST_BYTES = 256 * 1024
"""Most bytes of the texts of one request; a longer text goes alone."""
NEVER = frozenset({
    "temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed", "stop", "reasoning_effort", "answers", "token_field",
    "template", "threads", "gpu_layers",
})  # fmt: skip
"""Settings of models that answer; an embedding has none of them."""


class EmbeddingForm(Form):
    """One embedding model, ready to be asked. `length`: bytes of its vectors, once one is known."""

    __slots__ = ("_body", "length", "of_requests", "of_tokens")
    gives = "embeddings"

    def __init__(self, model: Model, provider: Embeds, server: Server, keys: Keys, sender: Sender) -> None:
        super().__init__(silent(model), None, cast(Provider, _InItsPlace(provider)), server, keys, sender)
        self.place = model.model if isinstance(provider, Carrier) else self.place.removesuffix("/embeddings")
        self._body = provider.embed_body(model)
        self.length = 0
        # A request's count of tokens is not known when its texts are claimed one by one; its count of requests not before it is sent.
        self.of_tokens = replace(self.limits, rpm=None, rpd=None) if self.limits and self.limits.tpm else None
        self.of_requests = replace(self.limits, tpm=None) if self.limits and (self.limits.rpm or self.limits.rpd) else None

    def body(self, texts: Sequence[str]) -> bytes:
        """The bytes to send."""
        return _written(self._body(texts))

    def wish(self, text: str, asker: Asker, fresh: int) -> Claim:
        """The wish to buy one text's vector. Its key names profile, model, dimensions, further fields and the text, and not how the vector
        travels; the reservation takes every byte for a token."""
        exact = self._body([text])
        size = len(_written(exact))
        exact.pop("encoding_format", None)
        base = digest(self.profile, b"embedding", canonical(exact), b"%d" % fresh)
        return replace(self.claim(base, asker, size), limits=self.of_tokens, once=True)

    def vectors(self, raw: bytes, count: int) -> Vectors:
        """What a reply's bytes say, without the key should the server repeat it."""
        said = vectors.read(raw, count)
        if not said.garbled and (wrong := self._other(len(said.raw[0])) or self._key_in(said.raw)):
            said = replace(said, raw=(), garbled=wrong)
        return replace(said, garbled=without(self.secret, said.garbled)) if said.garbled else said

    def knows(self, vector: bytes) -> str:
        """What is wrong with a vector of this length; empty where nothing is. The first one tells the length of all."""
        wrong = self._other(len(vector))
        if not wrong:
            self.length = len(vector)
        return wrong

    def _key_in(self, raw: Sequence[bytes]) -> str:
        return "a vector's bytes hold the key" if any(self.without_key(vector) is not vector for vector in raw) else ""

    def _other(self, length: int) -> str:
        wanted = self.length or 4 * (self.model.dimensions or 0)
        if not wanted or length == wanted:
            return ""
        return f"the vector holds {length // 4} numbers and not {wanted // 4}, as {'the earlier ones' if self.length else 'asked for'}"


def embeds(provider: Provider, model: Model) -> Embeds:
    """The provider, as one that gives embeddings with the settings of this model.

    Raises:
        Invalid: it gives none, or a setting means nothing to embeddings.
    """
    if not isinstance(provider, Embeds):
        fix = "Use a model of builtin, onnx, sentence-transformers, or of a server with /embeddings, such as openai/NAME with its base_url."
        raise Invalid(f"{model.model} gives no embeddings.", fix)
    if said := sorted(NEVER & model.model_dump(exclude_defaults=True).keys()):
        what = f"{', '.join(said)} means nothing to a model that gives embeddings, and {model.model} is asked for those."
        raise Invalid(what, f"Leave {', '.join(said)} out.")
    return provider


class _InItsPlace:
    """A provider of embeddings in the place of one of answers: what a Form and its calls ask of it, it passes on."""

    def __init__(self, provider: Embeds) -> None:
        self.provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self.provider, name)

    def url(self, model: Model) -> str:
        return self.provider.embed_url(model)

    def way(self, model: Model, schema: Mapping[str, Any] | None = None) -> Way:
        return "json"

    def body(self, model: Model, schema: Mapping[str, Any] | None, way: Way) -> Write:
        return lambda messages: {}


def _written(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a lone surrogate
        return canonical(body)
