"""What a run has come to, as people and scripts read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rowsmith.core.calls import PICO
from rowsmith.core.slots import CANCELLED, DROPPED, EXPANDED, FAILED, KEPT, PENDING, WAITING, Tally
from rowsmith.llm.complaints import fields
from rowsmith.store.batches import Batch
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
class InBatch:
    """One batch of a run: its name here, where it stands (`planned`, `uploading`, `submitted`, `ended`, `fetched`, `rejected`) and how it ended,
    its server and the name that it has there. `done` of its `requests` are done at the server, `answered` stored here, `returned` came back
    without an answer. `cost_usd` is what the answers cost so far; None where no price is known."""

    id: str
    state: str
    reason: str
    detail: str
    server: str
    remote: str | None
    requests: int
    done: int
    answered: int
    returned: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """A run's outcome. `dropped` and `failed` map reason to count; at all times
    requested = kept + dropped + failed + cancelled + pending.
    `created_at` and `ended_at` are seconds since 1970 by the database's clock.
    `answers` counts those that were used by what had to be done for them: nothing (plain), found within other words, repaired, asked_again.
    `refused_fields` counts the fields that did not fit their schema, over all answers that were refused.
    `executed` names the steps that carried out code in a sandbox, as their `execute` allowed it.
    `changes` says of a refresh how its sources differ from those of the run before: {run, version (its), added, changed,
    removed (names), same (how many)}.
    `recipe` is the recipe's name; `limit`, `budget_usd` and `budget_tokens` are what the run was last given (None: no such limit or cap).
    `started_at` is when it first began.
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
    refused_fields: dict[str, int]
    answers: dict[str, int]
    target: int | None
    created_at: float
    ended_at: float | None
    funnel: tuple[Passage, ...]
    batches: tuple[InBatch, ...] = ()
    asked_live: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    changes: dict[str, Any] | None = None
    recipe: str = ""
    limit: int | None = None
    budget_usd: float | None = None
    budget_tokens: int | None = None
    started_at: float | None = None

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
        parts = {"funnel": [asdict(passage) for passage in self.funnel], "batches": [asdict(batch) for batch in self.batches]}
        return {**asdict(self), **parts, "cost_of_kept_usd": self.cost_of_kept_usd}


def result(run: Run, ends: list[tuple[int, int, int, str | None, int]], details: Iterable[str] = (), batches: Sequence[Batch] = ()) -> Result:
    """The result of a run, from its record, from where its slots ended (store.slots.ends), from the details of the answers that did not fit
    their schema, and from its batches."""
    tally = Tally.load(run.totals)
    return Result(
        run=run.id, state=run.state, reason=run.reason, requested=tally.requested, kept=tally.kept,
        dropped=dict(sorted(tally.dropped.items())), failed=dict(sorted(tally.failed.items())), cancelled=tally.cancelled,
        pending=tally.pending, calls=tally.calls, calls_reused=tally.calls_reused, tokens_in=tally.tokens_in, tokens_out=tally.tokens_out,
        cost_usd=None if tally.unpriced else tally.cost / PICO, seconds=round(run.active_s, 3), dataset=run.dataset, version=run.version,
        maybe_billed=tally.maybe_billed, refused_draws=dict(sorted(tally.refused_draws.items())),
        refused_fields=dict(Counter(name for detail in details for name in fields(detail)).most_common()), answers=tally.answers,
        target=run.options.get("target"), created_at=run.created_at, ended_at=run.ended_at, funnel=funnel(run, ends),
        batches=tuple(_in_batch(batch, tally) for batch in batches), asked_live=tuple(run.options.get("live", ())),
        executed=tuple(step.get("name") or step["kind"] for step in run.recipe["steps"] if step.get("execute") is True),
        changes=run.lock.get("changes"), recipe=run.recipe_name, started_at=run.started_at,
        **{name: run.options.get(name) for name in ("limit", "budget_usd", "budget_tokens")},
    )  # fmt: skip


def _in_batch(batch: Batch, tally: Tally) -> InBatch:
    counts = {name: getattr(batch, name) for name in ("requests", "done", "answered", "returned")}
    cost = batch.cost / PICO if batch.cost or not tally.unpriced else None
    return InBatch(batch.id, batch.state, batch.reason, batch.detail, batch.profile, batch.remote, **counts, cost_usd=cost)


def funnel(run: Run, ends: list[tuple[int, int, int, str | None, int]]) -> tuple[Passage, ...]:
    """What each step let through, and why not the rest. A row is counted at the steps on its way after the one that made it."""
    steps = run.recipe["steps"]
    counts = [_Count() for _ in steps]
    ways = _Ways(run.lock["takes"])
    for made, at, state, reason, n in ends:
        counts[made].made += n
        over = reason == "over_target"
        waits = state in (PENDING, WAITING, CANCELLED)
        branches = ways.next[at] if state == EXPANDED and len(ways.next[at]) > 1 else []
        for position in ways.between(made, at):
            counts[position].came += 0 if position == made or (position == at and waits) else n
            counts[position].passed += n if position != at or state == KEPT or over or branches else 0
        for position in branches:
            counts[position].came += n
        if state in (DROPPED, FAILED) and not over:
            (counts[at].dropped if state == DROPPED else counts[at].failed)[reason or "unknown"] += n
        elif waits:
            counts[at].pending += n
    return tuple(
        Passage(
            step=step.get("name") or step["kind"], kind=step["kind"], came=count.came, passed=count.passed, made=count.made,
            dropped=dict(sorted(count.dropped.items())), failed=dict(sorted(count.failed.items())), pending=count.pending,
        )
        for step, count in zip(steps, counts, strict=True)
    )  # fmt: skip


@dataclass(slots=True)
class _Count:
    """Slots at one step."""

    came: int = 0
    made: int = 0
    passed: int = 0
    pending: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


class _Ways:
    """Who takes whose rows: `takes` are for each step the positions of those before it, `next` the other way round."""

    def __init__(self, takes: list[list[int]]) -> None:
        self.next = [[after for after, before in enumerate(takes) if position in before] for position in range(len(takes))]
        self._after: list[set[int]] = [set() for _ in takes]
        for position in reversed(range(len(takes))):
            self._after[position] = {position}.union(*(self._after[after] for after in self.next[position]))

    def between(self, first: int, last: int) -> list[int]:
        """The steps on the way from one to the other, both included."""
        return [position for position in range(first, last + 1) if position in self._after[first] and last in self._after[position]]
