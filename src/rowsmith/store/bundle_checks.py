"""Proof of a bundle, without the database that it came from: every hash from a row's text up to the signature is made again.

    data, meta -> entry -> bucket -> page -> root -> version -> its descendants -> signature

Reads the file as a stream; memory does not grow with the rows.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby, pairwise
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.core.ids import canonical
from rowsmith.store.audit import Found
from rowsmith.store.bodies import tagged
from rowsmith.store.bundles import (
    COMMENT,
    FORMAT,
    LOCK,
    MANIFEST,
    MEMBERS,
    REVIEW,
    REVIEWS,
    ROWS,
    SIGNED,
    VERSION,
    VERSIONS,
    of_manifest,
    summed,
    version_of,
)
from rowsmith.store.changes import DATA, META
from rowsmith.store.signing import Signature, fingerprint, fits
from rowsmith.store.trees import PAGE, Entry, bits_for, bucket_of, encode, rolling, turned
from rowsmith.store.versions import Version

MOST = 100
"""Problems that are listed."""
_LONGEST = 64 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
_UNSAID = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


@dataclass(slots=True)
class Signers:
    """Who answers for what: fingerprints of the valid signatures, of the version itself, of the versions it descends from (with how many
    each signed), and of the bundle."""

    version: list[str] = field(default_factory=list)
    ancestors: dict[str, int] = field(default_factory=dict)
    bundle: str | None = None


@dataclass(slots=True)
class BundleProof:
    """What a bundle is of, what was checked, how often, and what is wrong: `problems` are {kind, what, where}, the first hundred. `erased` are
    rows whose text was erased by request: their hashes stand for them, which is no problem."""

    dataset: str = ""
    version: str = ""
    rows: int = 0
    checked: dict[str, int] = field(default_factory=dict)
    signers: Signers = field(default_factory=Signers)
    erased: list[str] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def wrong(self, kind: str, what: str, where: str) -> None:
        """Note a problem, while there is room."""
        if len(self.problems) < MOST:
            self.problems.append({"kind": kind, "what": what, "where": where})


def check_bundle(path: Path, signers: Iterable[str] = ()) -> BundleProof:
    """Check a bundle. `signers`: fingerprints, one of which has to answer for the version, and one for the bundle.

    Raises:
        OSError: the file cannot be opened.
    """
    proof = BundleProof()
    with path.open("rb") as file:
        _whole(file, proof)
        try:
            with zipfile.ZipFile(file) as archive:
                _Checking(archive, proof).carry_out()
        except (*_UNREADABLE, *_UNSAID) as error:
            proof.wrong("bundle", f"it cannot be read: {error}", path.name)
    _signed(proof, set(signers))
    return proof


def _whole(file: IO[bytes], proof: BundleProof) -> None:
    """Every byte of the file is as it was written."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 64))
    said = file.read()
    file.seek(max(0, size - 64 - len(COMMENT)))
    marked = file.read(len(COMMENT)) == COMMENT
    file.seek(0)
    if not marked or summed(file, size - 64).encode() != said:
        proof.wrong("bundle", "its bytes are not those that were written", "the file")
    file.seek(0)


def _signed(proof: BundleProof, wanted: set[str]) -> None:
    """What is asked for is signed by one of these."""
    if not wanted:
        return
    names = " or ".join(sorted(wanted))
    if not wanted & set(proof.signers.version):
        by = ", ".join(proof.signers.version) or "nobody"
        proof.wrong("signer", f"it is not signed by {names}, but by {by}", f"version {proof.version[:12]}")
    if proof.signers.bundle not in wanted:
        proof.wrong("signer", f"it is not sealed by {names}, but by {proof.signers.bundle or 'nobody'}", "the bundle")


