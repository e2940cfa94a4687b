"""Signing keys are the user's own, outside of every home; what publishes a version signs it."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from version_rows import made, made_row

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.store import configuration, signing
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.signing import Signer, signatures, signer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def mine() -> Signer:
    found = signer({})
    assert found is not None
    return found


def test_a_first_key_is_made_for_the_user_alone(folder: Path) -> None:
    made = mine()
    path = folder / signing.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert mine().fingerprint == made.fingerprint == signing.fingerprint(made.public)
    assert len(made.fingerprint) == 32


def test_another_file_can_be_named(folder: Path, tmp_path: Path) -> None:
    mine()
    other = tmp_path / "other.pem"
    other.write_bytes(signing._made())
    other.chmod(0o600)
    assert signer({"ROWSMITH_SIGNING_KEY": str(other)}).fingerprint != mine().fingerprint  # type: ignore[union-attr]
    with pytest.raises(NotFound, match="is not there"):
        signer({"ROWSMITH_SIGNING_KEY": str(tmp_path / "none.pem")})


def test_signing_can_be_turned_off(folder: Path) -> None:
    assert signer({"ROWSMITH_SIGN": "off"}) is None
    assert not (folder / signing.FILE).exists()
    with pytest.raises(Invalid, match="says nothing"):
        signer({"ROWSMITH_SIGN": "perhaps"})


def test_where_no_key_can_be_kept_nobody_signs_unless_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "file" / "config"))
    assert signer({}) is None
    with pytest.raises(Unavailable, match="cannot be written"):
        signer({"ROWSMITH_SIGN": "on"})


def test_keys_that_cannot_be_used_are_told_without_a_word_of_them(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    for body, said in ((b"no key", "holds no signing key"), (rsa(), "is not an Ed25519 key")):
        path.write_bytes(body)
        path.chmod(0o600)
        with pytest.raises(Invalid, match=said) as error:
            signer({"ROWSMITH_SIGNING_KEY": str(path)})
        assert body.decode()[30:] not in str(error.value) or not body.decode()[30:]
    path.chmod(0o640)
    with pytest.raises(Invalid, match="others may read it"):
        signer({"ROWSMITH_SIGNING_KEY": str(path)})


def rsa() -> bytes:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    return generate_private_key(SECP256R1()).private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def test_a_signature_fits_its_statement_and_its_signer_alone(folder: Path) -> None:
    one, other = mine(), Signer(Ed25519PrivateKey.generate())
    said = one.sign(b"this")
    assert signing.fits(one.public, b"this", said)
    assert not signing.fits(one.public, b"that", said)
    assert not signing.fits(other.public, b"this", said)
    assert not signing.fits(b"short", b"this", said)


def test_every_version_is_signed_as_it_is_published(database: Database, folder: Path) -> None:
    datasets = Datasets(database)
    by = mine()
    first = datasets.commit("p", "qa", made(5), run=1, signer=by)
    unsigned = datasets.commit("p", "qa", [made_row(9, "by hand")])
    again = datasets.commit("p", "qa", made(5, says="better"), run=2, signer=by)
    assert len(again.parents) == 2
    found = list(signatures(database, [version.id for version in datasets.versions("p", "qa")]))
    assert {one.version for one in found} == {first.id, again.id, again.parents[1]} and unsigned.id not in {one.version for one in found}
    assert all(one.valid and one.signer == by.public for one in found)


def test_a_key_that_openssl_made_signs(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    done = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this openssl makes no Ed25519 keys")
    path.chmod(0o600)
    assert signer({"ROWSMITH_SIGNING_KEY": str(path)}) is not None
    assert configuration.folder() == folder
