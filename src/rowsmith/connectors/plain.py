"""The client's acts as plain calls, from any thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rowsmith.connectors.download import LARGE, Downloaded, Progress
from rowsmith.connectors.download import download as fetched
from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import USUAL, Bounds, Reply
from rowsmith.connectors.proof import ANYTHING, Wanted
from rowsmith.connectors.resolve import Resolver
from rowsmith.core.addresses import PUBLIC, Allowed
from rowsmith.core.plainly import plainly

if TYPE_CHECKING:
    import ssl

Result = TypeVar("Result")


def carried_out(
    work: Callable[[Egress], Awaitable[Result]], allowed: Allowed = PUBLIC, *, resolver: Resolver | None = None, tls: ssl.SSLContext | None = None
) -> Result:
    """Do something with a client on a loop of its own: a plain call, from any thread, also where a loop runs already (notebooks)."""

    async def main() -> Result:
        async with Egress(allowed, resolver=resolver, tls=tls) as egress:
            return await work(egress)

    return plainly(main, "egress")


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", bounds: Bounds = USUAL, allowed: Allowed = PUBLIC
) -> Reply:
    """As `Egress.send`, as a plain call."""
    return carried_out(lambda egress: egress.send(method, url, headers=headers, body=body, bounds=bounds), allowed)


def download(
    url: str, path: Path, *, headers: Mapping[str, str] | None = None, wanted: Wanted = ANYTHING, bounds: Bounds = LARGE,
    progress: Progress | None = None, allowed: Allowed = PUBLIC,
) -> Downloaded:  # fmt: skip
    """As `rowsmith.connectors.download.download`, as a plain call."""
    return carried_out(lambda egress: fetched(egress, url, path, headers=headers, wanted=wanted, bounds=bounds, progress=progress), allowed)
