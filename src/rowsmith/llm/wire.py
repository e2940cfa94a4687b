"""One HTTP request after another over one pool of connections: deadlines, a cap on the reply, and whether it was sent at all.

The pool is aiohttp's, without its timers: each request has one deadline, moved from stage to stage (connection, headers, each silence
within the body), so that a server that dribbles bytes cannot stretch any of them.

A name is resolved once for a connection; every address that it has must be one where a model server may be, and the connection goes to
one of those. Loopback and private networks are (local models are the point); metadata services and reserved ranges never are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from rowsmith.core.addresses import ANY_LOCAL, AddressRefused
from rowsmith.core.ports import Paused
from rowsmith.llm.deadlines import Attempt, Watch

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from yarl import URL

MAX_BODY = 1024 * 1024
"""Most bytes of a reply that are read, after decompression. A reply of this size or more is cut to exactly this size."""
KEEP_S = 4.0
"""Seconds an idle connection is kept: below the five after which common servers close it, so that none closes under a request."""
LARGE = 1024 * 1024


class NotSent(Exception):
    """The server was not reached: nothing was sent, nothing was bought. The message says what failed."""


class Lost(Exception):
    """The request was sent and no whole reply came: whether it was bought is not known. `reason` is `timeout` or `connection`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Parts(Protocol):
    """A body in parts, read as they are sent."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def __iter__(self) -> Iterator[bytes]: ...


_attempt: ContextVar[Attempt] = ContextVar("attempt")


class Wire:
    """The connections of one gate. Opened at the first request, on the loop that makes it."""

    def __init__(self) -> None:
        self._open: tuple[ClientSession, Watch] | None = None

    async def post(
        self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes, *, most: int = MAX_BODY, streamed: bool = False
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send `body`; returns status, headers and the reply's bytes (at most `most` of them). The headers of a reply that is `streamed`
        say nothing yet: what is due for them is due for the first bytes.

        Raises:
            NotSent: the server was not reached.
            Lost: it was reached, and no whole reply came.
            Paused: it is at an address that is never connected to.
        """
        # A large body as bare bytes would be written in one piece, and aiohttp warns of that.
        data = body if len(body) < LARGE else BytesIO(body)
        return await self._exchange(attempt, "POST", url, headers, data, partial(_body, most=most, streamed=streamed))

    async def send(
        self, attempt: Attempt, method: str, url: URL, headers: Mapping[str, str], body: bytes | Parts = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """As `post`, with any method and a body that may be streamed: each part starts the deadline for the headers anew."""
        if isinstance(body, bytes):
            return await self._exchange(attempt, method, url, headers, body, _body)
        return await self._exchange(attempt, method, url, {**headers, "Content-Length": str(body.size)}, _streamed(body, attempt), _body)

    async def fetch(
        self, attempt: Attempt, url: URL, headers: Mapping[str, str], sink: Callable[[bytes], None]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """GET what is too large for memory: the parts of a successful reply's body go to `sink` as they come, and none is returned.

        Raises:
            NotSent, Lost: as `post`; `sink` may have been given a part of it.
        """

        async def drained(response: Any, attempt: Attempt) -> bytes:
            if response.status >= 300:
                return await _body(response, attempt)
            while not response.content.at_eof():
                attempt.heard()
                sink(await response.content.readany())
            return b""

        return await self._exchange(attempt, "GET", url, headers, None, drained)

    async def _exchange(
        self, attempt: Attempt, method: str, url: URL, headers: Mapping[str, str], data: Any, read: Callable[[Any, Attempt], Awaitable[bytes]]
    ) -> tuple[int, Mapping[str, str], bytes]:
        import aiohttp

        session, watch = self._opened()
        attempt.started(watch)
        token = _attempt.set(attempt)
        try:
            async with session.request(method, url, data=data, headers=headers, allow_redirects=False) as response:
                return response.status, response.headers, await read(response, attempt)
        except asyncio.CancelledError:
            if not attempt.expired():
                raise
            raise (Lost("timeout", attempt.late()) if attempt.sent else NotSent(attempt.late())) from None
        except AddressRefused as error:
            raise Paused("address", f"No model can be asked at {url.host}: {error.what}", f"Correct base_url. {error.fix}") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise (Lost("connection", _told(error)) if attempt.sent else NotSent(_told(error))) from None
        finally:
            _attempt.reset(token)
            watch.remove(attempt)

    def ready(self) -> None:
        """Load what the first request would load; it connects to nobody."""
        self._opened()

    async def close(self) -> None:
        """Close every connection."""
        if self._open is not None:
            session, watch = self._open
            self._open = None
            watch.stop()
            await session.close()

    def _opened(self) -> tuple[ClientSession, Watch]:
        if self._open is None:
            import aiohttp

            session = aiohttp.ClientSession(
                connector=_connector(limit=0, keepalive_timeout=KEEP_S),
                timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=True,
            )
            self._open = session, Watch(asyncio.get_running_loop())
        return self._open


async def _streamed(body: Parts, attempt: Attempt) -> AsyncIterator[bytes]:
    for part in body:
        attempt.sending()
        yield part


async def _body(response: Any, attempt: Attempt, most: int = MAX_BODY, streamed: bool = False) -> bytes:
    if not streamed:
        attempt.heard()
    content = response.content
    first: bytes = await content.readany()
    if content.at_eof():
        return first if len(first) < most else _capped(response, [first], most)
    parts, size = [first], len(first)
    while size < most:
        attempt.heard()
        part = await content.readany()
        if not part and content.at_eof():
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return _capped(response, parts, most)


def _capped(response: Any, parts: list[bytes], most: int) -> bytes:
    response.close()
    return b"".join(parts)[:most]


def _told(error: Exception) -> str:
    """The error in words that cannot hold a header of ours: aiohttp's own exceptions carry the request."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host!r} does not resolve"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the certificate is not trusted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port}: {error.os_error.strerror or error.os_error}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return {"ServerDisconnectedError": "the server closed the connection"}.get(type(error).__name__, f"the reply broke off ({type(error).__name__})")


def _connector(**settings: Any) -> Any:
    import socket

    from aiohttp import TCPConnector, ThreadedResolver

    class Resolver(ThreadedResolver):
        """Resolves a name to addresses that are all allowed."""

        async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
            found = await super().resolve(host, port, family)
            ANY_LOCAL.check(host, [answer["host"] for answer in found], port)
            return found

    class Connector(TCPConnector):
        """Tells the attempt at hand when its connection stands."""

        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            connection = await super().connect(req, traces, timeout)
            _attempt.get().connected()
            return connection

    def checked(answer: Any) -> socket.socket:
        """A socket for an address. One that stands in the URL itself is resolved by nobody, so it is looked at here."""
        family, kind, protocol, _, (host, port, *_) = answer
        ANY_LOCAL.check(host, [host], port)
        return socket.socket(family, kind, protocol)

    return Connector(resolver=Resolver(), socket_factory=checked, **settings)
