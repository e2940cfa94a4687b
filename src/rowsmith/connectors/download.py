"""A file from the network: streamed, hashed as it comes, gone on with where it broke off, and there whole or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.exchange import Bounds, Broken, Incoming
from rowsmith.connectors.part import Part
from rowsmith.connectors.proof import ANYTHING, Wanted, not_wanted, proved
from rowsmith.core.errors import Unavailable

LARGE = Bounds(body=1 << 40, total_s=24 * 3600.0, connect_s=20.0, idle_s=30.0)
TRIES = 4
"""Attempts in a row that bring no byte, after which it is given up."""
BATCH = 1 << 20
"""Bytes that are hashed and written at once."""
LONGEST_WAIT_S = 60.0

Progress = Callable[[int, int | None], None]
"""Hears how many bytes are there, and how many there will be (None: not known). Called for each BATCH, from one thread at a time."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that is there. `sha256` is that of its bytes; `fetched` how many of them came over the network this time."""

    path: Path
    size: int
    sha256: str
    fetched: int


class Refusal(Unavailable):
    """The server answers with a status that is no success, and would again. Its body was not read."""

    def __init__(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{host} answers HTTP {status}.", "Correct the address.")
        self.http, self.headers = status, headers


async def download(
    egress: Egress, url: str, path: Path, *, headers: Mapping[str, str] | None = None, wanted: Wanted = ANYTHING, bounds: Bounds = LARGE,
    progress: Progress | None = None, backoff_s: float = 0.5,
) -> Downloaded:  # fmt: skip
    """Bring what is at `url` to `path`. What stood there is replaced at the end, unless it is what is wanted already.

    A connection that breaks is taken up again where it broke, if the server can; where a hash is wanted, also by a later process.
    Two that want the same at once: one waits for the other.

    Raises:
        AddressRefused: the URL may not be reached. Refusal: the server has it not, or not for us. Broken: it cannot be reached, even after
        several tries. Invalid: the bytes are not the wanted ones, or too many. StorageFull, Unavailable: the disk.
    """
    part = Part(path, wanted)
    found = await asyncio.to_thread(proved, path, wanted)
    if found or not await part.open():
        return Downloaded(path, path.stat().st_size, found or await asyncio.to_thread(proved, path, wanted), 0)
    try:
        transfer = _Transfer(egress, url, {"Accept-Encoding": "identity", **(headers or {})}, bounds, part, progress or _unheard)
        await transfer.carry_out(backoff_s)
        return Downloaded(path, part.size, await asyncio.to_thread(part.finish), transfer.fetched)
    finally:
        part.close(keep=wanted.provable)


@dataclass(slots=True)
class _Transfer:
    """`tag` names the bytes that this process began with, where the server does. `stitched`: they came over more than one connection."""

    egress: Egress
    url: str
    headers: Mapping[str, str]
    bounds: Bounds
    part: Part
    progress: Progress
    tag: str = ""
    ranges: bool = True
    stitched: bool = False
    fetched: int = 0

    async def carry_out(self, backoff_s: float) -> None:
        """Until every byte is there and proved. Bytes that were pieced together wrongly get one more try, from the start."""
        self.stitched = self.part.size > 0
        while True:
            if self.part.size != self.part.wanted.size:
                await self._persist(backoff_s)
            if not (wrong := self.part.wrong()):
                return
            again, self.ranges, self.stitched = self.stitched, False, False
            self.part.restart()
            if not again:
                raise not_wanted(self.part.target.name, wrong)

    async def _persist(self, backoff_s: float) -> None:
        best, fruitless = self.part.size, 0
        while True:
            try:
                return await self._more()
            except Broken as error:
                fruitless = 1 if self.part.size > best else fruitless + 1
                best = max(best, self.part.size)
                if fruitless >= TRIES:
                    raise
                await asyncio.sleep(min(LONGEST_WAIT_S, max(error.wait_s, backoff_s * 2 ** (fruitless - 1))))

    async def _more(self) -> None:
        """What one connection brings."""
        part, headers = self.part, dict(self.headers)
        if part.size and self.ranges and (self.tag or part.wanted.provable):
            headers |= {"Range": f"bytes={part.size}-", **({"If-Range": self.tag} if self.tag else {})}
        elif part.size:
            part.restart()
        async with self.egress.open("GET", self.url, headers=headers, bounds=self.bounds) as found:
            self.stitched = self.stitched or part.size > 0
            if found.status == 416 and part.size:  # nothing lies beyond what is there: its hash says whether that is the whole
                return
            total = self._begins(found)
            self.progress(part.size, total)
            await self._take(found, total)
        if total is not None and part.size < total:
            raise Broken(f"The answer of {found.host} ended early.")

    def _begins(self, found: Incoming) -> int | None:
        """The number of bytes that the whole has, as far as the answer tells; what is there is forgotten when the answer begins anew."""
        part = self.part
        if found.status == 206:
            place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", found.headers.get("Content-Range", ""), re.ASCII)
            if place is None or int(place[1]) != part.size or "Content-Encoding" in found.headers:
                self.ranges = False
                raise Broken(f"{found.host} answers with another part than the one that was asked for.")
            total = None if place[2] == "*" else int(place[2])
        elif found.status == 200:
            if part.size:
                part.restart()
                self.stitched = False
            total = None if found.headers.get("Content-Encoding", "identity") != "identity" else found.length
            tag = found.headers.get("ETag", "")
            self.tag = tag if tag.startswith('"') else ""  # a weak one does not promise the same bytes
        else:
            raise _refused(found)
        if part.wanted.size is not None and total not in (None, part.wanted.size):
            part.restart()
            raise not_wanted(part.target.name, f"{found.host} has {total} bytes, not {part.wanted.size}")
        if total is not None:
            part.room_for(total)
        return part.wanted.size if total is None else total

    async def _take(self, found: Incoming, total: int | None) -> None:
        """The body, written down as it comes. When it breaks off, what has come is kept."""
        waiting = bytearray()
        try:
            async for piece in found.pieces():
                waiting += piece
                if len(waiting) >= BATCH:
                    data, waiting = waiting, bytearray()
                    await asyncio.to_thread(self._keep, data, total)
        finally:
            self._keep(waiting, total)

    def _keep(self, data: bytearray, total: int | None) -> None:
        part = self.part
        part.write(data)
        self.fetched += len(data)
        if total is not None and part.size > total:
            part.restart()
            raise not_wanted(part.target.name, f"more than {total} bytes come")
        if data:
            self.progress(part.size, total)


def _unheard(done: int, total: int | None) -> None:
    """Progress that nobody asked for."""


def _refused(found: Incoming) -> Unavailable:
    if found.status in (408, 425, 429) or found.status >= 500:
        wait = found.headers.get("Retry-After", "")
        return Broken(f"{found.host} answers HTTP {found.status}.", "Try again later.", float(wait) if wait.isascii() and wait.isdigit() else 0.0)
    return Refusal(found.host, found.status, found.headers)
