"""The one client for all HTTP of ours besides model calls.

It reaches public addresses at the ports 80 and 443, and what an administrator has listed; it looks at every redirect as at a new URL,
takes no proxy and no password from the environment, and reads no more than it was told to, in no more time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rowsmith.connectors.decode import ACCEPTED
from rowsmith.connectors.exchange import USUAL, Bounds, Broken, Incoming, Reply, told
from rowsmith.connectors.file_part import FilePart
from rowsmith.connectors.request import REDIRECTS, Request
from rowsmith.connectors.resolve import Resolver, SystemResolver, connector
from rowsmith.connectors.urls import is_address, parsed
from rowsmith.core.addresses import PUBLIC, Allowed
from rowsmith.core.errors import Unavailable

if TYPE_CHECKING:
    import ssl

    from aiohttp import ClientResponse, ClientSession

class Egress:
    """The client, for one event loop. Use it as `async with`, or close it when done.

    `allowed` is what may be reached beyond public addresses. `tls` replaces the certificates that the system trusts.
    """

    def __init__(self, allowed: Allowed = PUBLIC, *, resolver: Resolver | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._allowed, self._resolver, self._tls = allowed, resolver or SystemResolver(), tls
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Egress:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | FilePart = b"",
        bounds: Bounds = USUAL,
    ) -> Reply:
        """Send a request and return the whole reply, whatever its status.

        Raises:
            AddressRefused: the URL, or where it leads, may not be connected to; nothing was sent there.
            Broken: the server was not reached, or the reply broke off. Unavailable: it cannot be read. Invalid: it is larger than allowed.
        """
        async with self.open(method, url, headers=headers, body=body, bounds=bounds) as found:
            wanted = 200 <= found.status < 300 and bounds.body > 0
            whole = b"".join([piece async for piece in found.pieces()]) if wanted else b""
            return Reply(found.status, found.url, found.headers, whole)

    @asynccontextmanager
    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | FilePart = b"",
        bounds: Bounds = USUAL,
    ) -> AsyncIterator[Incoming]:
        """Send a request; gives the answer while it arrives. Raises as `send` does."""
        sent = {"User-Agent": "rowsmith", "Accept-Encoding": ACCEPTED, **(headers or {})}
        request = Request(method, parsed(url), sent, body)
        host = request.host
        try:
            async with asyncio.timeout(bounds.total_s) as total, asyncio.timeout(None) as idle:
                response = await self._arrived(request, bounds, idle)
                host = response.url.host or ""
                try:
                    yield Incoming(response, bounds, idle)
                finally:
                    response.close()
        except TimeoutError:
            if total.expired():
                raise Broken(f"{host} gave no whole answer within {bounds.total_s:g} s.") from None
            if idle.expired():
                raise Broken(f"{host} was silent, or all but silent, for {bounds.idle_s:g} s.") from None
            raise

    async def _arrived(self, request: Request, bounds: Bounds, idle: asyncio.Timeout) -> ClientResponse:
        """The answer at the end of the redirects."""
        for _ in range(bounds.redirects + 1):
            response = await self._asked(request, bounds, idle)
            location = response.headers.get("Location")
            if not bounds.redirects or response.status not in REDIRECTS or location is None:
                return response
            response.close()
            request = request.redirected(response.status, location)
        raise Unavailable(f"{request.host} redirects more than {bounds.redirects} times.", "Give the address where the redirects end.")

    async def _asked(self, request: Request, bounds: Bounds, idle: asyncio.Timeout) -> ClientResponse:
        """The headers of one answer, as they come."""
        from aiohttp import ClientTimeout

        host, port, body = request.url.raw_host or "", request.url.port or 0, request.body
        # An address that stands in the URL is resolved by nobody, so it is looked at here; a name once its addresses are known.
        self._allowed.check(host, [host] if is_address(host) else [], port)
        idle.reschedule(asyncio.get_running_loop().time() + bounds.connect_s + bounds.idle_s)
        with told(request.host):
            timeout = ClientTimeout(total=None, connect=bounds.connect_s)
            data = _watched(body, idle, bounds.idle_s) if isinstance(body, FilePart) and body else body or None
            length = {"Content-Length": str(len(body))} if isinstance(body, FilePart) else {}
            response = await self._opened().request(
                request.method, request.url, data=data, headers={**request.headers, **length}, allow_redirects=False, timeout=timeout
            )
        idle.reschedule(None)
        if len(response.raw_headers) > bounds.headers:
            response.close()
            raise Unavailable(f"{request.host} answers with more than {bounds.headers} headers.", "Correct the address.")
        return response

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, DummyCookieJar

            pool = connector(self._allowed, self._resolver, self._tls)
            self._session = ClientSession(connector=pool, cookie_jar=DummyCookieJar(), trust_env=False, auto_decompress=False)
        return self._session


async def _watched(body: FilePart, idle: asyncio.Timeout, idle_s: float) -> AsyncIterator[bytes]:
    """What is sent; the server has `idle_s` for each piece, and then for its answer."""
    async for piece in body.pieces():
        idle.reschedule(asyncio.get_running_loop().time() + idle_s)
        yield piece
    idle.reschedule(asyncio.get_running_loop().time() + idle_s)
