"""Keyrings of the tests: one that keeps keys in a folder (for child processes, too), and some that do not work."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

FOLDER = "ROWSMITH_TEST_KEYRING"


class FileKeyring(KeyringBackend):
    """Keeps keys in the folder that the environment names."""

    priority = 9  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        path = _path(service, username)
        return path.read_text(encoding="utf-8") if path.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        path = _path(service, username)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(password, encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        _path(service, username).unlink()


class LockedKeyring(FileKeyring):
    """Refuses everything, and repeats what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot store {password}")


class ForgetfulKeyring(FileKeyring):
    """Takes keys and keeps none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return None


class PlainKeyring(FileKeyring):
    """One that the library takes only where there is nothing better, as those that keep keys in plain files are."""

    priority = 0.5  # type: ignore[assignment]


def _path(service: str, username: str) -> Path:
    return Path(os.environ[FOLDER]) / sha256(f"{service} {username}".encode()).hexdigest()
