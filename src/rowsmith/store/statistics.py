"""Statistics of versions, kept by their root: counted from the nearest state that is counted, by what differs, or from all rows.

The cheap counters add and subtract. Duplicates cannot be kept so, as a row that comes may say what any other says: they are counted from the
hashes in the version's map, when they are asked for, and kept then, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from functools import cache
from itertools import islice

import orjson
from sqlalchemy import text

from rowsmith import content
from rowsmith.core.errors import RowsmithError
from rowsmith.core.ids import canonical
from rowsmith.core.languages import Languages
from rowsmith.core.row import Json
from rowsmith.core.statistics import METHOD, Guess, Statistics, counted
from rowsmith.store.changes import scratch
from rowsmith.store.database import Database
from rowsmith.store.diffs import RowDifference, diff, row_differences
from rowsmith.store.ordered import standing
from rowsmith.store.reading import VersionRows
from rowsmith.store.tombstones import erased_in
from rowsmith.store.trees import Trees
from rowsmith.store.versions import Version, Versions

_GET = text("SELECT facts FROM statistics WHERE root = :root")
_PUT = text("INSERT INTO statistics (root, facts) VALUES (:root, :facts) ON CONFLICT (root) DO UPDATE SET facts = excluded.facts")
AT_COMMIT = 10_000
"""Most rows that are counted right after a commit."""
_ANCESTORS = 50
"""So far back a counted state is looked for."""


def stored(db: Database, root: bytes) -> Statistics | None:
    """What is kept of a root; None where nothing is, what was counted by another method, or cannot be read: it is counted anew."""
    return _read(_facts(db, root) or b"{}")


def statistics(db: Database, version: Version, *, near: Version | None = None) -> Statistics:
    """The statistics of a version, duplicates included; counted and kept if they were not. `near`: another version to count from. Where rows
    were erased they are counted each time: a root is the same in another dataset, which may show them all."""
    if erased_in(db, version):
        found = counted(_said(db, version), guess())
        found.duplicates = duplicates(db, version)
        return found
    found = stored(db, version.root) or _counted(db, version, near)
    if found.duplicates is None:
        found.duplicates = duplicates(db, version)
        _keep(db, version.root, found)
    return found


def cheaply(db: Database, version: Version, most: int, *, near: Version | None = None) -> Statistics | None:
    """The statistics of a version when they are kept, or counted from at most so many rows; None when that would take more. Duplicates of
    a version with more rows are not counted."""
    if erased_in(db, version):
        return statistics(db, version) if version.rows <= most else None
    if (found := stored(db, version.root)) is not None and (found.duplicates is not None or version.rows > most):
        return found
    base = _base(db, version, near)
    differing = diff(Trees(db), base[0].root, version.root) if base else None
    if (version.rows if differing is None else sum(1 for _ in islice(differing, most + 1))) > most:
        return None
    return statistics(db, version, near=near) if version.rows <= most else _counted(db, version, near)


def ready(db: Database, version: Version) -> bool:
    """Whether the version's statistics are kept whole, or cannot be kept."""
    found = stored(db, version.root)
    return (found is not None and found.duplicates is not None) or bool(erased_in(db, version))


def count_now(db: Database, version: Version | None) -> None:
    """Count a version that has just been committed, where that means few rows; others are counted when somebody asks.

    Nothing is told of an error: the version is committed, and who asks for its statistics will learn of it.
    """
    if version is not None:
        with suppress(RowsmithError):
            cheaply(db, version, AT_COMMIT)


def proven(db: Database, versions: Iterable[Version]) -> Iterator[tuple[Version, bool]]:
    """Each of these versions whose statistics are kept, and whether they differ from what its rows come to. Counted again: from all rows, or
    by what differs from one that was counted again before, so ancestors are best given first."""
    known: dict[str, tuple[Version, Statistics]] = {}
    for version in versions:
        if (facts := _facts(db, version.root)) is None or _older(facts) or erased_in(db, version):
            continue
        kept = _read(facts)
        base = next((known[parent] for parent in version.parents if parent in known), None)
        found = counted(_said(db, version), guess()) if base is None else _from(db, base, version)
        found.duplicates = duplicates(db, version) if kept is None or kept.duplicates is not None else None
        known = dict(list(known.items())[-_ANCESTORS:]) | {version.id: (version, found)}
        yield version, facts != canonical(found.kept())


def duplicates(db: Database, version: Version) -> int:
    """Rows of a version whose data an earlier row has. Reads its map, and no row."""
    with scratch() as conn:
        conn.execute("CREATE TABLE said (data BLOB)")
        conn.executemany("INSERT INTO said VALUES (?)", ((entry.data,) for entry in standing(db, version)))
        (found,) = conn.execute("SELECT count(*) - count(DISTINCT data) FROM said").fetchone()
    return int(found)


def changed(found: Statistics, old: Mapping[str, Json] | None, new: Mapping[str, Json] | None) -> None:
    """Take a row out of statistics as it was, and count it in as it is; None: it is not there."""
    for data, times in ((old, -1), (new, 1)):
        if data is not None:
            found.add(data, len(canonical(data)), guess(), times)


@cache
def guess() -> Guess:
    """How the language of a text is guessed."""
    languages = Languages(content.languages())
    return lambda said: languages.guess(said).language


def _counted(db: Database, version: Version, near: Version | None) -> Statistics:
    """From the nearest counted state by what differs, or from all rows; kept."""
    base = _base(db, version, near)
    if base is None:
        found = counted(_said(db, version), guess())
    else:
        found = _from(db, base, version)
    _keep(db, version.root, found)
    return found


def _from(db: Database, base: tuple[Version, Statistics], version: Version) -> Statistics:
    found = deepcopy(base[1])
    for old, new in map(_sides, row_differences(db, diff(Trees(db), base[0].root, version.root))):
        if old != new:
            changed(found, old, new)
            found.duplicates = None
    return found


def _sides(found: RowDifference) -> tuple[Mapping[str, Json] | None, Mapping[str, Json] | None]:
    return found.old.data if found.old else None, found.new.data if found.new else None


def _base(db: Database, version: Version, near: Version | None) -> tuple[Version, Statistics] | None:
    candidates = [*([near] if near else []), *islice(Versions(db).log(version), 1, _ANCESTORS)]
    return next(((one, found) for one in candidates if (found := stored(db, one.root)) is not None and not erased_in(db, one)), None)


def _said(db: Database, version: Version) -> Iterator[tuple[Mapping[str, Json], int]]:
    return ((row.data, len(canonical(row.data))) for row in VersionRows(db, version))


def _facts(db: Database, root: bytes) -> bytes | None:
    with db.read() as conn:
        facts = conn.execute(_GET, {"root": root}).scalar()
    return None if facts is None else bytes(facts)


def _read(facts: bytes) -> Statistics | None:
    try:
        return Statistics.load(orjson.loads(facts))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _older(facts: bytes) -> bool:
    """Whether they were counted by an older method, which says nothing of the rows."""
    try:
        return bool(1 <= orjson.loads(facts)["method"] < METHOD)
    except (ValueError, KeyError, TypeError):
        return False


def _keep(db: Database, root: bytes, found: Statistics) -> None:
    with db.write() as conn:
        conn.execute(_PUT, {"root": root, "facts": canonical(found.kept())})
