"""One HTTP request after another over one pool of connections: deadlines, a cap on the reply, and whether it was sent at all.

The pool is aiohttp's, without its timers: one timer for each request is moved from deadline to deadline (connection, headers, each
silence within the body), so that a server that dribbles bytes cannot stretch any of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rowsmith.core.models import Model

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


@dataclass(slots=True, frozen=True)
class Deadlines:
    """Seconds: for the connection, from there to the end of the headers, for each silence within the body, for all."""

    connect: float
    first_byte: float
    idle: float
    total: float

    @classmethod
    def of(cls, model: Model) -> Deadlines:
        """The deadlines that the model names."""
        return cls(model.connect_s, model.first_byte_s, model.idle_s, model.total_s)


class Attempt:
    """One request under way. `sent` turns true when the connection stands and bytes may have left."""

    __slots__ = ("_end", "_limits", "_timer", "phase", "sent")

    def __init__(self, deadlines: Deadlines) -> None:
        self._limits = deadlines
        self._timer: asyncio.Timeout | None = None
        self._end = 0.0
        self.phase = "connect"
        self.sent = False

    def started(self) -> asyncio.Timeout:
        """Start the clock; use the result as the request's `async with`."""
        now = asyncio.get_running_loop().time()
        self._end = now + self._limits.total
        self._timer = asyncio.timeout_at(min(self._end, now + self._limits.connect))
        return self._timer

    def connected(self) -> None:
        """The connection stands; the headers are due next."""
        self.sent = True
        self._next("first_byte", self._limits.first_byte)

    def heard(self) -> None:
        """Headers or a part of the body came; the next part is due."""
        self._next("idle", self._limits.idle)

    def late(self) -> str:
        """Which deadline passed, in words."""
        if self._timer is not None and (self._timer.when() or 0.0) >= self._end:
            return f"no whole answer within total_s = {self._limits.total:g} s"
        named = {"connect": "connection", "first_byte": "headers", "idle": "further byte"}[self.phase]
        return f"no {named} within {self.phase}_s = {getattr(self._limits, self.phase):g} s"

    def _next(self, phase: str, seconds: float) -> None:
        self.phase = phase
        if self._timer is not None:
            self._timer.reschedule(min(self._end, asyncio.get_running_loop().time() + seconds))


_attempt: ContextVar[Attempt] = ContextVar("attempt")


class Wire:
    """The connections of one gate. Opened at the first request, on the loop that makes it."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def post(self, attempt: Attempt, url: URL, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Send `body`; returns status, headers and the reply's bytes (at most MAX_BODY of them).

        Raises:
            NotSent: the server was not reached.
            Lost: it was reached, and no whole reply came.
        """
        import aiohttp

        session = self._session or self._opened()
        token = _attempt.set(attempt)
        try:
            async with attempt.started():
                # A large body as bare bytes would be written in one piece, and aiohttp warns of that.
                data = body if len(body) < LARGE else BytesIO(body)
                async with session.post(url, data=data, headers=headers, allow_redirects=False) as response:
                    return response.status, response.headers, await _body(response, attempt)
        except TimeoutError:
            raise (Lost("timeout", attempt.late()) if attempt.sent else NotSent(attempt.late())) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise (Lost("connection", _told(error)) if attempt.sent else NotSent(_told(error))) from None
        finally:
            _attempt.reset(token)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> ClientSession:
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=_connector(limit=0, keepalive_timeout=KEEP_S),
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=True,
        )
        return self._session


async def _body(response: Any, attempt: Attempt) -> bytes:
    attempt.heard()
    content = response.content
    first: bytes = await content.readany()
    if content.at_eof():
        return first if len(first) < MAX_BODY else _capped(response, [first])
    parts, size = [first], len(first)
    while size < MAX_BODY:
        attempt.heard()
        part = await content.readany()
        if not part and content.at_eof():
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return _capped(response, parts)


def _capped(response: Any, parts: list[bytes]) -> bytes:
    response.close()
    return b"".join(parts)[:MAX_BODY]


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
    from aiohttp import TCPConnector

    class Connector(TCPConnector):
        """Tells the attempt at hand when its connection stands."""

        async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:
            connection = await super().connect(req, traces, timeout)
            _attempt.get().connected()
            return connection

    return Connector(**settings)
