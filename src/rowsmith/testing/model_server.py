"""A scripted model server in this process: `with ModelServer(latency=0.05) as server: ... server.url`."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.testing.call_log import CallLog, LogWriter, wait_for_calls
from rowsmith.testing.script import Script
from rowsmith.testing.scripted_model import Answerer, ScriptedModel
from rowsmith.testing.service import ScriptedService, script_of


class ModelServer:
    """An OpenAI- and Anthropic-shaped server on a real socket, in a thread of its own.

    `reply(request)` scripts answers in Python: it returns a Reply, a text, a JSON value, or None for the default answer. All other
    options are the fields of `Script`. An error raised by `reply` closes the client's connection and is raised again at the end.

    Raises:
        Invalid: an option does not exist or does not fit.
        Unavailable: the port cannot be had.
    """

    def __init__(self, reply: Answerer | None = None, *, script: Script | None = None, **options: Any) -> None:
        given = script.model_dump(exclude_unset=True) if script else {}
        self.script = script_of({**given, **options})
        self._reply = reply
        self._errors: list[BaseException] = []
        self._ready = threading.Event()
        self._service: ScriptedService
        self._loop: asyncio.AbstractEventLoop
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.log = self.script.log or self._temporary()
        self.root = ""

    @property
    def url(self) -> str:
        """The base URL, with `/v1`: what a recipe's `base_url` takes."""
        return f"{self.root}/v1"

    @property
    def calls(self) -> CallLog:
        """What has been asked so far."""
        self._call(self._service.log.flush)
        return CallLog(self.log)

    def change(self, **options: Any) -> None:
        """Change the script while the server runs; takes effect from the next request on."""
        self._call(lambda: self._service.change(**options))

    def stats(self) -> dict[str, Any]:
        """Counts so far: requests, in_flight, max_in_flight, cpu_s (of the whole process)."""
        found: dict[str, Any] = self._call(self._service.stats)
        return found

    def wait_for(self, requests: int, timeout_s: float = 30.0) -> None:
        """Block until so many requests have come.

        Raises:
            TimeoutError: they have not in time.
        """
        wait_for_calls(self.log, requests, timeout_s)

    def __enter__(self) -> ModelServer:
        self._thread = threading.Thread(target=self._run, name="scripted model server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._errors:
            self._thread.join()
            raise self._errors[0]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._folder is not None:
            self._folder.cleanup()
        if self._errors and error is None:
            raise self._errors[0]

    def _temporary(self) -> Path:
        self._folder = tempfile.TemporaryDirectory(prefix="rowsmith-calls-")
        return Path(self._folder.name) / "calls.jsonl"

    def _call(self, function: Any) -> Any:
        """Run a function on the server's loop and return its result."""
        done: asyncio.Future[Any] = asyncio.run_coroutine_threadsafe(_soon(function), self._loop)  # type: ignore[assignment]
        return done.result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            place = f"{self.script.host}:{self.script.port}"
            self._errors.append(Unavailable(f"The scripted server cannot listen on {place}: {error.strerror}.", "Take port 0 for a free one."))
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._failed)
        async with serving(self.script, self.log, self._reply) as (service, root):
            self._service, self.root = service, root
            self._ready.set()
            await self._stop.wait()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._errors.append(context.get("exception") or RuntimeError(context["message"]))


async def _soon(function: Any) -> Any:
    return function()


class serving:
    """Serve `script` on the running loop within `async with`; gives the service and the root address."""

    def __init__(self, script: Script, log: Path, reply: Answerer | None = None) -> None:
        self.script, self.path, self.reply = script, log, reply

    async def __aenter__(self) -> tuple[ScriptedService, str]:
        loop = asyncio.get_running_loop()
        self.service = ScriptedService(ScriptedModel(self.script, self.reply), LogWriter(self.path))
        self.server = await loop.create_server(self.service.connect, self.script.host, self.script.port, backlog=1024)
        host, port = self.server.sockets[0].getsockname()[:2]
        return self.service, f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for connection in list(self.service.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        self.service.log.close()
