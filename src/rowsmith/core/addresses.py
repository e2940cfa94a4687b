"""Which network addresses may be connected to: the table and the decision. Opens nothing, resolves nothing.

Every address has one kind. `public`: anybody's. `local`: this machine or a private network, reached only where somebody who may has
listed it. `forbidden`: no server of the user's is there (metadata services of clouds, link-local, multicast, reserved and translated
ranges); no list opens it. The functions of `ipaddress` (`is_private`, `is_global`) answer differently from one Python to the next and
let metadata services through, so the table is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from rowsmith.core.errors import Invalid

Network = IPv4Network | IPv6Network
Kind = Literal["public", "local", "forbidden"]


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


NOT_PUBLIC_4 = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "168.63.129.16/32",
)  # fmt: skip
"""IPv4 that is nobody's public server. The last one is Azure's platform address, which looks public."""
PUBLIC_6 = ip_network("2000::/3")
"""All of IPv6 that is given out; what lies outside is refused without being named."""
NOT_PUBLIC_6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
"""Within it: protocol assignments (Teredo among them), documentation, 6to4, documentation."""
NAT64 = ip_network("64:ff9b::/96")
"""How networks without IPv4 write public IPv4 addresses (RFC 6052)."""
LOCAL = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "::1/128", "fc00::/7",
)  # fmt: skip
"""This machine and private networks, those of VPNs and local proxies (100.64.0.0/10, 198.18.0.0/15) among them."""
METADATA = _networks(
    "100.100.100.200/32", "fd00:100::100:200/128", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:c1::a9fe:a9fe/128", "fd00:42::42/128",
    "fd00:a9fe:a9fe::1/128",
)  # fmt: skip
"""Services of clouds that hand out credentials, at addresses within LOCAL: Alibaba (twice), AWS, Google, Oracle, Scaleway, Akamai."""

WHAT: dict[Kind, str] = {
    "public": "a public address",
    "local": "an address of this machine or of a private network",
    "forbidden": "an address of a metadata service or of a reserved range",
}


class AddressRefused(Invalid):
    """An address, name or URL that may not be connected to. Nothing was sent."""


def kind_of(address: str) -> Kind:
    """The kind of an IP address.

    Raises:
        ValueError: it is none. Shorthand that resolvers take (`127.1`, `2130706433`, `0x7f.1`) is none.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return "forbidden"
        if ip in NAT64:
            return "public" if kind_of(str(IPv4Address(int(ip) & 0xFFFFFFFF))) == "public" else "forbidden"
        ip = ip.ipv4_mapped or ip
    if isinstance(ip, IPv4Address):
        public = not _within(ip, NOT_PUBLIC_4)
    else:
        public = ip in PUBLIC_6 and not _within(ip, NOT_PUBLIC_6)
    if public:
        return "public"
    return "local" if _within(ip, LOCAL) and not _within(ip, METADATA) else "forbidden"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be reached beyond public addresses at the ports 80 and 443: an administrator's list.

    `hosts` may be local: names (`hub.lan`), addresses (`127.0.0.1`) or networks (`10.0.0.0/8`). `ports` are open besides, on every host.

    Raises:
        Invalid: a host with a slash is no network.
    """

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] | range = ()

    def __post_init__(self) -> None:
        for host in self.hosts:
            if "/" in host and _network(host) is None:
                raise Invalid(f"{host} is no network.", "Write it like 10.0.0.0/8.")

    def check(self, host: str, addresses: Sequence[str], port: int) -> None:
        """Every answer that a name was resolved to has to be allowed, not only the one that is then connected to.

        Raises:
            AddressRefused: one of them is not, or the port is not.
        """
        if port not in (80, 443) and port not in self.ports:
            what = f"{host} would be reached at port {port}, which is not open."
            raise AddressRefused(what, "An administrator can open further ports than 80 and 443: ROWSMITH_EGRESS_PORTS.")
        for address in addresses:
            kind = _kind_or_forbidden(address)
            if kind == "forbidden" or (kind == "local" and not self._lists(host, address)):
                raise _refused(host, address, kind)

    def _lists(self, host: str, address: str) -> bool:
        name, ip = host.lower().rstrip("."), ip_address(address)
        ip = (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
        return any(name == listed.lower() or ((network := _network(listed)) is not None and ip in network) for listed in self.hosts)


def _refused(host: str, address: str, kind: Kind) -> AddressRefused:
    what = f"{host} is {WHAT[kind]}." if host == address else f"{host} leads to {address}, {WHAT[kind]}."
    if address in ("0.0.0.0", "::"):
        return AddressRefused(what, "A server listens there; to reach one on this machine write 127.0.0.1.")
    if kind == "local":
        return AddressRefused(what, "An administrator can list hosts of a private network: ROWSMITH_EGRESS_HOSTS.")
    return AddressRefused(what, "Nothing is ever sent there. Name another host.")


def _kind_or_forbidden(address: str) -> Kind:
    try:
        return kind_of(address)
    except ValueError:
        return "forbidden"


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _within(ip: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(ip in network for network in networks)


PUBLIC = Allowed()
"""Public addresses at the ports 80 and 443, and nothing else."""
ANY_LOCAL = Allowed(("0.0.0.0/0", "::/0"), range(1, 65536))
"""All that is not forbidden: for the servers that users name on machines of their own."""