class _Checking:
    def __init__(self, archive: zipfile.ZipFile, proof: BundleProof) -> None:
        self._archive, self._proof = archive, proof
        self._manifest: dict[str, Any] = {}
        self._members: Sequence[str] = MEMBERS
        self._reviewed: dict[str, str] = {}

    def carry_out(self) -> None:
        """Check member by member."""
        names = self._archive.namelist()
        sealed = SIGNED in names
        self._members = (*MEMBERS, REVIEWS) if REVIEWS in names else MEMBERS
        if names != [*self._members, MANIFEST, *([SIGNED] if sealed else [])]:
            self._proof.wrong("bundle", f"its members are {', '.join(names)}", "the file")
        body = self._small(MANIFEST)
        self._manifest = orjson.loads(body)
        if (self._manifest["format"], self._manifest["version"]) != (FORMAT, VERSION):
            self._proof.wrong("bundle", "it is of a newer Rowsmith, or no bundle", MANIFEST)
        if sealed:
            self._seal(body)
        self._proof.dataset, self._proof.version = str(self._manifest["dataset"]), str(self._manifest["of"])
        if set(self._manifest["members"]) != {*self._members}:
            self._proof.wrong("bundle", "the manifest names other members", MANIFEST)
        for name in self._members:
            self._member(name)
        head = self._chain()
        if head is not None:
            self._reviews()
            self._rows(head)
            self._lock(head)
            for row, where in self._reviewed.items():
                self._proof.wrong("review", f"it is of no row of the version: {row}", where)

    def _seal(self, manifest: bytes) -> None:
        seal = orjson.loads(self._small(SIGNED))
        public = bytes.fromhex(seal["signer"])
        if fits(public, of_manifest(manifest), bytes.fromhex(seal["signature"])):
            self._proof.signers.bundle = fingerprint(public)
        else:
            self._proof.wrong("seal", "it is not what its signer makes of the manifest", SIGNED)
        self._counted("signatures")

    def _member(self, name: str) -> None:
        said, sum_, size = self._manifest["members"][name], blake2b(digest_size=32), 0
        with self._archive.open(name) as member:
            while part := member.read(1 << 20):
                sum_.update(part)
                size += len(part)
        if (size, sum_.hexdigest()) != (said["bytes"], said["blake2b"]):
            self._proof.wrong("bundle", "it is not what the manifest says", name)
        self._counted("members")

    def _chain(self) -> Version | None:
        """The versions hang together, each id names what is said, and signatures fit. The version that the bundle is of."""
        head: Version | None = None
        awaited: set[str] = {self._proof.version}
        for number, line in enumerate(self._lines(VERSIONS), 1):
            said = orjson.loads(line)
            version, where = version_of(said), f"{VERSIONS}, line {number}"
            self._counted("versions")
            if set(said) != {*Version.__slots__, "signatures"} or canonical(said) + b"\n" != line:
                self._proof.wrong("version", "it is not written as it has to be", where)
            if version.identity() != version.id:
                self._proof.wrong("version", "its id is not the hash of its facts", where)
            if version.id not in awaited:
                self._proof.wrong("version", "nothing before it descends from it", where)
            awaited = (awaited - {version.id}) | set(version.parents)
            head = head or version
            self._signatures(version, said["signatures"], where, of_head=version is head)
        if head is None or awaited:
            self._proof.wrong("version", "a version that another one descends from is missing", VERSIONS)
        return head

    def _signatures(self, version: Version, said: list[dict[str, str]], where: str, *, of_head: bool) -> None:
        signers = self._proof.signers
        for one in said:
            self._counted("signatures")
            found = Signature(version.id, bytes.fromhex(one["signer"]), bytes.fromhex(one["signature"]))
            name = fingerprint(found.signer)
            if not found.valid:
                self._proof.wrong("signature", f"that of {name} is not what its signer makes of the version", where)
            elif of_head:
                signers.version.append(name)
            else:
                signers.ancestors[name] = signers.ancestors.get(name, 0) + 1

    def _reviews(self) -> None:
        """Each is written as it has to be; the rows that they are of are awaited among those of the version."""
        for number, line in enumerate(self._lines(REVIEWS) if REVIEWS in self._members else (), 1):
            self._counted("reviews")
            said, where = orjson.loads(line), f"{REVIEWS}, line {number}"
            if set(said) != {*REVIEW} or orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) != line:
                self._proof.wrong("review", "it is not written as it has to be", where)
            self._reviewed.setdefault(str(said["row"]), where)

    def _rows(self, head: Version) -> None:
        """The rows make the root that the version names."""
        if head.rows > self._archive.getinfo(ROWS).file_size:  # a lie that would keep us busy for years
            return self._proof.wrong("rows", f"they are not the {head.rows:,} rows of the version", ROWS)
        bits, rows, total = bits_for(head.rows), 0, 0
        names, pages, last = [], [], b""
        for bucket, entries in _buckets(self._entries(), bits):
            for before, entry in pairwise([None, *entries]):
                assert entry is not None
                if (before.place if before else last) >= entry.place:
                    self._proof.wrong("row", "it stands twice, or not in its place", f"row {turned(entry.place).hex()}")
                total += rolling(entry)
            rows, last = rows + len(entries), entries[-1].place if entries else last
            names.append(tagged(b"rowsmith.bucket", encode(entries)))
            if len(names) == PAGE or bucket + 1 == 1 << bits:
                pages.append(tagged(b"rowsmith.page", b"".join(names)))
                names = []
        self._proof.rows = rows
        root = tagged(b"rowsmith.root", bytes([bits]) + b"".join(pages))
        if (rows, root, (total % 2**128).to_bytes(16, "big")) != (head.rows, head.root, head.rolling):
            self._proof.wrong("rows", "they are not those of the version: their root is another one", ROWS)
        return None

    def _entries(self) -> Iterator[Entry]:
        for number, line in enumerate(self._lines(ROWS), 1):
            self._counted("rows")
            said = orjson.loads(line)
            name = str(said["id"])
            self._reviewed.pop(name, None)
            if canonical(said) + b"\n" != line:
                self._proof.wrong("row", "it is not written as it has to be", f"{ROWS}, line {number}")
            if said.get("erased") is True:
                self._proof.erased.append(name)
                data, meta = bytes.fromhex(said["data_hash"]), bytes.fromhex(said["meta_hash"])
            else:
                data, meta = tagged(DATA, canonical(said["data"])), tagged(META, canonical(said["meta"]))
            yield Entry(turned(bytes.fromhex(name)), bytes.fromhex(said["key"]), data, meta)

    def _lock(self, head: Version) -> None:
        """The lock is of this version."""
        lock = orjson.loads(self._small(LOCK))
        output = lock["output"]
        if (lock["version"], output["rows"], output["root"]) != (head.id, head.rows, head.root.hex()):
            self._proof.wrong("lock", "it is of another version", LOCK)
        if [one["id"] for one in lock["versions"]] != [str(orjson.loads(line)["id"]) for line in self._lines(VERSIONS)]:
            self._proof.wrong("lock", "it names another history", LOCK)

    def _small(self, name: str) -> bytes:
        with self._archive.open(name) as member:
            return member.read(_LONGEST)

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as member:
            while line := member.readline(_LONGEST):
                yield line

    def _counted(self, what: str) -> None:
        self._proof.checked[what] = self._proof.checked.get(what, 0) + 1


def _buckets(entries: Iterator[Entry], bits: int) -> Iterator[tuple[int, list[Entry]]]:
    """Every bucket, those without an entry, too."""
    awaited = 0
    for number, group in groupby(entries, key=lambda entry: bucket_of(entry.place, bits)):
        for empty in range(awaited, number):
            yield empty, []
        yield number, list(group)
        awaited = number + 1
    for empty in range(awaited, 1 << bits):
        yield empty, []

