"""One claimed call, from its place in the lane to its durable answer.

The in-flight place is freed only when the raw answer is durable: what a kill can make the next run buy again is then bounded by the
places.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from rowsmith.core.calls import Claimed
from rowsmith.core.failpoints import failpoint
from rowsmith.llm import prices
from rowsmith.llm.deadlines import Attempt
from rowsmith.llm.desk import Desk, lasting, stopped
from rowsmith.llm.form import Form
from rowsmith.llm.providers import Reply
from rowsmith.llm.trouble import HttpError, Outcome, Trouble
from rowsmith.llm.wire import MAX_BODY, Lost, NotSent

Bought = tuple[bytes, Reply]
Body = bytes | Callable[[], bytes]
"""A request's body, or what makes it when it is sent: files are read only for calls that are bought."""


class Purchase:
    """One claimed call. `open`: the claim is neither settled nor given up; `sent`: a request may have reached the server."""

    __slots__ = ("body", "claimed", "desk", "form", "health", "lane", "open", "probing", "sent", "sent_at", "trouble")

    def __init__(self, desk: Desk, form: Form, claimed: Claimed, body: Body) -> None:
        self.desk, self.form, self.claimed, self.body = desk, form, claimed, body
        self.lane, self.health = form.lane, form.server.health
        self.trouble = Trouble(desk, form, claimed)
        self.open, self.probing, self.sent, self.sent_at = True, False, False, 0.0

    async def carry_out(self) -> Bought | None:
        """The answer, durable; None when no budget was left for another attempt and the claim is given up.

        Raises:
            RowFailed, Paused: as `Gate.ask`; the claim is given up.
        """
        try:
            return await self._until_answered()
        except BaseException as error:
            if self.open:
                self.open = False
                detail = str(error) or type(error).__name__
                await lasting(self.desk.ledger.release(self.claimed, detail, maybe_billed=self.trouble.in_doubt, sent=self.sent))
            raise
        finally:
            if self.probing:
                self.health.probed()

    async def _until_answered(self) -> Bought | None:
        try:
            await self.desk.rest(self.claimed.delay_s, self.form.place)
        finally:
            if self.claimed.claim.limits is not None:
                self.form.server.ahead.leave()
        while True:
            await self._place()
            try:
                outcome = await self._send()
            finally:
                self.lane.give()
            if isinstance(outcome, tuple):
                return outcome
            probed, self.probing = self.probing, False
            if not await self.trouble.judge(outcome, probed, self.sent_at):
                self.open = False
                return None

    async def _place(self) -> None:
        """Wait for an in-flight place at a time when the server may be called."""
        while True:
            now = self.lane.take_now()
            self.sent_at = await self.lane.take() if now is None else now
            if self.desk.halted.is_set():
                self.lane.give(unsent=self.sent_at)
                raise stopped()
            silent = max(self.health.silent_for(), self.desk.ledger.blocked(self.form.server.profile))
            if silent <= 0 and not self.health.open:
                return
            self.lane.give(unsent=self.sent_at)
            if silent > 0:
                # Spread out, unless there is a pace that does it, so that those who waited do not all come back in one instant: the first
                # ones find out for the others.
                spread = random.uniform(0, 0.25) * min(silent, 2.0) if self.lane.pace.rate is None else 0.0
                await self.desk.rest(silent, self.form.place, spread)
                continue
            self.trouble.check_outage()
            if await self.health.turn():
                self.probing = True
                self.sent_at = await self.lane.take()
                return

    async def _send(self) -> Bought | Outcome:
        body = self.body if isinstance(self.body, bytes) else await asyncio.to_thread(self.body)
        attempt, form = Attempt(self.form.deadlines), self.form
        failpoint("gate.send")
        sent, self.sent, begun = self.sent, True, time.monotonic()
        try:
            status, headers, said = await (form.sender or self.desk.wire).post(attempt, form.url, form.headers, body)
            self.claimed.seconds = time.monotonic() - begun
        except NotSent as error:
            self.sent = sent
            return error
        except Lost as error:
            self.trouble.in_doubt = True
            return error
        except asyncio.CancelledError:
            self.trouble.in_doubt = attempt.sent
            raise
        raw = form.without_key(said)
        if 200 <= status < 300 or form.provider.trouble(status, headers, raw) == "answer":
            return await self._keep(raw)
        return HttpError(status, headers, raw)

    async def _keep(self, raw: bytes) -> Bought | Lost | HttpError:
        """Make the answer durable. What is no chat answer, from a server that never gave one, is not kept: it would be found again
        after the address has been corrected. Nor is an error that says 200 on its envelope and its true status within: the model may have
        begun before the server failed."""
        form, reply = self.form, self.form.reply(raw)
        if 400 <= reply.status < 500:
            return HttpError(reply.status, {}, raw)
        self.trouble.in_doubt = True  # billed, whatever may happen before it is durable
        if reply.status:
            return Lost(f"http_{reply.status}", reply.garbled)
        if reply.garbled and not form.answered and len(raw) < MAX_BODY:
            return Lost("garbled", reply.garbled)
        failpoint("gate.answered")
        self.open = False
        cost = prices.cost(reply.usage, form.model)
        await self.desk.ledger.answer(self.claimed, raw, reply.usage, reply.cost if cost is None else cost)
        failpoint("gate.kept")
        form.answered = True
        form.sizes.learn(self.claimed.claim.reserve_tokens - form.model.max_tokens, reply.usage)
        self.lane.succeeded()
        self.health.succeeded()
        return raw, reply
