"""All that stays the same from one question to the next of a model with a schema, worked out once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from rowsmith.core.calls import PARK_S, Asker, Claim, Limits
from rowsmith.core.errors import Unavailable
from rowsmith.core.ids import canonical
from rowsmith.core.models import Model
from rowsmith.core.ports import Keys, Paused
from rowsmith.llm import prices
from rowsmith.llm.ahead import Ahead
from rowsmith.llm.deadlines import Deadlines
from rowsmith.llm.health import Health
from rowsmith.llm.instructions import instructed, instructions
from rowsmith.llm.keys import how_to_give, key_of, written
from rowsmith.llm.lane import Lane
from rowsmith.llm.providers import Carrier, Lent, Provider, Reply, Sender, check_settings
from rowsmith.llm.schema import Schema
from rowsmith.llm.sizes import Sizes
from rowsmith.llm.structured import Refused, Taken, asked_again, text_of, value_of
from rowsmith.llm.verdict import without
from rowsmith.llm.wire import MAX_BODY

KEPT = 256
"""Most forms kept; a recipe has a handful."""


class Server:
    """One profile: its health, and the lanes of its models."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.health = Health()
        self.lanes: dict[bytes, Lane] = {}
        self.ahead = Ahead()
        self.last_error = ""
        self.blocking = False
        self.blocked_until = 0.0


class Headers(dict[str, str]):
    """A request's headers. One of them holds the key, so they do not show what they hold."""

    def __repr__(self) -> str:
        return f"Headers({', '.join(self)})"


