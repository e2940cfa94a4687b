"""Proof bundles: a version with all by which an outsider can check it, without the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from rowsmith import content
from rowsmith.app.lab import Lab
from rowsmith.app.locks import lock_of
from rowsmith.app.unreachable import BUNDLED, note_copy
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.store.bundle_checks import BundleProof, check_bundle
from rowsmith.store.bundles import Bundle, write_bundle
from rowsmith.store.datasets import Datasets
from rowsmith.store.tombstones import living
from rowsmith.store.trees import Entry


def bundle(lab: Lab, project: str, spoken: str, path: str | Path) -> Bundle:
    """Write the proof bundle of the version that is spoken of, sealed by whoever signs here.

    Raises:
        NotFound: there is no such version. StorageFull, Invalid: it cannot be written. Unavailable: a part of the version is missing.
    """
    name, version = spoken.partition("@")[0], Datasets(lab.db).resolve(project, spoken)
    lock = orjson.dumps(lock_of(lab, name, version), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    def erased(entries: Sequence[Entry]) -> set[bytes]:
        return {entry.place for entry in entries} - {entry.place for entry in living(lab.db, version.dataset, entries)}

    made = write_bundle(lab.db, name, version, lock, content.page("bundle"), Path(path), lab.signer, erased)
    note_copy(lab, project, BUNDLED, Path(path), dataset=name, version=version.id, rows=made.rows)
    return made


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
