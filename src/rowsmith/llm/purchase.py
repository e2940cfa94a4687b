"""One claimed call, from its place in the lane to its durable answer, whatever the wire does.

The in-flight place is freed only when the raw answer is durable: what a kill can make the next run buy again is then bounded by the
places. An attempt whose outcome is not known is written down before anything is sent again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rowsmith.core.calls import Claimed
from rowsmith.core.errors import RowFailed
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ports import Ledger, Paused
from rowsmith.llm import prices, verdict
from rowsmith.llm.form import Form, Server
from rowsmith.llm.providers import Reply
from rowsmith.llm.retry_after import retry_after
from rowsmith.llm.wire import MAX_BODY, Attempt, Lost, NotSent, Wire

FIRST_TRIES = 3
"""Times that a server which never answered is tried before the run pauses."""
FIRST_REFUSALS = 5
"""Refusals without one answer before them that pause the run: it is the settings, not the rows."""
LONGEST_BACKOFF_S = 30.0

Bought = tuple[bytes, Reply]


@dataclass(slots=True, frozen=True)
class Desk:
    """What the purchases of one gate share. `park_s`: a longer wait pauses the run. `backoff_s`: the first wait before a repeat."""

    ledger: Ledger
    wire: Wire
    tell: Callable[[str, Mapping[str, Any]], None]
    park_s: float
    backoff_s: float


@dataclass(slots=True, frozen=True)
class HttpError:
    """A reply that is no success."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


