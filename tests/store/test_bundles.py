"""Bundles: written from the database, checked without it; every changed byte is found, and who forges one cannot sign as somebody else."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from version_rows import made, made_row

from rowsmith.core.ids import canonical
from rowsmith.store.bundle_checks import BundleProof, check_bundle
from rowsmith.store.bundles import COMMENT, LOCK, MANIFEST, MEMBERS, ROWS, SIGNED, VERSIONS, of_manifest, summed, write_bundle
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.signing import Signer
from rowsmith.store.trees import Entry, turned
from rowsmith.store.versions import Version, Versions

ADA, EVE = (Signer(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2))


def lock_of(db: Database, version: Version) -> bytes:
    """As much of a lock as a bundle is checked by."""
    names = [{"id": one.id} for one in Versions(db).lineage(version)]
    return canonical({"version": version.id, "output": {"rows": version.rows, "root": version.root.hex()}, "versions": names})


def bundled(db: Database, version: Version, path: Path, signer: Signer | None = ADA, **more: Any) -> Path:
    write_bundle(db, "qa", version, lock_of(db, version), "Read me.", path, signer, **more)
    return path


def history(db: Database, rows: int = 300) -> Version:
    datasets = Datasets(db)
    datasets.commit("p", "qa", made(rows), run=1, signer=ADA)
    datasets.commit("p", "qa", [made_row(1, "by hand")], author="ada")
    return datasets.commit("p", "qa", made(rows, says="better"), run=2, signer=ADA)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small bundle, so that it can be damaged often."""
    folder = tmp_path_factory.mktemp("bundle")
    db = open_database(f"sqlite:///{folder}/x.db")
    yield bundled(db, history(db, 4), folder / "whole.zip")
    db.close()


@pytest.mark.parametrize("rows", [0, 1, 300])
def test_a_bundle_is_proven_without_the_database(database: Database, tmp_path: Path, rows: int) -> None:
    version = history(database, rows) if rows else Datasets(database).commit("p", "qa", [], signer=ADA)
    path = bundled(database, version, tmp_path / "b.zip")
    proof = check_bundle(path, [ADA.fingerprint])
    assert proof.problems == []
    assert (proof.dataset, proof.version, proof.rows) == ("qa", version.id, version.rows)
    assert proof.checked["members"] == 4 and proof.checked.get("rows", 0) == version.rows
    assert (proof.signers.version, proof.signers.bundle) == ([ADA.fingerprint], ADA.fingerprint)
    if rows:
        assert (proof.checked["versions"], proof.signers.ancestors) == (4, {ADA.fingerprint: 2})  # one was not signed
    other = bundled(database, version, tmp_path / "again.zip")
    assert other.read_bytes() == path.read_bytes()


def test_rows_merged_from_another_dataset_bring_its_versions_along(database: Database, tmp_path: Path) -> None:
    from rowsmith.store.committing import commit_merge
    from rowsmith.store.merging import Terms
    from rowsmith.store.publishing import Said

    datasets = Datasets(database)
    theirs, ours = datasets.commit("p", "other", made(3, start=50)), datasets.commit("p", "qa", made(3))
    done = commit_merge(database, ours.dataset, "main", theirs, Said(None, "me", "both", ADA), Terms(), None)
    assert done.version is not None
    proof = check_bundle(bundled(database, done.version, tmp_path / "b.zip"))
    assert (proof.problems, proof.checked["versions"], proof.rows) == ([], 3, 6)


def test_a_bundle_that_nobody_signs_says_so(database: Database, tmp_path: Path) -> None:
    version = Datasets(database).commit("p", "qa", made(3))
    path = bundled(database, version, tmp_path / "b.zip", None)
    proof = check_bundle(path)
    assert (proof.ok, proof.signers.version, proof.signers.bundle) == (True, [], None)
    assert [(p["kind"], "nobody" in p["what"]) for p in check_bundle(path, [ADA.fingerprint]).problems] == [("signer", True)] * 2


def test_erased_rows_are_told_by_their_hashes_alone(database: Database, tmp_path: Path) -> None:
    version = history(database, 4)
    gone = turned(bytes.fromhex(made(1)[0].id))

    def erased(entries: list[Entry]) -> set[bytes]:
        return {entry.place for entry in entries if entry.place == gone}

    path = bundled(database, version, tmp_path / "b.zip", erased=erased)
    proof = check_bundle(path, [ADA.fingerprint])
    assert (proof.ok, proof.erased, proof.rows) == (True, [made(1)[0].id], 4)
    with zipfile.ZipFile(path) as archive:
        assert b"better 0" not in archive.read(ROWS) and b"better 1" not in archive.read(ROWS)  # row 1 was changed by hand
        assert b"better 2" in archive.read(ROWS)


@pytest.mark.parametrize("seed", range(60))
def test_law_a_changed_byte_is_found(whole: Path, tmp_path: Path, seed: int) -> None:
    """Wherever in the file it is: in the rows, or in what zip readers pass over."""
    chance, body = random.Random(seed), bytearray(whole.read_bytes())
    at = chance.randrange(len(body))
    body[at] ^= 1 << chance.randrange(8)
    assert not check(tmp_path, bytes(body)).ok


@pytest.mark.slow
def test_law_every_single_changed_byte_is_found(whole: Path, tmp_path: Path) -> None:
    body = whole.read_bytes()
    passed = [at for at in range(len(body)) if check(tmp_path, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]).ok]
    assert passed == []


