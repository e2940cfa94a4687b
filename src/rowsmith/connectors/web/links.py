"""From the links of a page, or the addresses of a sitemap, to those that are followed, each with its place in the queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowsmith.connectors.web.entry import Entry, Skipped, key_of
from rowsmith.connectors.web.names import canonical, linked
from rowsmith.connectors.web.relevance import STEP, relevance, topic_words
from rowsmith.connectors.web.scope import Scope
from rowsmith.connectors.web.state import State
from rowsmith.core.crawls import Crawl

if TYPE_CHECKING:
    from yarl import URL

FIRST, SITEMAP = 1e6, 2e6
"""The places of what the user asked for, and of sitemaps: before every link."""
DEEPEST = 3
"""An index of sitemaps may name indexes, so many times."""


class Links:
    """Those of one crawl. Everything here counts in the state, within the transaction of the page."""

    def __init__(self, crawl: Crawl, scope: Scope, state: State) -> None:
        self._crawl, self._scope, self._state = crawl, scope, state
        self._words = topic_words(crawl.topic)

    def of_page(self, entry: Entry, url: str, read: Mapping[str, Any], score: float, robots: str) -> Iterator[Entry]:
        """Entries for the links of a page of this score; `robots` are its marks for robots."""
        if entry.depth >= self._crawl.depth:
            return
        nofollow = self._crawl.nofollow and any(mark.strip() in ("nofollow", "none") for mark in robots.split(","))
        base = linked(url, read.get("base") or "")
        for address, text, marked in read.get("links", ()):
            target = linked(str(base or url), address)
            if target is None:
                continue
            reason: Skipped | None = "nofollow" if nofollow or (marked and self._crawl.nofollow) else self._scope.left_out(target)
            place = score + (relevance(self._words, str(target), text) if self._words else 0.0) - STEP * (entry.depth + 1)
            yield from self._followed(target, reason, Entry(str(target), "", depth=entry.depth + 1, priority=place, referrer=url))

    def of_sitemap(self, url: str, addresses: Sequence[str]) -> Iterator[Entry]:
        """Entries for the pages that a sitemap names: starts of a crawl, as far as they belong to what was asked for."""
        for address in addresses:
            target = linked(url, address)
            if target is not None:
                place = relevance(self._words, str(target), "")
                yield from self._followed(target, self._scope.left_out(target), Entry(str(target), "", priority=place, referrer=url))

    def sitemaps(self, entry: Entry, url: str, addresses: Sequence[str]) -> Iterator[Entry]:
        """Entries for the sitemaps that an index, or robots.txt, names."""
        for address in addresses if entry.depth < DEEPEST else ():
            target = linked(url, address)
            if target is None:
                continue
            reason: Skipped | None = None if self._scope.holds(target) else "off_site"
            yield from self._followed(target, reason, Entry(str(target), "", "sitemap", entry.depth + 1, SITEMAP, referrer=url))

    def _followed(self, target: URL, reason: Skipped | None, entry: Entry) -> Iterator[Entry]:
        key = key_of(canonical(target, self._crawl.tracking), entry.kind)
        if reason is None and "?" in key and not self._state.has(key):
            reason = None if self._state.seen.another_query(key.partition("?")[0], self._crawl.queries) else "queries"
        if reason is not None:
            self._state.seen.skip(reason)
            return
        yield Entry(entry.url, key, entry.kind, entry.depth, entry.priority, referrer=entry.referrer)
