"""How a version comes to be: drafted over another from changes of rows, then published with the move of its branch.

Bodies and nodes are stored before, each in write transactions of bounded size; the versions and the move come last, in one transaction. A
process that dies before it leaves parts that nothing names, which the next attempt uses again, or a sweep removes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import orjson
from sqlalchemy import Connection, text

from rowsmith.core.failpoints import failpoint
from rowsmith.store import events, naming
from rowsmith.store.database import Database
from rowsmith.store.diffs import Difference
from rowsmith.store.holds import Hold
from rowsmith.store.schema import version as table
from rowsmith.store.signing import Signer, sign
from rowsmith.store.trees import Entry, Trees, rolling
from rowsmith.store.versions import Version

_NAME = text("SELECT project, name FROM dataset WHERE n = :dataset")

Also = Callable[[Connection, Version], None]
"""What else happens in the transaction that publishes a version."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows differ from what was there before."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Draft:
    """A version before it has a time, a place in the history and so a name."""

    root: bytes
    rows: int
    rolling: bytes
    counts: Counts


@dataclass(frozen=True, slots=True)
class Said:
    """What a commit says of itself, who signs it (None: nobody), and what its event calls it: commit, merge, restore ..."""

    run: int | None
    author: str
    message: str
    signer: Signer | None = None
    act: str = "commit"


def drafted(trees: Trees, base: Version | None, changes: Callable[[], Iterator[Entry]], rows: int | None = None) -> Draft:
    """The state in which the changes stand over `base`. `changes()` gives them sorted by place, each time anew; `rows`: how many there are, when
    that is known and none takes a row away."""
    if base is None:
        return _begun(trees, changes, sum(1 for change in changes() if change.data) if rows is None else rows)
    tree = trees.load(base.root)
    added = removed = differing = 0
    total = int.from_bytes(base.rolling, "big")
    for change, old in trees.paired(tree, changes()):
        if change == old:
            continue
        added += old is None and bool(change.data)
        removed += old is not None and not change.data
        differing += old is not None and bool(change.data)
        total += (rolling(change) if change.data else 0) - (rolling(old) if old else 0)
    rows = base.rows + added - removed
    return Draft(trees.overlay(tree, changes(), rows), rows, _sum(total), Counts(added, removed, differing))


def _begun(trees: Trees, changes: Callable[[], Iterator[Entry]], rows: int) -> Draft:
    """The first state of all: how many rows there are says how the map is cut."""
    total = 0

    def summed() -> Iterator[Entry]:
        nonlocal total
        for change in changes():
            if change.data:
                total += rolling(change)
                yield change

    root = trees.overlay(None, summed(), rows)
    return Draft(root, rows, _sum(total), Counts(added=rows))


def _sum(total: int) -> bytes:
    return (total % 2**128).to_bytes(16, "big")


def in_place(trees: Trees, base: Version | None, changes: Iterator[Entry]) -> Iterator[Entry]:
    """The changes, those of rows that `base` has with the key that they have there: a row that is replaced keeps its place."""
    if base is None:
        return changes
    paired = trees.paired(trees.load(base.root), changes)
    return (change._replace(key=old.key) if old and change.data else change for change, old in paired)


def version(draft: Draft, dataset: int, parents: Sequence[Version], said: Said, now: float) -> Version:
    """The version that a draft becomes at this time."""
    generation = max((parent.generation for parent in parents), default=-1) + 1
    names = tuple(parent.id for parent in parents)
    made = Version("", dataset, names, generation, draft.root, draft.rows, draft.rolling, said.run, said.author, said.message, now)
    return replace(made, id=made.identity())


def publish(
    db: Database, dataset: int, branch: str, head: Version | None, make: Callable[[float], Sequence[Version]], said: Said, hold: Hold,
    also: Also | None,
) -> Version | None:  # fmt: skip
    """The last of the versions that `make(now)` gives, once it is the branch's head; None when the branch has moved from `head` meanwhile.
    All of them are signed, and an event tells of the last.

    Without any version, the head stays what it is.
    """
    with db.write() as conn:
        now = db.now(conn)
        made = make(now)
        failpoint("versions.ref.before")
        if made and not _move(conn, dataset, branch, head, made[-1]):
            return None
        for one in made:
            conn.execute(table.insert(), {**asdict(one), "parents": orjson.dumps(one.parents)})
            sign(conn, now, said.signer, one.id)
        last = made[-1] if made else head
        if made:
            _tell(conn, now, dataset, branch, said, made[-1])
        if also is not None and last is not None:
            also(conn, last)
        hold.end(conn)
    failpoint("versions.ref.after")
    return last


def advance(db: Database, dataset: int, branch: str, head: Version, to: Version, said: Said, also: Also | None) -> bool:
    """Let a branch name another version that is there, sign it, and tell of it; False when it has moved from `head` meanwhile."""
    with db.write() as conn:
        if not _move(conn, dataset, branch, head, to):
            return False
        if to.id != head.id:
            now = db.now(conn)
            sign(conn, now, said.signer, to.id)
            _tell(conn, now, dataset, branch, said, to)
        if also is not None:
            also(conn, to)
    return True


def _tell(conn: Connection, now: float, dataset: int, branch: str, said: Said, version: Version) -> None:
    project, name = conn.execute(_NAME, {"dataset": dataset}).one()
    facts = {"dataset": name, "branch": branch, "version": version.id, "rows": version.rows, "act": said.act}
    events.note(conn, now, project, "dataset.committed", {**facts, "by": said.author, "message": said.message}, run=said.run)


def counted(differences: Iterable[Difference]) -> Counts:
    """How many rows were added, removed and changed."""
    counts = Counter((d.old is None, d.new is None) for d in differences)
    return Counts(counts[True, False], counts[False, True], counts[False, False])


def _move(conn: Connection, dataset: int, branch: str, head: Version | None, to: Version) -> bool:
    if head:
        return naming.move(conn, dataset, branch, head.id, to.id)
    return naming.make(conn, dataset, branch, "branch", to.id, to.author, "", to.created_at)
