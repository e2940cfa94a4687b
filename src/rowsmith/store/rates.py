"""Rate limits that every process of a home shares and that survive restarts: the generic cell rate algorithm, in one table.

For each profile and kind the table keeps `tat`, the theoretical arrival time of the next unit on the database's clock. A unit that
comes earlier waits until then. Units are spaced evenly, over MINUTE_S seconds, so that no window of a minute ever holds more than the
limit, not even when a request is late by what MINUTE_S has more than 60.

Beside it stands when it was written (`used`; for the limit of a day, whose `used` is a count, `tat`). What was written in the future
comes of a clock that has since been set back, and counts for nothing: a limit of a minute does not become one of a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from rowsmith.core.calls import Limits

DAY = 86_400
MINUTE_S = 61.0
"""What a minute's worth is spread over: a request that is sent up to a second late, while the one a minute later is not, is not one too many."""
_FIRST = date(1970, 1, 1).toordinal()
JUMP_S = 60.0
"""A clock that is behind what is written by more than this has been set back."""

_LOAD = text("SELECT kind, tat, day, used FROM rate WHERE profile = :profile")
_LOAD_LOCKED = text("SELECT kind, tat, day, used FROM rate WHERE profile = :profile ORDER BY kind FOR UPDATE")
_SAVE = text(
    "INSERT INTO rate (profile, kind, tat, day, used) VALUES (:profile, :kind, :tat, :day, :used) "
    "ON CONFLICT (profile, kind) DO UPDATE SET tat = excluded.tat, day = excluded.day, used = excluded.used"
)

_BLOCKED = text("SELECT profile, tat FROM rate WHERE kind = 'block' AND tat > :now AND used <= :now + :jump")


class Rates:
    """The limits of one profile within one write transaction: `take` units, then `save`."""

    def __init__(self, conn: Connection, profile: str, now: float) -> None:
        self.conn = conn
        self.profile = profile
        self.now = now
        rows = conn.execute(_LOAD if conn.dialect.name == "sqlite" else _LOAD_LOCKED, {"profile": profile})
        self.kinds: dict[str, dict[str, float]] = {
            row.kind: {"tat": row.tat, "day": row.day, "used": row.used}
            for row in rows
            if (row.tat if row.kind == "rpd" else row.used) <= now + JUMP_S
        }

    def take(self, limits: Limits, tokens: int) -> float:
        """Seconds to wait before one request of `tokens` tokens may be sent. Nothing is taken when that is longer than anybody waits."""
        spaced = {"rpm": MINUTE_S / limits.rpm} if limits.rpm else {}
        if limits.tpm:
            spaced["tpm"] = tokens * MINUTE_S / limits.tpm
        at = max(self.now, *(self._kind(name)["tat"] for name in ("block", *spaced)))
        day, number = self._of_day(limits, at)
        at = max(at, day_begins(day, limits.zone))
        if at - self.now > limits.longest_wait_s:
            return at - self.now
        if limits.rpd:
            self._kind("rpd").update(day=day, used=number, tat=self.now)
        for name, interval in spaced.items():  # from the time at which it is really sent, whatever it waited for
            self._kind(name).update(tat=at + interval, used=int(self.now))
        return max(0.0, at - self.now)

    def give_back(self, limits: Limits, tokens: int) -> None:
        """Tokens that were taken and not used; below 0, what was used beyond what was taken."""
        if limits.tpm and tokens:
            self._kind("tpm")["tat"] -= tokens * MINUTE_S / limits.tpm

    def unsent(self, limits: Limits, tokens: int, due: float) -> None:
        """A request that could have been sent at `due`, and was not: it counts neither to its day nor with its tokens."""
        day = self._kind("rpd")
        if limits.rpd and day["used"] and day["day"] == day_of(due, limits.zone):
            day["used"] -= 1
        self.give_back(limits, tokens)

    def block(self, seconds: float) -> None:
        """Nothing may be sent for so long."""
        kind = self._kind("block")
        kind["tat"], kind["used"] = max(kind["tat"], self.now + seconds), int(self.now)

    def blocked(self) -> float:
        """Seconds until the block ends."""
        return max(0.0, self._kind("block")["tat"] - self.now)

    def save(self) -> None:
        """Write what changed."""
        self.conn.execute(_SAVE, [{"profile": self.profile, "kind": kind, **value} for kind, value in sorted(self.kinds.items())])

    def _kind(self, kind: str) -> dict[str, float]:
        return self.kinds.setdefault(kind, {"tat": 0.0, "day": 0, "used": 0})

    def _of_day(self, limits: Limits, at: float) -> tuple[int, int]:
        """The day on which a request can be sent, at the earliest at this time, and which one of that day it is."""
        kind = self._kind("rpd")
        today = day_of(at, limits.zone)
        day, used = (today, 0) if today > kind["day"] else (int(kind["day"]), int(kind["used"]))
        return (day + 1, 1) if limits.rpd and used >= limits.rpd else (day, used + 1)


def day_of(at: float, zone: str) -> int:
    """The day, counted from 1970, that it is at this time in a time zone."""
    return int(at // DAY) if zone == "UTC" else datetime.fromtimestamp(at, _zone(zone)).toordinal() - _FIRST


def day_begins(day: int, zone: str) -> float:
    """When a day begins in a time zone."""
    if zone == "UTC":
        return float(day * DAY)
    return datetime.combine(date.fromordinal(day + _FIRST), time(), _zone(zone)).timestamp()


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def blocked(conn: Connection, now: float) -> list[tuple[str, float]]:
    """The profiles that asked for silence, whichever process was told, and for how many seconds yet."""
    return [(row.profile, row.tat - now) for row in conn.execute(_BLOCKED, {"now": now, "jump": JUMP_S})]


def take_all(conn: Connection, now: float, wanted: Sequence[tuple[str, Limits, int]]) -> list[float]:
    """The delays of many requests, given as (profile, limits, tokens), in order."""
    loaded: dict[str, Rates] = {}
    for profile in sorted({profile for profile, _, _ in wanted}):
        loaded[profile] = Rates(conn, profile, now)
    delays = [loaded[profile].take(limits, tokens) for profile, limits, tokens in wanted]
    for rates in loaded.values():
        rates.save()
    return delays
