"""Proof bundles: a version with all by which an outsider can check it, without the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import orjson

from rowsmith import content
from rowsmith.app.lab import Lab
from rowsmith.app.locks import lock_of
from rowsmith.app.unreachable import BUNDLED, note_copy
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.review import Review
from rowsmith.store.bundle_checks import BundleProof, check_bundle
from rowsmith.store.bundles import REVIEWS, Bundle, write_bundle
from rowsmith.store.datasets import Datasets
from rowsmith.store.review_queues import ReviewQueues
from rowsmith.store.reviews import Reviews
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry
from rowsmith.store.versions import Version


def bundle(lab: Lab, project: str, spoken: str, path: str | Path, *, reviews: bool = True, unblind: bool = False) -> Bundle:
    """Write the proof bundle of the version that is spoken of, sealed by whoever signs here.

    Args:
        reviews: whether it carries what people think of its rows, by whom and when; of what these said before, too.
        unblind: also of rows that somebody has yet to look at in a queue. Whoever gets the bundle could read it before his own verdict.

    Raises:
        NotFound: there is no such version. StorageFull, Invalid: it cannot be written. Unavailable: a part of the version is missing.
    """
    name, version = spoken.partition("@")[0], Datasets(lab.db).resolve(project, spoken)
    lock = orjson.dumps(lock_of(lab, name, version), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    def erased(entries: Sequence[Entry]) -> set[bytes]:
        return {entry.place for entry in entries} - {entry.place for entry in living(lab.db, version.dataset, entries)}

    said, blind = _of_rows(lab, version) if reviews else [], frozenset[str]() if unblind else ReviewQueues(lab.db, version.dataset).open_to()
    open_ = [one for one in said if one.row not in blind]
    made = write_bundle(lab.db, name, version, lock, content.page("bundle"), Path(path), lab.signer, erased, open_)
    made = replace(made, held_back=len(said) - len(open_))
    note_copy(lab, project, BUNDLED, Path(path), dataset=name, version=version.id, rows=made.rows)
    return made


def _of_rows(lab: Lab, version: Version) -> list[Review]:
    """The reviews of the rows of a version."""
    reviews = Reviews(lab.db, version.dataset)
    found = reviews.list()
    there = reviews.hashes(version, {}, sorted({one.row for one in found}))
    return [one for one in found if one.row in there]


def reviews_of(path: Path) -> Iterator[bytes]:
    """The lines of a bundle's reviews, after it has been proven.

    Raises:
        NotFound: there is no such file. Invalid: something is wrong with it, or it carries none.
    """
    proof = verify_bundle(path)
    if problem := next(iter(proof.problems), None):
        raise Invalid(f"{path} is not what was written: {problem['what']} ({problem['where']}).", f"Look at it: rowsmith verify --bundle {path}.")
    with ZipFile(path) as archive:
        if REVIEWS not in archive.namelist():
            fix = "Write it anew where its rows have some: without --without-reviews, or with --unblind while a queue keeps them from somebody."
            raise Invalid(f"{path} carries no reviews.", fix)
        with archive.open(REVIEWS) as member:
            yield from member


def verify_bundle(path: str | Path, signers: Sequence[str] = ()) -> BundleProof:
    """Check a bundle: every hash from a row's text up to the signature is made again. No home is needed.

    Args:
        signers: fingerprints; one of them has to answer for the version, and one for the bundle. None: whoever signed is told.

    Raises:
        NotFound: there is no such file. Invalid: a fingerprint is none.
    """
    wanted = [signer.lower() for signer in signers]
    for signer in wanted:
        if len(signer) != 32 or not set(signer) <= set("0123456789abcdef"):
            raise Invalid(f"{signer!r} is no fingerprint.", "Give its 32 hexadecimal digits, as the signer's rowsmith doctor tells them.")
    if not Path(path).is_file():
        raise NotFound(f"There is no bundle {path}.", "Give the path of a file that rowsmith bundle wrote.")
    return check_bundle(Path(path), wanted)
