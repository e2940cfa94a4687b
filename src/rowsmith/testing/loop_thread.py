"""An event loop in a thread of its own, for servers that a test holds with a plain `with`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

Held = TypeVar("Held")
Result = TypeVar("Result")


class LoopThread(Generic[Held]):
    """Holds an async context open on a loop in a thread. `errors` collects what went wrong on the loop without anybody waiting for it."""

    def __init__(self, name: str, context: Callable[[], AbstractAsyncContextManager[Held]]) -> None:
        self._context = context
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._held: Held
        self._refused: OSError | None = None
        self.errors: list[BaseException] = []

    def start(self) -> Held:
        """Start the thread; returns what the context gives.

        Raises:
            OSError: the context cannot be entered (the port is taken).
        """
        self._thread.start()
        self._ready.wait()
        if self._refused is not None:
            self._thread.join()
            raise self._refused
        return self._held

    def call(self, function: Callable[[], Result]) -> Result:
        """Run a function on the loop and return its result."""

        async def called() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result()

    def stop(self) -> None:
        """Leave the context, end the thread, and raise the first of `errors`."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self.errors:
            raise self.errors[0]

    def _run(self) -> None:
        asyncio.run(self._hold())

    async def _hold(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(self._failed)
        try:
            async with self._context() as self._held:
                self._ready.set()
                await self._stop.wait()
        except OSError as error:
            self._refused = error
        finally:
            self._ready.set()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.errors.append(context.get("exception") or RuntimeError(context["message"]))
