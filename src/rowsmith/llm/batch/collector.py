"""Questions that are to be bought in batches: claimed one by one, written down one a line, closed when a batch is full.

A question is in a batch when its claim is durable; its line is written in the same breath. Until a batch is closed nothing of it has been
sent, so that who finds it without its keeper may let all of it go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from rowsmith.core.calls import Claim, Claimed
from rowsmith.core.errors import RowFailed, StorageFull
from rowsmith.core.ports import Parked, Paused
from rowsmith.llm.batch import BatchApi
from rowsmith.llm.batch.talk import PASSING
from rowsmith.llm.form import Form
from rowsmith.llm.prices import highest
from rowsmith.llm.purchase import Body
from rowsmith.llm.room import Room
from rowsmith.llm.verdict import kind_of

KEY = "0" * 32
"""As long as every key."""
ERROR = "http_"
"""What the reason of an item begins with that the server answered with an error."""
ROWS = ("context", "filter")
"""Reasons that are a question's own: no batch would answer it."""


class Batching(Protocol):
    """Where batches are kept and looked after."""

    async def open(self, form: Form) -> tuple[int, Path]:
        """A new batch: its number, and the file for its requests."""
        ...

    async def close(self, batch: int, requests: int, size: int) -> None:
        """The batch has all its requests; without any, it goes."""
        ...


@dataclass(slots=True)
class _Spool:
    """A batch being filled. `inside` counts questions that may still come into it."""

    form: Form
    api: BatchApi
    batch: int
    file: IO[bytes]
    requests: int = 0
    size: int = 0
    inside: int = 0
    closing: bool = False

    def put(self, line: bytes) -> None:
        try:
            self.file.write(line)
        except OSError as error:
            what = f"The requests of batch b{self.batch} cannot be written: {error.strerror}."
            raise StorageFull(what, "Free some space and run the same command again.") from error


@dataclass(slots=True)
class Collector:
    """Collects the questions of one gate.

    `only`: also what a batch sent back, and answers that are asked for again. `live(form)`: whether this model is asked live by now.
    `most`: for a server that refused a larger batch, the most requests of one. `without`: servers that turned out to have no batches.
    """

    room: Room
    batching: Batching
    only: bool
    live: Callable[[Form], Awaitable[bool]]
    most: dict[str, int] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)
    _spools: dict[int, _Spool] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _leaving: list[_Spool] = field(default_factory=list)
    _closings: set[asyncio.Task[None]] = field(default_factory=set)

    async def claimed(self, form: Form, claim: Claim, body: Body, draw: int) -> Claimed | None:
        """The stored answer; None when the question is to be asked live.

        Raises:
            Parked: it comes with a batch.
            RowFailed: no batch brought an answer (`only`).
            Paused: a cap stands in the way and nothing is under way that could make room.
        """
        api = form.provider.batch(form.model)
        if api is None or (not self.only and (draw or form.server.profile in self.without or await self.live(form))):
            return None
        if form.server.profile in self.without:
            raise Paused("batch", f"{form.place} has no batch API.", "Go on without --batch-only.")
        again, body = False, body if isinstance(body, bytes) else await asyncio.to_thread(body)
        while True:
            before = self.room.so_far
            claimed = await self._tried(form, api, claim, body, again)
            if claimed.state == "stored":
                return claimed
            if claimed.state == "over_budget":
                self.close_all()  # what is collected can make room only when it has been bought
                await self.room.wait(claimed, before)
            elif claimed.state == "returned":
                if not self.only:
                    return None
                _try_again(claimed, form)
                again = True
            else:
                raise Parked(claimed.batch)

    def close_all(self) -> None:
        """Nothing more comes into the batches at hand."""
        for spool in list(self._spools.values()):
            if spool.requests or spool.inside:
                self._close(spool)

    async def closed(self) -> None:
        """Wait until those that are to be closed are, and every question that was on its way into one is in it or has given up."""
        while self._leaving or self._closings:
            await (asyncio.wait(self._closings) if self._closings else asyncio.sleep(0.001))

    async def end(self) -> list[int]:
        """Let go of the batches that are not closed; their numbers. Nothing of them was sent."""
        await self.closed()
        left = list(self._spools.values())
        self._spools.clear()
        for spool in left:
            spool.file.close()
        return [spool.batch for spool in left]

    async def _tried(self, form: Form, api: BatchApi, claim: Claim, body: bytes, again: bool) -> Claimed:
        spool = await self._spool(form, api, len(body) + len(api.line(KEY, b"")))
        try:
            most = highest(claim.reserve_tokens - form.model.max_tokens, form.model, batched=True)
            claimed = await self.room.tried(replace(claim, batch=spool.batch, again=again, reserve=most, limits=None))
            if claimed.state == "mine":
                line = api.line(claimed.key.hex(), body)
                spool.put(line)
                spool.requests, spool.size, claimed.batch = spool.requests + 1, spool.size + len(line), spool.batch
            return claimed
        finally:
            spool.inside -= 1
            if spool.closing and not spool.inside:
                self._finish(spool)

    async def _spool(self, form: Form, api: BatchApi, size: int) -> _Spool:
        """A batch of this model that has room for one more."""
        async with self._opening:
            spool, bounds = self._spools.get(id(form.lane)), api.bounds(form.model)
            most = min(bounds.requests, form.model.batch_size or bounds.requests, self.most.get(form.server.profile, bounds.requests))
            if spool is not None and (spool.requests + spool.inside >= most or spool.size + spool.inside * size + size > bounds.bytes):
                self._close(spool)
                spool = None
            if spool is None:
                batch, path = await self.batching.open(form)
                spool = self._spools[id(form.lane)] = _Spool(form, api, batch, path.open("wb"))
            spool.inside += 1
            return spool

    def _close(self, spool: _Spool) -> None:
        self._spools.pop(id(spool.form.lane), None)
        spool.closing = True
        self._leaving.append(spool)
        if not spool.inside:
            self._finish(spool)

    def _finish(self, spool: _Spool) -> None:
        self._leaving.remove(spool)
        spool.file.close()
        task = asyncio.get_running_loop().create_task(self.batching.close(spool.batch, spool.requests, spool.size))
        self._closings.add(task)
        task.add_done_callback(self._closings.discard)


def _try_again(claimed: Claimed, form: Form) -> None:
    """Raise RowFailed when another batch would bring no answer either."""
    reason, _, said = claimed.detail.partition(": ")
    status = int(reason.removeprefix(ERROR)) if reason.startswith(ERROR) else 0
    if reason in ROWS or (status and kind_of(status, {}, b"") not in PASSING):
        raise RowFailed(reason, said)
    if claimed.returns > form.model.retries:
        raise RowFailed(reason, said or f"It came back from {claimed.returns} batches without an answer.")
