"""Brings the scripted model, the call log and the connections together; runs on one event loop."""

from __future__ import annotations

import asyncio
import resource
import time
from typing import Any

import orjson

from rowsmith.core.errors import Invalid
from rowsmith.testing.batch_routes import served
from rowsmith.testing.batches import Batches, Told
from rowsmith.testing.call_log import LogWriter
from rowsmith.testing.connection import Connection
from rowsmith.testing.envelopes import problem
from rowsmith.testing.exchange import Exchange
from rowsmith.testing.heads import Head
from rowsmith.testing.request import Request
from rowsmith.testing.script import script_of
from rowsmith.testing.scripted_model import ScriptedModel

_TICK_S = 0.001
_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "


class ScriptedService:
    """Serves the scripted model on connections, with its log. `change` takes effect from the next request on."""

    def __init__(self, model: ScriptedModel, log: LogWriter) -> None:
        self.model, self.log = model, log
        self.batches = Batches(model, self._item)
        self.loop = asyncio.get_running_loop()
        self.in_flight = self.max_in_flight = 0
        self.connections: set[Connection] = set()
        self._waiting: dict[Connection, tuple[int, asyncio.Task[None] | None]] = {}
        self._due: dict[int, list[tuple[Connection, Exchange]]] = {}
        self._flush: asyncio.TimerHandle | None = None

    def connect(self) -> Connection:
        """A new client."""
        connection = Connection(self)
        self.connections.add(connection)
        return connection

    def change(self, **options: Any) -> None:
        """Change the script.

        Raises:
            Invalid: there is no such option, or its value does not fit.
        """
        self.model.script = script_of({**self.model.script.model_dump(exclude_unset=True), **options})
        self.model.prepare()

    async def disconnect(self) -> None:
        """Cut every client off."""
        while self.connections:
            for connection in self.connections:
                connection.transport.abort()
            await asyncio.sleep(0)

    def stats(self) -> dict[str, Any]:
        """Counts so far, and the process's CPU seconds."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime
        self.log.flush()
        return {"requests": self.model.requests, "in_flight": self.in_flight, "max_in_flight": self.max_in_flight, "cpu_s": round(cpu, 6)}

    def arrives(self, connection: Connection, head: Head) -> bool:
        if head.dialect is None or head.method != "POST" or not self.model.resets():
            return True
        self.model.requests += 1
        request = Request(head.path, b"", {}, bytes(16), self.model.requests, dialect=head.dialect)
        self._begin(connection, Exchange(request, fault="reset_before", status=0))
        connection.reset()
        return False

    def serve(self, connection: Connection, head: Head, body: bytes) -> None:
        if head.dialect is not None and head.method == "POST":
            request = self.model.request(head.path, body, head.dialect)
            request.headers, request.query = head.fields, head.query
            exchange = self.model.answer(request, head.key)
            self._begin(connection, exchange)
            self._send(connection, exchange)
        elif (told := served(self.batches, head, body)) is not None:
            self._batched(connection, head, body, told)
        else:
            status, answer = self._other(head, body)
            connection.write(Exchange(Request(head.path, b"", {}, b""), status, body=answer).head() + answer)
            connection.done()

    def _batched(self, connection: Connection, head: Head, body: bytes, told: Told) -> None:
        """The answer of a batch API. The log has a line for each request that creates a batch, before it is answered."""
        if told.made:
            request = self.model.request(head.path, body, "openai")
            self._line(Exchange(Request(head.path, b"", {}, request.digest, request.n, request.nth), fault="lost" if told.lost else ""))
            self.log.end(request.n, not told.lost)
        if told.lost:
            connection.reset()
            return
        exchange = Exchange(Request(head.path, b"", {}, b""), told.status, {"content-type": told.kind}, told.body)
        connection.write(exchange.head() + told.body)
        connection.done()

    def _item(self, exchange: Exchange) -> None:
        """An item of a batch is done."""
        self._line(exchange)
        self.log.end(exchange.request.n, True)

    def lost(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._end(connection, written=False)

    def _begin(self, connection: Connection, exchange: Exchange) -> None:
        """Log the request: from here on it has happened, whatever becomes of the answer."""
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        request = exchange.request
        self._waiting[connection] = (request.n, None)
        self._line(exchange)

    def _line(self, exchange: Exchange) -> None:
        request = exchange.request
        self.log.begin(
            {
                "n": request.n,
                "at": time.time(),
                "mono": time.monotonic(),
                "path": request.path,
                "model": request.model,
                "body": request.digest.hex(),
                "nth": request.nth,
                "text": request.text[:200],
                "key": self.model.key(request),
                "fault": exchange.fault,
                "status": exchange.status,
                "billed": exchange.billed,
                "in_flight": self.in_flight,
                "max_in_flight": self.max_in_flight,
                "tokens_in": exchange.tokens_in if exchange.billed else 0,
                "tokens_out": exchange.tokens_out if exchange.billed else 0,
                "cost_usd": exchange.cost / 10**12,
                "retry_after_s": exchange.retry_after_s,
            }
        )

    def _send(self, connection: Connection, exchange: Exchange) -> None:
        n = exchange.request.n
        if exchange.deliver is not None:
            task = self.loop.create_task(self._deliver(connection, exchange))
            self._waiting[connection] = (n, task)
        elif exchange.latency_s:
            self._later(connection, exchange)
        else:
            self._out(connection, exchange)

    def _later(self, connection: Connection, exchange: Exchange) -> None:
        """Answer after the latency. Answers due in the same tick share a timer: a wake-up costs more than an answer does."""
        tick = round((self.loop.time() + exchange.latency_s) / _TICK_S)
        due = self._due.setdefault(tick, [])
        due.append((connection, exchange))
        if len(due) == 1:
            self.loop.call_at(tick * _TICK_S, self._tick, tick)

    def _tick(self, tick: int) -> None:
        for connection, exchange in self._due.pop(tick):
            if not connection.gone:
                self._out(connection, exchange)

    def _out(self, connection: Connection, exchange: Exchange) -> None:
        if exchange.status == 200 and len(exchange.headers) == 1 and exchange.headers.get("content-type") == "application/json":
            connection.write(b"%b%d\r\n\r\n%b" % (_OK, len(exchange.body), exchange.body))
        else:
            connection.write(exchange.head() + exchange.body)
        if connection.transport.get_write_buffer_size():
            self._waiting[connection] = (exchange.request.n, self.loop.create_task(self._finish(connection)))
        else:
            self._end(connection, written=True)
            connection.done()

    async def _finish(self, connection: Connection) -> None:
        await connection.empty()
        self._end(connection, written=not connection.gone)
        connection.done()

    async def _deliver(self, connection: Connection, exchange: Exchange) -> None:
        assert exchange.deliver is not None
        await asyncio.sleep(exchange.latency_s)
        await exchange.deliver(connection, exchange)
        if not connection.transport.is_closing():
            await self._finish(connection)

    def _end(self, connection: Connection, *, written: bool) -> None:
        n, task = self._waiting.pop(connection, (0, None))
        if not n:
            return
        if task is not None and not written:
            task.cancel()
        self.in_flight -= 1
        self.log.end(n, written)
        if self._flush is None:
            self._flush = self.loop.call_later(0.05, self._flushed)

    def _flushed(self) -> None:
        self._flush = None
        self.log.flush()

    def _other(self, head: Head, body: bytes) -> tuple[int, bytes]:
        path = head.path
        if path.endswith("/models"):
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "rowsmith"} for name in self.model.script.models or ["scripted"]]
            return 200, orjson.dumps({"object": "list", "data": listed})
        if path == "/health":
            return 200, b'{"status":"ok"}'
        if path == "/__stats":
            return 200, orjson.dumps(self.stats())
        if path == "/__batches":
            return 200, orjson.dumps(self.batches.snapshot())
        if path == "/__script" and head.method == "POST":
            try:
                self.change(**orjson.loads(body))
            except (Invalid, orjson.JSONDecodeError, TypeError) as error:
                return 400, problem("openai", 400, str(error))
            return 200, b"{}"
        return (405, problem("openai", 405, "Use POST.")) if head.dialect else (404, problem("openai", 404, f"There is nothing at {path}."))
