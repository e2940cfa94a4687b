"""Wave after wave of rows, until the target is reached or nothing more can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

from rowsmith.core.recipe import Recipe
from rowsmith.core.slots import NOT_RECORDED, Tally
from rowsmith.engine.ahead import Ahead
from rowsmith.engine.batching import Batching
from rowsmith.engine.feed import Feed
from rowsmith.engine.flow import Admits, Flow
from rowsmith.engine.item import Item
from rowsmith.engine.slots import Slots
from rowsmith.engine.terms import Terms
from rowsmith.store.journal import Journal
from rowsmith.store.runs import Run
from rowsmith.store.slots import Resting, resting

Owed = tuple[bytes, bytes]
"""The first and the last order key of what an earlier carrying-out left open."""


def admits(terms: Terms, slots: Slots) -> bool | None:
    """Whether another row may be taken in; None: not now, what is on its way may be enough."""
    if terms.limit is not None and slots.requested >= terms.limit:
        return False
    if terms.target is None:
        return True
    if slots.filled < terms.target and slots.requested >= terms.attempts * terms.target:
        return False
    return needs(terms, slots)


def needs(terms: Terms, slots: Slots) -> bool | None:
    """Whether a row that has its place already is to go on; None: not now, what is on its way may be enough."""
    return True if terms.target is None or slots.filled + slots.coming < terms.target else None


def first_wave(run: Run, terms: Terms) -> int:
    """The wave at which a run goes on. What comes again comes after the rows that set steps have let through."""
    return int(run.totals["place"][0]) + (run.fence > 1 and (terms.retry_failed or NOT_RECORDED in run.totals["failed"]))


def outcome(terms: Terms, tally: Tally) -> tuple[str, str]:
    """The state that a run has come to by itself, and why."""
    target, limit = terms.target, terms.limit
    if (lacking := tally.failed[NOT_RECORDED]) and (target is None or tally.kept < target):
        return "shortfall", f"{lacking} of {tally.requested} rows are not recorded; the same command without --offline asks for them."
    if target is not None and tally.kept < target and (limit is None or tally.requested < limit):
        why = "the limit of attempts is reached" if tally.requested >= terms.attempts * target else "the sources are exhausted"
        return "shortfall", f"{target - tally.kept} of {target} rows are missing: {why}."
    if (target is None or tally.kept < target) and tally.failed:
        return "shortfall", f"{tally.failed.total()} of {tally.requested} rows failed."
    return "finished", ""


def _all() -> bool:
    return True


class Waves:
    """The waves of one carrying-out. A round asks the same parents for further rows: first those whose rows failed or were dropped, as
    many as they lack, then all; so that a parent that never gives a row does not use up the attempts of the others. Of a run that is spread,
    rounds come before these that bring ever more parts of the sources."""

    def __init__(
        self, run: Run, recipe: Recipe, terms: Terms, slots: Slots, feed: Feed, flow: Flow, journal: Journal, batching: Batching, owed: Owed | None
    ) -> None:
        self.batching = batching
        self.run, self.recipe, self.terms, self.slots, self.feed, self.flow, self.journal = run, recipe, terms, slots, feed, flow, journal
        self.owed = owed
        self.ahead = Ahead(feed.advance.routes, terms)
        self.holds = sorted(feed.advance.holds, reverse=True)
        feed.advance.holding = terms.target is not None
        self.resting = Resting()
        self.wave = first_wave(run, terms)
        self._first = True

    async def carry_out(self) -> None:
        """All of them."""
        advance, routes = self.feed.advance, self.feed.advance.routes
        round_, lacking, stage = (*self.run.totals["place"][1:], 0)[:3]
        if self.terms.target is None:
            round_, lacking = min(round_, 0), 0
        again = advance.holding and self.holds and self.wave == self.run.totals["place"][0]
        self._place(self.wave, round_, bool(lacking), stage if again else 0)
        await self._carry_on()
        begun = self.run.fence > 1  # a round that was under way has asked for rows already
        while True:
            before = self.slots.requested
            await self._wave()
            if self.flow.stopping or not self._wants_more():
                return
            more, begun = begun or self.slots.requested > before, False
            if self.resting.any:
                self._place(self.wave + 1, advance.round, advance.lacking)
            elif self.flow.exhausted and advance.round < 0:
                self._place(self.wave + 1, advance.round + 1, False)
            elif self.flow.exhausted:
                if not routes.can_make_more or (not more and advance.round and not advance.lacking):
                    return
                self._place(self.wave + 1, advance.round + (not advance.lacking), not advance.lacking)
            elif more or admits(self.terms, self.slots):  # a set step may have dropped what an earlier carrying-out brought to it
                self._place(self.wave + 1, advance.round, advance.lacking)
            else:
                return
            self.feed.revisit, self._first = True, False

    def _place(self, wave: int, round_: int, lacking: bool, stage: int = 0) -> None:
        """Where the run stands; kept with its counts, so that it goes on there when it is carried out again. `stage`: where the wave stands, before
        what rests (0) or at a source or set step."""
        self.wave, self.stage, self.feed.advance.round, self.feed.advance.lacking = wave, stage, round_, lacking
        self.journal.place = (wave, round_, int(lacking), stage)

    async def _carry_on(self) -> None:
        """First what is open since an earlier carrying-out: it is asked for already, so neither target nor limit stands in its way."""
        if self.run.fence > 1:
            await self._look()
        routes = self.feed.advance.routes
        self.slots.wave = self.wave
        self.feed.advance.owed = True
        if self.owed is not None and (self.terms.target is not None or self.terms.limit is not None):
            for root in (root for root in routes.roots if routes.steps[root].shape == "source"):
                await self._carry(self.feed.owed(root, *self.owed), _all)
        for root in self.resting.let_on:
            await self._carry(self.feed.on_the_way(root), _all)
        self.feed.advance.owed = False

    async def _wave(self) -> None:
        advance = self.feed.advance
        self.slots.wave, self.flow.exhausted = self.wave, True
        admit, need = partial(admits, self.terms, self.slots), partial(needs, self.terms, self.slots)
        if self.stage == 0:
            for at in self.holds if self.resting.any else ():
                if self.flow.stopping:
                    return
                await self._carry(self.feed.resting(at, self._since()), need if advance.shapes[at] == "set" else admit)
        for stage, root in enumerate(advance.routes.roots, 1):
            if stage < self.stage:
                self.flow.exhausted = False  # nobody knows
                continue
            barrier = advance.shapes[root] == "set"
            if barrier:
                await self._batches()
            if self.flow.stopping:
                return
            self._place(self.wave, advance.round, advance.lacking, stage)
            self.ahead.at(root, first=self._first, whole=advance.round >= 0)
            await self._carry(self.feed.items(root), _all if barrier else admit)
            if root in self.holds and not self.flow.stopping:
                await self._carry(self.feed.resting(root), need)
        await self._batches()
        await self._look()

    async def _look(self) -> None:
        """What rests, now that nothing moves."""
        if self.holds:
            self.resting = await asyncio.to_thread(resting, self.feed.db, self.run.n)

    def _since(self) -> int | None:
        """What rests goes on in the next wave, so that it makes no difference when a run is stopped; without a target nothing has to wait."""
        return self.wave if self.terms.target is not None else None

    async def _batches(self) -> None:
        """Wait for the batches that rows of this wave wait for, and carry those rows on."""
        advance = self.feed.advance
        while not self.flow.stopping and (spans := await self.batching.next()) is not None:
            advance.owed = self.feed.revisit = True
            for root in (root for root in advance.routes.roots if root in spans):
                await self._carry(self.feed.owed(root, *spans[root]), _all)
            advance.owed = False

    async def _carry(self, items: Iterator[Item], admit: Admits) -> None:
        await self.flow.carry(items, admits=admit, fed=self.ahead.fed)
        if self.flow.broken is not None:
            raise self.flow.broken
        await self.journal.flush()

    def _wants_more(self) -> bool:
        terms, slots = self.terms, self.slots
        if terms.target is None and self.feed.advance.round == 0:
            return False
        if terms.target is not None and slots.filled >= terms.target:
            return False
        if self.resting.waiting:
            return True
        if terms.target is not None and slots.requested >= terms.attempts * terms.target:
            return False
        return terms.limit is None or slots.requested < terms.limit
