"""Batches as providers carry them out, whatever they call them: files, items that are done one after the other, and how a batch ends.

Time passes when somebody looks: what would have been done by then is done, and logged, at that moment. Each item that is done is a line of
the call log, with the body's own hash, so that an answer bought in a batch and once more live is seen as bought twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import orjson

from rowsmith.testing.envelopes import tokens
from rowsmith.testing.exchange import Exchange
from rowsmith.testing.scripted_model import ScriptedModel

FINAL = ("completed", "failed", "expired", "cancelled")
Api = Literal["openai", "mistral", "anthropic"]
_PREFIX: dict[Api, str] = {"openai": "batch_", "mistral": "", "anthropic": "msgbatch_"}


@dataclass(slots=True)
class Asked:
    """A request to a batch API: `parts` is the address after `/v1/`, split at the slashes."""

    method: str
    parts: list[str]
    query: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Told:
    """Its answer. `made`: a batch was created. `lost`: the connection is reset in place of an answer."""

    status: int
    body: bytes
    kind: str = "application/json"
    made: bool = False
    lost: bool = False


@dataclass
class Stored:
    """A file: uploaded, or made of results."""

    id: str
    name: str
    data: bytes
    made_at: float


@dataclass
class Item:
    """One request of a batch. `due`: seconds after the batch's creation at which it is done. `exchange`: its answer, once it is."""

    id: str
    body: bytes
    due: float
    exchange: Exchange | None = None


