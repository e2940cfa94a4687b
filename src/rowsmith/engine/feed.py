"""Where rows come from: the sources, and the set steps once their rows are all there. Works on a thread, lazily.

`Feed.items` yields rows that stand before an asking step; everything else it carries to its resting place by itself, and says REST.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid, RowFailed, RowsmithError
from rowsmith.core.ids import canonical, digest, source_id, source_order, source_ordinal
from rowsmith.core.row import Bad, Dropped, New, Row
from rowsmith.core.slots import EXPANDED, FINAL, HELD, HELD_STAGE, LET_ON, PENDING, WAITING
from rowsmith.engine.advance import Advance
from rowsmith.engine.context import StepContext
from rowsmith.engine.item import NOTHING_KNOWN, REST, Item
from rowsmith.engine.together import Together
from rowsmith.store.database import Database
from rowsmith.store.slots import Known
from rowsmith.store.slots import known as looked_up
from rowsmith.store.stages import StageRows

PAGE = 256
"""Source rows looked up together when a run is carried out again."""
IN_MEMORY = 20_000
"""Different source keys counted in memory; beyond that, in a scratch file."""


class Occurrences:
    """Counts equals: `next(key)` is how often the key came before. Memory is bounded; the rest lies in a scratch file."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._seen: dict[bytes, int] = {}
        self._file: sqlite3.Connection | None = None

    def next(self, key: bytes) -> int:
        """The number of earlier calls with this key."""
        if self._file is None:
            before = self._seen.get(key, 0)
            self._seen[key] = before + 1
            if len(self._seen) > IN_MEMORY:
                self._spill()
            return before
        row = self._file.execute("INSERT INTO seen VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET n = n + 1 RETURNING n", (key,)).fetchone()
        return int(row[0]) - 1

    def _spill(self) -> None:
        path = self._folder() / "occurrences.db"
        path.unlink(missing_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        self._file.executescript("CREATE TABLE seen (key BLOB PRIMARY KEY, n INT) WITHOUT ROWID; BEGIN;")
        self._file.executemany("INSERT INTO seen VALUES (?, ?)", self._seen.items())
        self._seen = {}

    def close(self) -> None:
        """Let the scratch file go."""
        if self._file is not None:
            self._file.close()


def source_rows(step: Any, context: StepContext, root: int, recipe: str) -> Iterator[tuple[bytes, Row | Bad]]:
    """What the source at position `root` of a recipe gives, in order, with order keys and ids. `recipe` is the recipe's fingerprint."""
    seen = Occurrences(lambda: context.scratch)
    made = {"step": step.title, "kind": step.kind}
    try:
        for ordinal, record in enumerate(step.read(context)):
            order = source_order(root, ordinal)
            yield order, record if isinstance(record, Bad) else _row(record, order, step.title, seen, made, recipe)
    finally:
        seen.close()


def _row(new: New, order: bytes, title: str, seen: Occurrences, made: dict[str, Any], recipe: str) -> Row | Bad:
    source = new.origin.get("source", {})
    name = str(source.get("name") or title)
    try:
        return _identified(new, order, name, seen, made, recipe)
    except Invalid as error:
        file = f"{name}/{source['member']}" if "member" in source else name
        return Bad("invalid", str(error), f"{file}:{source['line']}" if "line" in source else file)


def _identified(new: New, order: bytes, name: str, seen: Occurrences, made: dict[str, Any], recipe: str) -> Row:
    if new.id is not None:
        if seen.next(bytes.fromhex(new.id)):
            raise Invalid(f"Another row has the id {new.id}.", "Rows of a source have ids of their own.")
        return Row(new.id, order, new.data, dict(new.scores), {**new.origin, "recipe": recipe, "made": [*new.origin.get("made", ()), made]})
    key = new.key if new.key is not None else digest(canonical(new.data)).hex()
    occurrence = seen.next(digest(name.encode("utf-8", "replace"), key.encode("utf-8", "replace")))
    return Row(source_id(name, key, occurrence), order, new.data, dict(new.scores), {**new.origin, "recipe": recipe, "made": [made]})


def bad_id(order: bytes, bad: Bad) -> str:
    """The id of the slot of a record that cannot be read."""
    return digest(order, bad.where.encode()).hex()


class Feed:
    """The rows of one run, root by root. `recipe` is the recipe's fingerprint, for their origin.
    `revisit`: the run has slots already, which are looked up and not opened twice."""

    def __init__(self, run: int, recipe: str, db: Database, advance: Advance, contexts: list[StepContext], revisit: bool) -> None:
        self.run, self.recipe, self.db, self.advance, self.contexts, self.revisit = run, recipe, db, advance, contexts, revisit

    def owed(self, root: int, first: bytes, last: bytes) -> Iterator[Item]:
        """Of the source or set step at `root`, the rows between two order keys of which something is open."""
        if self.advance.routes.steps[root].shape == "set":
            held = root in self.advance.holds and self.advance.holding
            yield from self.on_the_way(root, first, last) if held else self._of_set(root, first[:6], last)
            return
        records = self._records(root)
        while (page := list(islice(records, PAGE))) and page[0][0] <= last:
            if page[-1][0] < first[:6]:
                continue
            known, unfinished = self._look_up(page[0][0], page[-1][0])
            for order, record in page:
                if order in unfinished:
                    yield from self._of_record(root, order, record, known, unfinished)

    def items(self, root: int) -> Iterator[Item]:
        """The rows of the step at `root`, a source or a set step, as far as they go without a model."""
        step = self.advance.routes.steps[root]
        return self._of_source(root) if step.shape == "source" else self._of_set(root)

    # -- what rests until the target needs it --------------------------------------------------------------------------------------------

    def resting(self, at: int, before: int | None = None) -> Iterator[Item]:
        """The rows that rest at the step, and what it makes of them; `before`: those that have rested there since before this wave. They rest on
        when no more is taken of them."""
        if self.advance.shapes[at] == "set":
            yield from self._let_through(at, before)
            return
        rows = iter(StageRows(self.db, self.run, HELD_STAGE + at, before=before))
        for row, known in self._known(rows):
            item = Item(row, at, known=known, branched=known[row.order].step != at, resting=True)
            if self.advance.shapes[at] != "asking" or not self.advance.begun(item, at):
                yield from self.advance.rows(item)
            self.advance.slots.made(row, at)
            yield REST

    def _let_through(self, root: int, before: int | None) -> Iterator[Item]:
        slots = self.advance.slots
        for row, known in self._known(iter(StageRows(self.db, self.run, root, before=before, held=True))):
            state = known[row.order]
            slots.go_on(row, root, state.attempt)
            yield from self.advance.after(Item(state.passed.get(root, row), root, state.attempt, known=known), root)
            yield REST

    def on_the_way(self, root: int, first: bytes = b"", last: bytes | None = None) -> Iterator[Item]:
        """Rows that have gone on from a set step and are asked about; between two order keys also those of which others came that are open."""
        for row, known in self._known(iter(StageRows(self.db, self.run, root))):
            state = known[row.order]
            open_ = {order for order, slot in known.items() if slot.state == PENDING} if last is not None else ()
            asked = state.state == WAITING and state.reason == LET_ON
            opened = state.state == EXPANDED and any(order.startswith(row.order) for order in open_)
            if (asked or opened) and first[:6] <= row.order and (last is None or row.order[:6] <= last[:6]):
                yield from self.advance.after(Item(state.passed.get(root, row), root, state.attempt, known=known), root)

    def _known(self, rows: Iterator[Row]) -> Iterator[tuple[Row, dict[bytes, Known]]]:
        """Each row with what is known of it and of those near it."""
        while page := list(islice(rows, PAGE)):
            known = looked_up(self.db, self.run, page[0].order, page[-1].order, self.advance.sets)
            yield from ((row, known) for row in page)

    # -- sources ------------------------------------------------------------------------------------------------------------------------

    def _of_source(self, root: int) -> Iterator[Item]:
        records, group, turn = self._records(root), Together(self.advance.gathers[root]), True
        while page := list(islice(records, PAGE if self.revisit else 1)):
            known, unfinished = self._look_up(page[0][0], page[-1][0])
            for order, record in page:
                if isinstance(record, Row):
                    yield from group.before(record)
                    turn = turn if group.follows else not self.advance.later(root, source_ordinal(order))
                yield from self._of_record(root, order, record, known, unfinished, turn)
                yield REST
        yield from group.end()

    def _records(self, root: int) -> Iterator[tuple[bytes, Row | Bad]]:
        return source_rows(self.advance.routes.steps[root], self.contexts[root], root, self.recipe)

    def _of_record(
        self, root: int, order: bytes, record: Row | Bad, known: dict[bytes, Known], unfinished: set[bytes], turn: bool = True
    ) -> Iterator[Item]:
        slots = self.advance.slots
        state = known.get(order)
        if isinstance(record, Bad):
            if state is None:
                slots.open_many([(order, bad_id(order, record))], root, root)
            if state is None or state.state == PENDING:
                end = slots.drop if record.left_out else slots.fail
                end(order, root, state.attempt if state else 0, record.reason, f"{record.where}: {record.detail}")
            return
        if state is None:
            if not turn:
                return
            slots.open(record, root, root)
        elif state.state in FINAL or state.state == WAITING or (state.state == EXPANDED and order not in unfinished and self.advance.round <= 0):
            return
        yield from self.advance.after(Item(record, root, state.attempt if state else 0, known=known or NOTHING_KNOWN), root)

    def _look_up(self, first: bytes, last: bytes) -> tuple[dict[bytes, Known], set[bytes]]:
        """What is known of a page of source rows and all that came of them; and which of them are not finished."""
        if not self.revisit:
            return {}, set()
        known = looked_up(self.db, self.run, first, last, self.advance.sets)
        return known, {order[:6] for order, slot in known.items() if slot.state == PENDING or slot.reason == "partly"}

    # -- set steps ----------------------------------------------------------------------------------------------------------------------

    def _of_set(self, root: int, first: bytes = b"", last: bytes | None = None) -> Iterator[Item]:
        """Run the set step over the rows that wait for it; verdicts come in row order, one for each. Only those between the two order
        keys, and what came of them, go on."""
        wave = self.advance.slots.wave
        new = StageRows(self.db, self.run, root, wave=wave)
        kept = StageRows(self.db, self.run, root, before=wave)
        verdicts = self._verdicts(root, new, kept)
        rows = iter(new)
        while page := list(islice(rows, PAGE)):
            within = page[-1].order >= first and (last is None or page[0].order <= last)
            known = looked_up(self.db, self.run, page[0].order, page[-1].order, self.advance.sets) if within else {}
            for row in page:
                verdict = next(verdicts, None)
                if within and row.order >= first and (last is None or row.order[:6] <= last[:6]):
                    yield from self._judged(root, row, verdict, known)
                yield REST
        next(verdicts, None)  # what the step does after its last verdict, or in place of one when there is no row

    def _verdicts(self, root: int, new: StageRows, kept: StageRows) -> Iterator[Row | Dropped]:
        step: Any = self.advance.routes.steps[root]
        if not len(new) and len(kept):  # nothing came; where nothing ever came, a file without rows is still to be written
            return
        try:
            yield from step.all(new, kept, self.contexts[root])
        except (RowsmithError, GeneratorExit):
            raise
        except Exception as error:
            raise RowFailed("error", f"Step {step.title!r} broke: {type(error).__name__}: {error}") from error

    def _judged(self, root: int, row: Row, verdict: Row | Dropped | None, known: dict[bytes, Known]) -> Iterator[Item]:
        slots = self.advance.slots
        state = known[row.order]
        if state.state in FINAL or (state.state == WAITING and state.step != root) or state.reason in (HELD, LET_ON):
            return
        hold = self.advance.holding and root in self.advance.holds
        if hold and state.state == EXPANDED:
            return  # it has gone on already
        if verdict is None or verdict.id != row.id:
            slots.fail(row.order, root, state.attempt, "step_broken", "The set step gave no verdict for this row, or gave them out of row order.")
        elif isinstance(verdict, Dropped):
            slots.drop(row.order, root, state.attempt, verdict.reason, verdict.detail)
        else:
            if verdict != row and root in self.advance.sets:
                slots.passed(verdict, root)
            if hold:
                slots.hold(verdict, root, state.attempt)
            else:
                yield from self.advance.after(Item(verdict, root, attempt=state.attempt, known=known), root)
