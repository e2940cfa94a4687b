"""The connector's one function."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, aclosing, closing
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pydantic import ValidationError

from rowsmith.connectors.egress import Egress
from rowsmith.connectors.part import disk
from rowsmith.connectors.resolve import Resolver
from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.crawler import Crawler
from rowsmith.connectors.web.entry import Entry, Given, Kind, key_of
from rowsmith.connectors.web.links import FIRST, SITEMAP
from rowsmith.connectors.web.names import canonical
from rowsmith.connectors.web.pace import Pace
from rowsmith.connectors.web.permission import Permission
from rowsmith.connectors.web.reading import Reading
from rowsmith.connectors.web.scope import Scope
from rowsmith.connectors.web.state import State
from rowsmith.connectors.web.streamed import streamed
from rowsmith.connectors.web.visiting import Gets, Visiting
from rowsmith.connectors.web.visits import Visits
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.crawls import Crawl
from rowsmith.core.errors import Invalid, Problem
from rowsmith.core.fetching import Fetched, Missed, Reach

USER_AGENT = "Rowsmith"
"""Our name to servers, and in robots.txt."""


def fetch(reach: Reach, to: Path, *, resolver: Resolver | None = None, **asked: Any) -> Iterator[Fetched | Missed]:
    """The pages that are asked for (core.crawls.Crawl), each a file in `to`, and what did not come with the reason.

    A page is called by its canonical address. Its facts: url, asked, fetched_at, status, media_type, charset, depth, and where there are any
    etag, last_modified, referrer, title, robots, relevance, unread (why its links and text could not be looked at).
    Where `reach.known` has a page with etag or last_modified, and with `path` the file that was kept of it, the server is asked whether it has
    changed; if not, that file comes again, with the status 304.

    An interrupted call goes on where it was, by `reach.state`. Every page comes once; one that was given without anything being asked for after it
    may come once more, as the same file under the same name.

    Reasons of what is missed: robots, http_404 and kin, unreachable, unreadable, refused (an address that may not be connected to), large,
    other_type, duplicate, redirects, off_site (where a redirect leads), off_topic, broken_sitemap; page_limit and time_limit of what the user
    named. Links that are not followed are counted, and noted.

    Raises:
        Invalid: the settings make no sense, or the state is of another crawl. Unavailable: a package is missing, or the disk cannot be written.
        StorageFull: the disk.
    """
    try:
        crawl = Crawl(**asked)
    except ValidationError as error:
        problems = [Problem(f"{'.'.join(map(str, one['loc'])) or 'crawl'}: {one['msg']}") for one in error.errors()]
        raise Invalid("The settings of the crawl cannot be used.", "Correct them.", problems) from None
    with disk(to):
        to.mkdir(parents=True, exist_ok=True)
    heard: SimpleQueue[str] = SimpleQueue()
    lent = replace(reach, note=heard.put)
    return _noted(streamed(lambda: _pages(lent, to, crawl, resolver), "crawl"), heard, reach.note)


def _noted(outcomes: Generator[Fetched | Missed, None, None], heard: SimpleQueue[str], note: Callable[[str], None]) -> Iterator[Fetched | Missed]:
    """The same; what is noted on the crawl's thread is said on that of whoever asks."""
    with closing(outcomes):
        for outcome in outcomes:
            while not heard.empty():
                note(heard.get())
            yield outcome
    while not heard.empty():
        note(heard.get())


async def _pages(reach: Reach, to: Path, crawl: Crawl, resolver: Resolver | None) -> AsyncGenerator[Fetched | Missed, None]:
    name, pace = crawl.user_agent or USER_AGENT, Pace(crawl.delay_s, crawl.per_host)
    async with AsyncExitStack() as open_:
        reading = Reading()
        open_.callback(reading.close)
        state = State(reach.state, crawl)
        open_.callback(state.close)
        egress = await open_.enter_async_context(Egress(reach.allowed, resolver=resolver))
        refused = _begin(state, crawl)
        scope = Scope(crawl, [entry.url for entry in state.starts()])
        plain = Visits(egress, crawl, name, pace)
        pages: Gets = plain
        if crawl.browser:
            from rowsmith.connectors.web.browser import opened

            pages = await open_.enter_async_context(opened(reach, crawl, name, pace, plain, resolver))
        permission = Permission(egress, name, state, pace)
        open_.push_async_callback(permission.close)
        visiting = Visiting(crawl, state, scope, permission, reading, plain, pages, reach.known)
        for missed in refused:
            yield missed
        outcomes = await open_.enter_async_context(aclosing(Crawler(crawl, state, pace, visiting, reach.note).outcomes()))
        async for outcome in outcomes:
            yield _lent(state.pages, to, outcome) if isinstance(outcome, Given) else Missed(outcome[0], outcome[1].reason, outcome[1].detail)


def _begin(state: State, crawl: Crawl) -> list[Missed]:
    """Put what is asked for into the queue; those addresses that may never be gone to."""
    entries, refused = [], []
    kinds: list[tuple[Kind, str]] = [("page", url) for url in crawl.urls]
    for kind, url in [("sitemap", crawl.sitemap), *kinds] if crawl.sitemap is not None else kinds:
        try:
            target = parsed(url)
        except AddressRefused as error:
            refused.append(Missed(url, "refused", str(error)))
            continue
        place = SITEMAP if kind == "sitemap" else FIRST
        entries.append(Entry(str(target), key_of(canonical(target, crawl.tracking), kind), kind, 0, place, start=True))
    state.begin(entries)
    return refused


def _lent(pages: Path, to: Path, given: Given) -> Fetched:
    """The page as whoever asked gets it: the state keeps its own until it was taken."""
    path = to / given.file
    with disk(path):
        path.unlink(missing_ok=True)
        try:
            os.link(pages / given.file, path)
        except OSError:
            shutil.copyfile(pages / given.file, path)
    return Fetched(given.name, path, given.facts)
