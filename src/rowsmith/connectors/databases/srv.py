"""The servers that DNS names for a MongoDB cluster (mongodb+srv://), found before anybody connects, so that each is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rowsmith.connectors.databases import faults
from rowsmith.connectors.databases.address import Address
from rowsmith.core.addresses import AddressRefused

LOOK_UP_S = 10.0
LookUp = Callable[[str], Sequence[tuple[str, int]]]


def in_dns(name: str) -> Sequence[tuple[str, int]]:
    """The targets and ports of a name's SRV records.

    Raises:
        OSError: there are none, or nobody can be asked.
    """
    from dns.exception import DNSException
    from dns.resolver import resolve

    try:
        return sorted((str(one.target).rstrip("."), int(one.port)) for one in resolve(name, "SRV", lifetime=LOOK_UP_S))
    except DNSException as error:
        raise OSError(str(error)) from None


def expanded(address: Address, look_up: LookUp = in_dns) -> Address:
    """The address with the servers that its one name stands for, with TLS and the users of `admin` where it says nothing else (after MongoDB's
    "Initial DNS Seedlist Discovery"; its TXT records are not read). One that is not of this kind stays as it is.

    Raises:
        AddressRefused: a server is not within the name's own domain. Unavailable: the name has no servers.
    """
    if address.scheme != "mongodb+srv":
        return address
    ((name, _),) = address.hosts
    try:
        found = tuple(look_up(f"_mongodb._tcp.{name}"))
    except OSError as error:
        raise faults.unreachable(address, f"There are no servers of {name} in DNS: {error}.") from None
    domain = f".{name.partition('.')[2]}"
    for host, _ in found:
        if domain.count(".") < 2 or not host.lower().endswith(domain.lower()):
            raise AddressRefused(f"{name} names the server {host}, which is not of its own domain.", "Write the hosts: mongodb://host:27017/database.")
    return replace(address, scheme="mongodb", hosts=found, options={"tls": "true", "authsource": "admin", **address.options})
