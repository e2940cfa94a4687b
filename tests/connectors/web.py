"""The world outside, played: a web server that says exactly these bytes, and names that lead where a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from rowsmith.testing.loop_thread import LoopThread

CUT = None
"""A part of an answer: the connection is reset here."""
Part = bytes | float | None
"""Bytes that are sent, seconds that are waited, or CUT."""


@dataclass
class Seen:
    """A request as it came. `where` is the address of ours at which it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    where: str


Answer = Callable[[Seen], "bytes | Iterable[Part]"]


def http(body: bytes = b"", status: int = 200, *, length: bool = True, **headers: str) -> bytes:
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, *([f"Content-Length: {len(body)}"] if length else [])]).encode() + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    return http(status=status, Location=location, **headers)


class Web:
    """A server at every address of this machine. `seen` are the requests, `reached` the addresses at which somebody connected."""

    def __init__(self, answer: Answer | bytes, tls: ssl.SSLContext | None = None) -> None:
        self.answer: Answer = answer if callable(answer) else lambda seen: answer
        self.seen: list[Seen] = []
        self.reached: list[str] = []
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Web:
        self._thread = LoopThread("web", self._serving)
        self.port = self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.stop()

    def url(self, host: str = "public.example", path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._accept, "0.0.0.0", 0, ssl=self._tls)
        yield server.sockets[0].getsockname()[1]
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        where = writer.get_extra_info("sockname")[0]
        self.reached.append(where)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while (seen := await _request(reader, where)) is not None:
                    self.seen.append(seen)
                    await _say(self.answer(seen), writer)
        finally:
            writer.transport.abort()


async def _request(reader: asyncio.StreamReader, where: str) -> Seen:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))), where)


async def _say(parts: bytes | Iterable[Part], writer: asyncio.StreamWriter) -> None:
    for part in [parts] if isinstance(parts, bytes) else parts:
        if isinstance(part, bytes):
            writer.write(part)
            await writer.drain()
        elif part is CUT:
            raise ConnectionResetError
        else:
            await asyncio.sleep(part)


class Names:
    """A resolver. A name has one list of addresses, or several: the first for the first question, and so on, the last one for ever."""

    def __init__(self, **answers: Sequence[str] | Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._answers:
            raise OSError(f"no such name: {host}")
        found = self._answers[host]
        if found and not isinstance(found[0], str):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found


names = partial(Names, public_example=["127.0.0.1"], other_example=["127.0.0.1"])
"""Two names that lead to the address which the tests let pass for a public one."""


class Shelf:
    """A file on a server that can give parts of it. `cuts`: of the nth answer only so many bytes come, then the connection is cut."""

    def __init__(self, content: bytes, tag: str = '"v1"', cuts: Sequence[int] = (), *, ranges: bool = True, length: bool = True) -> None:
        self.content, self.tag, self.cuts, self.ranges, self.length = content, tag, list(cuts), ranges, length
        self.given = 0

    def __call__(self, seen: Seen) -> list[Part]:
        first = self._first(seen)
        tagged = {"ETag": self.tag} if self.tag else {}
        if first is not None and first >= len(self.content):
            return [http(status=416, Content_Range=f"bytes */{len(self.content)}")]
        rest = self.content[first or 0 :]
        place = {} if first is None else {"Content-Range": f"bytes {first}-{len(self.content) - 1}/{len(self.content)}"}
        sized = {"Content-Length": str(len(rest))} if self.length else {"Transfer-Encoding": "chunked"}
        head = http(status=200 if first is None else 206, length=False, **place, **sized, **tagged)
        cut = self.cuts.pop(0) if self.cuts else None
        body = rest if cut is None else rest[:cut]
        self.given += len(body)
        if not self.length:
            return [head, *(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in _pieces(body)), *([b"0\r\n\r\n"] if cut is None else [CUT])]
        return [head, *_pieces(body), *([] if cut is None else [0.01, CUT])]

    def _first(self, seen: Seen) -> int | None:
        """The first byte wanted; None: the whole."""
        wanted = seen.headers.get("range", "")
        same = seen.headers.get("if-range", self.tag) == self.tag
        return int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges and same else None


def _pieces(body: bytes, size: int = 65536) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]