class Form:
    """One model with one schema, ready to be asked. Its headers hold the key: nothing prints it."""

    __slots__ = (
        "_told",
        "_write",
        "_written",
        "answered",
        "deadlines",
        "headers",
        "lane",
        "limits",
        "model",
        "place",
        "profile",
        "provider",
        "refusals",
        "renew",
        "schema",
        "secret",
        "sender",
        "server",
        "sizes",
        "url",
        "way",
    )  # fmt: skip

    def __init__(
        self, model: Model, schema: dict[str, Any] | None, provider: Provider, server: Server, keys: Keys, sender: Sender | None = None
    ) -> None:
        from yarl import URL

        check_settings(provider, model)
        self.model = prices.silent(model) if getattr(provider, "classifies", 0) else model
        self.sender = sender
        self.provider = provider
        self.schema = Schema(schema) if schema is not None else None
        self.way = provider.way(model, schema) if model.answers == "auto" else model.answers
        self._write = provider.body(model, schema, self.way)
        self._told = instructions(schema, self.way)
        self.url = URL(provider.url(model))
        self.place = str(self.url.with_query(None)).removesuffix("/chat/completions").removesuffix("/completions").removesuffix("/messages")
        found = key_of(provider, model, keys)
        self.secret = found.key.get_secret_value() if found else ""
        self.renew = found.renew if found else how_to_give(provider, model)
        self._written = written(self.secret)
        self.headers = Headers(provider.headers(model, self.secret))
        self.server = server
        self.lane = server.lanes.setdefault(canonical(model.model_dump(mode="json")), Lane(model.concurrency))
        self.profile = server.profile.encode()
        self.deadlines = Deadlines.of(model)
        self.limits = limits_of(model)
        self.sizes = Sizes(model)
        self.answered = False
        self.refusals = 0

    @property
    def gives(self) -> str:
        """What is asked for at its address."""
        return "chat completions" if self.model.template is None else "raw completions"

    def write(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The body of a question."""
        return self._write(instructed(messages, self._told))

    def claim(self, base: bytes, asker: Asker, size: int) -> Claim:
        """The wish to buy one answer to a body of `size` bytes."""
        model = self.model
        most, tokens = prices.highest(size, model), prices.highest_tokens(size, model)
        takes = self.sizes.takes(size) if model.tpm else None
        return Claim(base, self.server.profile, model.model, asker, most, tokens, self.limits, takes=takes)

    def without_key(self, raw: bytes) -> bytes:
        """The bytes of a reply without the key, should the server repeat it: what is kept of a reply is kept for long."""
        for form in self._written:
            if form in raw:
                raw = raw.replace(form, b"[key]")
        return raw

    @property
    def longest_key(self) -> int:
        """The most bytes in which the key may stand."""
        return max(map(len, self._written), default=0)

    def reply(self, raw: bytes) -> Reply:
        """What a reply's bytes say, without the key should the server repeat it in an error."""
        reply = self.provider.read(raw)
        return replace(reply, garbled=without(self.secret, reply.garbled)) if reply.garbled else reply

    def read(self, raw: bytes, reply: Reply) -> Taken | Refused:
        """The value of a reply, `Taken` or `Refused`."""
        if len(raw) >= MAX_BODY:
            return Refused("oversized", f"The reply is larger than {MAX_BODY // 1024} KiB.")
        return text_of(reply, self.model) if self.schema is None else value_of(reply, self.schema, self.model, self.way)

    def asked_again(self, messages: Sequence[Mapping[str, Any]], reply: Reply, refused: Refused) -> Sequence[Mapping[str, Any]]:
        """The messages of the next draw: with what is wrong with this one where that helps, else as they are."""
        return asked_again(messages, reply, refused, self.way, self.schema.name) if refused.again and self.schema else messages


def limits_of(model: Model) -> Limits | None:
    """The rate limits of the model's settings; None when there are none."""
    if not (model.rpm or model.tpm or model.rpd):
        return None
    return Limits(model.rpm, model.tpm, model.rpd, model.rpd_zone, PARK_S)


class Forms:
    """The forms of one gate, found by model and schema; and the servers they ask."""

    def __init__(self, keys: Keys, find: Callable[[str], Provider], lent: Lent) -> None:
        self.keys = keys
        self.find = find
        self._lent = lent
        self._known: dict[tuple[int, bytes | None], tuple[Model, Form]] = {}
        self._carried: dict[bytes, tuple[str, Sender]] = {}
        self._making = asyncio.Lock()
        self.servers: dict[str, Server] = {}

    async def of(self, model: Model, schema: Mapping[str, Any] | None) -> Form:
        """The form of a model (the same object each time makes it quick) and a schema.

        Raises:
            Invalid, NotFound: a setting, the schema or the provider cannot be used.
            Paused: there is no usable key.
        """
        text = None if schema is None else orjson.dumps(schema)
        if (form := self._found(model, text)) is not None:
            return form
        async with self._making:
            return self._found(model, text) or await self._made(model, text)

    def _found(self, model: Model, text: bytes | None) -> Form | None:
        known = self._known.get((id(model), text))
        return known[1] if known is not None and known[0] is model else None

    async def _made(self, model: Model, text: bytes | None) -> Form:
        provider = self.find(model.provider)
        server, sender = await self.way_to(provider, model)
        form = Form(model, None if text is None else orjson.loads(text), provider, server, self.keys, sender)
        self.servers[server.profile] = server
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[id(model), text] = model, form
        return form

    async def way_to(self, provider: Provider, model: Model) -> tuple[Server, Sender | None]:
        """The model's server, which is among `servers` once a form of it is made, and what carries questions to it when it is not the wire.

        Raises:
            Paused: it cannot be found out now.
        """
        profile, sender = await self._carried_by(provider, model) if isinstance(provider, Carrier) else (provider.profile(model), None)
        return self.servers.get(profile) or Server(profile), sender

    async def _carried_by(self, provider: Carrier, model: Model) -> tuple[str, Sender]:
        key = canonical(model.model_dump(mode="json"))
        if key not in self._carried:
            try:
                profile = await asyncio.to_thread(provider.named, model, self._lent)
            except Unavailable as error:  # a download that cannot be had now
                raise Paused("unavailable", error.what, error.fix) from None
            self._carried[key] = profile, provider.sender(model, self._lent)
        return self._carried[key]
