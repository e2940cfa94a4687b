"""Questions to a hub and to its server of rows: JSON there and back, with patience where a server asks for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson

from rowsmith.connectors.download import Refusal
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Reply
from rowsmith.connectors.file_part import FilePart
from rowsmith.connectors.hub_site import Site
from rowsmith.connectors.urls import joined, parsed
from rowsmith.core.errors import Unavailable

TRIES = 5
BUSY = (408, 425, 429, 502, 503, 504)
LONGEST_WAIT_S = 600.0
"""A server that wants more than this is told of instead of waited for."""
USUAL = Bounds(body=64 << 20, total_s=300.0)


class Api:
    """One hub, asked through the one client. `backoff_s` doubles from one try to the next where the server names no time."""

    def __init__(self, site: Site, egress: Egress, *, backoff_s: float = 1.0) -> None:
        self.site, self._egress, self._backoff_s = site, egress, backoff_s

    async def get(self, url: str) -> Any:
        """What is at an address of the hub's, or at a path of it, as JSON. Raises as `ask`."""
        return _json(await self.ask("GET", url))

    async def post(self, url: str, data: Any, *, kind: str = "application/json", key: bool = True) -> Any:
        """What comes back for JSON of this media type that is sent; None for nothing. Raises as `ask`."""
        reply = await self.ask("POST", url, headers={"Content-Type": kind, "Accept": kind}, body=orjson.dumps(data), key=key)
        return _json(reply) if reply.body.strip() else None

    async def pages(self, url: str) -> AsyncIterator[Any]:
        """Every entry of a list that comes in pages (Link: <...>; rel="next"). Raises as `ask`."""
        at = self._url(url)
        while at:
            reply = await self.ask("GET", at)
            for entry in _json(reply):
                yield entry
            following = re.search(r'<([^>]*)>\s*;\s*rel="next"', reply.headers.get("Link", ""))
            further = joined(parsed(at), following[1]) if following else None
            if further is not None and further.origin() != parsed(at).origin():
                raise Unavailable(f"{self.site.host} sends elsewhere for the rest of a list.", "Correct HF_ENDPOINT.")
            at = str(further) if further else ""

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | FilePart = b"", bounds: Bounds = USUAL,
        key: bool = True, once: bool = False,
    ) -> Reply:  # fmt: skip
        """The answer, a success. Without `key` the token stays here; `once`: a connection that breaks is not tried again.

        Raises:
            Refusal: the server will not. Broken: it cannot be reached, or is busy for too long.
            AddressRefused, Invalid, Unavailable: as egress.Egress.send.
        """
        sent = {**(headers or {}), **(self.site.key if key else {})}
        for left in reversed(range(1 if once else TRIES)):
            wait = self._backoff_s * 2 ** (TRIES - 1 - left)
            try:
                reply = await self._egress.send(method, self._url(url), headers=sent, body=body, bounds=bounds)
            except Broken:
                if not left:
                    raise
            else:
                if 200 <= reply.status < 300:
                    return reply
                wait = max(wait, _asked_to_wait(reply))
                host = parsed(self._url(url)).host or ""
                if reply.status not in BUSY or once:
                    raise Refusal(host, reply.status, reply.headers)
                if not left or wait > LONGEST_WAIT_S:
                    raise Broken(f"{host} is busy (HTTP {reply.status}).", f"Do the same again later{_in(wait)}.", wait)
            await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _url(self, url: str) -> str:
        return f"{self.site.endpoint}{url}" if url.startswith("/") else url


def _asked_to_wait(reply: Reply) -> float:
    """The seconds that a busy server names: `Retry-After: 30`, or `RateLimit: "api";r=0;t=30` where nothing is left."""
    after = reply.headers.get("Retry-After", "")
    limit = re.search(r";\s*r=0\s*;\s*t=(\d{1,6})", reply.headers.get("RateLimit", ""))
    return float(after) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", after) else float(limit[1]) if limit and reply.status == 429 else 0.0


def _in(wait: float) -> str:
    return f", in {wait:.0f} s" if wait > LONGEST_WAIT_S else ""


def _json(reply: Reply) -> Any:
    try:
        return orjson.loads(reply.body)
    except ValueError:
        host = parsed(reply.url).host
        raise Unavailable(f"{host} does not answer as a hub does.", "Correct HF_ENDPOINT, or HF_DATASETS_SERVER.") from None
