"""Rate limits that every process of a home shares and that survive restarts: the generic cell rate algorithm, in one table.

For each profile and kind the table keeps `tat`, the theoretical arrival time of the next unit on the database's clock. A unit that
comes earlier waits until then. Units are spaced evenly, so that no window of a minute ever holds more than the limit.

Beside it stands when it was written (`used`; for the limit of a day, whose `used` is a count, `tat`). What was written in the future
comes of a clock that has since been set back, and counts for nothing: a limit of a minute does not become one of a month.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from rowsmith.core.calls import Limits

DAY = 86_400
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
        """Seconds to wait before one request of `tokens` tokens may be sent."""
        spaced = {"rpm": 60 / limits.rpm} if limits.rpm else {}
        if limits.tpm:
            spaced["tpm"] = tokens * 60 / limits.tpm
        at = max(self.now, *(self._kind(name)["tat"] for name in ("block", *spaced)))
        if limits.rpd:
            at = self._of_day(limits.rpd, at)
        for name, interval in spaced.items():  # from the time at which it is really sent, whatever it waited for
            self._kind(name).update(tat=at + interval, used=int(self.now))
        return max(0.0, at - self.now)

    def give_back(self, limits: Limits, tokens: int) -> None:
        """Tokens that were reserved and not used."""
        if limits.tpm and tokens:
            self._kind("tpm")["tat"] -= tokens * 60 / limits.tpm

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

    def _of_day(self, limit: int, at: float) -> float:
        kind = self._kind("rpd")
        day = int(at // DAY)
        if day > kind["day"]:
            kind["day"], kind["used"] = day, 0
        if kind["used"] >= limit:
            kind["day"], kind["used"] = kind["day"] + 1, 0
        kind["used"] += 1
        kind["tat"] = self.now
        return max(at, kind["day"] * DAY)


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
