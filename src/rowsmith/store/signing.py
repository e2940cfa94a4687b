"""Who answers for a version: an Ed25519 signature of its id, and so of its rows, of what is said of it, and of all that it descends from.

The key is the user's own and lies outside of every home: in the file that ROWSMITH_SIGNING_KEY names, else in `signing-key` of the user's
configuration folder, where a first one is made when something is to be signed. ROWSMITH_SIGN=off signs nothing; `on` refuses to go on
where nothing can be signed; without either, a user without a folder that can be written to commits unsigned.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, text

from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.store import configuration
from rowsmith.store.database import Database

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VARIABLE = "ROWSMITH_SIGNING_KEY"
SWITCH = "ROWSMITH_SIGN"
FILE = "signing-key"
_MAKE = "Make one with: openssl genpkey -algorithm ed25519"
_PUT = text(
    "INSERT INTO signature (version, signer, signature, created_at) VALUES (:version, :signer, :signature, :now) ON CONFLICT DO NOTHING"
)
_OF = text("SELECT version, signer, signature FROM signature WHERE version IN :versions ORDER BY version, signer").bindparams(
    bindparam("versions", expanding=True)
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a version: the signer's public key (32 bytes) and the signature (64)."""

    version: str
    signer: bytes
    signature: bytes

    @property
    def valid(self) -> bool:
        """Whether it is what the signer makes of this version."""
        try:
            return fits(self.signer, of_version(self.version), self.signature)
        except ValueError:  # no version is called so
            return False


class Signer:
    """Somebody who signs, with the key that is theirs alone."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """What the signer goes by: 32 hexadecimal digits."""
        return fingerprint(self.public)

    def sign(self, statement: bytes) -> bytes:
        """The signature of a statement (64 bytes)."""
        return self._key.sign(statement)


def of_version(version: str) -> bytes:
    """What is signed of a version."""
    return b"rowsmith version\0" + bytes.fromhex(version)


def fingerprint(public: bytes) -> str:
    """A public key, short enough to be read out: 32 hexadecimal digits."""
    return blake2b(public, digest_size=16, person=b"rowsmith.signer").hexdigest()


def fits(public: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether a signature is what the holder of the key made of the statement."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def signer(environ: Mapping[str, str]) -> Signer | None:
    """Who signs here; None: nobody does.

    Raises:
        NotFound, Invalid: the key that is named is not there, is none, or may be read by others; ROWSMITH_SIGN is neither on nor off.
        Unavailable: with ROWSMITH_SIGN=on, a first key cannot be kept.
    """
    wanted = environ.get(SWITCH, "").strip().lower()
    if wanted not in ("", "on", "off"):
        raise Invalid(f"{SWITCH}={environ[SWITCH]} says nothing.", "Set it to on or off, or leave it out.")
    if wanted == "off":
        return None
    if named := environ.get(VARIABLE, "").strip():
        path = Path(named).expanduser()
        if not path.is_file():
            raise NotFound(f"The signing key {path} is not there.", f"{_MAKE} -out {path}; or unset {VARIABLE}.")
        return _read(path)
    try:
        return _own()
    except Unavailable:
        if wanted == "on":
            raise
        return None  # a user who can keep no key works on unsigned; the doctor says so


def sign(conn: Connection, now: float, signer: Signer | None, version: str) -> None:
    """Sign a version, in the transaction that publishes it."""
    if signer is not None:
        values = {"version": version, "signer": signer.public, "signature": signer.sign(of_version(version)), "now": now}
        conn.execute(_PUT, values)


def signatures(db: Database, versions: Iterable[str]) -> Iterator[Signature]:
    """The signatures of these versions."""
    names = list(versions)
    for at in range(0, len(names), 1000):
        with db.read() as conn:
            found = conn.execute(_OF, {"versions": names[at : at + 1000]}).all()
        yield from (Signature(row.version, bytes(row.signer), bytes(row.signature)) for row in found)


def by_version(found: Iterable[Signature]) -> dict[str, Sequence[Signature]]:
    """The signatures, by version."""
    out: dict[str, list[Signature]] = {}
    for one in found:
        out.setdefault(one.version, []).append(one)
    return {**out}


def _own() -> Signer:
    path = configuration.folder() / FILE
    if not path.exists():
        with configuration.locked():
            if not path.exists():  # another process may have made one meanwhile
                configuration.write(FILE, _made())
    return _read(path)


def _made() -> bytes:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def _read(path: Path) -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    wrong = partial(Invalid, fix=f"Move it away, and a new one is made; or name another one: {VARIABLE}=PATH. {_MAKE}.")
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Invalid(f"{path} holds a signing key, and others may read it.", f"Close it to them: chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise wrong(f"The signing key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):  # TypeError: it is encrypted
        raise wrong(f"{path} holds no signing key: an unencrypted Ed25519 private key in PEM form is needed.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise wrong(f"{path} holds a key that is not an Ed25519 key.")
    return Signer(key)
