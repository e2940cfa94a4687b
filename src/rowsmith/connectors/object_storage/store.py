"""What each kind of storage does for us: it lists objects, and gives one."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from rowsmith.connectors.resolve import SystemResolver, checked
from rowsmith.connectors.urls import is_address, parsed
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Unavailable
from rowsmith.core.fetching import Reach
from rowsmith.core.plainly import plainly

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """How a storage is reached. `endpoint`: where it answers, for one of one's own; `anonymous`: without credentials; `machine_role`: with those
    that the cloud's metadata service hands out to this machine."""

    endpoint: str
    region: str
    account: str
    anonymous: bool
    machine_role: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """An object as it is listed: key, bytes, ETag (empty where there is none), moment of its last change (ISO 8601), and version, empty where the
    bucket keeps none or the list does not say."""

    key: str
    size: int
    etag: str
    modified: str
    version: str = ""


class Changed(Exception):
    """The object is not any more what the list said."""


class Store(Protocol):
    """One bucket."""

    def listed(self, prefix: str) -> Iterator[Thing]:
        """The objects whose keys begin so, page by page, in the order in which the storage gives them."""
        ...

    def get(self, thing: Thing, path: Path) -> str:
        """Bring the object as it was listed; its version, where there is one.

        Raises:
            Changed: it is another one now.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


def fenced(allowed: Allowed) -> dict[str, Any]:
    """What an aiohttp connector of another's client is given, so that it reaches allowed addresses only, whatever it is redirected to: names go
    through a resolver that looks at their addresses, and no socket is made to an address that has not been looked at.

    Raises (where it connects):
        AddressRefused: the address is not allowed.
    """
    passed: set[tuple[str, int]] = set()

    class Noting(SystemResolver):
        async def resolve(self, host: str, port: int) -> Sequence[str]:
            found = await super().resolve(host, port)
            allowed.check(host, found, port)
            passed.update((address, port) for address in found)
            return found

    def made(wanted: Any) -> socket.socket:
        family, kind, protocol, _, place = wanted
        if tuple(place[:2]) not in passed:
            allowed.check(place[0], [place[0]], place[1])
        return socket.socket(family, kind, protocol)

    return {"resolver": checked(allowed, Noting()), "socket_factory": made}


def require_reachable(allowed: Allowed, url: str) -> None:
    """Look at the address where another's client is about to connect.

    Raises:
        AddressRefused: it may not be reached. Unavailable: its name does not resolve.
    """
    at = parsed(url)
    host, port = at.raw_host or "", at.port or 0
    if is_address(host):
        allowed.check(host, [host], port)
        return
    try:
        addresses = plainly(lambda: _resolved(host, port), "resolver")
    except OSError:
        raise Unavailable(f"The name {host} does not resolve.", "Check the network and the name.") from None
    allowed.check(host, addresses, port)


async def _resolved(host: str, port: int) -> list[str]:
    return list(await SystemResolver().resolve(host, port))


def secret(reach: Reach, name: str, endpoint: str) -> str | None:
    """The secret of this name for where the storage answers."""
    found: SecretStr | None = reach.secret(name, str(parsed(endpoint).origin()))
    return None if found is None else found.get_secret_value()
