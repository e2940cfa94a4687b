"""Which rows of a run were read from a source: all of them, the dropped, the failed and the unfinished ones too, which nothing else tells.

Where a step read nothing but that source, they are all of the step's. Else what is to be found is read once more, from the home's own copy,
through the recipe's own step: that gives the ids that its rows had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rowsmith.core.errors import Conflict, NotFound, RowsmithError
from rowsmith.core.ids import source_order
from rowsmith.core.row import Bad, Row
from rowsmith.core.step import PATHS
from rowsmith.engine import recipe_file
from rowsmith.engine.context import StepContext
from rowsmith.engine.feed import bad_id, source_rows
from rowsmith.engine.inputs import Inputs
from rowsmith.store import slots
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.forgotten import Plan, Ranges
from rowsmith.store.runs import Run
from rowsmith.store.sources import Wanted, sources_of

Pinned = Mapping[str, Sequence[Sequence[str]]]
"""Of one step: pattern -> [name, hash] of each file."""


def roots_of(db: Database, files: Files, run: Run, wanted: Wanted, before: Sequence[Plan] = ()) -> Ranges:
    """The order keys of the run's rows that were read from the source, and of all that came of them, as ranges. `before`: what the run has
    been rid of already.

    Raises:
        Conflict: it cannot be found out, because the source's copy or the code of its step is not there any more.
    """
    found: list[tuple[bytes, bytes]] = []
    for position, step in enumerate(run.recipe["steps"]):
        title = step.get("name") or step["kind"]
        pinned: Pinned = run.lock.get("inputs", {}).get(title, {})
        if pinned:
            found += _of_files(db, files, run, position, pinned, wanted, before)
        elif _is_own(run, position, title) and title in wanted.names:
            found.append(_whole(position))
    return _joined([*found, *roots_of_ids(db, run, wanted.ids)])


def roots_of_ids(db: Database, run: Run, ids: Iterable[str]) -> Ranges:
    """The same of rows with these ids alone, without reading anything anew."""
    return _joined([(order, _next(order)) for name in ids for order in slots.orders_of(db, run.n, name)])


def has_read(run: Run, wanted: Wanted) -> bool:
    """Whether the run read the source, as its lock and its recipe say."""
    inputs = run.lock.get("inputs", {})
    if any(wanted.reads_it(name, hash_) for patterns in inputs.values() for listed in patterns.values() for name, hash_ in listed):
        return True
    titles = [step.get("name") or step["kind"] for step in run.recipe["steps"]]
    return any(title in wanted.names and _is_own(run, n, title) for n, title in enumerate(titles))


def _is_own(run: Run, position: int, title: str) -> bool:
    """Whether the step gives rows of its own, neither of files nor of datasets."""
    return not run.lock["takes"][position] and title not in {*run.lock.get("inputs", {}), *run.lock.get("datasets", {})}


def _whole(position: int) -> tuple[bytes, bytes]:
    return bytes([position]), bytes([position + 1])


def _of_files(
    db: Database, files: Files, run: Run, position: int, pinned: Pinned, wanted: Wanted, before: Sequence[Plan]
) -> Iterator[tuple[bytes, bytes]]:
    every = {(name, hash_) for listed in pinned.values() for name, hash_ in listed}
    mine = {(name, hash_) for name, hash_ in every if wanted.reads_it(name, hash_)}
    if mine == every:
        yield _whole(position)
    elif not all(files.has(hash_) for _, hash_ in mine):
        yield from _left(db, files, run, position, pinned, every - mine, mine, before)
    elif mine:
        names = {name for name, _ in mine}  # rows are told apart by the file's name, and by how often they came under it before
        ids, broken = _read(files, run, position, {p: [f for f in listed if f[0] in names] for p, listed in pinned.items()}, wanted)
        yield from _matching(db, run, position, ids, broken)


def _left(
    db: Database, files: Files, run: Run, position: int, pinned: Pinned, others: set[tuple[str, str]], mine: set[tuple[str, str]],
    before: Sequence[Plan],
) -> Iterator[tuple[bytes, bytes]]:  # fmt: skip
    """Of a source whose copy is gone: what the step read and is not from another file."""
    gone = {(name, hash_) for name, hash_ in others if not files.has(hash_)}
    known = [plan for plan in before if not plan.ids]
    if {name for name, _ in others} & {name for name, _ in mine} or any(not any(hash_ in plan.files for plan in known) for _, hash_ in gone):
        raise _lost(run, NotFound(f"the copies of {', '.join(sorted(name for name, _ in mine | gone))} are not there any more."))
    present = others - gone
    left = {pattern: [file for file in listed if tuple(file) in present] for pattern, listed in pinned.items()}
    ids, broken = _read(files, run, position, left, Wanted(names=frozenset(name for name, _ in present)))
    taken = {first for first, _ in _matching(db, run, position, ids, broken)}
    ranges = [range_ for plan in known if any(hash_ in plan.files for _, hash_ in gone) for range_ in plan.roots.get(run.n, ())]
    for order, _ in slots.roots(db, run.n, position):
        if order not in taken and not any(first <= order < behind for first, behind in ranges):
            yield order, _next(order)


def files_of_row(db: Database, files: Files, run: Run, name: str) -> set[str]:
    """The hashes of the files that the source row of this id was read from.

    Raises:
        Conflict: it cannot be found out.
    """
    found: set[str] = set()
    for order, _ in roots_of_ids(db, run, [name]):
        step = run.recipe["steps"][order[0]]
        pinned: Pinned = run.lock.get("inputs", {}).get(step.get("name") or step["kind"], {})
        every = {hash_ for listed in pinned.values() for _, hash_ in listed}
        if len(every) > 1:
            rows = (row for row in rows_read(files, run, order[0], pinned) if not isinstance(row, Bad) and row.id == name)
            every = {source.hash for row in rows for source in sources_of(row.origin)}
        found |= every
    return found


def _read(files: Files, run: Run, position: int, pinned: Pinned, wanted: Wanted) -> tuple[set[bytes], set[str]]:
    """The ids of the rows that come of these files and belong to the source; and the places of records that cannot be read."""
    ids: set[bytes] = set()
    broken: set[str] = set()
    for record in rows_read(files, run, position, pinned):
        if isinstance(record, Bad):
            broken.add(record.where)
        elif any(map(wanted.names_it, sources_of(record.origin))):
            ids.add(bytes.fromhex(record.id))
    return ids, broken


def rows_read(files: Files, run: Run, position: int, pinned: Pinned) -> Iterator[Row | Bad]:
    """What the step at `position` reads of these files: the home's copies of what the run read.

    Raises:
        Conflict: it cannot be read again.
    """
    left = {pattern: list(map(list, listed)) for pattern, listed in pinned.items() if listed}
    try:
        plugins = (Path(run.options["base"]) / "plugins",)
        recipe = recipe_file.build(run.recipe, plugins=plugins)
        step: Any = recipe.steps[position]
        if not step.reaches:
            step = step.model_copy(update={name: [p for p in patterns if p in left] for name, patterns in step.marked(PATHS).items()})
        with TemporaryDirectory(prefix="rowsmith-retrace-") as folder:
            inputs = Inputs({**run.lock, "inputs": {step.title: left}}, step.title, files)
            context = StepContext(step, position, inputs, lambda name: _made(Path(folder) / name), plugins=plugins)
            for _, record in source_rows(step, context, position, ""):
                yield record
    except (RowsmithError, OSError) as error:
        if not isinstance(error, NotFound) or not all(files.has(hash_) for listed in left.values() for _, hash_ in listed):
            raise _lost(run, error) from error
        return  # the step reads no file of this kind


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lost(run: Run, error: Exception) -> Conflict:
    said = " ".join(str(error).split())
    return Conflict(
        f"Which rows of run {run.id} came from the source cannot be found out: {said}",
        "Bring back what is missing (a plug-in's code, the copy of the file), or forget the other files that the step read, too.",
    )


def _matching(db: Database, run: Run, position: int, ids: set[bytes], broken: set[str]) -> Iterator[tuple[bytes, bytes]]:
    for order, name in slots.roots(db, run.n, position):
        if name in ids or any(bad_id(order, Bad("", "", where)) == name.hex() for where in broken):
            yield order, _next(order)


def _next(order: bytes) -> bytes:
    """The first order key behind all rows that came of this one."""
    return (int.from_bytes(order, "big") + 1).to_bytes(len(order), "big")


def _joined(ranges: list[tuple[bytes, bytes]]) -> Ranges:
    """The same, as few as possible, in order."""
    out: list[tuple[bytes, bytes]] = []
    for first, behind in sorted(ranges):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], behind))
        else:
            out.append((first, behind))
    return out


def roots_of_read(db: Database, run: Run, ids: Collection[bytes]) -> Ranges:
    """The order keys of those rows with these ids (16 bytes) that the run read from datasets, and of all that came of them."""
    found: list[tuple[bytes, bytes]] = []
    for position, step in enumerate(run.recipe["steps"]):
        if (step.get("name") or step["kind"]) in run.lock.get("datasets", {}):
            found += [(order, _next(order)) for order, name in slots.roots(db, run.n, position) if name in ids]
    return _joined(found)


def roots_of_pairs(run: Run, ids: Collection[bytes]) -> Ranges:
    """The order keys of those pairs that a judge was shown (app.judging) of rows with these ids (16 bytes)."""
    names, rows = {name.hex() for name in ids}, run.recipe["steps"][0].get("rows", ())
    orders = [source_order(0, index) for index, row in enumerate(rows) if not names.isdisjoint(row.get("pair", "").split())]
    return _joined([(order, _next(order)) for order in orders])


def roots_of_cited(run: Run, ids: Collection[bytes]) -> Ranges:
    """The order keys of those rows of the recipe that cite rows with these ids (16 bytes)."""
    names = {name.hex() for name in ids}
    orders = [source_order(0, index) for index, cited in enumerate(run.options.get("cites", ())) if not names.isdisjoint(cited)]
    return _joined([(order, _next(order)) for order in orders])


def union(one: Ranges, other: Ranges) -> Ranges:
    """What is in either."""
    return _joined([*one, *other])


def without_rows(run: Run, ranges: Ranges) -> dict[str, Any] | None:
    """The run's recipe with what stands in it of these rows taken out; None when no row stands in it. An empty row takes the place of each."""
    steps, changed = [], False
    for position, step in enumerate(run.recipe["steps"]):
        title = step.get("name") or step["kind"]
        first, behind = _whole(position)
        hit = _is_own(run, position, title) and any(a < behind and b > first for a, b in ranges)
        if hit and isinstance(rows := step.get("rows"), list):
            within = [any(a <= source_order(position, i) < b for a, b in ranges) for i in range(len(rows))]
            step = {**step, "rows": [{} if gone else row for gone, row in zip(within, rows, strict=True)]}
        elif hit:
            step = {name: value for name, value in step.items() if name in ("kind", "name", "from")}
        steps.append(step)
        changed = changed or hit
    return {**run.recipe, "steps": steps} if changed else None
