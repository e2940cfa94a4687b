"""What a user means by a source: a file's name or path, the hash of its bytes, the name of a step that has rows of its own, an address, or
the id of a row that was read from one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rowsmith.app.lab import Lab
from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.engine.retrace import roots_of
from rowsmith.store import slots
from rowsmith.store.database import Database
from rowsmith.store.files import Files
from rowsmith.store.forgotten import runs_of
from rowsmith.store.runs import Run
from rowsmith.store.sources import Source, Wanted

_ID = re.compile("[0-9a-f]{8,32}")
_HASH = re.compile("[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Meant:
    """The source that was meant: what is looked for, and the sources that are known of it."""

    wanted: Wanted
    sources: tuple[Source, ...]


def of_runs(runs: Iterable[Run]) -> Iterator[Source]:
    """The sources that runs read: each file of their locks, and each step that has rows of its own."""
    for run in runs:
        inputs = run.lock.get("inputs", {})
        for patterns in inputs.values():
            yield from (Source(name, hash_, PurePosixPath(name).name) for files in patterns.values() for name, hash_ in files)
        for position, step in enumerate(run.recipe["steps"]):
            title = step.get("name") or step["kind"]
            if title not in inputs and title not in run.lock.get("datasets", {}) and not run.lock["takes"][position]:
                yield Source(title)


def meant(db: Database, files: Files, project: str, said: str, known: Sequence[Source]) -> Meant:
    """The source that `said` means, of those that are known.

    Raises:
        NotFound: none; the fix lists the nearest. Conflict: several. Invalid: a row that is not a source's own.
    """
    distinct = list(dict.fromkeys(known))
    for fits in (_by_name, _by_url, _by_hash):
        if found := fits(said, distinct):
            return found
    for names in _by_path(files, said, distinct):
        if len(names) > 1:
            raise Conflict(f"Several sources may be meant by {said!r}.", f"Give one of them: {', '.join(sorted(names))}; or the hash of its bytes.")
        if names:
            return _named(names.pop(), distinct)
    if (row := _by_row(db, project, said)) is not None:
        return row
    raise NotFound(f"No source is called {said!r}.", choose(said, sorted({source.name for source in distinct})))


def _named(name: str, known: Sequence[Source]) -> Meant:
    return Meant(Wanted(names=frozenset([name])), tuple(source for source in known if source.name == name))


def _by_name(said: str, known: Sequence[Source]) -> Meant | None:
    return _named(said, known) if any(source.name == said for source in known) else None


def _by_url(said: str, known: Sequence[Source]) -> Meant | None:
    names = {source.name for source in known if said and source.url == said}
    return Meant(Wanted(names=frozenset(names)), tuple(s for s in known if s.name in names)) if names else None


def _by_hash(said: str, known: Sequence[Source]) -> Meant | None:
    if not _HASH.fullmatch(said.lower()):
        return None
    found = {source.hash for source in known if source.hash.startswith(said.lower())}
    if len(found) > 1:
        raise Conflict(f"Several files have a hash that begins with {said}.", f"Give more of it: {', '.join(sorted(found))}.")
    return Meant(Wanted(hashes=frozenset(found)), tuple(s for s in known if s.hash in found)) if found else None


def _by_path(files: Files, said: str, known: Sequence[Source]) -> Iterator[set[str]]:
    """Names that a path may mean, the surest first: with the bytes that lie there now, at the end of the path, by the file's own name."""
    path = Path(said).expanduser()
    ends = {source.name for source in known if _ends_with(path.absolute().as_posix(), source.name)}
    if path.is_file():
        hash_ = files.hash_of(path)
        same = {source.name for source in known if source.hash == hash_}
        yield (same & ends) or same
    yield ends
    yield {source.name for source in known if _ends_with(source.name, said)}
    yield {source.name for source in known if said and said == source.file}


def _ends_with(path: str, name: str) -> bool:
    return bool(name) and (path == name or path.endswith(f"/{name}"))


def _by_row(db: Database, project: str, said: str) -> Meant | None:
    if not _ID.fullmatch(said.lower()):
        return None
    found = slots.near(db, project, said.lower())
    if len(found) > 1:
        raise Conflict(f"Several rows have an id that begins with {said}.", f"Give more of it: {', '.join(sorted(found))}.")
    for name, of_source in found.items():
        if not of_source:
            raise Invalid(f"Row {name} was made from another one; it is no row of a source.", f"rowsmith origin {name} names its source.")
        return Meant(Wanted(ids=frozenset([name])), ())
    return None


def with_roots(lab: Lab, meant: Meant, runs: Sequence[Run]) -> Wanted:
    """What is looked for, with what these runs read of it.

    Raises:
        Conflict: that cannot be found out.
    """
    before = runs_of(lab.db)
    plans = {run.n: [one.plan for one in before.get(run.n, ())] for run in runs}
    found = {run.n: roots_of(lab.db, lab.files, run, meant.wanted, plans[run.n]) for run in runs}
    return replace(meant.wanted, roots={n: ranges for n, ranges in found.items() if ranges})
