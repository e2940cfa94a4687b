"""Names become addresses once for a connection, every one of them allowed, and the connection goes to one of these.

The name stays in the Host header and in TLS; it is never resolved a second time, so an answer that changes meanwhile changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rowsmith.core.addresses import Allowed

if TYPE_CHECKING:
    import ssl


class Resolver(Protocol):
    """Finds the addresses of a name."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Its IP addresses, the best first.

        Raises:
            OSError: it has none, or nobody can be asked.
        """
        ...


class SystemResolver:
    """Asks as every program on this machine does."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        return list(dict.fromkeys(str(answer[4][0]) for answer in found))


def checked(allowed: Allowed, resolver: Resolver) -> Any:
    """An aiohttp resolver that gives allowed addresses only. It raises AddressRefused where a name has another one."""
    from aiohttp.abc import AbstractResolver

    class Checked(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
            addresses = await resolver.resolve(host, port)
            if not addresses:
                raise OSError(f"{host} has no address")
            allowed.check(host, addresses, port)
            return [_answer(host, port, address) for address in addresses]

        async def close(self) -> None:
            return None

    return Checked()


def connector(allowed: Allowed, resolver: Resolver, tls: ssl.SSLContext | None) -> Any:
    """An aiohttp connector that reaches allowed addresses only. It raises AddressRefused where a name has another one."""
    from aiohttp import TCPConnector

    return TCPConnector(resolver=checked(allowed, resolver), use_dns_cache=False, ssl=True if tls is None else tls)


def _answer(host: str, port: int, address: str) -> dict[str, Any]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": socket.AI_NUMERICHOST}
