"""One client's connection: reads HTTP/1.1 requests one after the other and sends what the service answers, byte by byte."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Protocol

from rowsmith.testing.heads import Head, read_head

_MOST_HEAD = 1 << 16


class Service(Protocol):
    """What a connection asks for answers."""

    def arrives(self, connection: Connection, head: Head) -> bool:
        """The headers are there. False: the connection is gone, read no further."""
        ...

    def serve(self, connection: Connection, head: Head, body: bytes) -> None:
        """A whole request is there; `connection.done()` is called when its answer is out."""
        ...

    def lost(self, connection: Connection) -> None:
        """The client has gone."""
        ...


class Connection(asyncio.Protocol):
    """A wire. Requests on one connection are answered in turn."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.transport: asyncio.Transport
        self.gone = False
        self.over: Callable[[bool], None] | None = None
        self._buffer = b""
        self._busy = False
        self._head: Head | None = None
        self._start = 0
        self._keep = True
        self._room = asyncio.Event()
        self._room.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        self._room.set()
        self.service.lost(self)

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy:
            self._next()

    def write(self, data: bytes) -> None:
        """Send bytes; nothing happens once the client has gone."""
        if not self.gone:
            self.transport.write(data)

    async def drain(self) -> None:
        """Wait until the buffer has room."""
        await self._room.wait()

    async def empty(self) -> None:
        """Wait until the kernel has taken everything, or the client has gone."""
        while not self.gone and not self.transport.is_closing() and self.transport.get_write_buffer_size():
            await asyncio.sleep(0.001)

    def close(self) -> None:
        """End the connection after what is buffered."""
        self.transport.close()

    def reset(self) -> None:
        """End the connection at once with a TCP reset."""
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def done(self) -> None:
        """The answer is out: take the next request."""
        self._busy = False
        if not self._keep:
            self.close()
        elif self._buffer and not self.gone:
            self._next()

    def _next(self) -> None:
        """Serve the request at the head of the buffer, if it is there whole."""
        head = self._head or self._read_head()
        if head is None:
            return
        if head.size is None:
            found = _chunked(self._buffer, self._start)
            if found is None:
                return
            body, end = found
        else:
            end = self._start + head.size
            if len(self._buffer) < end:
                return
            body = self._buffer[self._start : end]
        self._head, self._buffer, self._busy = None, self._buffer[end:], True
        self.service.serve(self, head, body)

    def _read_head(self) -> Head | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _MOST_HEAD:
                self.close()
            return None
        head = self._head = read_head(self._buffer[:end])
        self._start, self._keep = end + 4, head.keep
        if head.expects:
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return head if self.service.arrives(self, head) else None


def _chunked(buffer: bytes, at: int) -> tuple[bytes, int] | None:
    """The body that begins at `at` in chunks, and where it ends; None when some of it is still to come."""
    parts: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(buffer[at:line].split(b";")[0], 16)
        start = line + 2
        if len(buffer) < start + size + 2:
            return None
        if size == 0:
            return b"".join(parts), start + 2
        parts.append(buffer[start : start + size])
        at = start + size + 2
