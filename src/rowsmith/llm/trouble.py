"""What failed attempts of one call mean: send again, and when; fail the row; or pause the run.

An attempt whose outcome is not known is written down before anything is sent again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rowsmith.core.calls import Claimed
from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Paused
from rowsmith.llm import verdict
from rowsmith.llm.desk import Desk, lasting, parked
from rowsmith.llm.form import Form
from rowsmith.llm.retry_after import retry_after
from rowsmith.llm.wire import Lost, NotSent

FIRST_TRIES = 3
"""Times that a server which never answered is tried before the run pauses."""
FIRST_REFUSALS = 5
"""Refusals without one answer before them that pause the run: it is the settings, not the rows."""
OVERLOAD = 5
"""Failures in a row after which a timeout counts as a sign of too many calls at once."""
LONGEST_BACKOFF_S = 30.0


@dataclass(slots=True, frozen=True)
class HttpError:
    """A reply that is no success."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


Outcome = NotSent | Lost | HttpError


class Trouble:
    """The failed attempts of one call so far. `in_doubt`: the last one may have been billed, and that is not written down yet."""

    __slots__ = ("claimed", "desk", "failures", "form", "health", "in_doubt", "unreached")

    def __init__(self, desk: Desk, form: Form, claimed: Claimed) -> None:
        self.desk, self.form, self.claimed, self.health = desk, form, claimed, form.server.health
        self.in_doubt = False
        self.failures = self.unreached = 0

    async def judge(self, outcome: Outcome, probed: bool, sent_at: float) -> bool:
        """Wait until the next attempt is due. False: no budget for one, the claim is given up. `probed`: it was the breaker's probe;
        `sent_at`: as the lane knows it.

        Raises:
            RowFailed, Paused: there is no next attempt.
        """
        if isinstance(outcome, NotSent):
            await self._not_reached(str(outcome), probed)
        elif isinstance(outcome, Lost):
            return await self._lost(outcome.reason, str(outcome), probed)
        else:
            return await self._refused(outcome, probed, sent_at)
        return True

    def check_outage(self) -> None:
        """Raise Paused when the server has failed for too long."""
        if (seconds := self.health.failing_for()) > self.desk.park_s:
            since = datetime.now().astimezone() - timedelta(seconds=seconds)
            what = f"{self.form.place} has given nothing but errors since {since:%H:%M}, the last one: {self.form.server.last_error}"
            raise Paused("unreachable", what, "Go on when the server is well again.")

    async def _not_reached(self, detail: str, probed: bool) -> None:
        if self.health.ever:
            self._failed("unreachable", detail, probed)
            await self._again()
            return
        self.unreached += 1
        if self.unreached >= FIRST_TRIES:
            raise Paused("unreachable", f"{self.form.place} cannot be reached: {detail}.", "Start the model server, or correct base_url, and go on.")
        await self._back_off(self.unreached)

    async def _lost(self, reason: str, detail: str, probed: bool) -> bool:
        self.in_doubt = True
        if reason == "timeout" and self.health.in_a_row >= OVERLOAD:
            self.form.lane.throttled()
        if reason == "garbled":
            self._count_refusal(detail)
        self._failed(reason, detail, probed)
        self.in_doubt = False
        if not await lasting(self.desk.ledger.unknown(self.claimed, detail)):
            return False
        await self._again()
        return True

    async def _refused(self, outcome: HttpError, probed: bool, sent_at: float) -> bool:
        status, said = outcome.status, verdict.message_of(outcome.raw, self.form.secret)
        kind = self.form.provider.trouble(status, outcome.headers, outcome.raw)
        if kind == "quota":
            raise verdict.empty_account(said, self.form.place)
        if kind == "lost":
            return await self._lost(f"http_{status}", said, probed)
        if kind == "throttled":
            await self._throttled(outcome, probed, sent_at)
        elif kind in ("overload", "failing"):
            if kind == "overload":
                self.form.lane.throttled()
            self._failed(f"http_{status}", said or f"The server answered HTTP {status}.", probed)
            await self._again()
        else:
            self._final(kind, status, said, probed)
        return True

    async def _throttled(self, outcome: HttpError, probed: bool, sent_at: float) -> None:
        desk, form, health = self.desk, self.form, self.health
        fresh = health.silent_for() <= 0
        asked = retry_after(outcome.headers, error=verdict.error_of(outcome.raw))
        seconds = health.throttled(asked, desk.backoff_s)
        self._end_probe(probed)
        if outcome.status == 429:
            form.lane.refused(sent_at, seconds, told=bool(asked))
        else:
            form.lane.throttled()
        if fresh:
            desk.tell("throttled", {"profile": form.server.profile, "seconds": seconds, "limit": int(form.lane.limit)})
        await desk.block(form.server)
        if seconds > desk.park_s or health.throttled_for() > desk.park_s:
            raise parked(seconds, form.place)
        await self._permitted()

    def _final(self, kind: verdict.Kind, status: int, said: str, probed: bool) -> None:
        form = self.form
        self.health.alive()
        self._end_probe(probed)
        # A 403 from a server that has answered is about this question (a moderation filter), not about the key.
        pause = None if status == 403 and form.answered else verdict.pause_for(kind, status, said, form)
        if pause is not None:
            raise pause
        if kind == "refused":
            self._count_refusal(said)
        raise verdict.row_failure(kind, status, said)

    def _count_refusal(self, said: str) -> None:
        form = self.form
        form.refusals += not form.answered
        if form.refusals >= FIRST_REFUSALS and not form.answered:
            raise verdict.refuses_all(said, form)

    def _failed(self, reason: str, detail: str, probed: bool) -> None:
        """Count a failure that the server is to blame for. A probe of an open breaker does not use up the call's own repeats."""
        if self.health.failed():
            self.desk.tell("failing", {"profile": self.form.server.profile, "detail": detail})
        self.form.server.last_error = detail
        self._end_probe(probed)
        self.check_outage()
        self.failures += not probed
        if self.failures > self.form.model.retries:
            raise RowFailed(reason, detail)

    def _end_probe(self, probed: bool) -> None:
        if probed:
            self.health.probed()

    async def _again(self) -> None:
        """Wait before the next attempt: the retry budget, then backoff, then the rate limits."""
        while not self.health.may_retry():
            self.check_outage()
            await self.desk.rest(0.0, self.form.place, random.uniform(0.2, 1.0))
        # As long as others are answered there is no reason to wait for long.
        await self._back_off(min(self.failures, 1 + self.health.in_a_row))
        await self._permitted()

    async def _back_off(self, tries: int) -> None:
        """Exponential backoff with full jitter."""
        most = min(LONGEST_BACKOFF_S, self.desk.backoff_s * 2 ** min(tries, 10))
        await self.desk.rest(0.0, self.form.place, random.uniform(0, most))

    async def _permitted(self) -> None:
        form = self.form
        if form.limits is not None:
            wait = await self.desk.ledger.permit(form.server.profile, form.limits, self.claimed.claim.paced_tokens)
            await self.desk.rest(wait, form.place)
