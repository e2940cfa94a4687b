"""A host's door where its library brings none along: one question a connection, over loopback, for whoever knows the token."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from rowsmith.llm.hosts import life

LONGEST_HEAD = 64 * 1024
OUTCOME = "X-Outcome"
"""Header of a reply that stands in for one that never came: `not sent`, or why it is lost."""
Given = tuple[int, Mapping[str, str], bytes]
Ask = Callable[[Mapping[str, str], bytes], Awaitable[Given]]
"""Gives status, headers and body for a question's headers (names in lower case; `:method` and `:path` are what is asked) and body. Cancelled
when nobody waits for it any more."""


async def serve(token: str, ask: Ask) -> None:
    """Say where it answers, and answer until the process ends."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            await _one(reader, writer, token, ask)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=LONGEST_HEAD)
    life.say(address=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, ask: Ask) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    asked, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    headers[":method"], headers[":path"], _ = asked.split(" ")
    if not hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        return _write(writer, 401, {}, b'{"error":{"message":"who are you?"}}')
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    asking = asyncio.ensure_future(ask(headers, body))
    leaving = asyncio.ensure_future(reader.read(1))
    await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
    if asking.done():
        _write(writer, *asking.result())
        await writer.drain()
    asking.cancel()
    leaving.cancel()
    await asyncio.gather(asking, leaving, return_exceptions=True)
    return None


def _write(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], body: bytes) -> None:
    lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(body)}", "Content-Type: application/json", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body)
