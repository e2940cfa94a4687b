"""Embeddings through the gate: each text is claimed by itself, read where it is stored, and bought together with others where it is not.

No timer gathers the texts of a request. As long as a place is free they are sent as they come; when all are taken, the next request
fills up until one is free again: the busier, the fuller.
"""

from __future__ import annotations

import asyncio
from dataclasses import astuple, replace
from typing import cast

from rowsmith.core.calls import Asker, Claim, Claimed, Embed, Embedded, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.models import Model
from rowsmith.core.ports import NotRecorded, Paused
from rowsmith.llm.desk import Desk, lasting, stopped
from rowsmith.llm.embedding_batch import Batch, Roomy, Split, Text
from rowsmith.llm.embedding_form import EmbeddingForm, embeds
from rowsmith.llm.form import Forms
from rowsmith.llm.room import Room
from rowsmith.llm.sizes import check_fits

Vector = tuple[str, bytes, Usage]
"""The key, the vector and its usage."""


class Embedder:
    """Asks for embeddings through a gate's desk. `forms` knows the gate's servers, keys and providers."""

    def __init__(self, desk: Desk, room: Room, forms: Forms) -> None:
        self._desk, self._room, self._forms = desk, room, forms
        self._queues: dict[int, tuple[Model, asyncio.Future[_Queue]]] = {}
        self._flying: dict[bytes, asyncio.Future[bool]] = {}

    async def embed(self, ask: Embed) -> Embedded:
        """See core.ports.Gate."""
        queue = await self._queue(ask.model)
        askers = [replace(ask.asker, seq=ask.asker.seq + number) for number in range(len(ask.texts))]
        wanted = (self._vector(queue, text, asker, ask.fresh) for text, asker in zip(ask.texts, askers, strict=True))
        found = await asyncio.gather(*wanted, return_exceptions=True)
        errors = [item for item in found if isinstance(item, BaseException)]
        if errors:
            # What ends the run, or leaves the row where it is, before what fails the row.
            raise next((error for kind in (Paused, NotRecorded) for error in errors if isinstance(error, kind)), errors[0])
        got = cast(list[Vector], found)
        return Embedded(tuple(v[1] for v in got), ask.model.model, tuple(v[0] for v in got), _total([v[2] for v in got]))

    async def close(self) -> None:
        """End what is still on its way. Ask nothing afterwards."""
        for _, made in self._queues.values():
            if made.done() and not made.cancelled() and made.exception() is None:
                await made.result().close()

    # -- one text -----------------------------------------------------------------------------------------------------------------------

    async def _vector(self, queue: _Queue, text: str, asker: Asker, fresh: int) -> Vector:
        claim = queue.form.wish(text, asker, fresh)
        first = True
        while (flying := self._flying.get(claim.base)) is not None:
            # Somebody else asks for the same text: once that vector is stored, all who wait read it at once.
            if await asyncio.shield(flying):
                first = False
                break
        if not first:
            return await self._found(queue, text, claim)
        done = self._flying[claim.base] = asyncio.get_running_loop().create_future()
        stored = False
        try:
            found = await self._found(queue, text, claim)
            stored = True
            return found
        finally:
            del self._flying[claim.base]
            done.set_result(stored)

    async def _found(self, queue: _Queue, text: str, claim: Claim) -> Vector:
        most = queue.form.model.texts_per_request
        await check_fits(queue.form.model, [{"content": text}], claim.reserve_tokens)
        async with queue.held:
            while True:
                claimed = await self._claimed(queue, claim)
                if claimed.state == "stored":
                    if wrong := queue.form.knows(claimed.raw):
                        raise RowFailed("vector_length", f"{queue.form.model.model}: {wrong}; the model behind that name is another one now.")
                    return claimed.key.hex(), claimed.raw, claimed.usage
                try:
                    bought = await queue.bought(text, claimed, most)
                except Split as split:
                    most = split.most
                    continue
                finally:
                    self._room.ended()
                if bought is not None:
                    return claimed.key.hex(), *bought

    async def _claimed(self, queue: _Queue, claim: Claim) -> Claimed:
        """The claim; the caller's to buy only when the time has come that its tokens were given."""
        if claim.limits is None:
            return await self._room.claim(claim)
        ahead, desk = queue.form.server.ahead, self._desk
        await ahead.enter(claim)
        try:
            if desk.halted.is_set():
                raise stopped()
            claimed = await self._room.claim(claim)
            try:
                await desk.rest(claimed.delay_s, queue.form.place)
            except BaseException as error:
                await lasting(desk.ledger.release(claimed, str(error) or type(error).__name__, maybe_billed=False, sent=False))
                self._room.ended()
                raise
            return claimed
        finally:
            ahead.leave()

    # -- models -------------------------------------------------------------------------------------------------------------------------

    async def _queue(self, model: Model) -> _Queue:
        known = self._queues.get(id(model))
        if known is None:  # the model is kept, so that no other one gets its id
            known = self._queues[id(model)] = model, asyncio.ensure_future(self._made(model))
        try:
            return await asyncio.shield(known[1])
        except BaseException:
            if known[1].done():
                self._queues.pop(id(model), None)
            raise

    async def _made(self, model: Model) -> _Queue:
        provider = embeds(self._forms.find(model.provider), model)
        server, sender = await self._forms.way_to(provider, model)
        form = EmbeddingForm(model, provider, server, self._forms.keys, sender or Roomy(self._desk.wire))
        self._forms.servers[server.profile] = server
        return _Queue(self._desk, form)


class _Queue:
    """The requests of one model that are under way, and the one that still takes texts, by how many it takes."""

    def __init__(self, desk: Desk, form: EmbeddingForm) -> None:
        self.desk, self.form = desk, form
        places = form.model.concurrency + 1
        self.held = asyncio.Semaphore(places * form.model.texts_per_request)
        """Not many more texts are claimed than there are places: what is claimed when the process dies counts as perhaps billed."""
        self._open: dict[int, Batch] = {}
        self._running: dict[asyncio.Task[None], Batch] = {}

    async def bought(self, text: str, claimed: Claimed, most: int) -> tuple[bytes, Usage] | None:
        """The vector, durable; None when its claim was given up.

        Raises:
            Split: several texts were refused together.
            RowFailed, Paused: as `Gate.embed`; the claim is given up.
        """
        wanted = Text(text, claimed, asyncio.get_running_loop().create_future())
        batch = self._open.get(most)
        if batch is None or not batch.takes(wanted):
            batch = self._open[most] = Batch(self.desk, self.form, most)
            self._start(batch)
        batch.lot.add(wanted)
        try:
            return await wanted.vector
        except asyncio.CancelledError:
            self._drop_if_unwanted(batch)
            raise

    def _start(self, batch: Batch) -> None:
        task = asyncio.get_running_loop().create_task(batch.carry_through())
        self._running[task] = batch
        task.add_done_callback(self._running.pop)

    def _drop_if_unwanted(self, batch: Batch) -> None:
        """A request that nobody waits for any more is broken off, as an answer's is."""
        if all(text.vector.cancelled() for text in batch.lot.texts):
            for task, running in self._running.items():
                if running is batch:
                    task.cancel()

    async def close(self) -> None:
        """Break off what is under way; claims are given back."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _total(usages: list[Usage]) -> Usage:
    def summed(values: list[int | None]) -> int | None:
        return None if None in values else sum(value or 0 for value in values)

    return Usage(*(summed(list(values)) for values in zip(*map(astuple, usages), strict=True)))
