"""One page by our own client: asked for, asked again where that helps, and written down while it comes."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rowsmith.connectors.exchange import Bounds, Broken, Incoming
from rowsmith.connectors.part import disk
from rowsmith.connectors.request import REDIRECTS, Request
from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.answer import Answer, Came, Kept, Moved, media_type
from rowsmith.connectors.web.entry import Lacking
from rowsmith.connectors.web.pace import Pace
from rowsmith.connectors.web.patterns import matches
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.crawls import Crawl
from rowsmith.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from rowsmith.connectors.egress import Egress

AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which another try may help."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 300.0
"""Before the second try, doubled for each further one; and most that a server is waited for. One that wants more is not asked again."""

MOST_SITEMAP = 64 << 20
"""Bytes of a sitemap."""
Tried = tuple[Answer, float | None]
"""An answer, and seconds to wait before another try, 0 where the server names none; None: there is no use in one."""


class Visits:
    """Requests for pages, at the pace of their hosts."""

    def __init__(self, egress: Egress, crawl: Crawl, user_agent: str, pace: Pace) -> None:
        self._egress, self._crawl, self._pace = egress, crawl, pace
        self._headers = {"User-Agent": user_agent, "Accept": f"{', '.join(crawl.types)}, */*;q=0.1"}

    async def get(self, url: str, file: Path, host: str, kept: Kept | None = None, *, anything: bool = False) -> Answer:
        """What is at an address; a body goes into `file`. A redirect is not followed. With `kept`, a page that has not changed is taken from
        where it lies. `anything`: whatever media type it has.

        Raises:
            StorageFull, Unavailable: the disk.
        """
        with disk(file):
            return await persisted(lambda: self._tried(url, file, kept, anything), self._pace, host, self._crawl.retries)

    async def _tried(self, url: str, file: Path, kept: Kept | None, anything: bool) -> Tried:
        most = MOST_SITEMAP if anything else self._crawl.max_bytes
        bounds = Bounds(body=most, total_s=self._crawl.page_s, idle_s=min(20.0, self._crawl.page_s), redirects=0)
        try:
            request = Request("GET", parsed(url), {**self._headers, **_conditions(kept)})
            async with self._egress.open("GET", url, headers=request.headers, bounds=bounds) as found:
                if found.status in AGAIN:
                    return status_of(found.status, found.host), wait_of(found.headers)
                return await self._answer(request, found, file, kept, anything), None
        except AddressRefused as error:
            return Lacking("refused", str(error)), None
        except Invalid as error:
            return Lacking("large", str(error)), None
        except Broken as error:
            return Lacking("unreachable", error.what), 0.0
        except Unavailable as error:
            return Lacking("unreadable", str(error)), None

    async def _answer(self, request: Request, found: Incoming, file: Path, kept: Kept | None, anything: bool) -> Answer:
        location = found.headers.get("Location")
        if found.status in REDIRECTS and location is not None:
            return Moved(str(request.redirected(found.status, location).url))
        if found.status == 304 and kept is not None:
            return await asyncio.to_thread(_taken_again, found, file, kept)
        if not 200 <= found.status < 300:
            return status_of(found.status, found.host)
        return await self._written(found, file, anything)

    async def _written(self, found: Incoming, file: Path, anything: bool) -> Answer:
        headers = _lower(found.headers)
        said = headers.get("content-type", "")
        kind, charset = media_type(said)
        if "/" in said and not anything and not wants(self._crawl, kind):
            return other(kind)
        with file.open("wb") as to:
            head = b""
            async for piece in found.pieces():
                head = head or piece[:512]
                to.write(piece)
            to.flush()
            await asyncio.to_thread(os.fsync, to.fileno())
        kind, charset = media_type(said, head)
        return Came(found.url, found.status, headers, file, kind, charset) if anything or wants(self._crawl, kind) else other(kind)


async def persisted(tried: Callable[[], Awaitable[Tried]], pace: Pace, host: str, retries: int) -> Answer:
    """The first answer that another try would not better, or the last one, at the pace of the host."""
    tries = 0
    while host not in pace.left:
        await pace.turn(host)
        answer, wait_s = await tried()
        if wait_s is None:
            return answer
        if wait_s > LONGEST_WAIT_S and isinstance(answer, Lacking):
            pace.left[host] = Lacking(answer.reason, f"{answer.detail} It wants to be left alone for {wait_s:.0f} s.")
            break
        pace.hold(host, wait_s or FIRST_WAIT_S * 2**tries)
        tries += 1
        if tries > retries:
            return answer
    return pace.left[host]


def wants(crawl: Crawl, kind: str) -> bool:
    """Whether a media type is taken."""
    return any(matches(pattern.lower(), kind) for pattern in crawl.types)


def status_of(status: int, host: str) -> Lacking:
    """What an answer that is no success lacks."""
    return Lacking(f"http_{status}", f"{host} answers HTTP {status}.")


def other(kind: str) -> Lacking:
    """What an answer of another media type lacks."""
    return Lacking("other_type", f"It is {kind}, which is not among the media types that are taken.")


def _conditions(kept: Kept | None) -> dict[str, str]:
    """Headers by which a server can say that nothing has changed."""
    asked = {"If-None-Match": "etag", "If-Modified-Since": "last_modified"}
    return {header: str(kept[fact]) for header, fact in asked.items() if kept and kept.get(fact)}


def _taken_again(found: Incoming, file: Path, kept: Kept) -> Came:
    shutil.copyfile(str(kept["path"]), file)
    with file.open("rb+") as copy:
        os.fsync(copy.fileno())
    said = {header: str(kept.get(fact) or "") for header, fact in (("etag", "etag"), ("last-modified", "last_modified"))}
    kind, charset = str(kept.get("media_type") or "text/html"), str(kept.get("charset") or "")
    return Came(found.url, 304, said | _lower(found.headers), file, kind, charset)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, their names in lower case; of bytes that are no UTF-8, which aiohttp keeps as they are, question marks."""
    return {name.lower(): value.encode("utf-8", "replace").decode() for name, value in headers.items()}


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds that a Retry-After asks for, as a number or as a date; 0 where it says nothing that can be read."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
