"""Starts the child that renders templates, asks it in blocks, and starts another where a row ended it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.warm import Ended, Warm
from rowsmith.core.errors import RowFailed
from rowsmith.core.fences import Fence

LIMITS = Limits(memory_bytes=256 << 20, cpu_s=2, stall_s=20.0, unpacked_bytes=1 << 20)
"""Of the child: seconds of CPU for each row, and for each text that it compiles."""
MOST_ROWS, MOST_BYTES = 64, 4 << 20
"""Of a block: rows, and bytes of what they say."""
_MOST_TEXTS = 200
"""A child that knows so many is followed by another."""
_ANSWER_BYTES = MOST_ROWS * (2 << 20)
_WHY = {
    "timeout": "The prompt took more than {limits.cpu_s} s to render.",
    "memory": "The prompt took more than {megabytes} MB to render.",
    "too_large": "The prompt made its child write more than it may.",
}


@dataclass(slots=True)
class _Wish:
    """A row to be rendered, and who waits for it."""

    text: str
    row: bytes
    came: Future[str] = field(default_factory=Future)


class Renderer:
    """Asked by any thread or loop. Whatever came while a block was rendered is the next block. Its child starts with the first question."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._waiting: list[_Wish] = []
        self._turn = Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._busy = self._closing = False
        self._child: Warm | None = None
        self._known: dict[str, int] = {}

    def render(self, text: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """The template with its variables filled in from `scope`, which holds JSON values alone.

        Raises:
            RowFailed: `missing_variable`, `prompt_too_long`, `template` where it cannot be rendered, `timeout` or `memory` where that took too
                much.
        """
        return self._wish(text, scope, fence).result()

    async def rendered(self, text: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """The same without holding up the loop. Raises as `render`."""
        return await asyncio.wrap_future(self._wish(text, scope, fence))

    def _wish(self, text: str, scope: Mapping[str, Any], fence: Fence | None) -> Future[str]:
        try:
            paths = [] if fence is None else [[path, name] for path, name in fence.paths.items()]
            wish = _Wish(text, orjson.dumps([dict(scope), paths, "" if fence is None else fence.mark]))
        except (TypeError, ValueError, RecursionError):
            raise RowFailed("template", "The row holds a value that is no JSON, or nests too deep.") from None
        with self._turn:
            self._waiting.append(wish)
            if not self._busy:
                self._thread = self._thread or ThreadPoolExecutor(1, "templates")
                self._busy = True
                self._thread.submit(self._work)
        return wish.came

    def _work(self) -> None:
        """Render block after block until nobody waits."""
        while True:
            with self._turn:
                count = _block(self._waiting)
                block, self._waiting = self._waiting[:count], self._waiting[count:]
                if not block:
                    self._busy = False
                    return
            wanted = [wish for wish in block if wish.came.set_running_or_notify_cancel()]
            try:
                self._settle(wanted)
            except BaseException as error:  # noqa: BLE001 - whoever waits has to hear of it
                self._end()
                for wish in wanted:
                    if not wish.came.done():
                        wish.came.set_exception(error)

    def _settle(self, block: Sequence[_Wish]) -> None:
        """Render a block; where that ends the child, each row alone, to find the one that did it. One that took no time is blamed only by a child
        that has seen nothing else: another may have been ended by the system."""
        used = bool(self._known)
        try:
            answers = self._asked(block) if block else []
        except Ended as error:
            self._end()
            if self._closing or (len(block) == 1 and (not used or error.reason == "timeout")):
                why = _WHY.get(error.reason, f"The prompt ended the process that renders it: {error.detail}.")
                for wish in block:
                    told = why.format(limits=self._limits, megabytes=self._limits.memory_bytes >> 20)
                    wish.came.set_exception(RowFailed(error.reason, told))
                return
            for wish in block:
                self._settle([wish])
            return
        for wish, answer in zip(block, answers, strict=True):
            if len(answer) == 1:
                wish.came.set_result(answer[0])
            else:
                wish.came.set_exception(RowFailed(*answer))

    def _asked(self, block: Sequence[_Wish]) -> list[list[str]]:
        begins = b""
        if self._child is None or not self._child.alive or len(self._known) > _MOST_TEXTS:
            self._end()
            self._child = Warm("rowsmith.connectors.templates.child", self._limits, most_bytes=_ANSWER_BYTES)
            begins = orjson.dumps(asdict(self._limits)) + b"\n"
        texts = {}
        for wish in block:
            if wish.text not in self._known:
                self._known[wish.text] = len(self._known)
                texts[str(self._known[wish.text])] = wish.text
        rows = b",".join(b"[%d,%b" % (self._known[wish.text], wish.row[1:]) for wish in block)
        question = b'%b{"texts":%b,"rows":[%b]}' % (begins, orjson.dumps(texts), rows)
        said: list[list[str]] = orjson.loads(self._child.asked(question, self._limits.stall_s))
        return said

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child, self._known = None, {}

    def close(self) -> None:
        """End the child; nobody is waited for. It may be asked again, of a new one."""
        with self._turn:
            thread, self._thread = self._thread, None
            left, self._waiting = self._waiting, []
            self._closing = True
            child = self._child
        for wish in left:
            wish.came.cancel()
        if child is not None and child.alive:
            os.kill(child.pid, signal.SIGKILL)
        if thread is not None:
            thread.shutdown(wait=True)
        self._end()
        self._closing = False


def _block(waiting: Sequence[_Wish]) -> int:
    """How many of those that wait are the next block: one at least."""
    size = 0
    for count, wish in enumerate(waiting[:MOST_ROWS]):
        size += len(wish.row)
        if size > MOST_BYTES and count:
            return count
    return min(len(waiting), MOST_ROWS)