@dataclass
class Batch:
    """A batch. `ending` is how it ends if nobody cancels it, `failure` the (code, message, line) that it failed with."""

    id: str
    api: Api
    path: str
    items: list[Item]
    metadata: dict[str, Any]
    model: str
    input: str
    made_at: float
    ends_at: float
    ending: str
    visible_at: float
    failure: tuple[str, str, int | None] | None = None
    cancelled_at: float | None = None
    results: dict[str, Stored] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Items that have an answer, or an error of their own."""
        return sum(item.exchange is not None for item in self.items)

    @property
    def failed(self) -> int:
        """Items that have an error of their own."""
        return sum(item.exchange is not None and item.exchange.status != 200 for item in self.items)


class Batches:
    """The batches of one scripted server. `log(exchange)` notes an item that is done."""

    def __init__(self, model: ScriptedModel, log: Callable[[Exchange], None]) -> None:
        self.model, self._log = model, log
        self.files: dict[str, Stored] = {}
        self.batches: dict[str, Batch] = {}
        self.created = 0

    def keep(self, name: str, data: bytes) -> Stored:
        """A new file."""
        stored = Stored(f"file-{self._id(name.encode(), data)}", name, data, time.time())
        self.files[stored.id] = stored
        return stored

    def create(self, api: Api, path: str, requests: list[tuple[str, bytes]], **facts: Any) -> Batch:
        """A new batch of (custom id, body) each."""
        script, now = self.model.script, time.time()
        ending = script.batch_ends[len(self.batches)] if len(self.batches) < len(script.batch_ends) else "completed"
        order = sorted(range(len(requests)), key=lambda i: self._chance(b"order", requests[i][0]))
        first = int(script.batch_first * len(order))
        due = {i: script.batch_s * (place + 1) / len(order) if place >= first else 0.0 for place, i in enumerate(order)}
        lasts = script.batch_s if script.batch_expires_s is None or ending == "failed" else min(script.batch_s, script.batch_expires_s)
        if ending == "completed" and lasts < script.batch_s:
            ending = "expired"
        items = [Item(name, body, due[i]) for i, (name, body) in enumerate(requests)]
        batch = Batch(
            id=_PREFIX[api] + self._id(str(len(self.batches)).encode()), api=api, path=path, items=items, made_at=now,
            ends_at=now + (lasts / 2 if ending == "expired" and lasts == script.batch_s else lasts), ending=ending.partition(":")[0],
            visible_at=now, **facts,
        )  # fmt: skip
        if batch.ending == "failed":
            _, code, line = (*ending.split(":"), "", "")[:3]
            self.fail(batch, code or "invalid_request", "The batch was refused.", int(line) if line else None)
        elif script.batch_tokens is not None and self._waiting() + self._tokens(batch) > script.batch_tokens:
            said = f"Enqueued token limit reached for {batch.model}. Limit: {script.batch_tokens:,} enqueued tokens."
            self.fail(batch, "token_limit_exceeded", said)
        self.batches[batch.id] = batch
        return batch

    def fail(self, batch: Batch, code: str, message: str, line: int | None = None) -> None:
        """Nothing of it is carried out."""
        batch.ending, batch.ends_at, batch.failure = "failed", batch.made_at, (code, message, line)

    def cancel(self, batch: Batch) -> None:
        """End it before its time, a little later. What is done by then stays done."""
        self.status(batch)
        if batch.cancelled_at is None and time.time() < batch.ends_at:
            batch.cancelled_at = time.time()
            batch.ends_at = min(batch.ends_at, batch.cancelled_at + self.model.script.batch_cancel_s)

    def status(self, batch: Batch) -> str:
        """in_progress, cancelling, completed, failed, expired or cancelled; what should be done by now is done first."""
        now = time.time()
        if batch.failure is None:
            for item in batch.items:
                if item.exchange is None and batch.made_at + item.due <= min(now, batch.ends_at) and self._wrong(item) not in ("missing", "expired"):
                    self._carry_out(batch, item)
        if now < batch.ends_at:
            return "in_progress" if batch.cancelled_at is None else "cancelling"
        whole = batch.failure is None and batch.done == len(batch.items)
        return "completed" if whole else "cancelled" if batch.cancelled_at is not None else batch.ending

    def listed(self, api: Api) -> list[Batch]:
        """All of this API that can be seen, newest first."""
        now = time.time()
        found = [batch for batch in self.batches.values() if batch.api == api and batch.visible_at <= now]
        return sorted(found, key=lambda batch: batch.made_at, reverse=True)

    def snapshot(self) -> list[dict[str, Any]]:
        """For tests: each batch with id, status, requests, done, failed, metadata."""
        return [
            {"id": b.id, "status": self.status(b), "requests": len(b.items), "done": b.done, "failed": b.failed, "metadata": b.metadata}
            for b in sorted(self.batches.values(), key=lambda batch: batch.made_at)
        ]  # fmt: skip

    def lines(self, batch: Batch, line: Callable[[Item], bytes], garbage: bytes = b'{"custom_id": "cut off\n') -> list[tuple[Item, bytes]]:
        """The results as lines, shuffled, with what the script's `batch_lines` does to them."""
        out: list[tuple[Item, bytes]] = []
        for item in sorted(batch.items, key=lambda item: self._chance(b"results", item.id)):
            wrong = self._wrong(item)
            if wrong == "missing":
                continue
            out.append((item, line(item)))
            if wrong == "duplicate":
                out.append((item, line(item)))
            elif wrong == "unknown":
                out.append((item, line(Item("f" * 32, item.body, item.due, item.exchange))))
            elif wrong == "garbage":
                out.append((item, garbage))
        return out

    def _wrong(self, item: Item) -> str:
        chance, edge = int.from_bytes(self._chance(b"lines", item.id), "big") / 2**64, 0.0
        for name, share in self.model.script.batch_lines.items():
            edge += share
            if chance < edge:
                return name
        return ""

    def _carry_out(self, batch: Batch, item: Item) -> None:
        script = self.model.script
        request = self.model.request(batch.path, item.body, "anthropic" if batch.api == "anthropic" else "openai")
        item.exchange = self.model.answer(request, script.api_key or "", batched=True)
        item.exchange.cost = round(item.exchange.cost * script.batch_price)
        self._log(item.exchange)

    def _waiting(self) -> int:
        return sum(self._tokens(batch) for batch in self.batches.values() if self.status(batch) not in FINAL)

    def _tokens(self, batch: Batch) -> int:
        return sum(tokens(len(item.body), self.model.script.bytes_per_token) for item in batch.items)

    def _chance(self, what: bytes, name: str) -> bytes:
        return blake2b(what + name.encode(), key=self.model.script.seed.to_bytes(8, "big", signed=True), digest_size=8).digest()

    def _id(self, *parts: bytes) -> str:
        return blake2b(b"".join(parts) + str(time.time_ns()).encode(), digest_size=12).hexdigest()


def encoded(value: Any) -> bytes:
    """A line of JSON."""
    return orjson.dumps(value) + b"\n"
