"""Work of a loop as a plain call, from any thread, also where a loop runs already (notebooks)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


def plainly(main: Callable[[], Coroutine[Any, Any, Result]], name: str) -> Result:
    """Carry the work out on a loop of its own; where one runs already, on a thread called `name`. An interrupt of the one who waits ends it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(main())
    done: Future[Result] = Future()
    begun: Future[Callable[[], object]] = Future()

    async def watched() -> Result:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        begun.set_result(lambda: loop.call_soon_threadsafe(task.cancel) if task else None)
        return await main()

    def thread() -> None:
        try:
            done.set_result(asyncio.run(watched()))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            done.set_exception(error)

    threading.Thread(target=thread, name=name, daemon=True).start()
    try:
        return done.result()
    except KeyboardInterrupt:
        begun.result()()
        raise