def test_a_file_that_is_cut_short_or_grown_or_none_is_found(whole: Path, tmp_path: Path) -> None:
    body = whole.read_bytes()
    for damaged in (body[:-1], body[: len(body) // 2], body + b"x", b"", b"no zip", b"x" + body):
        assert not check(tmp_path, damaged).ok


def check(folder: Path, body: bytes, *signers: Signer) -> BundleProof:
    path = folder / "damaged.zip"
    path.write_bytes(body)
    return check_bundle(path, [signer.fingerprint for signer in signers])


# -- what a forger can do: write a bundle anew, with all that needs no key of somebody else --------------------------------------------------


def forged(whole: Path, changes: dict[str, Callable[[bytes], bytes]], seal: Signer | None = EVE) -> bytes:
    """The bundle with other members, everything above them made to fit again, sealed by the forger."""
    with zipfile.ZipFile(whole) as archive:
        parts = {name: changes.get(name, lambda body: body)(archive.read(name)) for name in MEMBERS}
        manifest = orjson.loads(archive.read(MANIFEST))
    for name, body in parts.items():
        manifest["members"][name] = {"bytes": len(body), "blake2b": summed(io.BytesIO(body), len(body))}
    parts[MANIFEST] = changes.get(MANIFEST, lambda body: body)(canonical(manifest))
    if seal is not None:
        parts[SIGNED] = canonical({"signer": seal.public.hex(), "signature": seal.sign(of_manifest(parts[MANIFEST])).hex()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = COMMENT + b"0" * 64
        for name, body in parts.items():
            archive.writestr(name, body)
    body = out.getvalue()[:-64]
    return body + summed(io.BytesIO(body), len(body)).encode()


def test_what_is_written_anew_without_a_change_passes_but_its_seal_is_the_forgers(whole: Path, tmp_path: Path) -> None:
    assert check(tmp_path, forged(whole, {})).ok
    proof = check(tmp_path, forged(whole, {}), ADA)
    assert [p["what"] for p in proof.problems] == [f"it is not sealed by {ADA.fingerprint}, but by {EVE.fingerprint}"]
    assert check(tmp_path, forged(whole, {}), ADA, EVE).ok


def say(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        assert old in body
        return body.replace(old, new, 1)

    return change


def first_line(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        line, _, rest = body.partition(b"\n")
        said = orjson.loads(line)
        change(said)
        return canonical(said) + b"\n" + rest

    return changed


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda body: b"".join(line + b"\n" for line in change(body.splitlines()))


FORGERIES: dict[str, tuple[dict[str, Callable[[bytes], bytes]], str]] = {
    "a row's text": ({ROWS: say(b"better 2", b"bettor 2")}, "rows"),
    "where a row came from": ({ROWS: say(b'"file":"a.md"', b'"file":"b.md"')}, "rows"),
    "a row's place": ({ROWS: first_line(lambda said: said.update(key="00" + said["key"][2:-2] + "ff"))}, "rows"),
    "a row fewer": ({ROWS: lines(lambda rows: rows[1:])}, "rows"),
    "a row twice": ({ROWS: lines(lambda rows: [rows[0], *rows])}, "row"),
    "rows in another order": ({ROWS: lines(lambda rows: rows[::-1])}, "row"),
    "a row that was not erased": ({ROWS: first_line(lambda said: said.update(erased=True, data_hash="00" * 16, meta_hash="00" * 16))}, "rows"),
    "a row written otherwise": ({ROWS: say(b'"data":{', b'"data": {')}, "row"),
    "the author": ({VERSIONS: first_line(lambda said: said.update(author="eve"))}, "version"),
    "the root": ({VERSIONS: first_line(lambda said: said.update(root="00" * 16))}, "version"),
    "how many rows": ({VERSIONS: first_line(lambda said: said.update(rows=10**15))}, "version"),
    "something beside": ({VERSIONS: first_line(lambda said: said.update(more="x"))}, "version"),
    "an ancestor that is gone": ({VERSIONS: lines(lambda found: found[:-1])}, "version"),
    "an ancestor of others": ({VERSIONS: lines(lambda found: [found[0], found[0], *found[1:]])}, "version"),
    "a signature": ({VERSIONS: first_line(lambda said: said["signatures"][0].update(signature="00" * 64))}, "signature"),
    "whose signature": ({VERSIONS: first_line(lambda said: said["signatures"][0].update(signer=EVE.public.hex()))}, "signature"),
    "a lock of another version": ({LOCK: say(b'"version":"', b'"version":"x')}, "lock"),
    "the manifest": ({MANIFEST: say(b'"rowsmith bundle"', b'"rowsmith bundel"')}, "bundle"),
    "no rows at all": ({ROWS: lambda _: b""}, "rows"),
    "no JSON": ({ROWS: lambda body: b"{" * len(body)}, "bundle"),
    "no version": ({VERSIONS: lambda _: b""}, "version"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found_although_its_sums_fit(whole: Path, tmp_path: Path, forgery: str) -> None:
    changes, kind = FORGERIES[forgery]
    proof = check(tmp_path, forged(whole, changes))
    assert kind in {problem["kind"] for problem in proof.problems}, proof.problems
    assert all(set(p) == {"kind", "what", "where"} and all(p.values()) for p in proof.problems)


def test_a_history_of_the_forgers_own_is_signed_by_the_forger(tmp_path: Path, database: Database) -> None:
    """Everything fits, as everything was made anew; only the signer is another one."""
    version = Datasets(database).commit("p", "qa", made(4, says="forged"), run=2, author="ada", signer=EVE)
    path = bundled(database, version, tmp_path / "b.zip", EVE)
    assert check_bundle(path).ok
    assert {p["kind"] for p in check_bundle(path, [ADA.fingerprint]).problems} == {"signer"}
