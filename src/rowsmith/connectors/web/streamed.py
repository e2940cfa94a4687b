"""What a loop yields, for whoever has none: an async generator as a plain one, also where a loop runs already (notebooks)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, TypeVar

Item = TypeVar("Item")


def streamed(made: Callable[[], AsyncGenerator[Item, None]], name: str) -> Generator[Item, None, None]:
    """The generator's items. It works on a loop of its own, on a thread called `name`, also while nobody asks; closing this closes it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=name, daemon=True)
    thread.start()
    source = _Source(made())
    try:
        while (found := asyncio.run_coroutine_threadsafe(source.next(), loop).result()) is not None:
            yield found[0]
    finally:
        asyncio.run_coroutine_threadsafe(source.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Source:
    """The generator, which can be closed also while it is being asked."""

    def __init__(self, items: AsyncGenerator[Any, None]) -> None:
        self._items = items
        self._task: asyncio.Task[Any] | None = None

    async def next(self) -> tuple[Any] | None:
        """The next item; None: there is none."""
        self._task = asyncio.current_task()
        async for item in self._items:
            return (item,)
        return None

    async def close(self) -> None:
        """End it: an interrupt may have left it in the middle of an item."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._items.aclose()
        await asyncio.get_running_loop().shutdown_default_executor()
