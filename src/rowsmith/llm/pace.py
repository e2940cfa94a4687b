"""The rate at which one model is asked when its server turns calls away: learned from what gets through, and kept to.

A server that permits R calls a second lets R through however many are sent; between two refusals it has let through what it permits. Calls
are therefore sent evenly, a little below what was measured, in place of in bursts of which most are refused (pacing at the measured
delivery rate, as BBR does; Cardwell et al., 2016). Until a rate is known it is searched for by doubling; then it is held, and after a while
without a refusal raised, slowly at first, so that a limit that was raised is found. Where refusals do not become rarer with the rate, they
are not about the rate: the pace then stands aside, and the number of calls in flight rules alone (rowsmith.llm.lane).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from time import monotonic

BELOW = 0.97
"""The share of the limit found that is used."""
RANGES = ((0.6, 1.25), (0.95, 1.05))
"""Below these shares of the rate last refused, the rate rises by these factors a round; unless at least SURE of it was let through before,
so that the limit is known well enough."""
SURE = 0.6
QUIET_S = (8.0, 64.0)
"""Seconds without a refusal after which it rises further: at first, and at most (doubling each time the same limit is found again)."""
RISES = (1.02, 1.25)
"""The factors then: near the rate last refused, and beyond NEAR times it. Beyond GONE times it there is no limit any more."""
NEAR, GONE = 1.3, 8.0
SEARCH = 2.0
"""The factor while no rate was refused yet."""
ROUND_S, ROUND_CALLS = 0.5, 3
"""Least length of a round."""
FALL = (0.25, 0.96)
"""Most and least that one refusal lowers the rate to."""
SPAN, SPAN_S = 4, 1.0
"""Epochs and seconds from which what was let through tells anything."""
DOUBT = 0.75
"""A refusal at less than this share of the bound: either the limit was lowered, or refusals are not about the rate. A trial decides."""
BOUND_S = 300.0
"""Seconds for which a bound is believed."""
TRIED, PAST = 64, 16
"""Calls of a trial, during which there is no pace, and refusals that end it sooner; no more of them are remembered."""
WORTH, SHARE = 1.3, 0.6
"""It is not the rate that is refused when a trial lets so many times more through, and of its calls nearly the share of before."""
ASIDE_S = (30.0, 480.0)
"""Seconds for which the pace then stands aside: at first, and at most (doubling)."""


@dataclass(slots=True)
class _Epoch:
    """The time from one refusal to the next: when it began, calls tried, calls let through, and how long it was."""

    start: float
    tried: int = 0
    passed: int = 0
    seconds: float = 0.0


class Pace:
    """The sending rate of one model. `rate` is in calls a second; None: as many as there are places for."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.rate: float | None = None
        self._clock = clock
        self._next_at = 0.0
        self._epoch: _Epoch | None = None
        self._past: deque[_Epoch] = deque(maxlen=PAST)
        self._first: _Epoch | None = None
        self._guess = 0.0
        self._best: tuple[float, float] | None = None  # the most that was let through a second over a span, and when
        self._trial: list[_Epoch] | None = None  # what was let through at the pace, while it is tried without one
        self._ceiling: float | None = None
        self._sure = False
        self._waited = False
        self._calm_since = self._round_at = 0.0
        self._round_calls = 0
        self._quiet_s = QUIET_S[0]
        self._aside_until, self._aside_s = 0.0, ASIDE_S[0]

    def ready_in(self) -> float:
        """Seconds until the next call may be sent; 0: now."""
        if self.rate is None:
            return 0.0
        self._end_round(self.rate)
        wait = self._next_at - self._clock()
        self._waited = self._waited or wait > 0
        return max(0.0, wait)

    def sent(self) -> float:
        """A call is being sent; the time, by which `refused` and `unsent` know it."""
        now = self._clock()
        if self.rate is not None:
            between = 1 / self.rate
            # At rates beyond what timers can keep apart, a late call may be made up for.
            self._next_at = max(self._next_at, now - (0.01 if between < 0.02 else 0.0)) + between
        if self._epoch is None:
            self._epoch = _Epoch(now)
        self._epoch.tried += 1
        self._epoch.passed += 1
        self._round_calls += 1
        return now

    def unsent(self, sent_at: float) -> None:
        """A call for which `sent` was said was not sent after all."""
        if (epoch := self._not_passed(sent_at)) is not None:
            epoch.tried -= 1
        if self.rate is not None:
            self._next_at -= 1 / self.rate

    def refused(self, sent_at: float, silence_s: float, *, told: bool = True) -> bool:
        """The server turned a call away (429), and silence is kept for so long (`told`: because it said so). Whether the pace deals with it;
        else others have to."""
        now = self._clock()
        self._not_passed(sent_at)
        if now < self._aside_until or self._epoch is None:
            return False
        if sent_at >= self._epoch.start:
            self._learn(self._epoch, now, silence_s, told)
        elif self._first is not None:  # it was on its way when the first refusal came
            self.rate = max(1, self._first.passed) / self._first.seconds
        return self.rate is not None or self._trial is not None

    def _not_passed(self, sent_at: float) -> _Epoch | None:
        """Count the call off; the epoch that it belongs to, if that is not long past."""
        for epoch in (self._epoch, *reversed(self._past), self._first):
            if epoch is not None and sent_at >= epoch.start:
                epoch.passed -= 1
                return epoch
        return None

    def _learn(self, closed: _Epoch, now: float, silence_s: float, told: bool) -> None:
        closed.seconds = max(1e-3, now - closed.start)
        if self.rate is None and self._trial is None:  # what the server had saved up was used, too: a first guess, most often too high
            closed.seconds += silence_s
            self._first = closed
            self.rate = max(1, closed.passed) / closed.seconds
        else:
            self._first, self._guess = None, self._guess if self._first is None else self.rate
            self._past.append(closed)
            least = 1 / (2 * silence_s + 1e-3) if told else 0.0  # some calls between two silences, from which anything can be learned
            if self._trial is not None:
                self._try(self._trial, now, least)
            elif self.rate is not None:
                self._judge(closed, self.rate, now, least)
        self._epoch = _Epoch(now)
        self._waited, self._round_calls = False, 0
        self._calm_since = self._round_at = self._next_at = now + silence_s

    def _judge(self, closed: _Epoch, refused: float, now: float, least: float) -> None:
        """The rate after a refusal."""
        if self._best is not None and now - self._best[1] > BOUND_S:
            self._best = None
        span = self._span()
        in_vain = least > 0 and not any(epoch.passed for epoch in span) and refused <= max(self._guess / 2, least)
        doubted = in_vain or (self._best is not None and refused < DOUBT * self._best[0])
        if doubted and len(span) >= SPAN and _seconds(span) >= SPAN_S:
            self._trial, self.rate = span, None
            self._past.clear()
            return
        self._fall(refused, (closed.passed + 0.5) / closed.seconds, least)
        for k in range(1, len(span) + 1):
            through = _through(span[-k:], but=1)  # what had been saved up for the first call may have been a whole one
            if _seconds(span[-k:]) >= SPAN_S and (self._best is None or through > self._best[0]):
                self._best = through, now

    def _span(self) -> list[_Epoch]:
        """The latest epochs, as many as tell anything, or all."""
        past = list(self._past)
        return next((past[-k:] for k in range(SPAN, len(past)) if _seconds(past[-k:]) >= SPAN_S), past)

    def _try(self, before: list[_Epoch], now: float, least: float) -> None:
        """A trial without a pace. Its first epoch used what the server had saved up."""
        past = list(self._past)[1:]
        if len(self._past) < PAST and (sum(epoch.tried for epoch in past) < TRIED or _seconds(past) < SPAN_S):
            return
        through, lower = _through(past), max(_through(before), 1 / _seconds(before))
        if through > WORTH * lower and _share(past) > SHARE * _share(before):
            self._aside_until = now + self._aside_s
            self._aside_s = min(ASIDE_S[1], self._aside_s * 2)
            self._forget()
        else:  # it is the limit that is lower now
            self._best = self._trial = self._ceiling = None
            self.rate = self._guess = max(through, lower, least)
            self._past.clear()

    def _fall(self, refused: float, passed: float, least: float) -> None:
        """The limit is no lower than what was let through since the refusal before, the silence after it included, and no higher than the
        rate that was refused. It is lower the more of what it permits the server saves up during a silence, which is not known: take
        the geometric mean, but no less than `least`."""
        again = self._ceiling is not None and self._ceiling / NEAR < refused < self._ceiling * NEAR
        self._quiet_s = min(QUIET_S[1], self._quiet_s * 2) if again else QUIET_S[0]
        self._ceiling, self._sure = refused, passed >= SURE * refused
        self.rate = min(FALL[1] * refused, max(FALL[0] * refused, BELOW * sqrt(passed * refused), least))

    def _forget(self) -> None:
        self.rate = self._ceiling = self._epoch = self._first = self._best = self._trial = None
        self._past.clear()

    def _end_round(self, rate: float) -> None:
        """Raise the rate when it is time, and when it was the rate that calls waited for."""
        now = self._clock()
        if self._round_calls < ROUND_CALLS or now - self._round_at < ROUND_S:
            return
        self._round_at, self._round_calls = now, 0
        waited, self._waited = self._waited, False
        if waited and self._trial is None:
            self.rate = rate * self._rise(rate, now - self._calm_since)
            if self._ceiling is not None and self.rate > GONE * self._ceiling:
                self._forget()

    def _rise(self, rate: float, calm_s: float) -> float:
        if self._ceiling is None:
            return SEARCH
        for share, factor in RANGES:
            if rate < share * self._ceiling and not self._sure:
                return factor
        return 1.0 if calm_s < self._quiet_s else RISES[rate > NEAR * self._ceiling]


def _through(epochs: list[_Epoch], but: int = 0) -> float:
    """Calls let through a second, silences included."""
    return (sum(epoch.passed for epoch in epochs) - but) / _seconds(epochs)


def _share(epochs: list[_Epoch]) -> float:
    """The share of the calls tried that were let through; above 0."""
    return (sum(epoch.passed for epoch in epochs) + 0.5) / (sum(epoch.tried for epoch in epochs) + 0.5)


def _seconds(epochs: list[_Epoch]) -> float:
    return sum(epoch.seconds for epoch in epochs)
