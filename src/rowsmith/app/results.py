"""What a run has come to, as people and scripts read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.core.calls import PICO
from rowsmith.core.slots import CANCELLED, DROPPED, EXPANDED, FAILED, KEPT, PENDING, WAITING, Tally
from rowsmith.store.runs import Run

EXIT = {"finished": 0, "shortfall": 3, "paused": 4, "stopped": 5, "cancelled": 6, "running": 7, "failed": 1, "queued": 7}
"""The terminal's exit code for each state of a run; 1 is also any error, 2 a wrong command line."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One step of the funnel: rows that came in, were let through, made, dropped and failed (by reason), and are still on their way."""

    step: str
    kind: str
    came: int
    passed: int
    made: int
    dropped: dict[str, int]
    failed: dict[str, int]
    pending: int


@dataclass(frozen=True, slots=True)
class Result:
    """A run's outcome. `dropped` and `failed` map reason to count; at all times
    requested = kept + dropped + failed + cancelled + pending.
    `cost_usd` counts what may have been billed, at its highest price; None when the price of a call is not known."""

    run: str
    state: str
    reason: str
    requested: int
    kept: int
    dropped: dict[str, int]
    failed: dict[str, int]
    cancelled: int
    pending: int
    calls: int
    calls_reused: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    seconds: float
    dataset: str | None
    version: str | None
    maybe_billed: int
    refused_draws: dict[str, int]
    target: int | None
    funnel: tuple[Passage, ...]

    @property
    def exit_code(self) -> int:
        """0 only when the run is finished in full."""
        return EXIT.get(self.state, 1)

    @property
    def cost_of_kept_usd(self) -> float | None:
        """What an accepted row has cost, everything that was dropped included; None without kept rows."""
        return self.cost_usd / self.kept if self.kept and self.cost_usd is not None else None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "funnel": [asdict(passage) for passage in self.funnel], "cost_of_kept_usd": self.cost_of_kept_usd}


def result(run: Run, ends: list[tuple[int, int, int, str | None, int]]) -> Result:
    """The result of a run, from its record and from where its slots ended (store.runs.Runs.ends)."""
    tally = Tally.load(run.totals)
    return Result(
        run=run.id, state=run.state, reason=run.reason, requested=tally.requested, kept=tally.kept,
        dropped=dict(sorted(tally.dropped.items())), failed=dict(sorted(tally.failed.items())), cancelled=tally.cancelled,
        pending=tally.pending, calls=tally.calls, calls_reused=tally.calls_reused, tokens_in=tally.tokens_in, tokens_out=tally.tokens_out,
        cost_usd=None if tally.unpriced else tally.cost / PICO, seconds=round(run.active_s, 3), dataset=run.dataset, version=run.version,
        maybe_billed=tally.maybe_billed, refused_draws=dict(sorted(tally.refused_draws.items())), target=run.options.get("target"),
        funnel=funnel(run, ends),
    )  # fmt: skip


def funnel(run: Run, ends: list[tuple[int, int, int, str | None, int]]) -> tuple[Passage, ...]:
    """What each step let through, and why not the rest. A row is counted at the steps that it came to after the one that made it."""
    steps = run.recipe["steps"]
    counts = [_Count() for _ in steps]
    for made, at, state, reason, n in ends:
        counts[made].made += n
        over = reason == "over_target"
        for position in range(made + 1, at + (state not in (PENDING, WAITING, CANCELLED))):
            counts[position].came += n
        if state in (DROPPED, FAILED) and not over:
            (counts[at].dropped if state == DROPPED else counts[at].failed)[reason or "unknown"] += n
        elif state in (PENDING, WAITING, CANCELLED):
            counts[at].pending += n
        if made == at and state != KEPT and state != EXPANDED and not over:
            counts[at].stuck += n
        elif made < at and state in (DROPPED, FAILED) and not over:
            counts[at].lost += n
    return tuple(
        Passage(
            step=step.get("name") or step["kind"], kind=step["kind"], came=count.came, passed=count.made - count.stuck or count.came - count.lost,
            made=count.made, dropped=dict(sorted(count.dropped.items())), failed=dict(sorted(count.failed.items())), pending=count.pending,
        )
        for step, count in zip(steps, counts, strict=True)
    )  # fmt: skip


@dataclass(slots=True)
class _Count:
    """Slots at one step. `stuck`: made here and gone no further; `lost`: made earlier and ended here."""

    came: int = 0
    made: int = 0
    stuck: int = 0
    lost: int = 0
    pending: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
