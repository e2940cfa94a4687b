"""Carrying rows through the steps that ask nobody: the part of a run that works on threads.

`Advance.rows` takes a row as far as it goes without a model: to an asking step (it is yielded, as an Item), to a set step (it waits there),
to the end (it is kept), or out (dropped, failed). Everything is lazy: a document of a million chunks is never in memory whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rowsmith.core.errors import RowFailed, RowsmithError
from rowsmith.core.ids import child_id, child_order, share
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.slots import EXPANDED, FINAL, KEPT, NOT_RECORDED, PENDING, WAITING
from rowsmith.engine.context import StepContext
from rowsmith.engine.item import APART, REST, TOGETHER, Item
from rowsmith.engine.peril import Peril
from rowsmith.engine.routes import Routes
from rowsmith.engine.slots import Slots
from rowsmith.engine.together import Together
from rowsmith.store.slots import Known

_OFFSETS = 1 << 20
"""Places at which the rounds of a parent may begin: any number that every round divides."""


class Advance:
    """Takes rows through row steps. `round` > 0: a later wave, which asks for further rows of the same parents; `lacking`: only of
    those whose earlier rows failed or were dropped. `round` < 0: not all parts of the sources have their turn yet (core.slots.START)."""

    def __init__(self, routes: Routes, contexts: list[StepContext], slots: Slots, peril: Peril | None = None) -> None:
        self.routes, self.contexts, self.slots, self.peril = routes, contexts, slots, peril
        self.shapes = [step.shape for step in routes.steps]
        making = [position for position, step in enumerate(routes.steps) if self.shapes[position] == "asking" or step.makes]
        self.sets = [position for position, shape in enumerate(self.shapes) if shape == "set" and making and position < making[-1]]
        """The set steps behind which rows are made."""
        self.parts = routes.parts
        self.gathers = [routes.gathers(at) for at in range(len(routes.steps))]
        self.round = 0
        self.lacking = False
        self.holds = routes.holds
        self.holding = False
        """The run has a target: what it does not need rests where `holds` says."""
        self.owed = False
        """Only what is open from an earlier carrying-out goes on: a slot that is not there yet does not open."""

    def after(self, item: Item, position: int) -> Iterator[Item]:
        """Carry on behind the step at `position`."""
        following = self.routes.next[position]
        if not following:
            self.slots.keep(item.row, position, item.attempt)
        elif len(following) == 1:
            yield from self.rows(item.before(following[0]))
        else:
            yield from self._branches(item, position)

    def _branches(self, item: Item, position: int) -> Iterator[Item]:
        """Several steps make rows of this one. Its slot opens into theirs at once, and is complete when each has had it."""
        known = item.known.get(item.row.order)
        fresh = known is None or known.state != EXPANDED
        if fresh:
            self.slots.expand(item.row, position, partly=True)
        owed, together = self.owed and not fresh, bool(self.gathers[position])
        if together:
            yield TOGETHER
        for number, at in enumerate(self.routes.next[position]):
            if number and not together and self._rests(at) and not self.begun(item, at) and self._left(item, at):
                continue
            if not owed or together or self.begun(item, at):
                yield from self.rows(replace(item, at=at, branched=True))
        if together:
            yield APART
        if self.round < 0 and any(self.routes.leads(at, self.parts) for at in self.routes.next[position]):
            return
        if fresh or (known is not None and known.reason == "partly" and not owed):
            self.slots.complete(item.row, position)

    def later(self, position: int, index: int, parent: str = "") -> bool:
        """Whether row number `index` that the step at `position` makes of a parent has its turn in a later round only. Those of one parent that have
        it in the same round stand at equal distances; where they begin, the parent's id says, so that short documents take turns, too."""
        if self.round >= 0 or position not in self.parts:
            return False
        every = 1 << -self.round
        return (index + int(share(parent, "spread") * _OFFSETS)) % every != 0

    def nothing(self, item: Item, reason: str, detail: str, *, failed: bool = False) -> None:
        """No row came of this one: its slot ends. Where others take the row too, a place in this branch stands for it."""
        order, attempt = item.row.order, item.attempt
        if item.branched:
            order = child_order(order, item.at, 0)
            if (known := item.known.get(order)) is None:
                self.slots.open_many([(order, child_id(item.row.id, self._title(item), 0))], item.at, item.at)
            elif known.state in FINAL:
                return
            else:
                attempt = known.attempt
        (self.slots.fail if failed else self.slots.drop)(order, item.at, attempt, reason, detail)

    def rows(self, item: Item) -> Iterator[Item]:
        """Carry the item as far as it goes; yields those that stand before an asking step."""
        shape = self.shapes[item.at]
        if shape == "set":
            known = item.known.get(item.row.order)
            behind = known is not None and known.step > item.at and item.at in self.sets  # it failed there, and is tried again
            if known is None or (known.state == PENDING and not behind) or (known.state == WAITING and known.step < item.at):
                self.slots.wait(item.row, item.at, item.attempt)
            else:  # it passed here in an earlier wave
                yield from self.after(replace(item, row=known.passed.get(item.at, item.row)), item.at)
        elif shape == "asking":
            yield from self._before_asking(item)
        elif self.routes.steps[item.at].makes:
            yield from self._made(item)
        else:
            yield from self._passed(item)

    # -- row steps ---------------------------------------------------------------------------------------------------------------------

    def _passed(self, item: Item) -> Iterator[Item]:
        """A row step that passes rows on."""
        try:
            out = list(self._run(item))
        except RowFailed as error:
            self.slots.fail(item.row.order, item.at, item.attempt, error.reason, str(error))
            return
        if len(out) != 1 or isinstance(out[0], New):
            self.slots.fail(item.row.order, item.at, item.attempt, "step_broken", f"{self._title(item)} gave {len(out)} rows for one.")
        elif isinstance(out[0], Drop):
            yield from self._dropped(item, out[0])
        else:
            yield from self.after(item.holding(_named(out[0], item.row)), item.at)

    def _dropped(self, item: Item, drop: Drop) -> Iterator[Item]:
        """Out, unless the filter sends its slot back to an asking step and it has attempts left."""
        back = next((at for at in item.entries if self.routes.steps[at].title == drop.retry_from), None)
        if back is None or item.attempt >= drop.retry_times:
            self.slots.drop(item.row.order, item.at, item.attempt, drop.reason, drop.detail)
            return
        row, index = item.entries[back]
        entries = {at: entry for at, entry in item.entries.items() if at < back}
        wanted = () if index is None else (index,)
        self.slots.send_back()
        yield Item(row, back, item.attempt + 1, entries, item.known, opened=True, wanted=wanted, again=True)

    def _made(self, item: Item) -> Iterator[Item]:
        """A row step that makes rows: slots open as they appear, the first one in place of the row's own."""
        step = self.routes.steps[item.at]
        known = item.known.get(item.row.order)
        opened = item.branched or (known is not None and known.state == EXPANDED)
        owed = self.owed and known is not None and known.state == EXPANDED
        count, later, turn, taken, group = 0, False, True, False, Together(self.gathers[item.at])
        first_only = self._rests(item.at) and not item.resting
        try:
            for out in self._run(item):
                if isinstance(out, Drop):
                    if count == 0 and (item.branched or not opened):
                        self.nothing(item, out.reason, out.detail)
                    break
                if not isinstance(out, New):
                    raise RowFailed("step_broken", f"{self._title(item)} makes rows and must yield New.")
                index = count if out.index is None else out.index
                row = child(item.row, step.title, item.at, index, out, {"step": step.title, "kind": step.kind})
                yield from group.before(row)
                if not group.follows:
                    turn = not self.later(item.at, index, item.row.id)
                    if first_only and count and row.order not in item.known and self._left(item, item.at) and not owed:
                        break
                if count == 0 and not opened:
                    self.slots.expand(item.row, item.at, partly=True)
                count += 1
                taken = not owed or row.order in item.known or (group.follows and taken)
                if taken:
                    later |= yield from self._child(item, row, turn)
                    yield REST
            else:
                if count == 0 and (item.branched or not opened):
                    self.nothing(item, "no_rows", f"{self._title(item)} found nothing to make.")
        except RowFailed as error:
            if item.resting and (children := self._children(item)):
                self._rest_failed(item, max(count, *(index + 1 for index in children)), error)
            elif count:
                self._rest_failed(item, count, error)
            elif item.branched or not opened:
                self.nothing(item, error.reason, str(error), failed=True)
            elif known is not None and known.reason == "partly":
                self._cut_short(item, error)
        yield from group.end()
        if later:
            return
        if count and not owed and not item.branched and (not opened or (known is not None and known.reason == "partly")):
            self.slots.complete(item.row, item.at)

    def _cut_short(self, item: Item, error: RowFailed) -> None:
        """The step made rows in an earlier carrying-out and makes none now: those on their way cannot be had again."""
        children = self._children(item)
        for index, known in children.items():
            if known.state not in FINAL and known.state != WAITING:
                self.slots.fail(child_order(item.row.order, item.at, index), item.at, known.attempt, error.reason, str(error))
        self._rest_failed(item, max(children, default=-1) + 1, error)
        self.slots.complete(item.row, item.at)

    def _rest_failed(self, item: Item, count: int, error: RowFailed) -> None:
        """The step broke off after some rows: what would have followed is one failed slot."""
        order, row = child_order(item.row.order, item.at, count), child_id(item.row.id, self._title(item), count)
        known = item.known.get(order)
        if known is None:
            self.slots.open_many([(order, row)], item.at, item.at)
        elif known.state in FINAL:
            return
        self.slots.fail(order, item.at, known.attempt if known else item.attempt, error.reason, str(error))

    def _child(self, item: Item, row: Row, turn: bool) -> Generator[Item, None, bool]:
        """Carry on with a row that is made, if it is its turn; gives whether that comes later."""
        known = item.known.get(row.order)
        if known is None:
            if not turn:
                return True
            self.slots.open(row, item.at, item.at)
        elif known.state in FINAL or known.state == WAITING:
            return False
        elif item.resting:
            return False  # it has gone on already
        onward = replace(item, row=row, attempt=known.attempt if known else 0, entries={}, branched=False, resting=False)
        yield from self.after(onward, item.at)
        return False

    def _rests(self, at: int) -> bool:
        """Whether of what the step makes of a row only the first goes on, and the others when the target needs them. In the rounds of a run that
        is spread, parts have their turns."""
        return self.holding and self.round >= 0 and at in self.holds

    def _left(self, item: Item, at: int) -> bool:
        """Leave the rest of what the step at `at` makes of the row until the target needs it; that may be so already."""
        known = item.known.get(item.row.order)
        return (known is not None and known.state == EXPANDED and known.reason != "partly") or self.slots.leave(item.row, at)

    def _run(self, item: Item) -> Iterator[Any]:
        step: Any = self.routes.steps[item.at]
        try:
            rows = step.rows(item.row, self.contexts[item.at])
            yield from self.peril.rows(item.row, step.title, rows) if self.peril else rows
        except (RowFailed, GeneratorExit):
            raise
        except RowsmithError as error:
            raise RowFailed("invalid", str(error)) from error
        except Exception as error:
            raise RowFailed("error", f"{type(error).__name__}: {error}") from error

    # -- before a model is asked -----------------------------------------------------------------------------------------------------------

    def _before_asking(self, item: Item) -> Iterator[Item]:
        """Open the slots that the step asks for, then hand the item over to the loop."""
        step = self.routes.steps[item.at]
        if not step.makes:
            yield item
            return
        try:
            count = step.count(item.row)
        except Exception as error:  # noqa: BLE001 - a plug-in's count may fail in any way; the row says so
            self.nothing(item, "error", f"{type(error).__name__}: {error}", failed=True)
            return
        if count is None and (children := self._children(item)):
            if self.round <= 0 or self.owed:
                yield from self._unfinished(item, children)
            return
        if not count:
            place = child_order(item.row.order, item.at, 0) if item.branched else item.row.order
            if item.known.get(place, _PENDING).state == PENDING:
                yield item  # the step says why
            return
        children = self._children(item)
        if not children:
            yield self.opening(item, tuple(range(count)))
            return
        if self.round > 0 and not self.owed:
            if any(known.wave == self.slots.wave for known in children.values()):
                return  # this round has come to it already, before the run was carried out again
            if self._spent(item):
                return
            good = sum(known.state not in FINAL or known.state == KEPT or known.reason in _HOLDING for known in children.values())
            more = max(0, count - good) if self.lacking else count
            if more:
                yield self.opening(item, tuple(range(len(children), len(children) + more)))
            return
        yield from self._unfinished(item, children)

    def opening(self, item: Item, wanted: tuple[int, ...]) -> Item:
        """The item with slots for the rows that are to be made of it. Of a step that cannot count them beforehand they open when they are there."""
        title = self._title(item)
        self.slots.open_many([(child_order(item.row.order, item.at, i), child_id(item.row.id, title, i)) for i in wanted], item.at, item.at)
        known = item.known.get(item.row.order)
        if not item.branched and (known is None or known.state != EXPANDED):
            self.slots.expand(item.row, item.at)
        return replace(item, opened=True, wanted=wanted, attempt=0)

    def _unfinished(self, item: Item, children: dict[int, Known]) -> Iterator[Item]:
        """A run that is carried out again: the question is the one it was; only rows that are not at an end go on."""
        open_ = {i for i, known in children.items() if known.state not in FINAL and known.state != WAITING}
        for wave in sorted({children[i].wave for i in open_}):
            together = tuple(sorted(i for i, known in children.items() if known.wave == wave))
            if any(i in open_ and not children[i].attempt for i in together):
                yield replace(item, opened=True, wanted=together)
        for i in sorted(open_):
            if children[i].attempt:
                yield replace(item, opened=True, wanted=(i,), again=True, attempt=children[i].attempt)

    def _children(self, item: Item) -> dict[int, Known]:
        """What is known of the rows that this step made of the item, by index."""
        if not item.known:
            return {}
        prefix = item.row.order + item.at.to_bytes(1, "big")
        length = len(prefix) + 3
        return {int.from_bytes(order[-3:], "big"): known for order, known in item.known.items() if len(order) == length and order.startswith(prefix)}

    def _spent(self, item: Item) -> bool:
        """Whether a set step has had all that it takes of the rows which were made of the item: others would be bought in vain."""
        length = len(item.row.order) + 4
        made = (known for order, known in item.known.items() if len(order) == length and order.startswith(item.row.order))
        return any(known.reason in self.routes.steps[known.step].spent for known in made)

    def begun(self, item: Item, at: int) -> bool:
        """Whether the step at `at` has slots for rows of the item."""
        prefix = item.row.order + at.to_bytes(1, "big")
        return any(order.startswith(prefix) for order in item.known)

    def _title(self, item: Item) -> str:
        return self.routes.steps[item.at].title


_PENDING = Known(PENDING, 0, 0, None, 0)
_HOLDING = ("over_target", NOT_RECORDED)
"""Ends of rows in whose place no other one is asked for."""


def _named(row: Row, as_: Row) -> Row:
    """What a step has made of a row, under the row's own id and order key."""
    return row if row.id == as_.id and row.order == as_.order else replace(row, id=as_.id, order=as_.order)


def child(parent: Row, step: str, position: int, index: int, new: New, made: Mapping[str, Any]) -> Row:
    """The row that a step makes of another: derived id and order, the parent's origin carried on."""
    return Row(
        child_id(parent.id, step, index if new.key is None else new.key),
        child_order(parent.order, position, index),
        new.data,
        dict(new.scores),
        {**parent.origin, **new.origin, "parents": [parent.id], "made": [*parent.origin.get("made", ()), dict(made)]},
    )
