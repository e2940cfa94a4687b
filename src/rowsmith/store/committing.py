"""Commits: rows and edits become a branch's next version.

People's changes survive regeneration. What runs make has a line of its own in the history: the newest such state below a branch is its
ancestor for the next one. Where people have changed the branch since, a run's rows become a version on that line, which is then merged
into the branch, people's cells first: a cell that a person changed stays, a row that a person removed stays away, and everything else
follows the run. The merge has both versions for parents, so where the base has moved below an edit can be asked at any time (`moved`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from sqlalchemy import Connection

from rowsmith.core.errors import Conflict
from rowsmith.core.merge import Clash
from rowsmith.core.row import Row
from rowsmith.store.changes import Changes, stored
from rowsmith.store.database import Database
from rowsmith.store.diffs import diff
from rowsmith.store.holds import Hold, held
from rowsmith.store.merging import Side, Terms, merging, sides_of
from rowsmith.store.publishing import Also, Counts, Draft, Said, advance, counted, drafted, in_place, publish, version
from rowsmith.store.reading import VersionRows
from rowsmith.store.tombstones import Gate
from rowsmith.store.trees import Entry, Trees, removal, turned
from rowsmith.store.versions import Version, Versions
from rowsmith.store.working import working_set


@dataclass(frozen=True, slots=True)
class Commit:
    """What became of a commit or merge. `version` is the branch's head: None where clashes are open, and nothing has happened, or where there
    is nothing at all. `open` and `settled` list the first clashes, the counts say how many there are."""

    version: Version | None
    counts: Counts
    open: Sequence[Clash] = ()
    settled: Sequence[Clash] = ()
    count_open: int = 0
    count_settled: int = 0


@dataclass(frozen=True, slots=True)
class Over:
    """How rows stand over those that are there: merged by id; or, with `replace`, alone. `all_of_run`: they are all rows of the run; where no other
    run has made any, those that it keeps no longer go. `recipe`: rows that this recipe (its fingerprint) made and that are not among these go."""

    replace: bool = False
    all_of_run: bool = False
    recipe: str = ""


Make = Callable[[float], Sequence[Version]]


def commit_rows(
    db: Database, dataset: int, branch: str, rows: Iterable[Row], said: Said, *, over: Over, also: Also | None
) -> Version:  # fmt: skip
    """Make the version in which these rows stand over the branch's head, and move the branch there.

    When another commit moves the branch first, it is done again on the new head. When nothing changes and the head is of the same run,
    that head is the version.
    """
    versions = Versions(db)
    gate = Gate(db, dataset)
    with held(db) as hold, stored(db, rows, hold, gate.look) as changes:
        while True:
            head = versions.head(dataset, branch)
            line = versions.generated(head) if head else None
            if said.run is None or head is None or line is head:
                make = _direct(db, dataset, head, changes, said, over)
            else:
                make = _regenerated(db, dataset, head, line, changes, said, over, hold)
            done = publish(db, dataset, branch, head, make, said, hold, _both(gate.settle, also))
            if done is not None:
                return done


def _direct(db: Database, dataset: int, head: Version | None, changes: Changes, said: Said, over: Over) -> Make:
    draft = _over(db, dataset, head, changes, said, over)
    if head is not None and (head.root, head.run) == (draft.root, said.run):
        return lambda now: ()
    return lambda now: (version(draft, dataset, [head] if head else [], said, now),)


def _regenerated(
    db: Database, dataset: int, head: Version, line: Version | None, changes: Changes, said: Said, over: Over, hold: Hold
) -> Make:  # fmt: skip
    """The next version on the line of what runs made, and its merge into the head."""
    trees = Trees(db)
    made = _over(db, dataset, line, changes, said, over)
    if line is not None and (line.root, line.run) == (made.root, said.run):
        return lambda now: ()
    terms = Terms("theirs" if over.replace else "three-way", "ours")
    with merging(db, sides_of(db, line.root if line else None, head.root, made.root), terms, hold) as merged:
        draft = drafted(trees, head, merged.changes)

    def make(now: float) -> Sequence[Version]:
        run = version(made, dataset, [line] if line else [], said, now)
        return run, version(draft, dataset, [head, run], Said(None, said.author, said.message), now)

    return make


def _over(db: Database, dataset: int, base: Version | None, changes: Changes, said: Said, over: Over) -> Draft:
    versions, trees = Versions(db), Trees(db)
    prefix = versions.prefix(dataset, None if over.replace else base, said.run)
    if over.replace or (over.all_of_run and base is not None and all(found.run in (None, said.run) for found in versions.log(base))):
        base = None
    gone = _not_made_again(db, base, changes, over.recipe) if base is not None and over.recipe else []

    def entries() -> Iterator[Entry]:
        return merge(in_place(trees, base, changes.entries(prefix)), gone)

    return drafted(trees, base, entries, len(changes) + len(gone))


def _not_made_again(db: Database, base: Version, changes: Changes, recipe: str) -> list[Entry]:
    """The rows of `base` that the recipe made and that are not among the changes, as entries that take them out, by place."""
    made = {entry.place for entry in changes.entries(b"")}
    rows = (turned(bytes.fromhex(row.id)) for row in VersionRows(db, base) if row.origin.get("recipe") == recipe)
    return sorted(removal(place) for place in rows if place not in made)


def commit_edits(db: Database, dataset: int, branch: str, said: Said, terms: Terms, also: Also | None) -> Commit:
    """Make the branch's uncommitted edits its next version; no version where there are none, or somebody else has just committed them. Edits
    that come in meanwhile stay uncommitted.

    Where the head has moved below an edited row, both changes stand; cells that both changed clash.
    """
    with held(db) as hold:
        while True:
            head = Versions(db).head(dataset, branch)
            prefix = Versions(db).prefix(dataset, head, None)
            with working_set(db, dataset, branch, head, prefix, hold) as edits:
                if not len(edits):
                    return Commit(None, Counts())
                done = _merged(db, dataset, branch, head, (), edits.sides(), said, terms, hold, _both(edits.settle, also))
            if done is not None:
                return done


def commit_merge(
    db: Database, dataset: int, branch: str, theirs: Version, said: Said, terms: Terms, also: Also | None, *, base: Version | None = None,
    picked: bool = False,
) -> Commit:  # fmt: skip
    """Merge `theirs` into a branch over their newest common ancestor. A branch that has not moved since becomes what theirs is.

    `picked`: take over only what theirs changed since `base`; the version then descends from the branch alone.
    """
    with held(db) as hold:
        while True:
            head = _head(db, dataset, branch)
            ancestor = base if picked else Versions(db).common(head, theirs)
            if not picked and ancestor is not None and ancestor.id in (theirs.id, head.id) and terms == Terms(prefer=terms.prefer):
                done = _forward(db, dataset, branch, head, theirs if ancestor.id == head.id else head, said, also)
            else:
                sides = sides_of(db, ancestor.root if ancestor else None, head.root, theirs.root)
                done = _merged(db, dataset, branch, head, () if picked else (theirs,), sides, said, terms, hold, also)
            if done is not None:
                return done


def commit_state(db: Database, dataset: int, branch: str, state: Version, said: Said, also: Also | None) -> Commit:
    """Make the branch what it was in another version, as a new one: nothing of the history is lost."""
    with held(db) as hold:
        while True:
            head = _head(db, dataset, branch)
            draft = Draft(state.root, state.rows, state.rolling, _between(db, head, state))
            done = _published(db, dataset, branch, head, (), draft, said, hold, also)
            if done is not None:
                return Commit(done, draft.counts)


def moved(db: Database, merge: Version) -> Sequence[Clash]:
    """Where a run said otherwise below what people had changed, of the version that merged both: base is what runs had made before, ours what
    people made of it, theirs what the run makes now. Empty for every other version."""
    versions = Versions(db)
    sides = [versions.get(parent) for parent in merge.parents]
    if len(sides) != 2 or sides[0] is None or sides[1] is None or sides[1].run is None or merge.run is not None:
        return ()
    base = versions.common(sides[0], sides[1])
    with held(db) as hold:
        found = sides_of(db, base.root if base else None, sides[0].root, sides[1].root)
        with merging(db, found, Terms(prefer="ours"), hold) as merged:
            return merged.settled


def _merged(
    db: Database, dataset: int, branch: str, head: Version | None, others: Sequence[Version], sides: Iterable[Side], said: Said, terms: Terms,
    hold: Hold, also: Also | None,
) -> Commit | None:  # fmt: skip
    """What the sides come to, published; None when the branch has moved meanwhile."""
    with merging(db, sides, terms, hold) as merged:
        if merged.count_open:
            return Commit(None, Counts(), merged.open, merged.settled, merged.count_open, merged.count_settled)
        draft = drafted(Trees(db), head, merged.changes)
    if head is None and not draft.counts.any:
        return Commit(None, Counts())
    done = _published(db, dataset, branch, head, others, draft, said, hold, also)
    return None if done is None else Commit(done, draft.counts, (), merged.settled, 0, merged.count_settled)


def _published(
    db: Database, dataset: int, branch: str, head: Version | None, others: Sequence[Version], draft: Draft, said: Said, hold: Hold,
    also: Also | None,
) -> Version | None:  # fmt: skip
    def make(now: float) -> Sequence[Version]:
        parents = [*([head] if head else []), *others]
        return (version(draft, dataset, parents, said, now),) if others or draft.counts.any else ()

    return publish(db, dataset, branch, head, make, said, hold, also)


def _forward(db: Database, dataset: int, branch: str, head: Version, to: Version, said: Said, also: Also | None) -> Commit | None:
    counts = _between(db, head, to)
    return Commit(to, counts) if advance(db, dataset, branch, head, to, said, also) else None


def _between(db: Database, old: Version, new: Version) -> Counts:
    return counted(diff(Trees(db), old.root, new.root))


def _head(db: Database, dataset: int, branch: str) -> Version:
    head = Versions(db).head(dataset, branch)
    if head is None:
        raise Conflict(f"The branch {branch!r} is gone.", "Somebody has deleted it; make it again: rowsmith branch DATASET NAME.")
    return head


def _both(first: Also, second: Also | None) -> Also:
    def also(conn: Connection, made: Version) -> None:
        first(conn, made)
        if second is not None:
            second(conn, made)

    return also
