"""One answer as it arrives: what it may take, its body piece by piece, and what goes wrong in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowsmith.connectors.decode import Decoder
from rowsmith.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from aiohttp import ClientResponse

PACE = 1024
"""Bytes that have to come within `idle_s`: a server that dribbles is as slow as one that is silent."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one exchange may take, its redirects included.

    `body` is counted after decompression; 0: the body is not read. `idle_s` is waited for the headers, and for each further PACE bytes of
    the body. `headers` is their number; a line of them has at most 8 KiB. `redirects` 0: the redirect itself is the reply.
    """

    body: int = 16 << 20
    total_s: float = 60.0
    connect_s: float = 10.0
    idle_s: float = 20.0
    headers: int = 100
    redirects: int = 3


USUAL = Bounds()


class Broken(Unavailable):
    """The server was not reached, or its answer broke off: the same may succeed later. `wait_s` is how long it asks to wait."""

    def __init__(self, what: str, fix: str = "Check the network and try again.", wait_s: float = 0.0) -> None:
        super().__init__(what, fix)
        self.wait_s = wait_s


class Incoming:
    """An answer whose headers are there. `url` is where it came from in the end."""

    def __init__(self, response: ClientResponse, bounds: Bounds, idle: asyncio.Timeout) -> None:
        self.status, self.url, self.headers = response.status, str(response.url), response.headers
        self.host = response.url.host or ""
        self._content, self._bounds, self._idle = response.content, bounds, idle
        self._came, self._left_s = 0, bounds.idle_s

    @property
    def length(self) -> int | None:
        """The body's size on the wire as the headers have it."""
        said = self.headers.get("Content-Length", "")
        return int(said) if said.isascii() and said.isdigit() else None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, decompressed.

        Raises:
            Broken: it breaks off or comes too slowly. Invalid: it is larger than it may be. Unavailable: its encoding cannot be read.
        """
        size, most = 0, self._bounds.body
        decoder = Decoder(self.headers.get("Content-Encoding", ""), self.host)
        if (self.length or 0) > most:
            raise self._too_large()
        while data := await self._read():
            for piece in decoder.pieces(data):
                size += len(piece)
                if size > most:
                    raise self._too_large()
                yield piece
        decoder.end()

    async def _read(self) -> bytes:
        """The next bytes from the wire; none at the end. Only the time spent waiting here counts as the server's."""
        clock = asyncio.get_running_loop().time
        start = clock()
        self._idle.reschedule(start + self._left_s)
        with told(self.host):
            data = await self._content.readany()
        self._idle.reschedule(None)
        self._came += len(data)
        self._left_s -= clock() - start
        if self._came >= PACE:
            self._came, self._left_s = 0, self._bounds.idle_s
        return data

    def _too_large(self) -> Invalid:
        return Invalid(f"The answer of {self.host} is larger than {self._bounds.body} bytes.", "Ask for less; it was not read to its end.")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `headers` are found whatever their case. The body of an answer that is no success (2xx) is never read."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@contextmanager
def told(host: str) -> Iterator[None]:
    """Within it, what aiohttp reports becomes `Broken`, in words that hold nothing of the request."""
    import aiohttp

    try:
        yield
    except aiohttp.ClientConnectorDNSError:
        raise Broken(f"The name {host} does not resolve.", "Check the network and the name.") from None
    except aiohttp.ClientConnectorCertificateError as error:
        why = error.certificate_error
        raise Unavailable(f"The certificate of {host} is not trusted: {why}", "Correct the address, or tell its operator.") from None
    except aiohttp.ClientConnectorError as error:
        raise Broken(f"{host} cannot be reached: {error.os_error.strerror or error.os_error}.") from None
    except aiohttp.ConnectionTimeoutError:
        raise Broken(f"{host} cannot be reached: no connection in time.") from None
    except aiohttp.ClientResponseError:  # its message quotes the answer
        raise Unavailable(f"{host} does not answer as a web server does.", "Correct the address.") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Broken(f"The connection to {host} broke off ({type(error).__name__}).") from None
