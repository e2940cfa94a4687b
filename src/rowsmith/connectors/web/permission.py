"""What a host's robots.txt lets us do: asked for once, kept for a day, and by RFC 9309 a refusal where the server fails."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rowsmith.connectors.exchange import Bounds, Broken, Incoming
from rowsmith.connectors.web.entry import Lacking
from rowsmith.connectors.web.robots import ALLOWED, DISALLOWED, MOST_BYTES, Rules, read_robots, token_of
from rowsmith.connectors.web.state import State
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Unavailable

if TYPE_CHECKING:
    from rowsmith.connectors.egress import Egress
    from rowsmith.connectors.web.pace import Pace

DAY_S = 24 * 3600.0
_BOUNDS = Bounds(body=1 << 40, total_s=30.0, redirects=5)
"""The body is left at MOST_BYTES, whatever it says that it has; the RFC wants five redirects followed."""
_TRIES, _WAIT_S = 3, 1.0


class Permission:
    """The rules of all hosts (scheme, name and port)."""

    def __init__(self, egress: Egress, user_agent: str, state: State, pace: Pace) -> None:
        self._egress, self._name, self._state, self._pace = egress, user_agent, state, pace
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._refusals: dict[str, Lacking] = {}

    async def rules(self, host: str) -> Rules:
        """The rules of a host. Those who ask for the same at once wait for one answer."""
        if host not in self._rules:
            self._rules[host] = asyncio.create_task(self._read(host))
        return await asyncio.shield(self._rules[host])

    async def refusal(self, host: str, path: str) -> Lacking | None:
        """Why a path may not be asked for."""
        if (await self.rules(host)).allow(path):
            return None
        return self._refusals.get(host, Lacking("robots", f"{host}/robots.txt does not allow it."))

    async def close(self) -> None:
        """Ask for nothing more."""
        for task in self._rules.values():
            task.cancel()
        await asyncio.gather(*self._rules.values(), return_exceptions=True)

    async def _read(self, host: str) -> Rules:
        body = self._state.robots(host, time.time() - DAY_S)
        if body is None:
            asked = await self._asked(host)
            if isinstance(asked, Lacking):
                self._refusals[host] = asked
                return DISALLOWED
            body = asked
            self._state.keep_robots(host, body, time.time())
        rules = read_robots(body, token_of(self._name)) if body else ALLOWED
        self._pace.slow(host, rules.delay_s)
        return rules

    async def _asked(self, host: str) -> bytes | Lacking:
        """The file, empty where there is none; or why nothing of the host may be asked for."""
        lacking = Lacking("robots", "")
        for left in reversed(range(_TRIES)):
            await self._pace.turn(host)
            try:
                async with self._egress.open("GET", f"{host}/robots.txt", headers={"User-Agent": self._name}, bounds=_BOUNDS) as found:
                    if found.status != 429 and found.status < 500:
                        return await _begun(found) if 200 <= found.status < 300 else b""
                    lacking = Lacking("robots", f"{host}/robots.txt answers HTTP {found.status}, which counts as a refusal.")
            except Broken as error:
                lacking = Lacking("unreachable", error.what)
            except AddressRefused as error:
                return Lacking("refused", str(error))
            except Unavailable as error:
                return Lacking("robots", f"{host}/robots.txt cannot be read, which counts as a refusal: {error.what}")
            if left:
                self._pace.hold(host, _WAIT_S)
        return lacking


async def _begun(found: Incoming) -> bytes:
    """The body, or its beginning where it is longer than is read."""
    body = bytearray()
    async for piece in found.pieces():
        body += piece
        if len(body) >= MOST_BYTES:
            break
    return bytes(body)
