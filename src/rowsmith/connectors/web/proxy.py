"""The browser's only way out: a proxy on this machine that connects to allowed addresses alone.

Names are resolved here, once for each connection, every address looked at, and the connection goes to one of these, as in resolve.py. What the
browser is told, and what a page makes it ask for, goes through it: requests, redirects, frames, scripts, sockets. It carries HTTP, one request a
connection, and tunnels (CONNECT) for what is encrypted; and no more bytes than a page may take.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rowsmith.connectors.resolve import Resolver, SystemResolver
from rowsmith.connectors.urls import is_address, parsed
from rowsmith.core.addresses import AddressRefused, Allowed

if TYPE_CHECKING:
    from yarl import URL

CONNECT_S, IDLE_S = 10.0, 60.0
HEAD, PIECE = 64 << 10, 64 << 10
"""Most bytes of the lines before a body; bytes that are passed on at once."""
AT_ONCE = 64
"""Connections at the same time."""
REFUSED = "rowsmith; error=destination_ip_prohibited"
"""Our Proxy-Status (RFC 9209) for an address that may not be connected to."""
_HOP = (b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"proxy-connection", b"proxy-authorization", b"proxy-authenticate", b"host")
"""Headers that are between two, and no further; and the host, which is written anew from the address."""

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Proxy:
    """A running proxy. `refused` are the hosts that were not connected to since the last `renew`."""

    def __init__(self, allowed: Allowed, resolver: Resolver | None = None) -> None:
        self._allowed, self._resolver = allowed, resolver or SystemResolver()
        self._left = 0
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        """Serve, on this machine alone, as long as the block lasts."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def renew(self, most_bytes: int) -> None:
        """Let so many bytes in from now on."""
        self._left = most_bytes
        self.refused = []

    @property
    def exhausted(self) -> bool:
        """Whether more would have come than may."""
        return self._left <= 0

    async def addresses(self, url: URL) -> list[str]:
        """Where a URL leads.

        Raises:
            AddressRefused: it may not be connected to. OSError: its name has no address.
        """
        host, port = url.raw_host or "", url.port or 0
        addresses = [host] if is_address(host) else []
        self._allowed.check(host, addresses, port)
        addresses = addresses or list(await self._resolver.resolve(host, port))
        if not addresses:
            raise OSError(f"{host} has no address")
        self._allowed.check(host, addresses, port)
        return addresses

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._turns:
                await self._carry(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, TimeoutError):
            return  # one of the two went away, or speaks no HTTP: the connection is closed, which the other one sees
        finally:
            writer.transport.abort() if self.exhausted else writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(IDLE_S):
            first, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        method, target, _ = first.split(b" ")
        tunnel = method == b"CONNECT"
        try:
            url = parsed(f"https://{target.decode('ascii')}/" if tunnel else target.decode("ascii"))
            if not tunnel and url.scheme != "http":
                raise AddressRefused("It is no http URL.")
            there, back = await _connected(await self.addresses(url), url.port or 0)
        except AddressRefused:
            self.refused.append(target.decode("ascii", "replace")[:300])
            writer.write(_answer(403, REFUSED))
            await writer.drain()
            return
        except OSError:
            writer.write(_answer(502, "rowsmith; error=destination_unavailable"))
            await writer.drain()
            return
        try:
            await (self._tunnelled(reader, writer, there, back) if tunnel else self._passed_on(method, url, headers, reader, writer, there, back))
        finally:
            back.transport.abort()

    async def _passed_on(
        self, method: bytes, url: URL, headers: list[tuple[bytes, bytes]], reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        there: asyncio.StreamReader, back: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        """One request and its answer; a second one would need a connection of its own."""
        kept = [(name, value) for name, value in headers if name.lower() not in _HOP]
        length = [value for name, value in kept if name.lower() == b"content-length"]
        if any(name.lower() == b"transfer-encoding" for name, _ in kept) or len(length) > 1 or not all(value.isdigit() for value in length):
            writer.write(_answer(411, "rowsmith; error=http_request_error"))
            await writer.drain()
            return
        authority = str(url.origin()).partition("://")[2].encode()
        back.write(_lines(b"%b %b HTTP/1.1" % (method, url.raw_path_qs.encode()), [(b"Host", authority), *kept]))
        body = int(length[0]) if length else 0
        while body > 0 and (data := await reader.read(min(PIECE, body))):
            back.write(data)
            await back.drain()
            body -= len(data)
        await back.drain()
        status = b"100"
        while status.startswith(b"1"):
            async with asyncio.timeout(IDLE_S):
                first, said = _head(await there.readuntil(b"\r\n\r\n"))
            status = first.split(b" ")[1]
        writer.write(_lines(first, [pair for pair in said if pair[0].lower() not in _HOP]))
        await self._pump(there, writer, counted=True, most=_size(method, status, said))

    async def _tunnelled(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        ways = [asyncio.create_task(self._pump(reader, back)), asyncio.create_task(self._pump(there, writer, counted=True))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, counted: bool = False, most: int | None = None) -> None:
        """Bytes from one to the other, until they end, nothing comes, or more came than may."""
        while not self.exhausted and most != 0:
            async with asyncio.timeout(IDLE_S):
                data = await source.read(PIECE if most is None else min(PIECE, most))
            if not data:
                return
            most = None if most is None else most - len(data)
            self._left -= len(data) if counted else 0
            to.write(data)
            await to.drain()
        await to.drain()


async def _connected(addresses: list[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of these addresses that answers."""
    for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
        try:
            async with asyncio.timeout(CONNECT_S):
                return await asyncio.open_connection(address, port, limit=HEAD)
        except OSError:
            if not left:
                raise
    raise OSError("there is no address")


def _head(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The first line and the headers.

    Raises:
        ValueError: they are none.
    """
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    pairs = [line.partition(b":") for line in lines]
    if first.count(b" ") < 1 or any(not colon or not _TOKEN.fullmatch(name) for name, colon, _ in pairs):
        raise ValueError("no HTTP")
    return first, [(name, value.strip()) for name, _, value in pairs]


def _size(method: bytes, status: bytes, headers: list[tuple[bytes, bytes]]) -> int | None:
    """Bytes of the body of an answer; None: it goes on until the server closes."""
    if method == b"HEAD" or status in (b"204", b"304"):
        return 0
    said = {name.lower(): value for name, value in headers}
    length = said.get(b"content-length", b"")
    return int(length) if length.isdigit() and b"transfer-encoding" not in said else None


def _lines(first: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([first, *(b"%b: %b" % pair for pair in headers), b"Connection: close", b"", b""])


def _answer(status: int, why: str) -> bytes:
    lines = [b"Proxy-Status: " + why.encode(), b"Content-Length: 0", b"Connection: close", b"", b""]
    return b"HTTP/1.1 %d Refused\r\n" % status + b"\r\n".join(lines)
