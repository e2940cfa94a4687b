"""Where a database's host leads: looked at before anybody connects, by the one table of addresses."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Timer

from pydantic import SecretStr

from rowsmith.connectors.databases.address import PORTS, Address
from rowsmith.connectors.databases.faults import unreachable
from rowsmith.connectors.urls import is_address
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Reach

SECRET = "DATABASE_PASSWORD"
"""The name under which the password of a database is kept, for the address (kind://host:port)."""
Resolve = Callable[[str, int], Sequence[str]]


def system(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a name, as every program on this machine finds them.

    Raises:
        OSError: it has none, or nobody can be asked.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))


def reached(allowed: Allowed, address: Address, host: str, port: int, resolve: Resolve = system) -> list[str]:
    """The IP addresses that a driver is to connect to, the best first: those of a host whose every address may be reached. The port at which servers
    of this kind listen is open; others are where an administrator has listed them.

    Raises:
        AddressRefused: one of them may not be reached, or the port is not open. Unavailable: the host has no address.
    """
    try:
        found = [host] if is_address(host) else list(resolve(host, port))
    except OSError:
        found = []
    if not found:
        raise unreachable(address, f"There is no host {host}.")
    allowed.check(host, found, 443 if port == PORTS.get(address.kind) else port)
    return found


def with_secret(reach: Reach, address: Address) -> Address:
    """The address with the password that the user has stored for it, where the URL has none."""
    kept = None if address.password or not address.hosts else reach.secret(SECRET, address.origin)
    return replace(address, password=SecretStr(kept.get_secret_value())) if kept else address


@contextmanager
def speaking(fileno: int, within_s: float) -> Iterator[None]:
    """Within it a server has to say something in so many seconds, else its connection is cut, and the driver raises."""

    def cut() -> None:
        with socket.socket(fileno=os.dup(fileno)) as one:
            one.shutdown(socket.SHUT_RDWR)

    timer = Timer(within_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
