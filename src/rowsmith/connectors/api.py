"""A service that speaks JSON over HTTP and knows us by a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Incoming
from rowsmith.connectors.plain import carried_out
from rowsmith.connectors.request import Request
from rowsmith.connectors.settings import allowed_by
from rowsmith.connectors.urls import parsed
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.row import Json

Query = Sequence[tuple[str, str | int]]
_BOUNDS = Bounds(body=256 << 20, total_s=300.0, idle_s=120.0, redirects=0)
"""What one exchange may take. A server that is asked for a page, or given a batch, may think for a while."""
_DETAIL = 64 << 10
_SHOWN = 500
_SCHEME = 7
"""Characters of a word in a header that is no key: `Bearer`, `Token`."""


class Refused(Unavailable):
    """The service says no: with the status `http`, and what it says of it."""

    def __init__(self, what: str, fix: str, http: int) -> None:
        super().__init__(what, fix)
        self.http = http


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service answers, and what it is called. Whoever names a server of their own by its variable may reach it, wherever it is; and
    what it says when it refuses is told."""

    name: str
    url: str
    allowed: Allowed

    @classmethod
    def named_by(cls, name: str, variable: str, environ: Mapping[str, str]) -> Service:
        """The service at the address in this variable.

        Raises:
            Invalid: the variable is not set, or holds no address.
        """
        given = environ.get(variable, "").strip()
        if not given:
            raise Invalid(f"Where {name} answers is not known.", f"Set {variable} to its address, for example http://127.0.0.1:8080.")
        try:
            at = parsed(given)
        except Invalid as error:
            raise Invalid(f"{variable} is no address of a server. {error.what}", error.fix) from None
        allowed = allowed_by(environ)
        reach = Allowed((*allowed.hosts, at.raw_host or ""), (*allowed.ports, at.port or 0))
        return cls(name, str(at).rstrip("/"), reach)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], *, query: Query = (), body: Json = None, wants: Sequence[str] = ()
    ) -> Any:  # fmt: skip
        """What the service answers, as JSON: a mapping with these keys (`wants`), or whatever it is; None where it says nothing.

        Raises:
            Refused: it says no. Unavailable: it cannot be reached, its answer broke off, is no JSON, or lacks a key.
        """
        url = f"{self.url}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        sent = {"Accept": "application/json"} | ({} if body is None else {"Content-Type": "application/json"})
        data = b"" if body is None else orjson.dumps(body)
        try:
            found = carried_out(lambda egress: self._answer(egress, Request(method, parsed(url), sent, data), headers), self.allowed)
        except Broken as error:
            raise Unavailable(error.what, f"{error.fix} What {self.name} has taken stays there: the same command goes on.") from None
        if wants and not (isinstance(found, dict) and found.keys() >= set(wants)):
            raise self.stranger()
        return found

    def stranger(self) -> Unavailable:
        """The error of a server that is another one."""
        return Unavailable(f"The server at {self.url} does not answer as {self.name} does.", f"Correct the address of {self.name}.")

    async def _answer(self, egress: Egress, asked: Request, keys: Mapping[str, str]) -> Json:
        async with egress.open(asked.method, str(asked.url), headers={**asked.headers, **keys}, body=asked.body, bounds=_BOUNDS) as found:
            if not 200 <= found.status < 300:
                raise Refused(*self._told(found, _detail(await _some(found), keys)), found.status)
            whole = b"".join([piece async for piece in found.pieces()])
        try:
            return orjson.loads(whole) if whole else None
        except orjson.JSONDecodeError:
            raise self.stranger() from None

    def _told(self, found: Incoming, detail: str) -> tuple[str, str]:
        if found.status == 401:
            return f"{self.name} does not know the key (HTTP 401).", "Give a valid one."
        if found.status == 403:
            return f"{self.name} does not let this user do that (HTTP 403).", "Use the key of somebody who may, or have it allowed."
        return f"{self.name} answers HTTP {found.status}{f': {detail}' if detail else '.'}", "" if detail else "Try again later."


async def _some(found: Incoming) -> bytes:
    """The beginning of the body, which says what is wrong with what was sent."""
    said = b""
    async for piece in found.pieces():
        said += piece
        if len(said) > _DETAIL:
            return b""
    return said


def _detail(said: bytes, keys: Mapping[str, str]) -> str:
    """What is wrong, in the words of the service: `validation_errors` or `detail`, on one line, and without our keys."""
    try:
        found: Any = orjson.loads(said)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(found, dict):
        parts = [found[name] for name in ("validation_errors", "detail", "message") if found.get(name)]
        found = parts[0] if parts else found
    text = found if isinstance(found, str) else orjson.dumps(found).decode()
    for key in (word for value in keys.values() for word in value.split() if len(word) > _SCHEME):
        text = text.replace(key, "…")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:_SHOWN]