class Purchase:
    """One claimed call. `open`: the claim is neither settled nor given up. `in_doubt`: an attempt may have been billed."""

    __slots__ = ("body", "claimed", "desk", "failures", "form", "health", "in_doubt", "lane", "ledger", "open", "probing", "unreached")

    def __init__(self, desk: Desk, form: Form, claimed: Claimed, body: bytes) -> None:
        self.desk, self.form, self.claimed, self.body = desk, form, claimed, body
        self.ledger, self.lane, self.health = desk.ledger, form.lane, form.server.health
        self.open, self.in_doubt, self.probing = True, False, False
        self.failures = self.unreached = 0

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
                await lasting(self.ledger.release(self.claimed, str(error) or type(error).__name__, maybe_billed=self.in_doubt))
            raise
        finally:
            if self.probing:
                self.health.probed()

    async def _until_answered(self) -> Bought | None:
        await self._rest(self.claimed.delay_s)
        while self.open:
            await self._place()
            try:
                outcome = await self._send()
            finally:
                self.lane.give()
            if isinstance(outcome, tuple):
                return outcome
            await self._judge(outcome)
        return None

    async def _place(self) -> None:
        """Wait for an in-flight place at a time when the server may be called."""
        while True:
            if not self.lane.take_now():
                await self.lane.take()
            silent = max(self.health.silent_for(), self.ledger.blocked(self.form.server.profile))
            if silent <= 0 and not self.health.open:
                return
            self.lane.give()
            if silent > 0:
                # Spread out, so that those who waited do not all come back in one instant: the first ones find out for the others.
                await self._rest(silent, random.uniform(0, 0.25) * min(silent, 2.0))
            elif await self.health.turn():
                self.probing = True
                await self.lane.take()
                return

    async def _send(self) -> Bought | NotSent | Lost | HttpError:
        attempt, form = Attempt(self.form.deadlines), self.form
        failpoint("gate.send")
        try:
            status, headers, raw = await self.desk.wire.post(attempt, form.url, form.headers, self.body)
        except NotSent as error:
            return error
        except Lost as error:
            self.in_doubt = True
            return error
        except asyncio.CancelledError:
            self.in_doubt = attempt.sent
            raise
        if 200 <= status < 300:
            return await self._keep(raw)
        return HttpError(status, headers, raw)

    async def _keep(self, raw: bytes) -> Bought | Lost:
        """Make the answer durable. What is no chat answer, from a server that never gave one, is not kept: it would be found again
        after the address has been corrected."""
        form, reply = self.form, self.form.provider.read(raw)
        if reply.garbled and not form.answered and len(raw) < MAX_BODY:
            self.in_doubt = True
            return Lost("garbled", reply.garbled)
        failpoint("gate.answered")
        self.open = False
        await lasting(self.ledger.answer(self.claimed, raw, reply.usage, prices.cost(reply.usage, form.model)))
        failpoint("gate.kept")
        form.answered = True
        self.lane.succeeded()
        self.health.succeeded()
        return raw, reply

    async def _judge(self, outcome: NotSent | Lost | HttpError) -> None:
        """Decide what a failed attempt means, and wait until the next one is due."""
        probed, self.probing = self.probing, False
        if isinstance(outcome, NotSent):
            await self._not_reached(str(outcome), probed)
        elif isinstance(outcome, Lost):
            await self._lost(outcome.reason, str(outcome), probed)
        else:
            await self._refused(outcome, probed)

    async def _not_reached(self, detail: str, probed: bool) -> None:
        if self.health.ever:
            self._failed("unreachable", detail, probed)
        else:
            self.unreached += 1
            if self.unreached >= FIRST_TRIES:
                fix = "Start the model server, or correct base_url, and go on."
                raise Paused("unreachable", f"{self.form.place} cannot be reached: {detail}.", fix)
        await self._again(self.failures + self.unreached)

    async def _lost(self, reason: str, detail: str, probed: bool) -> None:
        """The attempt may have been billed: that is written down before the next."""
        if reason == "timeout":
            self.lane.throttled()
        if reason == "garbled":
            self._count_refusal(detail)
        self._failed(reason, detail, probed)
        self.in_doubt = False
        if not await lasting(self.ledger.unknown(self.claimed, detail)):
            self.open = False
            return
        await self._again(self.failures)

    async def _refused(self, outcome: HttpError, probed: bool) -> None:
        form, said = self.form, verdict.message_of(outcome.raw, self.form.secret)
        if verdict.no_money(outcome.status, outcome.raw):
            raise verdict.empty_account(said, form.place)
        kind = verdict.kind_of(outcome.status, outcome.headers)
        if kind == "throttled":
            await self._throttled(outcome, probed)
        elif kind == "final":
            self._final(outcome.status, said, probed)
        elif kind == "lost":
            self.in_doubt = True
            await self._lost(f"http_{outcome.status}", said, probed)
        else:
            if outcome.status in (503, 529):
                self.lane.throttled()
            self._failed(f"http_{outcome.status}", said or f"The server answered HTTP {outcome.status}.", probed)
            await self._again(self.failures)

    async def _throttled(self, outcome: HttpError, probed: bool) -> None:
        server, health = self.form.server, self.health
        fresh = health.silent_for() <= 0
        seconds = health.throttled(retry_after(outcome.headers), self.desk.backoff_s)
        self._end_probe(probed)
        self.lane.throttled()
        if fresh:
            self.desk.tell("throttled", {"profile": server.profile, "seconds": seconds, "limit": int(self.lane.limit)})
        await _block(server, self.ledger)
        if seconds > self.desk.park_s or health.throttled_for() > self.desk.park_s:
            raise self._parked(seconds)
        if self.form.limits is not None:
            await self._rest(await self.ledger.permit(server.profile, self.form.limits, self.claimed.claim.reserve_tokens))

    def _final(self, status: int, said: str, probed: bool) -> None:
        form = self.form
        self.health.alive()
        self._end_probe(probed)
        if (status != 403 or not form.answered) and (pause := verdict.pause_for(status, said, form.model, form.key_env, form.place)) is not None:
            raise pause
        self._count_refusal(said)
        raise verdict.row_failure(status, said)

    def _count_refusal(self, said: str) -> None:
        form = self.form
        form.refusals += not form.answered
        if form.refusals >= FIRST_REFUSALS and not form.answered:
            raise verdict.refuses_all(said, form.model, form.place)

    def _failed(self, reason: str, detail: str, probed: bool) -> None:
        """Count a failure that the server is to blame for. A probe of an open breaker does not use up the call's own repeats."""
        if self.health.failed():
            self.desk.tell("failing", {"profile": self.form.server.profile, "detail": detail})
        self._end_probe(probed)
        if self.health.failing_for() > self.desk.park_s:
            since = datetime.now().astimezone() - timedelta(seconds=self.health.failing_for())
            what = f"{self.form.place} has given nothing but errors since {since:%H:%M}, the last one: {detail}"
            raise Paused("unreachable", what, "Go on when the server is well again.")
        self.failures += not probed
        if self.failures > self.form.model.retries:
            raise RowFailed(reason, detail)

    def _end_probe(self, probed: bool) -> None:
        if probed:
            self.health.probed()

    async def _again(self, tries: int) -> None:
        """Wait before the next attempt: the retry budget, then exponential backoff with full jitter, then the rate limits."""
        await self.health.may_retry()
        await self._rest(random.uniform(0, min(LONGEST_BACKOFF_S, self.desk.backoff_s * 2 ** min(tries, 10))))
        if self.form.limits is not None:
            await self._rest(await self.ledger.permit(self.form.server.profile, self.form.limits, self.claimed.claim.reserve_tokens))

    async def _rest(self, seconds: float, more: float = 0.0) -> None:
        if seconds > self.desk.park_s:
            raise self._parked(seconds)
        if seconds + more > 0:
            await asyncio.sleep(seconds + more)

    def _parked(self, seconds: float) -> Paused:
        until = datetime.now().astimezone() + timedelta(seconds=seconds)
        when = f"{until:%H:%M}" if seconds < 12 * 3600 else f"{until:%Y-%m-%d %H:%M}"
        return Paused("throttled", f"{self.form.place} is throttled until {when}.", f"Go on after {when}; nothing is lost and nothing is bought twice.")


async def lasting(work: Coroutine[Any, Any, Any]) -> Any:
    """Await work that must be finished once begun, even when the waiting task is cancelled meanwhile."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            await asyncio.wait([task])
        raise


async def _block(server: Server, ledger: Ledger) -> None:
    """Tell all processes of the server's silence; one writer at a time, which takes along what comes meanwhile."""
    if server.blocking:
        return
    server.blocking = True
    try:
        while server.health.silent_until > server.blocked_until + 0.01:
            server.blocked_until = server.health.silent_until
            await ledger.block(server.profile, server.health.silent_for())
    finally:
        server.blocking = False
