"""The way back of one row: to file, page and characters, to the prompt, the model and what it cost, and who changed it since."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rowsmith.app.lab import Lab
from rowsmith.core.calls import PICO, shown
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.row import Row
from rowsmith.store import calls, stages, tombstones
from rowsmith.store.bodies import Bodies
from rowsmith.store.datasets import Dataset, Datasets
from rowsmith.store.reading import row_of
from rowsmith.store.runs import prompts
from rowsmith.store.trees import Entry, Trees, cut, decode, turned
from rowsmith.store.versions import Version


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: a version of a dataset, and the branches and tags that name it. `current`: it says there what it says now."""

    dataset: str
    version: str
    refs: tuple[str, ...]
    committed_at: float
    current: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A version in which a row came, or said something else than in the version before: who committed it, and the run that made it."""

    dataset: str
    version: str
    by: str
    run: str | None
    message: str
    at: float
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A step that worked on the row: the prompt as it was written, the model and its settings, the calls, and what they cost (USD)."""

    step: str
    kind: str
    prompt: str | None
    model: str | None
    params: dict[str, Any]
    calls: tuple[dict[str, Any], ...]
    cost_usd: float | None
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """A row with everything that led to it. `sources`: what it was read from, as far as it says: name, file, hash, span of characters, line,
    key, page, licence, terms. `erased`: when, by whom and with what it was erased; then nothing else is known of it."""

    id: str
    data: dict[str, Any]
    scores: dict[str, Any]
    origin: dict[str, Any]
    sources: tuple[dict[str, Any], ...]
    parents: tuple[str, ...]
    made: tuple[Made, ...]
    cost_usd: float | None
    calls: tuple[dict[str, Any], ...]
    edits: tuple[dict[str, Any], ...]
    found: tuple[Place, ...]
    changes: tuple[Change, ...]
    runs: tuple[str, ...]
    erased: dict[str, Any] | None = None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Standing:
    dataset: Dataset
    version: Version
    entry: Entry


def origin_of(lab: Lab, project: str, row: str, *, within: str | None = None) -> Origin:
    """The way back of the row with this id, or whose id begins so; of all datasets of the project, or as it stands `within` one
    (`dataset`, `dataset@version`).

    Raises:
        NotFound: there is none. Conflict: several begin so. Invalid: that is no beginning of an id.
    """
    if re.fullmatch("[0-9a-f]{4,32}", row.lower()) is None:
        raise Invalid(f"{row!r} is no id of a row.", "It has 32 digits, 0 to 9 and a to f; at least 4 of them are needed.")
    standing = list(_standing(lab, project, row.lower(), within))
    ids = {turned(one.entry.place).hex() for one in standing}
    resting = [] if within else stages.near(lab.db, project, row.lower())
    ids |= {found.id for _, found in resting}
    if len(ids) > 1:
        some = ", ".join(sorted(name[: len(row) + 8] for name in ids)[:5])
        raise Conflict(f"Several rows have an id that begins with {row}.", f"Give more of it: {some}.")
    if not ids:
        raise NotFound(f"There is no row {row!r}" + (f" in {within}." if within else "."), "List the rows of a dataset with rowsmith rows.")
    return _told(lab, ids.pop(), standing, resting)


def _told(lab: Lab, name: str, standing: Sequence[_Standing], resting: Sequence[tuple[int, Row]]) -> Origin:
    alive = [one for one in standing if list(tombstones.living(lab.db, one.dataset.n, [one.entry]))]
    runs = tuple(dict.fromkeys(f"r{n}" for n, _ in resting))
    if not alive and not resting:
        gone = standing[0]
        source, by, at = tombstones.of_row(lab.db, gone.dataset.n, gone.entry.place) or ("", "", 0.0)
        return Origin(name, {}, {}, {}, (), (), (), None, (), (), (), (), (), {"source": source, "by": by, "at": at})
    newest = max(alive, key=lambda one: (one.version.created_at, one.version.generation), default=None)
    row = _row(lab, newest.entry) if newest else resting[0][1]
    said = row.origin.get("source")
    sources = tuple(said if isinstance(said, list) else [said] if said else [])
    made = tuple(_made(lab, row.origin))
    known = [one.cost_usd for one in made if one.cost_usd is not None]
    return Origin(
        name, row.data, row.scores, row.origin, sources, tuple(row.origin.get("parents", ())), made, sum(known) if known else None,
        tuple(call for one in made for call in one.calls), tuple(row.origin.get("edits", ())),
        tuple(_place(lab, one, newest) for one in alive), tuple(_changes(lab, alive)), runs,
    )  # fmt: skip


