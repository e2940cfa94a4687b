"""A site to crawl, played by the test server: thousands of pages in cycles, copies, traps, redirects, and pages that are slow, broken or closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from web import CUT, Part, Seen, Web, http, redirect

from rowsmith.connectors.web.fetching import fetch
from rowsmith.core.addresses import Allowed
from rowsmith.core.fetching import Fetched, Missed, Reach

HTML = "text/html; charset=utf-8"
ROBOTS = b"User-agent: *\nDisallow: /private/\nAllow: /private/open\n"
QUERIES = 20


def html(body: str, head: str = "", **headers: str) -> bytes:
    return http(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), Content_Type=HTML, **headers)


def link(address: str, text: str = "", more: str = "") -> str:
    return f'<a href="{address}" {more}>{text}</a>'


class CrawlSite:
    """`size` pages `/p/N`. Each links to two further ones, back, and to copies, redirects and traps. `asked` counts the requests by target."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: Counter[str] = Counter()

    def __call__(self, seen: Seen) -> bytes | Iterable[Part]:
        target = seen.target
        self.asked[target] += 1
        path, _, query = target.partition("?")
        if target == "/robots.txt":
            return http(ROBOTS, Content_Type="text/plain")
        kind, _, rest = path.strip("/").partition("/")
        if kind == "p" and rest.isdigit() and int(rest) < self.size and query in ("", "utm_source=mail"):
            return html(self._page(int(rest)))
        if kind == "copy":
            return html(f"<p>This is page {rest} of the site.</p>")
        if kind == "old":
            return redirect(f"/p/{rest}", 301)
        if kind == "calendar":
            month = int(query.partition("=")[2] or 0)
            return html(f"<p>Month {month}</p>{link(f'/calendar?m={month + 1}')}")
        if kind == "broken":
            return [http(b"", length=False, Content_Length="1000", Content_Type=HTML), b"half", CUT]
        if kind == "slow":
            return [0.3, html("<p>slow but there</p>")]
        if kind == "busy":
            return http(status=503, Retry_After="0") if self.asked[target] < 2 else html("<p>no longer busy</p>")
        if kind == "image":
            return http(b"\x89PNG", Content_Type="image/png")
        return http(status=404)

    def _page(self, number: int) -> str:
        below = [place for place in (2 * number + 1, 2 * number + 2) if place < self.size]
        links = [link(f"/p/{place}") for place in below]
        links += [link(f"/p/{(number + 7) % self.size}#part"), link(f"/p/{max(0, number - 1)}?utm_source=mail"), link(f"/p/./../p/{number}")]
        if number % 100 == 3:
            links += [link(f"/copy/{number}"), link(f"/old/{number}"), link(f"/private/{number}"), link(f"/gone/{number}"), link("mailto:a@b.c")]
        if number == 5:
            links += [link("/calendar?m=0"), link("/slow"), link("/broken"), link("/busy"), link("/image"), link("http://other.example/")]
        return f"<p>This is page {number} of the site.</p>{chr(32).join(links)}"

    @property
    def pages(self) -> set[str]:
        """The paths of all pages that are there to be found, once each."""
        return {f"/p/{number}" for number in range(self.size)} | {f"/calendar?m={month}" for month in range(QUERIES)} | {"/slow", "/busy"}


SETTINGS: dict[str, Any] = {"depth": 100, "max_pages": 100_000, "delay_s": 0, "per_host": 8, "queries": QUERIES, "retries": 1, "within": "host"}


def reach(state: Path, *webs: Web, known: Any = None, heard: Any = None) -> Reach:
    more = {"note": heard} if heard else {}
    return Reach(Allowed(("127.0.0.1",), tuple(web.port for web in webs)), state, known=known or {}, **more)


def crawled(web: Web, folder: Path, *paths: str, **asked: Any) -> tuple[dict[str, Fetched], dict[str, str]]:
    """Paths of pages, as they are known, to what came, and of those that did not come to the reason."""
    heard, known, webs = asked.pop("heard", None), asked.pop("known", None), asked.pop("webs", (web,))
    settings = {"delay_s": 0, "urls": [web.url("127.0.0.1", path) for path in paths], **asked}
    came: dict[str, Fetched] = {}
    missed: dict[str, str] = {}
    for one in fetch(reach(folder / "state", *webs, known=known, heard=heard), folder / "to", **settings):
        path = one.name.removeprefix(web.url("127.0.0.1", ""))
        if isinstance(one, Missed):
            missed[path] = one.reason
        else:
            assert path not in came
            came[path] = one
    return came, missed
