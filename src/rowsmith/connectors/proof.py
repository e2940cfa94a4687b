"""What the bytes of a file have to be, and whether they are."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path

from rowsmith.core.errors import Invalid

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of the bytes: their SHA-256, the SHA-1 under which git keeps them (in hexadecimal digits), their number."""

    sha256: str = ""
    git: str = ""
    size: int | None = None

    @property
    def provable(self) -> bool:
        """Whether a whole file can be told from any other."""
        return bool(self.sha256 or (self.git and self.size is not None))


ANYTHING = Wanted()


class Proof:
    """Hashes bytes as they come."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.size = wanted, 0
        self._sha256 = sha256()
        self._git = sha1(b"blob %d\0" % wanted.size, usedforsecurity=False) if wanted.git and wanted.size is not None else None

    def update(self, data: bytes | bytearray) -> None:
        """Count further bytes."""
        self._sha256.update(data)
        if self._git is not None:
            self._git.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """Of what has come so far."""
        return self._sha256.hexdigest()

    def wrong(self) -> str:
        """What is wrong with the bytes, in words; empty when they are what was wanted."""
        wanted = self.wanted
        if wanted.size is not None and self.size != wanted.size:
            return f"it has {self.size} bytes, not {wanted.size}"
        if wanted.sha256 and self.sha256 != wanted.sha256:
            return f"its SHA-256 is {self.sha256}, not {wanted.sha256}"
        if self._git is not None and self._git.hexdigest() != wanted.git:
            return f"its hash in git is {self._git.hexdigest()}, not {wanted.git}"
        return ""


def proved(path: Path, wanted: Wanted) -> str:
    """The SHA-256 of a file that is there and is what is wanted; empty when it is not, or cannot be told."""
    if not wanted.provable or not path.is_file() or wanted.size not in (None, path.stat().st_size):
        return ""
    proof = Proof(wanted)
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            proof.update(data)
    return "" if proof.wrong() else proof.sha256


def not_wanted(name: str, wrong: str) -> Invalid:
    """The error for bytes that are not the wanted ones."""
    return Invalid(f"{name} is not the file that was wanted: {wrong}.", "It was not kept. Compare the hash with the one that its maker gives.")
