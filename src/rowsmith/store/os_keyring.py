"""Keys in the operating system's keyring, through the library `keyring` (extra rowsmith[keyring]), loaded when it is first needed.

A keyring cannot be listed, so `keyring.json` in the user's configuration folder says what was put there, without the keys. An entry is
named by variable and address together, so that the keyring itself holds what a key may be sent to.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rowsmith.core.errors import Invalid, RowsmithError, Unavailable
from rowsmith.store import configuration
from rowsmith.store.secrets import marks

SERVICE = "rowsmith"
RECORD = "keyring.json"
_INSTEAD = "Keep the key in the home's encrypted store instead: without --keyring."


@dataclass(frozen=True, slots=True)
class Entry:
    """What may be told of a key in the keyring."""

    name: str
    address: str
    ends_with: str
    fingerprint: str
    created_at: float


def entries(name: str | None = None) -> list[Entry]:
    """Everything that was put there, or what has one name. The keyring is not asked.

    Raises:
        Invalid: the record cannot be read.
    """
    try:
        known = [_entry(spoken, facts) for spoken, facts in sorted(configuration.record(RECORD).items())]
    except TypeError:
        raise Invalid(f"{configuration.folder() / RECORD} is damaged.", "Delete it and enter the keys of the keyring again.") from None
    return [entry for entry in known if name is None or entry.name == name]


def put(name: str, address: str, key: str) -> None:
    """Put a key there; one that stood there before is replaced.

    Raises:
        Unavailable: there is no keyring, or it fails.
    """
    backend = _backend()
    with _told("did not take the key", key):
        backend.set_password(SERVICE, f"{name} {address}", key)
        kept = backend.get_password(SERVICE, f"{name} {address}")
    if kept != key:
        raise Unavailable(f"The keyring ({_name(backend)}) did not keep the key.", _INSTEAD)
    with configuration.changing(RECORD) as known:
        known[f"{name} {address}"] = {**marks(key, name, address), "created_at": time.time()}


def get(name: str, address: str) -> str:
    """The key that was put there.

    Raises:
        Unavailable: it is not there any more, there is no keyring, or it fails.
    """
    backend = _backend()
    with _told(f"did not give the key {name} for {address}"):
        key: str | None = backend.get_password(SERVICE, f"{name} {address}")
    if key is None:
        raise Unavailable(f"The key {name} for {address} is not in the keyring ({_name(backend)}) any more.")
    return key


def remove(name: str, address: str) -> None:
    """Remove a key.

    Raises:
        Unavailable: there is no keyring, or it fails; the key may still be there.
    """
    backend = _backend()
    with _told(f"did not remove the key {name} for {address}"):
        if backend.get_password(SERVICE, f"{name} {address}") is not None:
            backend.delete_password(SERVICE, f"{name} {address}")
    with configuration.changing(RECORD) as known:
        known.pop(f"{name} {address}", None)


def _entry(spoken: str, facts: dict[str, Any]) -> Entry:
    name, _, address = spoken.partition(" ")
    return Entry(name, address, **facts)


def _backend() -> Any:
    """The keyring, if it is one that keeps keys safe: those below priority 1 keep them in plain files, or nowhere."""
    try:
        import keyring
    except ImportError:
        raise Unavailable(
            "The library for the operating system's keyring is not installed.", f"pip install 'rowsmith[keyring]'. {_INSTEAD}"
        ) from None
    with _told("cannot be opened"):
        backend = keyring.get_keyring()
        safe = backend.priority >= 1
    if not safe:
        raise Unavailable(f"The operating system offers no keyring that keeps keys safe here ({_name(backend)}).", _INSTEAD)
    return backend


@contextmanager
def _told(what: str, key: str = "") -> Iterator[None]:
    """Whatever a backend raises, in words, without the key: there are many of them, each with errors of its own."""
    try:
        yield
    except RowsmithError:
        raise
    except Exception as error:  # noqa: BLE001 - raised again as what the user can act on
        said = f"{type(error).__name__}: {error}".strip(": ")
        said = said.replace(key, "[key]") if key else said
        raise Unavailable(f"The operating system's keyring {what} ({said}).", "Unlock it or mend it. " + _INSTEAD) from None


def _name(backend: Any) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"
