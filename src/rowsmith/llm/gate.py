"""The one gate to models: call store, budget, limiter, provider, durable raw answer, and only then parsing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from rowsmith.core.calls import ASKED_AGAIN, PARK_S, PLAIN, Answer, Ask, Claim, Claimed, Embed, Embedded, Usage
from rowsmith.core.errors import RowFailed
from rowsmith.core.folders import cache_folder
from rowsmith.core.ids import canonical, digest
from rowsmith.core.models import Model
from rowsmith.core.ports import Attachments, Keys, Ledger, Parked
from rowsmith.core.weights import Note, Weights
from rowsmith.llm.attachments import NoAttachments, filled, inlined, most_tokens
from rowsmith.llm.batch.collector import Collector
from rowsmith.llm.desk import Desk, stopped
from rowsmith.llm.embedder import Embedder
from rowsmith.llm.form import Form, Forms
from rowsmith.llm.hosts.host import Hosts
from rowsmith.llm.local.weights import WeightFiles
from rowsmith.llm.providers import Lent, Provider, Reply, built_in
from rowsmith.llm.purchase import Body, Purchase
from rowsmith.llm.room import Room
from rowsmith.llm.sizes import check_fits
from rowsmith.llm.structured import Refused, Taken
from rowsmith.llm.wire import Wire

Tell = Callable[[str, Mapping[str, Any]], None]


@dataclass(slots=True, frozen=True)
class Status:
    """How one server is doing now: calls in flight and waiting, how many may be in flight, seconds of silence that it asked for,
    calls sent again so far, and whether it is failing (only probes are sent)."""

    in_flight: int
    waiting: int
    limit: int
    throttled_for_s: float
    retries: int
    failing: bool


class Gate:
    """Asks models through a ledger.

    `keys` is where models' keys are found, `attachments` the files that messages refer to. `on_event(kind, data)` hears of `throttled` and
    `failing` servers. `find` finds a provider by name.
    A wait of more than `park_s` seconds pauses the run. `backoff_s` is the first wait before a repeat (it doubles, with full jitter).
    `weights` are the files of models that run on this machine; default: those whose paths are given. `environ` is what processes that answer
    on this machine get; default: the environment. `note` says what all wait for: a download, a model that is being loaded; `on_note`
    hears it at once. One gate belongs to one event loop.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        keys: Keys,
        on_event: Tell | None = None,
        find: Callable[[str], Provider] = built_in,
        attachments: Attachments | None = None,
        park_s: float = PARK_S,
        backoff_s: float = 0.5,
        weights: Weights | None = None,
        environ: Mapping[str, str] | None = None,
        on_note: Note = lambda note: None,
    ) -> None:
        self._ledger = ledger
        self._wire, self._hosts = Wire(), Hosts()
        self.note, self._on_note = "", on_note
        environ = os.environ if environ is None else environ
        files = weights or WeightFiles(Path.cwd(), cache_folder(environ))
        self._forms = Forms(keys, find, Lent(environ, files, self._noted, self._wire, self._hosts))
        self._attachments = attachments or NoAttachments()
        self._room = Room(ledger)
        self._collector: Collector | None = None
        self._held: dict[int, asyncio.Semaphore] = {}
        self._desk = Desk(ledger, self._wire, on_event or (lambda kind, data: None), park_s, backoff_s, asyncio.Event())
        self._embedder = Embedder(self._desk, self._room, self._forms)

    async def ask(self, ask: Ask) -> Answer:
        """Ask until there is a usable answer. Draw number n is made under `asker.seq + n`; there are at most `model.reasks + 1`.

        Raises:
            RowFailed: no usable answer; the reason is `malformed`, `schema`, `cut`, `refusal`, `empty`, `garbled`, `oversized`, `context`
                (too long for the model), `filter`, `attachment`, `timeout`, `connection`, `unreachable` or `http_400` and so on.
            Paused: the run cannot go on now: `budget`, `throttled`, `quota`, `key`, `model`, `unreachable`, `refused`.
            Parked: the answer comes with a batch.
            Invalid, NotFound: a setting, the schema or the provider cannot be used.
        """
        form = await self._forms.of(ask.model, ask.schema)
        messages: Sequence[Mapping[str, Any]] = ask.messages
        calls: list[str] = []
        used: Usage | None = None
        refused = Refused("empty", "")
        for draw in range(ask.model.reasks + 1):
            claimed, raw, reply = await self._drawn(form, ask, messages, draw)
            calls.append(claimed.key.hex())
            used = reply.usage if used is None else _sum(used, reply.usage)
            read = form.read(raw, reply)
            if isinstance(read, Taken):
                if draw or read.how != PLAIN:
                    self._ledger.mended(claimed, ASKED_AGAIN if draw else read.how)
                return Answer(read.value, reply.text or reply.tool_arguments, ask.model.model, tuple(calls), used)
            refused = read
            self._ledger.refused(claimed, refused.reason, refused.detail)
            messages = form.asked_again(ask.messages, reply, refused)
        raise RowFailed(refused.reason, refused.detail)

    async def manner(self, model: Model, schema: Mapping[str, Any] | None) -> tuple[str, str]:
        """Where the model is asked, and by which way for answers of this schema. All is made ready, and nothing is sent. Raises as `ask`."""
        form = await self._forms.of(model, schema)
        self._wire.ready()
        return form.place, form.way

    async def embed(self, embed: Embed) -> Embedded:
        """The embeddings of texts, each stored under its own key.

        Raises:
            RowFailed: a text has none; the reason is `garbled`, `vector_length`, `timeout`, `connection`, `unreachable` or `http_400` and so on.
            Paused, Invalid, NotFound: as `ask`.
        """
        return await self._embedder.embed(embed)

    def batch(self, attach: Callable[[Room, Forms, Wire], Collector | None]) -> None:
        """From now on what `attach` gives collects the questions that are to be bought in batches."""
        self._collector = attach(self._room, self._forms, self._wire)

    def status(self) -> dict[str, Status]:
        """How each server is doing, by profile."""
        return {profile: self._status(profile) for profile in self._forms.servers}

    def halt(self) -> None:
        """Send nothing more: a question that is not on its way raises Paused("stopped"). What is in flight goes on."""
        self._desk.halted.set()
        for server in self._forms.servers.values():
            server.health.halt()
            for lane in server.lanes.values():
                lane.halt()

    async def close(self) -> None:
        """Close all connections, and end the processes that answer. Ask nothing afterwards."""
        await self._embedder.close()
        await self._wire.close()
        await self._hosts.close()

    def _noted(self, note: str) -> None:
        self.note = note
        self._on_note(note)

    async def _drawn(self, form: Form, ask: Ask, messages: Sequence[Mapping[str, Any]], draw: int) -> tuple[Claimed, bytes, Reply]:
        """One stored answer to the messages: found, or bought. Not many more claims are held than there are places: what is claimed when
        the process dies counts as perhaps billed."""
        body, claim = _request(form, ask, messages, draw, self._attachments)
        await check_fits(form.model, messages, claim.reserve_tokens - form.model.max_tokens)
        if self._collector is not None and (found := await self._collector.claimed(form, claim, body, draw)) is not None:
            return found, found.raw, form.reply(found.raw)
        async with self._held.setdefault(id(form.lane), asyncio.Semaphore(max(8, 2 * form.model.concurrency))):
            return await self._found_or_bought(form, claim, body)

    async def _found_or_bought(self, form: Form, claim: Claim, body: Body) -> tuple[Claimed, bytes, Reply]:
        while True:
            claimed = await (self._room.claim(claim) if claim.limits is None else self._claimed_in_time(form, claim))
            if claimed.state == "stored":
                return claimed, claimed.raw, form.reply(claimed.raw)
            if claimed.state == "parked":
                raise Parked(claimed.batch)
            try:
                bought = await Purchase(self._desk, form, claimed, body).carry_out()
            finally:
                self._room.ended()
            if bought is not None:
                return claimed, *bought

    async def _claimed_in_time(self, form: Form, claim: Claim) -> Claimed:
        """A claim that a rate limit may keep waiting."""
        ahead = form.server.ahead
        await ahead.enter(claim)
        mine = False
        try:
            if self._desk.halted.is_set():
                raise stopped()
            claimed = await self._room.claim(claim)
            mine = claimed.state == "mine"
            return claimed
        finally:
            if not mine:  # else the purchase leaves when its time has come
                ahead.leave()

    def _status(self, profile: str) -> Status:
        server = self._forms.servers[profile]
        lanes, health = server.lanes.values(), server.health
        return Status(
            in_flight=sum(lane.in_flight for lane in lanes),
            waiting=sum(lane.waiting for lane in lanes),
            limit=sum(int(lane.limit) for lane in lanes),
            throttled_for_s=max(health.silent_for(), self._ledger.blocked(profile)),
            retries=health.retries,
            failing=health.open,
        )


def _request(form: Form, ask: Ask, messages: Sequence[Mapping[str, Any]], draw: int, attachments: Attachments) -> tuple[Body, Claim]:
    """What to send, and the claim for its answer. The claim goes by the sorted form, the request keeps the order of keys: models write the
    fields of an answer in the order of the schema. Attached files are claimed by their hashes and read when the request is sent."""
    body = form.write(messages)
    exact = canonical(body)
    asker = ask.asker
    base = digest(form.profile, exact, b"%d %d %d" % (ask.fresh, asker.retry, draw))
    sent = _written(body)
    places = [] if all(isinstance(message.get("content"), str) for message in messages) else list(inlined(body))
    most = len(sent) + most_tokens(places, form.provider.image_tokens(form.model), attachments)
    claim = form.claim(base, asker if not draw else replace(asker, seq=asker.seq + draw), most)
    return (lambda: _written(filled(body, attachments))) if places else sent, claim


def _written(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        return canonical(body)


def _sum(one: Usage, two: Usage) -> Usage:
    return Usage(*(None if a is None or b is None else a + b for a, b in zip(astuple(one), astuple(two), strict=True)))
