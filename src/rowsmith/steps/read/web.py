"""Pages of the web."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from rowsmith.core.crawls import Crawl
from rowsmith.steps.outside import Outside


class ReadWeb(Outside, Crawl):
    """Reads pages of the web: one address, a list, a sitemap, or a crawl. What is meant to be read on a page becomes a row; other files that are
    asked for (PDF, text) are read as what they are.

    Pages are fetched once and kept in the home; a run reads those, and `--refresh` fetches anew. robots.txt is obeyed unless told otherwise;
    only public addresses are reached, wherever a name or a redirect leads. A crawl that was broken off goes on where it was.

    Origin: `source` {name (the page's address), url, fetched_at, status, depth, title ..., hash, read_as, span}.
    """

    reaches: ClassVar[str] = "web"

    readable: bool = Field(True, description="The main text of a page alone; else the whole page, with navigation and footers.")

    @property
    def address(self) -> str:
        """The first address that is asked for."""
        return self.urls[0] if self.urls else str(self.sitemap)
