"""Providers' keys at rest, by envelope encryption: each key by a random data key of its own, and that one by a key-encrypting key.

Both are AES-256-GCM. What is authenticated beside them is where the row stands (scope, name, address), so that a row which is altered,
or copied to another place, does not decrypt. Everything but the key itself can be listed without any key-encrypting key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import scrypt
from secrets import token_bytes

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, text, update

from rowsmith.core.errors import Unavailable
from rowsmith.core.ids import canonical
from rowsmith.store.database import Database
from rowsmith.store.kek import SIZE, Kek, Ring
from rowsmith.store.schema import secret

HOME = "home"
_NONCE = 12
_SHOWN_FROM = 12
"""Keys shorter than this show none of their characters."""
_PUT = text(
    "INSERT INTO secret (scope, name, address, body, data_key, kek, ends_with, fingerprint, author, created_at) "
    "VALUES (:scope, :name, :address, :body, :data_key, :kek, :ends_with, :fingerprint, :author, :now) "
    "ON CONFLICT (scope, name, address) DO UPDATE SET body = excluded.body, data_key = excluded.data_key, kek = excluded.kek, "
    "ends_with = excluded.ends_with, fingerprint = excluded.fingerprint, author = excluded.author, created_at = excluded.created_at"
)
_ORDER = (secret.c.name, secret.c.address, secret.c.scope)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands: `scope` is `home` or `project:NAME`; `address` the only one that it is sent to."""

    scope: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What may be told of a stored key. `kek` names the key-encrypting key that it needs."""

    place: Place
    kek: str
    ends_with: str
    fingerprint: str
    author: str
    created_at: float


class Secrets:
    """The keys that a home holds."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, place: Place, key: str, kek: Kek, author: str) -> None:
        """Store a key; one that stood there before is replaced."""
        data_key = token_bytes(SIZE)
        values = {
            "scope": place.scope, "name": place.name, "address": place.address, "body": _sealed(data_key, key.encode(), place),
            "data_key": _sealed(kek.key, data_key, place), "kek": kek.id, "author": author, **marks(key, place.name, place.address),
        }  # fmt: skip
        with self._db.write() as conn:
            conn.execute(_PUT, {**values, "now": self._db.now(conn)})

    def list(self, name: str | None = None) -> list[Stored]:
        """Every stored key, or those of one name, by name and address."""
        asked = select(secret).order_by(*_ORDER)
        with self._db.read() as conn:
            return [_told(row) for row in conn.execute(asked if name is None else asked.where(secret.c.name == name))]

    def open(self, place: Place, ring: Callable[[], Ring]) -> str | None:
        """The key that stands there; None: none does. `ring` is read after the row, so that a rotation between the two does no harm.

        Raises:
            Unavailable: its key-encrypting key is not in the ring, or the row is not the one that was written there.
        """
        with self._db.read() as conn:
            row = conn.execute(select(secret).where(_at(place))).one_or_none()
        return None if row is None else _opened(_opened_data_key(row, ring()), row.body, place).decode()

    def opens(self, place: Place, ring: Ring) -> bool:
        """Whether the key that stands there can be decrypted."""
        try:
            return self.open(place, lambda: ring) is not None
        except Unavailable:
            return False

    def remove(self, places: Sequence[Place]) -> None:
        """Remove the keys that stand there."""
        with self._db.write() as conn:
            for place in places:
                conn.execute(delete(secret).where(_at(place)))

    def move(self, conn: Connection, scope: str, to: str, ring: Callable[[], Ring]) -> None:
        """Within a transaction: let the keys of one scope be those of another. As the scope is authenticated, each is encrypted anew.

        Raises:
            Unavailable: one cannot be decrypted.
        """
        for row in conn.execute(select(secret).where(secret.c.scope == scope)).all():
            data_key, found = _opened_data_key(row, keys := ring()), Place(row.scope, row.name, row.address)
            there = Place(to, row.name, row.address)
            body = _sealed(data_key, _opened(data_key, row.body, found), there)
            sealed = _sealed(keys.all[row.kek].key, data_key, there)
            conn.execute(update(secret).where(_at(found)).values(scope=to, body=body, data_key=sealed))

    def rewrap(self, ring: Ring, current: Kek) -> int:
        """Encrypt the data key of each stored key that the ring opens with `current`; how many changed. The keys themselves stay closed.

        Whoever reads meanwhile finds a row as it was before or as it is then, and both open.
        """
        changed = 0
        with self._db.write() as conn:
            for row in conn.execute(select(secret).where(secret.c.kek != current.id).order_by(*_ORDER)).all():
                if row.kek in ring.all:
                    place = Place(row.scope, row.name, row.address)
                    data_key = _sealed(current.key, _opened_data_key(row, ring), place)
                    same = update(secret).where(_at(place), secret.c.data_key == row.data_key)  # PostgreSQL: not one put there meanwhile
                    changed += conn.execute(same.values(data_key=data_key, kek=current.id)).rowcount
        return changed


def marks(key: str, name: str, address: str) -> dict[str, str]:
    """What of a key may be shown: its last four characters, if it is long enough, and a fingerprint of 8 hexadecimal digits by which two
    entries of one key can be told to be the same. Slow to make (scrypt, RFC 7914), so that nobody finds a short key by trying."""
    salt = canonical([name, address])
    fingerprint = scrypt(key.encode(), salt=salt, n=2**14, r=8, p=1, dklen=4).hex()
    return {"ends_with": key[-4:] if len(key) >= _SHOWN_FROM else "", "fingerprint": fingerprint}


def _sealed(key: bytes, content: bytes, place: Place) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, _beside(place))


def _opened(key: bytes, sealed: bytes, place: Place) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _beside(place))
    except (InvalidTag, ValueError):
        what = f"The stored key {place.name} for {place.address} does not decrypt: its row was altered, or copied from another place."
        raise Unavailable(what) from None


def _opened_data_key(row: Row[tuple[object, ...]], ring: Ring) -> bytes:
    place = Place(row.scope, row.name, row.address)
    if (kek := ring.all.get(row.kek)) is None:
        what = f"The stored key {place.name} for {place.address} is encrypted with the key-encrypting key {row.kek}, which is not here."
        raise Unavailable(what, "Set ROWSMITH_KEK to that one.")
    return _opened(kek.key, row.data_key, place)


def _beside(place: Place) -> bytes:
    """What is authenticated: where the row stands."""
    return canonical(["rowsmith secret", place.scope, place.name, place.address])


def _at(place: Place) -> ColumnElement[bool]:
    return and_(secret.c.scope == place.scope, secret.c.name == place.name, secret.c.address == place.address)


def _told(row: Row[tuple[object, ...]]) -> Stored:
    return Stored(Place(row.scope, row.name, row.address), row.kek, row.ends_with, row.fingerprint, row.author, row.created_at)
