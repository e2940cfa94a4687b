"""Every provider that ships, beside the stand-in that speaks its protocol."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import urlsplit

from rowsmith import content
from rowsmith.core.errors import NotFound
from rowsmith.core.models import Model
from rowsmith.llm.profile import read_profile
from rowsmith.llm.providers import Provider
from rowsmith.llm.providers.anthropic import PROVIDER as ANTHROPIC
from rowsmith.llm.providers.openai import OpenAI
from rowsmith.testing import ModelServer, Request

NAMES = sorted([*content.profiles(), "anthropic"])
MODELS = {"anthropic": "claude-haiku-4-5", "groq": "llama-3.3-70b-versatile", "deepseek": "deepseek-flash"}
"""A model of each, where the name matters."""
KEY = "sk-conformance-0123456789"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
WAV = b"RIFF" + bytes(range(64))


@dataclass
class Files:
    """Attachments in memory, by hash. `read` are those that were opened."""

    held: dict[str, bytes] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def put(self, body: bytes) -> str:
        name = hashlib.blake2b(body, digest_size=32).hexdigest()
        self.held[name] = body
        return name

    def open(self, name: str) -> IO[bytes]:
        self.read.append(name)
        if name not in self.held:
            raise NotFound(f"The file {name} is missing.", "Add it again.")
        return io.BytesIO(self.held[name])


@dataclass
class Provided:
    """One provider at its stand-in: `seen` are the requests that came."""

    name: str
    server: ModelServer
    seen: list[Request]
    provider: Provider
    environ: dict[str, str]

    def model(self, **settings: Any) -> Model:
        own = {"base_url": self.server.root} if self.name == "anthropic" else {}
        return Model(**{"model": f"{self.name}/{MODELS.get(self.name, 'a-model')}", **own, **settings})

    def gate(self, **more: Any) -> dict[str, Any]:
        """Settings of a gate that asks it."""
        return {"environ": self.environ, "find": lambda name: self.provider, **more}


@contextmanager
def provided(name: str, reply: Any = None, **options: Any) -> Iterator[Provided]:
    """The provider `name` before a server that speaks its protocol to the letter, where its own address would be."""
    seen: list[Request] = []

    def answer(request: Request) -> Any:
        seen.append(request)
        return reply(request) if callable(reply) else reply

    with ModelServer(answer, dialect=name, api_key=KEY, **options) as server:
        yield Provided(name, server, seen, *_at(name, server.root))


def _at(name: str, root: str) -> tuple[Provider, dict[str, str]]:
    if name == "anthropic":
        return ANTHROPIC, {ANTHROPIC.key_env: KEY}
    profile = read_profile(content.profile(name), name, name)
    if profile.base_url is not None:
        place = urlsplit(profile.base_url)
        profile = profile.model_copy(update={"base_url": f"{root}{place.path}"})
    return OpenAI(profile, {profile.base_url_env: root} if profile.base_url is None else {}), {profile.key_env: KEY}
