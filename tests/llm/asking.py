"""What the tests of this room ask, and how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from memory_ledger import MemoryLedger

from rowsmith.app.key_sources import KeySources
from rowsmith.core.calls import Answer, Ask, Asker
from rowsmith.core.models import Model
from rowsmith.llm.gate import Gate

QA = {
    "title": "Pair",
    "type": "object",
    "properties": {"input": {"type": "string"}, "answer": {"type": "string"}},
    "required": ["input", "answer"],
    "additionalProperties": False,
}
GOOD = {"input": "Which city?", "answer": "Paris"}


def a_model(url: str | None, **settings: Any) -> Model:
    return Model(**{"model": "openai/m", "base_url": url, **settings})


def question(model: Model, text: str = "Ask about Paris.", *, schema: Any = QA, number: int = 0, **more: Any) -> Ask:
    asker = Asker(f"{number:032x}", number.to_bytes(6, "big"), 1, **{key: more.pop(key) for key in ("retry", "seq") if key in more})
    return Ask([{"role": "user", "content": text}], model, asker, schema, **more)


def keys_in(environ: Mapping[str, str]) -> KeySources:
    """Keys as an environment has them."""
    return KeySources(environ, "default", None)


@asynccontextmanager
async def gate(ledger: MemoryLedger, environ: Mapping[str, str] | None = None, **settings: Any) -> AsyncIterator[Gate]:
    made = Gate(ledger, **{"keys": keys_in(environ or {}), "environ": environ or {}, "backoff_s": 0.005, **settings})
    try:
        yield made
    finally:
        await made.close()


def ask(ledger: MemoryLedger, *asks: Ask, **settings: Any) -> list[Answer]:
    """The answers, asked all at once; the first error is raised."""
    return [_good(result) for result in outcomes(ledger, asks, **settings)]


def outcomes(ledger: MemoryLedger, asks: Sequence[Ask], **settings: Any) -> list[Answer | BaseException]:
    """The answers or errors, asked all at once."""

    async def run() -> list[Answer | BaseException]:
        async with gate(ledger, **settings) as made:
            return await asyncio.gather(*(made.ask(item) for item in asks), return_exceptions=True)

    return asyncio.run(run())


def _good(result: Answer | BaseException) -> Answer:
    if isinstance(result, BaseException):
        raise result
    return result


def http(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """The bytes of an HTTP reply."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chat(content: Any, finish: str | None = "stop", **message: Any) -> bytes:
    """The body of a chat completion that says `content` (JSON unless it is a text)."""
    text = content if content is None or isinstance(content, str) else orjson.dumps(content).decode()
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    return orjson.dumps({"choices": [choice], "usage": {"prompt_tokens": 20, "completion_tokens": 10}})


@asynccontextmanager
async def serving(*replies: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives these bytes in order, the last one again and again; its base_url, and the requests as they came."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                seen.append(head + await reader.readexactly(length))
                writer.write(replies[min(len(seen), len(replies)) - 1])
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", seen


def outcomes_of(replies: Sequence[bytes], ledger: MemoryLedger, count: int = 1, *, schema: Any = QA, **settings: Any) -> list[Answer | BaseException]:
    """The answers or errors of `count` different questions, one after the other, to a server that gives these replies."""
    of_gate = {name: settings.pop(name) for name in ("environ", "park_s", "on_event", "find") if name in settings}

    async def run() -> list[Answer | BaseException]:
        async with serving(*replies) as (url, _), gate(ledger, **of_gate) as made:
            model = a_model(url, **settings)
            return [await _settled(made.ask(question(model, f"Question {n}", number=n, schema=schema))) for n in range(count)]

    return asyncio.run(run())


async def _settled(asked: Coroutine[Any, Any, Answer]) -> Answer | BaseException:
    return (await asyncio.gather(asked, return_exceptions=True))[0]
