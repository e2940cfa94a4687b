"""Which links are followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.entry import Skipped
from rowsmith.connectors.web.names import site
from rowsmith.connectors.web.patterns import matches
from rowsmith.core.crawls import Crawl

if TYPE_CHECKING:
    from yarl import URL

MOST_REPEATS = 3
"""Times that a folder may stand in a path: `/a/b/a/b/a/b/a/b` is a link that leads into itself."""


class Scope:
    """What a crawl takes in, by where it starts."""

    def __init__(self, crawl: Crawl, starts: Iterable[str]) -> None:
        self._crawl = crawl
        self._places: set[str] = set()
        for start in starts:
            self.widen(start)

    def widen(self, start: str) -> None:
        """One more start: where one of the user's own redirects to is meant by it."""
        self._places.add(self._place(parsed(start)))

    def holds(self, url: URL) -> bool:
        """Whether the address belongs to what was asked for: path, host or site."""
        if self._crawl.within == "any":
            return True
        if self._crawl.within == "path":
            return any(f"{url.origin()}{url.raw_path}".startswith(place) for place in self._places)
        return self._place(url) in self._places

    def left_out(self, url: URL) -> Skipped | None:
        """Why a link is not followed."""
        if not self.holds(url):
            return "off_site"
        if not self._wanted(url):
            return "excluded"
        return "trap" if _repeats(url.raw_path) else None

    def _place(self, url: URL) -> str:
        host = (url.raw_host or "").rstrip(".")
        if self._crawl.within == "path":
            return f"{url.origin()}{url.raw_path.rpartition('/')[0]}/"
        if self._crawl.within == "site":
            return site(host)
        return host if url.is_default_port() else f"{host}:{url.port}"

    def _wanted(self, url: URL) -> bool:
        def fits(patterns: list[str]) -> bool:
            return any(matches(pattern, url.raw_path_qs if pattern.startswith("/") else str(url)) for pattern in patterns)

        return (not self._crawl.include or fits(self._crawl.include)) and not fits(self._crawl.exclude)


def _repeats(path: str) -> bool:
    folders = [folder for folder in path.split("/") if folder]
    return any(folders.count(folder) > MOST_REPEATS for folder in set(folders))
