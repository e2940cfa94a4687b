"""A TCP proxy that misbehaves on demand, for any protocol: HTTP, PostgreSQL and the rest.

    with FaultProxy("127.0.0.1", 5432) as proxy:
        connect("127.0.0.1", proxy.port)
        proxy.up.lose_answer_to = b"COMMIT"      # the server commits, the client never hears of it
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from rowsmith.testing.loop_thread import LoopThread

Cut = Literal["reset", "close", "half_close"]
_PIECE = 1 << 16


@dataclass
class Road:
    """One direction, `up` to the server or `down` to the client. Fields may be changed at any time and hold for all connections.

    A cut happens once for each time that it is set: the field goes back to None, so that the next connection gets through.
    """

    latency_s: float = 0.0
    """Seconds that each piece waits."""
    rate: float | None = None
    """Bytes a second."""
    black_hole: bool = False
    """Nothing passes (and nothing is closed) until it is False again."""
    cut_after: int | None = None
    """Cut the connection once so many of its bytes have passed."""
    cut_on: bytes | None = None
    """Cut the connection right after these bytes."""
    lose_answer_to: bytes | None = None
    """When these bytes pass, wait for the other side's answer, keep it, and cut: who sent them cannot know the outcome."""
    cut: Cut = "reset"
    """How a cut is made: TCP reset (SO_LINGER 0), close, or the end of this direction only."""
    passed: int = 0
    """Bytes that have passed, over all connections."""


class FaultProxy:
    """A proxy in front of `host:port`, in a thread of its own, on a free local port.

    `refuse` True closes new connections at once; `drop()` cuts all that are open.

    Raises:
        OSError: no local port can be had. A server that is away shows as a connection closed at once.
    """

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.up, self.down = Road(), Road()
        self.refuse = False
        self.connections = 0
        self.port = 0
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The proxy's address as an HTTP root."""
        return f"http://127.0.0.1:{self.port}"

    def drop(self, how: Cut = "reset") -> int:
        """Cut every open connection; returns how many there were."""
        return self._thread.call(lambda: sum(pair.end(how) for pair in list(self._pairs)))

    def __enter__(self) -> FaultProxy:
        self._thread = LoopThread("fault proxy", self._serving)
        self.port = self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.stop()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()[1]
        server.close()
        for pair in list(self._pairs):
            pair.end("reset")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._connected(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.refuse:
            _close(writer, "reset")
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(*self.target)
        except OSError:
            _close(writer, "reset")
            return
        pair = _Pair(writer, server_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump(pair, reader, server_writer, self.up), self._pump(pair, server_reader, writer, self.down))
        finally:
            self._pairs.discard(pair)
            pair.end("close")

    async def _pump(self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, road: Road) -> None:
        """Carry one direction of one connection until it ends."""
        passed, tail = 0, b""
        with suppress(ConnectionError):
            while data := await reader.read(_PIECE if road.rate is None else max(1, min(_PIECE, int(road.rate / 20)))):
                await self._hold(road, len(data))
                if pair.losing is not None and pair.losing is not road:
                    pair.end(pair.losing.cut)
                    return
                end = self._cut_at(road, passed, tail, data)
                pair.notice(road, tail + data)
                writer.write(data[:end])
                await writer.drain()
                passed, tail = passed + len(data), (tail + data)[-256:]
                road.passed += len(data[:end])
                if end is not None:
                    pair.end(road.cut, writer)
                    return
            if writer.can_write_eof():
                writer.write_eof()

    async def _hold(self, road: Road, size: int) -> None:
        await asyncio.sleep(road.latency_s + (size / road.rate if road.rate else 0.0))
        while road.black_hole:
            await asyncio.sleep(0.01)

    def _cut_at(self, road: Road, passed: int, tail: bytes, data: bytes) -> int | None:
        """How much of `data` still passes when this piece is to be cut; None when it is not."""
        if road.cut_after is not None and passed + len(data) >= road.cut_after:
            end, road.cut_after = max(0, road.cut_after - passed), None
            return end
        if road.cut_on is not None and (at := (tail + data).find(road.cut_on)) >= 0:
            end, road.cut_on = max(0, at + len(road.cut_on) - len(tail)), None
            return end
        return None


class _Pair:
    """The two connections that belong together."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.losing: Road | None = None

    def notice(self, road: Road, data: bytes) -> None:
        if road.lose_answer_to is not None and road.lose_answer_to in data:
            road.lose_answer_to, self.losing = None, road

    def end(self, how: Cut, writer: asyncio.StreamWriter | None = None) -> bool:
        """Cut; True when there was something to cut. A half close ends only the direction of `writer`."""
        if self.client.transport.is_closing() and self.server.transport.is_closing():
            return False
        if how == "half_close" and writer is not None:
            if writer.can_write_eof():
                writer.write_eof()
            return True
        _close(self.client, how)
        _close(self.server, how)
        return True


def _close(writer: asyncio.StreamWriter, how: Cut) -> None:
    if writer.transport.is_closing():
        return
    if how == "reset":
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()
