"""Which model servers answer: those that run on this machine, and the providers for which there is a key. Each is asked for its list of
models, which costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith import registry
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds
from rowsmith.connectors.plain import carried_out
from rowsmith.core.addresses import ANY_LOCAL
from rowsmith.core.errors import RowsmithError
from rowsmith.core.models import Model
from rowsmith.core.ports import Keys, Paused
from rowsmith.llm.keys import key_of
from rowsmith.llm.origin import is_loopback
from rowsmith.llm.providers import Provider
from rowsmith.llm.tolerant import Unreadable, envelope
from rowsmith.llm.verdict import message_of

BOUNDS = Bounds(body=8 << 20, total_s=8.0, connect_s=2.0, idle_s=5.0, redirects=0)


@dataclass(frozen=True, slots=True)
class Server:
    """One server and what it said. `provider` is what a recipe calls it, `local` whether it is on this machine; `models` are its models'
    names (None: it gave no list), `trouble` why not, `answered` whether anything came back."""

    provider: str
    address: str
    local: bool
    models: tuple[str, ...] | None = None
    trouble: str = ""
    answered: bool = True

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def find_servers(keys: Keys) -> list[Server]:
    """Ask each server that may answer, all at once; in the order of their names. Local ones that are not there are told as well."""
    candidates = list(_candidates(keys))
    return carried_out(lambda egress: _all(egress, candidates), ANY_LOCAL)


@dataclass(frozen=True, slots=True)
class _Candidate:
    provider: str
    url: str
    headers: dict[str, str]
    secret: str
    local: bool


def _candidates(keys: Keys) -> Iterator[_Candidate]:
    for name in sorted(registry.providers()):
        provider = registry.provider(name)
        model = Model(model=f"{name}/any")
        try:
            if not (url := provider.models_url(model)):
                continue
            found = key_of(provider, model, keys)
        except (RowsmithError, Paused):  # no address, or no key: nobody to ask
            continue
        local = is_loopback(url)
        if local or found is not None:
            secret = found.key.get_secret_value() if found else ""
            yield _Candidate(name, url, _headers(provider, model, secret), secret, local)


def _headers(provider: Provider, model: Model, secret: str) -> dict[str, str]:
    return {name: value for name, value in provider.headers(model, secret).items() if name.lower() != "content-type"}


async def _all(egress: Egress, candidates: Sequence[_Candidate]) -> list[Server]:
    return list(await asyncio.gather(*(_asked(egress, one) for one in candidates)))


async def _asked(egress: Egress, one: _Candidate) -> Server:
    place = one.url.removesuffix("/models")
    try:
        async with egress.open("GET", one.url, headers=one.headers, bounds=BOUNDS) as incoming:
            status = incoming.status
            raw = b"".join([piece async for piece in incoming.pieces()])
    except RowsmithError as error:
        return Server(one.provider, place, one.local, trouble=error.what, answered=False)
    names = _names(raw) if status == 200 else None
    return Server(one.provider, place, one.local, names, "" if names is not None else _trouble(status, raw, one.secret))


def _trouble(status: int, raw: bytes, secret: str) -> str:
    if status == 200:
        return "what answers there gives no list of models"
    return f"HTTP {status}: {message_of(raw, secret)}".rstrip(": ")


def _names(raw: bytes) -> tuple[str, ...] | None:
    """The names in a list of models as OpenAI, Anthropic and those like them give it."""
    try:
        said = envelope(raw)
    except Unreadable:
        return None
    found = said.get("data", said.get("models")) if isinstance(said, dict) else said
    if not isinstance(found, list):
        return None
    return tuple(str(item["id"]) for item in found if isinstance(item, dict) and item.get("id"))
