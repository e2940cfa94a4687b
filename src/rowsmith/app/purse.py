"""Several runs under one cap. None of them commits anything: answers are stored, and the same again buys nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowsmith.app.options import Cites
from rowsmith.app.results import Result
from rowsmith.core.errors import Conflict
from rowsmith.core.recipe import Recipe
from rowsmith.engine.terms import Progress, Stopping

if TYPE_CHECKING:
    from rowsmith.app.runs import Runs

_DONE = ("finished", "shortfall")


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took, all runs together; `cost_usd` None where a price is not known. A command that is given again pays for nothing twice: its figures
    are those of the runs, whenever they were carried out."""

    calls: int
    calls_reused: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None


@dataclass(slots=True)
class Purse:
    """The cap of the runs, in US dollars and in tokens (None: no cap of its own), and the runs by their ids."""

    runs: Runs
    budget_usd: float | None = None
    budget_tokens: int | None = None
    grace_s: float = 30.0
    on_progress: Callable[[Progress], None] | None = None
    stopping: Stopping | None = None
    done: dict[str, Result] = field(default_factory=dict)

    def start(self, recipe: Recipe, *, purchase: int = 0, compares: tuple[str, ...] = (), cites: Cites = ()) -> Result:
        """Carry a run out to its end. Arguments as of Runs.start.

        Raises:
            Conflict: it stands still before: the cap is reached, or it was stopped. The same again goes on. Invalid: it cannot be started.
        """
        before = self.cost()
        usd = None if self.budget_usd is None else max(0.0, self.budget_usd - (before.cost_usd or 0.0))
        tokens = None if self.budget_tokens is None else max(1, self.budget_tokens - before.tokens_in - before.tokens_out)
        result = self.runs.start(
            recipe, commit=False, purchase=purchase, compares=compares, cites=cites, budget_usd=usd, budget_tokens=tokens, grace_s=self.grace_s,
            on_progress=self.on_progress, stopping=self.stopping,
        )  # fmt: skip
        if self.stopping is not None:  # a signal between two runs is for the next one
            self.stopping.loop = self.stopping.on_stop = None
        self.done[result.run] = result
        if result.state not in _DONE:
            raise Conflict(
                f"Run {result.run} ({recipe.name}) is {result.state}: {result.reason or 'not done'}.",
                "The same again goes on, and buys nothing twice; a higher cap (--budget) lets it.",
            )
        return result

    def cost(self) -> Cost:
        """What its runs took so far."""
        every = list(self.done.values())
        known = [one.cost_usd for one in every]
        usd = None if any(one is None for one in known) else sum(one for one in known if one is not None)
        return Cost(
            sum(one.calls for one in every), sum(one.calls_reused for one in every), sum(one.tokens_in for one in every),
            sum(one.tokens_out for one in every), usd,
        )  # fmt: skip