def _row(lab: Lab, entry: Entry) -> Row:
    found = Bodies(lab.db).read((entry.data, entry.meta))
    return row_of(entry, found[entry.data], found[entry.meta])


# -- where it stands ------------------------------------------------------------------------------------------------------------------------


def _standing(lab: Lab, project: str, row: str, within: str | None) -> Iterator[_Standing]:
    """Every version that has a row whose id begins so, the newest of each dataset first."""
    datasets = Datasets(lab.db)
    if within is not None:
        version = datasets.resolve(project, within)
        dataset = datasets.get(project, within.partition("@")[0])
        yield from (_Standing(dataset, version, entry) for entry in _entries(lab, [version], row)[version.id])
        return
    for dataset in datasets.list(project):
        versions = datasets.versions(project, dataset.name)
        found = _entries(lab, versions, row)
        yield from (_Standing(dataset, version, entry) for version in versions for entry in found[version.id])


def _entries(lab: Lab, versions: Sequence[Version], row: str) -> dict[str, list[Entry]]:
    """For each version: the entries whose row id begins so. A whole id is looked up; for a beginning each part is read once."""
    trees = Trees(lab.db)
    if len(row) == 32:
        found = {version.id: trees.entry(trees.load(version.root), bytes.fromhex(row)) for version in versions}
        return {name: [entry] if entry else [] for name, entry in found.items()}
    low, high = (bytes.fromhex(row.ljust(32, digit)) for digit in "0f")
    parts: dict[bytes, list[Entry]] = {}
    out: dict[str, list[Entry]] = {}
    for version in versions:
        mine = out[version.id] = []
        for page in trees.load(version.root).pages:
            names = cut(trees.get([page])[page])
            for name, body in trees.get([n for n in names if n not in parts]).items():
                parts[name] = [entry for entry in decode(body) if low <= turned(entry.place) <= high]
            mine += [entry for name in dict.fromkeys(names) for entry in parts[name]]
    return out


def _place(lab: Lab, one: _Standing, newest: _Standing | None) -> Place:
    refs = Datasets(lab.db).refs(one.dataset.project, one.dataset.name)
    names = tuple(name for name, version in refs.items() if version == one.version.id)
    return Place(one.dataset.name, one.version.id, names, one.version.created_at, newest is None or one.entry.data == newest.entry.data)


def _changes(lab: Lab, alive: Sequence[_Standing]) -> Iterator[Change]:
    """The versions in which the row differs from all versions that they came from, the oldest first."""
    by_version = {one.version.id: one for one in alive}
    for one in sorted(alive, key=lambda one: (one.version.created_at, one.version.generation)):
        before = [by_version[parent] for parent in one.version.parents if parent in by_version]
        if any(parent.entry.data == one.entry.data for parent in before):
            continue
        columns = _columns(lab, before[0].entry, one.entry) if before else ()
        run = f"r{one.version.run}" if one.version.run else None
        yield Change(one.dataset.name, one.version.id, one.version.author, run, one.version.message, one.version.created_at, columns)


def _columns(lab: Lab, old: Entry, new: Entry) -> tuple[str, ...]:
    was, is_ = _row(lab, old).data, _row(lab, new).data
    return tuple(sorted(name for name in {*was, *is_} if was.get(name, ...) != is_.get(name, ...)))


# -- what made it ---------------------------------------------------------------------------------------------------------------------------


def _made(lab: Lab, origin: Mapping[str, Any]) -> Iterator[Made]:
    entries = origin.get("made", ())
    texts = prompts(lab.db, [str(made["prompt"]) for made in entries if made.get("prompt")])
    for made in entries:
        found = [call for key in made.get("calls", ()) if (call := calls.get(lab.db, key)) is not None]
        costs = [call["cost"] for call in found if call["cost"] is not None]
        yield Made(
            str(made.get("step", "")), str(made.get("kind", "")), texts.get(str(made.get("prompt"))), made.get("model") or made.get("embedder"),
            made.get("params", {}), tuple({**call, "raw": shown(call["raw"]), "cost_usd": _usd(call["cost"])} for call in found),
            sum(costs) / PICO if costs else None, dict(made),
        )  # fmt: skip


def _usd(cost: int | None) -> float | None:
    return None if cost is None else cost / PICO

