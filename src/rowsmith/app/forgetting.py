"""Forgetting a source: found out as a whole, written down, then carried out step by step, each of which can be done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rowsmith.app import input_files
from rowsmith.app.known_sources import meant, of_runs, with_roots
from rowsmith.app.lab import Lab, is_url
from rowsmith.app.unreachable import copies
from rowsmith.connectors.vectors import open_index
from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import content_hash, source_order
from rowsmith.core.lines import stored
from rowsmith.engine.batch_fetch import scratch_of
from rowsmith.engine.retrace import roots_of_cited, roots_of_pairs, roots_of_read, union, without_rows
from rowsmith.store import erasing, forgotten, slots
from rowsmith.store.batches import Batches
from rowsmith.store.blanking import blank_unneeded
from rowsmith.store.fetches import Fetches
from rowsmith.store.forgotten import Forgotten, Plan
from rowsmith.store.runs import Run, Runs
from rowsmith.store.schema_erasure import texts
from rowsmith.store.sources import Search, Wanted, searched
from rowsmith.store.trees import turned

EVERY_RUN = 1_000_000

@dataclass(frozen=True, slots=True)
class Forgetting:
    """What a forgetting comes to. `versions` show fewer rows, by `rows` in all; `calls` and `vectors` are the stored answers and embeddings
    that go, `files` the inputs. `runs` lost what they rest on. `kept` says what stays, and why; `unreachable` which copies the home cannot
    reach."""

    source: str
    versions: int
    rows: int
    calls: int
    vectors: int
    files: int
    runs: list[str]
    kept: list[str]
    unreachable: list[dict[str, Any]]
    dry_run: bool = False

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Found:
    """A plan, its counts, and what it leaves alone."""

    plan: Plan
    counts: dict[str, int]
    kept: list[str] = field(default_factory=list)


def forget(lab: Lab, project: str, source: str, *, dry_run: bool = False) -> Forgetting:
    """Erase a source from everything that the home holds of the project; see app.provenance.Provenance.forget."""
    finished = [] if dry_run else [one for one in finish(lab, project) if one.source == source]
    runs = Runs(lab.db).newest(project, EVERY_RUN)
    with searched(lab.db, project) as search:
        known = [*search.sources, *of_runs(runs)]
        wanted = _with_roots(lab, project, source, known, runs)
        found = _planned(lab, project, runs, wanted, search)
        found = replace(found, counts={name: n + sum(one.counts[name] for one in finished) for name, n in found.counts.items()})
        told = _told(lab, project, source, found, dry_run=dry_run)
        if dry_run:
            with lab.db.read() as conn:
                forgotten.require_idle(lab.db, conn, found.plan.roots)
            return told
        begun = forgotten.begin(lab.db, project, source, found.plan, found.counts, search.entries(), lab.who)
    _carry_out(lab, begun)
    return told


def finish(lab: Lab, project: str) -> list[Forgotten]:
    """Finish every forgetting of the project that was broken off."""
    left = [one for one in forgotten.every(lab.db, project) if not one.done]
    for one in left:
        _carry_out(lab, one)
    return left


def _with_roots(lab: Lab, project: str, source: str, known: Iterable[Any], runs: list[Run]) -> Wanted:
    return with_roots(lab, meant(lab.db, lab.files, project, source, list(known)), runs)


# -- finding out ----------------------------------------------------------------------------------------------------------------------------


def _planned(lab: Lab, project: str, runs: list[Run], wanted: Wanted, search: Search) -> _Found:
    wanted = _with_readers(lab, runs, wanted, search)
    versions: dict[str, None] = {}
    ids: set[bytes] = set(erasing.resting_ids(lab.db, wanted.roots))
    for came in search.came():
        versions.update(dict.fromkeys(version.id for version in came.versions))
        ids.add(turned(came.entry.place))
    mine = [run for run in runs if run.n in wanted.roots]
    files, twins = input_files.of_source(lab, runs, mine, wanted)
    inline = {hash_ for run in mine for hash_ in _inline(run, wanted.roots[run.n])}
    plan = Plan(
        tuple(sorted(wanted.names)), tuple(sorted(wanted.hashes)), tuple(sorted(wanted.ids)), wanted.roots,
        tuple(sorted(files)), tuple(sorted(files | inline)), tuple(versions),
    )  # fmt: skip
    answers, vectors = _calls(lab, plan)
    users = input_files.users(lab, plan)
    gone = sum(lab.files.has(hash_) for hash_ in files if hash_ not in users)
    counts = {"versions": len(versions), "rows": len(ids), "calls": answers, "vectors": vectors, "files": gone}
    elsewhere = sorted({other for projects in users.values() for other in projects} - {project})
    kept = [f"the source {name!r} has the very same bytes" for name in sorted(twins)]
    kept += [f"project {other!r} has read the same file: rowsmith forget SOURCE --project {other}" for other in elsewhere]
    return _Found(plan, counts, [*kept, *_kept_calls(lab, plan)])


def _with_readers(lab: Lab, runs: list[Run], wanted: Wanted, search: Search) -> Wanted:
    """Find the rows; and what runs made of them that read them from a dataset, until no more comes of it."""
    readers = [run for run in reversed(runs) if run.lock.get("datasets")]
    found = -1
    while readers and (count := search.find(wanted)) > found:
        found = count
        ids = {turned(entry.place) for _, entry in search.entries()}
        more = {run.n: union(wanted.roots.get(run.n, ()), roots_of_read(lab.db, run, ids)) for run in readers}
        wanted = replace(wanted, roots={**wanted.roots, **{n: ranges for n, ranges in more.items() if ranges}})
    search.find(wanted)
    ids = {turned(entry.place) for _, entry in search.entries()}
    return _with_citing(lab, runs, _with_judges(lab, runs, wanted, ids), ids)


def _with_judges(lab: Lab, runs: list[Run], wanted: Wanted, ids: set[bytes]) -> Wanted:
    """And what judges were shown of rows in pairs, and models of rows of datasets (`ids`), for a better prompt."""
    roots = dict(wanted.roots)
    for run in runs:
        if not (names := run.options.get("compares", ())):
            continue
        compared = {n: wanted.roots[n] for name in names if (n := int(name.removeprefix("r"))) in wanted.roots}
        if found := roots_of_pairs(run, ids | set(erasing.resting_ids(lab.db, compared))):
            roots[run.n] = union(roots.get(run.n, ()), found)
    return replace(wanted, roots=roots)


def _with_citing(lab: Lab, runs: list[Run], wanted: Wanted, ids: set[bytes]) -> Wanted:
    """And what models were shown of rows in questions about them; `ids` are those that datasets have."""
    citing = [run for run in runs if run.options.get("cites")]
    every = ids | set(erasing.resting_ids(lab.db, wanted.roots)) if citing else ids
    found = {run.n: union(wanted.roots.get(run.n, ()), ranges) for run in citing if (ranges := roots_of_cited(run, every))}
    return replace(wanted, roots={**wanted.roots, **found})


def _inline(run: Run, ranges: forgotten.Ranges) -> Iterator[str]:
    """The hashes of the rows that stand in the recipe itself and are to be forgotten."""
    for position, step in enumerate(run.recipe["steps"]):
        rows = step.get("rows")
        if step["kind"] == "read.rows" and isinstance(rows, list):
            for index, row in enumerate(rows):
                if row and any(first <= source_order(position, index) < behind for first, behind in ranges):
                    yield content_hash(stored(row)).hex()


def _calls(lab: Lab, plan: Plan) -> tuple[int, int]:
    answers = vectors = 0
    for keys in erasing.own_calls(lab.db, plan.roots):
        more = erasing.kinds(lab.db, keys)
        answers, vectors = answers + more[0], vectors + more[1]
    return answers, vectors


def _kept_calls(lab: Lab, plan: Plan) -> Iterator[str]:
    if shared := erasing.shared_calls(lab.db, plan.roots):
        yield f"{shared:,} answers to questions that rows of other sources ask word for word, too"
    if unused := erasing.unused_calls(lab.db):
        yield f"{unused:,} answers that no run uses (imported, or of a deleted project): whose they are cannot be told"


def _told(lab: Lab, project: str, source: str, found: _Found, *, dry_run: bool) -> Forgetting:
    before = [one.plan for one in forgotten.every(lab.db, project) if _is_same(one.plan, found.plan)]
    unreachable = [copy.dump() for copy in copies(lab, project, [*before, found.plan])]
    runs = [f"r{n}" for n in sorted(found.plan.roots)]
    return Forgetting(source, **found.counts, runs=runs, kept=found.kept, unreachable=unreachable, dry_run=dry_run)


def _is_same(one: Plan, other: Plan) -> bool:
    """Whether both are of one source."""
    return any(set(getattr(one, name)) & set(getattr(other, name)) for name in ("names", "hashes", "ids"))


# -- carrying out ---------------------------------------------------------------------------------------------------------------------------


def _carry_out(lab: Lab, one: Forgotten) -> None:
    """Everything behind the record, from wherever it was broken off."""
    with lab.db.read() as conn:
        forgotten.require_idle(lab.db, conn, one.plan.roots)
    lab.search.remove({})  # whoever has a view open lets go of it
    lab.views.remove()
    failpoint("forget.views")
    for n, ranges in one.plan.roots.items():
        run = Runs(lab.db).get(n)
        erasing.erase_run(lab.db, n, ranges, without_rows(run, ranges))
        failpoint("forget.run")
    for keys in erasing.own_calls(lab.db, one.plan.roots):
        erasing.erase_calls(lab.db, keys, one.n)
        failpoint("forget.calls")
    blank_unneeded(lab.db, lab.search.remove)
    lab.search.tidy()
    failpoint("forget.bodies")
    _erase_files(lab, one)
    failpoint("forget.files")
    _erase_vectors(lab, one)
    failpoint("forget.vectors")
    lab.db.scrub(texts())
    failpoint("forget.scrubbed")
    forgotten.end(lab.db, one)


def _erase_vectors(lab: Lab, one: Forgotten) -> None:
    """Out of the indexes that runs wrote vectors into.

    Raises:
        Unavailable: one cannot be reached; the same command again goes on.
    """
    for n, ranges in one.plan.roots.items():
        for step in Runs(lab.db).get(n).recipe["steps"]:
            place = step.get("place", "") if step["kind"] == "write.vectors" else ""
            if place and (is_url(place) or Path(place).exists()):
                with closing(open_index(step.get("index", "builtin"), place, lab.files.scratch("vectors"))) as index:
                    for first, behind in ranges:
                        index.remove(slots.ids_within(lab.db, n, first, behind))


def _erase_files(lab: Lab, one: Forgotten) -> None:
    users = input_files.users(lab, one.plan)
    Fetches(lab.db).without([hash_ for hash_ in one.plan.files if hash_ not in users])
    for hash_ in [*(hash_ for hash_ in one.plan.files if hash_ not in users), *input_files.unnamed(lab)]:
        lab.files.remove(hash_)
    for n in one.plan.roots:
        for name in erasing.outputs(lab.db, n):
            lab.files.remove(name)
        erasing.without_outputs(lab.db, n)
    lab.files.remove_unfinished()
    runs = tuple(f"run-{n}-" for n in one.plan.roots)
    whole = {f"peril-{n}" for n in one.plan.roots} | {scratch_of(batch.n) for n in one.plan.roots for batch in Batches(lab.db).of_run(n)}
    for name in lab.files.scratches():
        if name in whole or name.startswith((*runs, "fetch-")):
            lab.files.remove_scratch(name)
