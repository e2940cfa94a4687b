"""The key-encrypting keys of stored secrets. They lie outside of every database, so that whoever has a home or a backup has no key with it.

From ROWSMITH_KEK (one or more, separated by commas), else and also from the file `kek` in the user's configuration folder, one a line.
The first one encrypts; the others are former ones, with which what they encrypted can still be read. Each is 32 random bytes as base64.
"""

from __future__ import annotations

import re
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from rowsmith.core.errors import Invalid
from rowsmith.store import configuration

VARIABLE = "ROWSMITH_KEK"
FILE = "kek"
SIZE = 32
_MAKE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encrypting key. `id` (16 hexadecimal digits, a hash of it) stands beside what it encrypts, and tells nothing of it."""

    id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ring:
    """The key-encrypting keys at hand: `current` encrypts (None: there is none yet), and each of `all` decrypts what names its id."""

    current: Kek | None
    all: Mapping[str, Kek]

    def first(self) -> Kek:
        """The one that encrypts.

        Raises:
            Invalid: there is none.
        """
        if self.current is None:
            raise Invalid("There is no key-encrypting key.", _MAKE)
        return self.current


def path() -> Path:
    """The file that holds them where the environment does not."""
    return configuration.folder() / FILE


def ring(environ: Mapping[str, str]) -> Ring:
    """Those of the environment first, then those of the file.

    Raises:
        Invalid: one is not a key-encrypting key, or others may read the file.
    """
    found = [*_read(environ.get(VARIABLE, ""), VARIABLE), *_of_file()]
    return Ring(found[0] if found else None, {kek.id: kek for kek in reversed(found)})


def ensured(environ: Mapping[str, str]) -> Ring:
    """The same, with a first one made in the file where there is none at all."""
    if (found := ring(environ)).current:
        return found
    with configuration.locked():
        if not _of_file():  # another process may have made one meanwhile
            _append_first()
    return ring(environ)


def renewed(environ: Mapping[str, str]) -> Ring:
    """A ring whose first key is new. Where ROWSMITH_KEK rules, the user has put it there; else it is made here, before the former ones.

    Raises:
        Invalid: as `ring`.
    """
    if not environ.get(VARIABLE, "").strip():
        with configuration.locked():
            _of_file()
            _append_first()
    return ring(environ)


def _append_first() -> None:
    before = path().read_text("ascii") if path().exists() else ""
    configuration.write(FILE, f"{urlsafe_b64encode(secrets.token_bytes(SIZE)).decode()}\n{before}".encode())


def _of_file() -> list[Kek]:
    if not path().exists():
        return []
    if path().stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Invalid(f"{path()} holds key-encrypting keys, and others may read it.", f"Close it to them: chmod 600 {path()}")
    try:
        return list(_read(path().read_text("ascii"), str(path())))
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Invalid(f"{path()} cannot be read: {said}.", "Mend it, or move it away and enter your keys again.") from None


def _read(text: str, place: str) -> Iterator[Kek]:
    """What a text holds. Nothing of it stands in an error."""
    for word in re.split(r"[\s,]+", text.strip()):
        if word:
            yield _kek(word, place)


def _kek(word: str, place: str) -> Kek:
    try:
        if not re.fullmatch(r"[A-Za-z0-9+/_-]+={0,2}", word):
            raise NotBase64
        key = urlsafe_b64decode(word.rstrip("=").translate({43: 45, 47: 95}) + "=")
    except (NotBase64, ValueError):
        key = b""
    if len(key) != SIZE:
        raise Invalid(f"{place} holds something that is not a key-encrypting key: each is {SIZE} bytes as base64.", _MAKE)
    return Kek(blake2b(key, digest_size=8, person=b"rowsmith kek").hexdigest(), key)
