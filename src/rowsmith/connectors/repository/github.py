"""GitHub's REST API, asked through the one client: lists that come in pages, and patience where it asks for it.

Its limits are 60 requests an hour, 5,000 with a token, and a second one for who asks too fast; it says of both how long to wait
(`Retry-After`, `X-RateLimit-Reset`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Reply
from rowsmith.connectors.repository.forges import FORGES
from rowsmith.connectors.urls import joined, parsed
from rowsmith.core.errors import NotFound, Unavailable
from rowsmith.core.fetching import Reach

JSON, DIFF = "application/vnd.github+json", "application/vnd.github.diff"
TRIES = 5
BUSY = (408, 425, 500, 502, 503, 504)
LONGEST_WAIT_S = 900.0
"""A server that wants more than this is told of instead of waited for."""
_USUAL = Bounds(body=32 << 20, total_s=120.0)


class GitHub:
    """One API, by its address. `name`: what the user calls the repository. `backoff_s` doubles where the server names no time."""

    def __init__(self, at: str, name: str, reach: Reach, *, backoff_s: float = 1.0, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.at, self.name, self._reach = at, name, reach
        self._backoff_s, self._longest_wait_s = backoff_s, longest_wait_s
        self._key = FORGES["github"].for_api(reach.secret("GITHUB_TOKEN", str(parsed(at).origin())))

    async def page(self, egress: Egress, url: str) -> tuple[list[Any], str]:
        """The entries of one page of a list, and the address of the next page, empty after the last. Raises as `ask`."""
        reply = await self.ask(egress, url)
        found = self._json(reply)
        if not isinstance(found, list):
            raise self.stranger()
        following = re.search(r'<([^>]*)>\s*;\s*rel="next"', reply.headers.get("Link", ""))
        further = joined(parsed(reply.url), following[1]) if following else None
        if further is not None and further.origin() != parsed(reply.url).origin():
            raise Unavailable(f"{self._host} sends elsewhere for the rest of a list.", "Correct the address (api).")
        return found, str(further) if further else ""

    async def every(self, egress: Egress, url: str, most: int) -> list[Any]:
        """The entries of all pages of a list, at most so many. Raises as `ask`."""
        found: list[Any] = []
        while url and len(found) < most:
            entries, url = await self.page(egress, url)
            found += entries
        return found[:most]

    async def one(self, egress: Egress, url: str) -> Any:
        """What is at an address, as JSON. Raises as `ask`."""
        return self._json(await self.ask(egress, url))

    async def text(self, egress: Egress, url: str, accept: str) -> str:
        """What is at an address, as text of this media type. Raises as `ask`."""
        return (await self.ask(egress, url, accept)).body.decode("utf-8", "replace")

    async def ask(self, egress: Egress, url: str, accept: str = JSON) -> Reply:
        """The answer, a success.

        Raises:
            NotFound: it is not there, or not open to us. Unavailable: the API cannot be reached, refuses, or asks to wait for too long.
        """
        url = f"{self.at}{url}" if url.startswith("/") else url
        sent = {"Accept": accept, "X-GitHub-Api-Version": "2022-11-28", **self._key}
        for left in reversed(range(TRIES)):
            wait = self._backoff_s * 2 ** (TRIES - 1 - left)
            try:
                reply = await egress.send("GET", url, headers=sent, bounds=_USUAL)
            except Broken:
                if not left:
                    raise
            else:
                if reply.status == 200:
                    return reply
                limited = asked_to_wait(reply)
                if limited is None and reply.status not in BUSY:
                    raise self._refused(reply)
                wait = wait if limited is None else limited
                if not left or wait > self._longest_wait_s:
                    raise self._too_long(reply.status, wait)
                self._reach.note(f"{self.name}: {self._host} asks to wait for {wait:,.0f} s")
            await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    @property
    def _host(self) -> str:
        return parsed(self.at).host or ""

    def _json(self, reply: Reply) -> Any:
        try:
            return orjson.loads(reply.body)
        except ValueError:
            raise self.stranger() from None

    def stranger(self) -> Unavailable:
        """The error of a server that is another one."""
        return Unavailable(f"What answers at {self.at} does not answer as GitHub's API does.", "Correct the address (api).")

    def _refused(self, reply: Reply) -> NotFound | Unavailable:
        status = reply.status
        if status == 401:
            return Unavailable(f"{self._host} does not know the token (HTTP 401).", "Set GITHUB_TOKEN to one that is valid.")
        if status == 410:
            return NotFound(f"{self.name} has no issues: they are switched off, or this one was removed (HTTP 410).", "Leave them out.")
        if status in (403, 404, 451):
            fix = "Check the name." if self._key else "Check the name; what is private needs GITHUB_TOKEN."
            return NotFound(f"{self._host} has not that of {self.name}, or does not show it to us (HTTP {status}).", fix)
        return Unavailable(f"{self._host} answers HTTP {status} for {self.name}.", "Try again later.")

    def _too_long(self, status: int, wait: float) -> Unavailable:
        until = datetime.fromtimestamp(datetime.now(UTC).timestamp() + wait, UTC)
        more = "" if self._key else " A token (GITHUB_TOKEN) allows 5,000 requests an hour instead of 60."
        what = f"{self._host} answers no more (HTTP {status}) until {until:%H:%M} UTC."
        return Unavailable(what, f"Do the same again then: it goes on where it is.{more}")


def asked_to_wait(reply: Reply) -> float | None:
    """The seconds that a server which has had enough asks to wait; None where it refuses for another reason. Its own clock counts."""
    said: Mapping[str, str] = reply.headers
    after, reset = said.get("Retry-After", ""), said.get("X-RateLimit-Reset", "")
    if reply.status not in (403, 429):
        return None
    if re.fullmatch(r"[0-9]{1,6}", after):
        return float(after)
    if said.get("X-RateLimit-Remaining") == "0" and re.fullmatch(r"[0-9]{1,12}", reset):
        return max(0.0, float(reset) - _now(said.get("Date", "")).timestamp()) + 1.0
    return 60.0 if reply.status == 429 else None


def _now(date: str) -> datetime:
    try:
        return parsedate_to_datetime(date)
    except ValueError:
        return datetime.now(UTC)
