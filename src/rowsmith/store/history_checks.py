"""Proof of a history: that names, edits, reviews, signatures and statistics fit the versions and rows that they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from rowsmith.store import naming
from rowsmith.store.audit import Found
from rowsmith.store.bodies import Bodies, tagged
from rowsmith.store.changes import DATA
from rowsmith.store.database import Database
from rowsmith.store.signing import Signature, fingerprint
from rowsmith.store.statistics import proven
from rowsmith.store.versions import Version

Checked = Iterator[tuple[str, list[Found]]]
_KINDS = ("branch", "tag", "release")
_DATASETS = text("SELECT n, name FROM dataset")
_VERSIONS = text("SELECT id, dataset FROM version")
_REFS = text("SELECT dataset, name, kind, version, author, message, created_at, digest FROM ref ORDER BY dataset, name")
_EDITS = text("SELECT dataset, branch, id, base_data, base_meta, data, hash FROM edit ORDER BY dataset, branch, id")
_REVIEWS = text('SELECT n, dataset, "row", verdict FROM review ORDER BY n')
_SIGNATURES = text("SELECT version, signer, signature FROM signature ORDER BY version, signer")


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: names of datasets by number, versions with the dataset of each, and branches."""

    datasets: Mapping[int, str]
    versions: Mapping[str, int]
    branches: frozenset[tuple[int, str]]


def history(db: Database, only: int | None = None) -> Checked:
    """(what was checked, problems) for each ref, edit, review and signature of the home, or of one dataset."""
    known = _known(db)
    yield from _refs(db, known, only)
    yield from _edits(db, known, only)
    yield from _reviews(db, known, only)
    yield from _signatures(db, known, only)
    if only is None:
        lost = [name for name, dataset in known.versions.items() if dataset not in known.datasets]
        yield from (("versions", [_found("version", "its dataset is missing", f"version {name[:12]}")]) for name in lost)


def statistics(db: Database, versions: Sequence[Version]) -> Checked:
    """(what was checked, problems) for the kept statistics of these versions, oldest first."""
    for version, differs in proven(db, versions):
        what = "they are not what its rows come to"
        yield "statistics", [_found("statistics", what, f"version {version.id[:12]}")] if differs else []


def _known(db: Database) -> Known:
    with db.read() as conn:
        datasets = {row.n: row.name for row in conn.execute(_DATASETS)}
        versions = {row.id: row.dataset for row in conn.execute(_VERSIONS)}
        branches = frozenset((row.dataset, row.name) for row in conn.execute(_REFS) if row.kind == "branch")
    return Known(datasets, versions, branches)


def _refs(db: Database, known: Known, only: int | None) -> Checked:
    with db.read() as conn:
        refs = conn.execute(_REFS).all()
    for ref in refs:
        if only not in (None, ref.dataset):
            continue
        *said, digest = ref
        wrong = [
            *(["what it says, of its version or of itself, is altered"] if bytes(digest or b"") != naming.digest(*said) else []),
            *([f"it is a {ref.kind!r}, which is nothing"] if ref.kind not in _KINDS else []),
            *(["its dataset is missing"] if ref.dataset not in known.datasets else []),
            *([f"it names version {ref.version[:12]}, which is missing"] if ref.version not in known.versions else []),
            *(["it names a version of another dataset"] if known.versions.get(ref.version, ref.dataset) != ref.dataset else []),
        ]
        yield "refs", [_found("ref", what, f"{known.datasets.get(ref.dataset, ref.dataset)}@{ref.name}") for what in wrong]


def _edits(db: Database, known: Known, only: int | None) -> Checked:
    bodies = Bodies(db)
    with db.read() as conn:
        edits = conn.execute(_EDITS).all()
    for edit in edits:
        if only not in (None, edit.dataset):
            continue
        bases = [bytes(name) for name in (edit.base_data, edit.base_meta) if name is not None]
        lost = (edit.dataset, edit.branch) not in known.branches and edit.base_data is not None
        wrong = [
            *(["its dataset is missing"] if edit.dataset not in known.datasets else ["its branch is missing"] if lost else []),
            *(["its text does not have its hash"] if edit.data is not None and tagged(DATA, bytes(edit.data)) != bytes(edit.hash or b"") else []),
            *(["what it was made over is missing"] if len(bodies.find(bases)) < len(set(bases)) else []),
        ]
        where = f"row {bytes(edit.id).hex()} on {known.datasets.get(edit.dataset, edit.dataset)}@{edit.branch}"
        yield "edits", [_found("edit", what, where) for what in wrong]


def _reviews(db: Database, known: Known, only: int | None) -> Checked:
    with db.read() as conn:
        reviews = conn.execute(_REVIEWS).all()
    for review in reviews:
        if only not in (None, review.dataset):
            continue
        wrong = [
            *(["its dataset is missing"] if review.dataset not in known.datasets else []),
            *(["its row has no id"] if len(bytes(review.row)) != 16 else []),
            *([f"its verdict is {review.verdict!r}, which is none"] if review.verdict not in ("", "accept", "reject") else []),
        ]
        yield "reviews", [_found("review", what, f"review {review.n}") for what in wrong]


def _signatures(db: Database, known: Known, only: int | None) -> Checked:
    with db.read() as conn:
        found = [Signature(row.version, bytes(row.signer), bytes(row.signature)) for row in conn.execute(_SIGNATURES)]
    for one in found:
        if only is not None and known.versions.get(one.version) != only:
            continue
        wrong = [
            *([f"version {one.version[:12]}, which it is of, is missing"] if one.version not in known.versions else []),
            *(["it is not what its signer makes of that version"] if not one.valid else []),
        ]
        where = f"version {one.version[:12]}, by {fingerprint(one.signer)}"
        yield "signatures", [_found("signature", what, where) for what in wrong]


def _found(kind: str, what: str, where: str) -> Found:
    return {"kind": kind, "what": what, "where": where}
