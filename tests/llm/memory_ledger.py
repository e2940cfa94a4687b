"""The Ledger in memory: claims, budget and rates by plain arithmetic. What it keeps can be looked at."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from rowsmith.core.calls import Claim, Claimed, Limits, Usage
from rowsmith.core.ids import digest


@dataclass
class Spend:
    """One attempt at buying: reserved, settled, maybe_billed or released."""

    key: bytes
    reserved: int
    reserved_tokens: int
    outcome: str = "reserved"
    cost: int | None = None
    tokens: int | None = None
    detail: str = ""

    @property
    def usd(self) -> int:
        return 0 if self.outcome == "released" else self.reserved if self.cost is None else self.cost

    @property
    def used_tokens(self) -> int:
        return 0 if self.outcome == "released" else self.reserved_tokens if self.tokens is None else self.tokens


@dataclass
class MemoryLedger:
    """`usd` and `tokens` are caps. `commit_s` is how long each durable write takes."""

    usd: int | None = None
    tokens: int | None = None
    scope: str = "run"
    commit_s: float = 0.0
    answers: dict[bytes, tuple[bytes, Usage]] = field(default_factory=dict)
    spends: list[Spend] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    draws: list[tuple[bytes, str, str]] = field(default_factory=list)
    mendings: list[tuple[bytes, str]] = field(default_factory=list)
    blocks: list[tuple[str, float]] = field(default_factory=list)
    permits: list[tuple[str, int]] = field(default_factory=list)
    reused: int = 0

    def __post_init__(self) -> None:
        self._settling: set[asyncio.Task[None]] = set()
        self._held: dict[bytes, asyncio.Event] = {}
        self._current: dict[bytes, Spend] = {}
        self._index: dict[bytes, dict[tuple[str, int, int, int], int]] = {}
        self._tat: dict[str, float] = {}
        self._blocked: dict[str, float] = {}

    async def claim(self, claim: Claim) -> Claimed:
        self.claims.append(claim)
        asker = claim.asker
        places = self._index.setdefault(claim.base, {})
        index = 0 if claim.once else places.setdefault((asker.row, asker.step, asker.retry, asker.seq), len(places))
        key = digest(claim.base, index.to_bytes(4, "little"))
        while key in self._held:
            await self._held[key].wait()
        if key in self.answers:
            self.reused += 1
            raw, usage = self.answers[key]
            return Claimed("stored", claim, key, index, raw, usage)
        if not self._room(claim):
            return Claimed("over_budget", claim, key, index, scope=self.scope)
        self._held[key] = asyncio.Event()
        self._reserve(key, claim)
        await asyncio.sleep(self.commit_s)
        return Claimed("mine", claim, key, index, delay_s=self._wait(claim.profile, claim.limits), attempt=1)

    async def answer(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        # Once asked for it happens, though the one who asked be cancelled.
        done = asyncio.get_running_loop().create_task(self._settle(claimed, raw, usage, cost))
        self._settling.add(done)
        done.add_done_callback(self._settling.discard)
        await asyncio.shield(done)

    async def unknown(self, claimed: Claimed, detail: str) -> bool:
        await asyncio.sleep(self.commit_s)
        spend = self._current[claimed.key]
        spend.outcome, spend.detail = "maybe_billed", detail
        if not self._room(claimed.claim):
            self._let_go(claimed)
            return False
        claimed.attempt += 1
        self._reserve(claimed.key, claimed.claim)
        return True

    async def release(self, claimed: Claimed, detail: str, *, maybe_billed: bool, sent: bool = True) -> None:
        await asyncio.sleep(self.commit_s)
        spend = self._current[claimed.key]
        spend.outcome, spend.detail = "maybe_billed" if maybe_billed else "released", detail
        self._let_go(claimed)

    def refused(self, claimed: Claimed, reason: str, detail: str) -> None:
        self.draws.append((claimed.key, reason, detail))

    def mended(self, claimed: Claimed, how: str) -> None:
        self.mendings.append((claimed.key, how))

    async def permit(self, profile: str, limits: Limits, tokens: int) -> float:
        self.permits.append((profile, tokens))
        return self._wait(profile, limits)

    async def block(self, profile: str, seconds: float) -> None:
        self.blocks.append((profile, seconds))
        self._blocked[profile] = max(self._blocked.get(profile, 0.0), time.monotonic() + seconds)

    def blocked(self, profile: str) -> float:
        until = self._blocked.get(profile)
        return max(0.0, until - time.monotonic()) if until else 0.0

    @property
    def spent(self) -> int:
        """Picodollars spent or reserved."""
        return sum(spend.usd for spend in self.spends)

    def outcomes(self) -> list[str]:
        return [spend.outcome for spend in self.spends]

    def reasons(self) -> list[str]:
        return [reason for _, reason, _ in self.draws]

    def _room(self, claim: Claim) -> bool:
        if self.usd is not None and self.spent + claim.reserve > self.usd:
            return False
        return self.tokens is None or sum(spend.used_tokens for spend in self.spends) + claim.reserve_tokens <= self.tokens

    def _reserve(self, key: bytes, claim: Claim) -> None:
        self._current[key] = Spend(key, claim.reserve, claim.reserve_tokens)
        self.spends.append(self._current[key])

    async def _settle(self, claimed: Claimed, raw: bytes, usage: Usage, cost: int | None) -> None:
        await asyncio.sleep(self.commit_s)
        self.answers[claimed.key] = (raw, usage)
        spend = self._current[claimed.key]
        spend.outcome, spend.cost = "settled", cost
        if usage.tokens_in is not None and usage.tokens_out is not None:
            spend.tokens = usage.tokens_in + usage.tokens_out
        self._let_go(claimed)

    def _let_go(self, claimed: Claimed) -> None:
        self._held.pop(claimed.key).set()

    def _wait(self, profile: str, limits: Limits | None) -> float:
        if limits is None or limits.rpm is None:
            return 0.0
        now = time.monotonic()
        at = max(now, self._tat.get(profile, now))
        self._tat[profile] = at + 60 / limits.rpm
        return at - now
