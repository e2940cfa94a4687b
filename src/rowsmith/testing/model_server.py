"""A scripted model server in this process: `with ModelServer(latency=0.05) as server: ... server.url`."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from rowsmith.core.errors import Unavailable
from rowsmith.testing.call_log import CallLog, LogWriter, wait_for_calls
from rowsmith.testing.loop_thread import LoopThread
from rowsmith.testing.script import Script, script_of
from rowsmith.testing.scripted_model import Answerer, ScriptedModel
from rowsmith.testing.service import ScriptedService


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
        self.log = self.script.log or Path()
        self.root = ""

    @property
    def url(self) -> str:
        """The base URL, with `/v1`: what a recipe's `base_url` takes."""
        return f"{self.root}/v1"

    @property
    def calls(self) -> CallLog:
        """What has been asked so far."""
        self._thread.call(self._service.log.flush)
        return CallLog(self.log)

    def change(self, **options: Any) -> None:
        """Change the script while the server runs; takes effect from the next request on."""
        self._thread.call(lambda: self._service.change(**options))

    def stats(self) -> dict[str, Any]:
        """Counts so far: requests, in_flight, max_in_flight, cpu_s (of the whole process)."""
        return self._thread.call(self._service.stats)

    def batches(self) -> list[dict[str, Any]]:
        """Each batch so far: id, status, requests, done, failed, metadata."""
        return self._thread.call(self._service.batches.snapshot)

    def wait_for(self, requests: int, timeout_s: float = 30.0) -> None:
        """Block until so many requests have come.

        Raises:
            TimeoutError: they have not in time.
        """
        wait_for_calls(self.log, requests, timeout_s)

    def __enter__(self) -> ModelServer:
        self._folder = tempfile.TemporaryDirectory(prefix="rowsmith-calls-")
        self.log = self.script.log or Path(self._folder.name) / "calls.jsonl"
        self._thread = LoopThread("scripted model server", lambda: serving(self.script, self.log, self._reply))
        try:
            self._service, self.root = self._thread.start()
        except OSError as error:
            self._folder.cleanup()
            place = f"{self.script.host}:{self.script.port}"
            raise Unavailable(f"The scripted server cannot listen on {place}: {error.strerror}.", "Take port 0 for a free one.") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._thread.stop()
        finally:
            self._folder.cleanup()


@asynccontextmanager
async def serving(script: Script, log: Path, reply: Answerer | None = None) -> AsyncIterator[tuple[ScriptedService, str]]:
    """Serve `script` on the running loop; gives the service and the root address.

    Raises:
        OSError: the port or the log cannot be had.
    """
    loop = asyncio.get_running_loop()
    service = ScriptedService(ScriptedModel(script, reply), LogWriter(log))
    try:
        server = await loop.create_server(service.connect, script.host, script.port, backlog=1024)
        host, port = server.sockets[0].getsockname()[:2]
        yield service, f"http://{f'[{host}]' if ':' in host else host}:{port}"
        server.close()
        await service.disconnect()
    finally:
        service.log.close()
