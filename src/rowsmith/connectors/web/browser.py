"""Pages that scripts make: opened in Chromium, and taken as they are shown.

The browser has one way out, our proxy; no cookies or files of anybody, a profile in a temporary folder and a new one within it for each page; it
downloads nothing and loads only the kinds of resources that are asked for. Redirects and what scripts make of the address are not followed but
told, so that robots.txt and the limits of the crawl hold for them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rowsmith.connectors.containers.reader import PASSED_ON
from rowsmith.connectors.part import disk
from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.answer import Answer, Came, Kept, Moved, media_type
from rowsmith.connectors.web.entry import Lacking
from rowsmith.connectors.web.proxy import Proxy
from rowsmith.connectors.web.tab import Tab
from rowsmith.connectors.web.visits import AGAIN, Tried, Visits, persisted, status_of, wait_of, wants
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Unavailable

if TYPE_CHECKING:
    from rowsmith.connectors.resolve import Resolver
    from rowsmith.connectors.web.pace import Pace
    from rowsmith.core.crawls import Crawl
    from rowsmith.core.fetching import Reach

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WEIGHT = 4
"""What a page loads besides itself may be so many times as large as a page."""
ARGUMENTS = (
    "--proxy-bypass-list=<-loopback>", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--dns-prefetch-disable", "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--no-pings",
    "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability", "--disable-sync", "--no-first-run",
)  # fmt: skip
"""No way round the proxy: none for this machine, no names asked for by the browser itself, no UDP; and nothing that it does unasked."""
_HTML = ("text/html", "application/xhtml+xml")
_LOOKS, _LOOK_S = 25, 0.2
_NO_PAGE = Lacking("other_type", "It is no page for a browser.")


@asynccontextmanager
async def opened(
    reach: Reach, crawl: Crawl, user_agent: str, pace: Pace, plain: Visits, resolver: Resolver | None
) -> AsyncIterator[Browser]:
    """A browser, as long as the block lasts.

    Raises:
        Unavailable: Playwright or Chromium is missing, or does not start.
    """
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        raise Unavailable("Pages that scripts make are opened with Playwright.", "Install it with: pip install 'rowsmith[browser]'") from None
    async with Proxy(reach.allowed, resolver).running() as proxy, async_playwright() as playwright:
        with TemporaryDirectory(prefix="rowsmith-") as home:
            chromium = await _launched(playwright, proxy, home, reach)
            try:
                yield Browser(chromium, proxy, crawl, user_agent, pace, plain)
            finally:
                await chromium.close()


async def _launched(playwright: Any, proxy: Proxy, home: str, reach: Reach) -> Any:
    """Chromium in its sandbox, or told without where the system has none for it."""
    from playwright.async_api import Error

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    environ = {key: value for key in PASSED_ON if (value := os.environ.get(key)) is not None} | {"HOME": home, "TMPDIR": home}
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    for sandboxed in (False,) if root else (True, False):
        try:
            chromium = await playwright.chromium.launch(
                executable_path=program, chromium_sandbox=sandboxed, args=list(ARGUMENTS), env=environ, downloads_path=home,
                proxy={"server": f"http://127.0.0.1:{proxy.port}"}, handle_sigint=False, handle_sigterm=False, handle_sighup=False,
            )  # fmt: skip
        except Error as error:
            if not sandboxed:
                fix = "Install it with `apt-get install chromium`, or with `playwright install chromium`."
                raise Unavailable(f"Chromium does not start: {error.message.splitlines()[0][:300]}", fix) from None
            continue
        if not sandboxed:
            why = "as root it has none" if root else "the system lets it have none"
            reach.note(f"Chromium runs without its sandbox: {why}. Its only way out is the proxy all the same.")
        return chromium
    raise AssertionError("one of the two is the last")


class Browser:
    """One page at a time, at the pace of its host. What is no HTML comes by our own client."""

    def __init__(self, chromium: Any, proxy: Proxy, crawl: Crawl, user_agent: str, pace: Pace, plain: Visits) -> None:
        self._chromium, self._proxy, self._crawl, self._pace, self._plain = chromium, proxy, crawl, pace, plain
        self._name = f"Mozilla/5.0 (compatible; {user_agent}) Chrome/{chromium.version}"
        self._turn = asyncio.Lock()

    async def get(self, url: str, file: Path, host: str, kept: Kept | None = None, *, anything: bool = False) -> Answer:
        """The page as it is shown, as HTML in UTF-8; see visits.Visits.get. What a page loads has the page's limits, and some more bytes."""
        if not anything:
            async with self._turn:
                answer = await persisted(lambda: self._tried(url, file), self._pace, host, self._crawl.retries)
            if answer is not _NO_PAGE:
                return answer
        return await self._plain.get(url, file, host, kept, anything=anything)

    async def _tried(self, url: str, file: Path) -> Tried:
        from playwright.async_api import Error

        try:
            await self._proxy.addresses(parsed(url))
        except AddressRefused as error:
            return Lacking("refused", str(error)), None
        except OSError:
            return Lacking("unreachable", f"The name {parsed(url).host} does not resolve."), 0.0
        self._proxy.renew(self._crawl.max_bytes * WEIGHT)
        context = await self._chromium.new_context(accept_downloads=False, service_workers="block", user_agent=self._name, permissions=[])
        page = Tab(url, set(self._crawl.resources))
        try:
            async with asyncio.timeout(self._crawl.page_s):
                return await self._shown(context, page, file)
        except TimeoutError:
            return Lacking("unreachable", f"{url} was not there within {self._crawl.page_s:g} s."), 0.0
        except Error as error:
            return self._failed(page, error.message)
        finally:
            await context.close()

    async def _shown(self, context: Any, page: Tab, file: Path) -> Tried:
        tab = await page.opened_in(context)
        response = await tab.goto(page.url, wait_until="commit", timeout=0)
        if page.moved or response is None:
            return (Moved(page.moved) if page.moved else _NO_PAGE), None
        kind, _ = media_type(response.headers.get("content-type", ""), b"<")
        if kind not in _HTML or not wants(self._crawl, kind):
            return _NO_PAGE, None
        await tab.wait_for_load_state(self._crawl.wait, timeout=0)
        if self._crawl.selector:
            await tab.wait_for_selector(self._crawl.selector, state="attached", timeout=0)
        body = (await _content(tab)).encode("utf-8", "replace")
        if page.moved:
            return Moved(page.moved), None
        if self._proxy.exhausted or len(body) > self._crawl.max_bytes:
            return self._large(page), None
        await asyncio.to_thread(_written, file, body)
        return Came(page.url, response.status, response.headers, file, kind, "utf-8"), None

    def _failed(self, page: Tab, said: str) -> Tried:
        if page.refused:
            return Lacking("refused", page.refused), None
        if page.moved:
            return Moved(page.moved), None
        if page.status:
            again = wait_of({"Retry-After": page.retry_after}) if page.status in AGAIN else None
            return status_of(page.status, parsed(page.url).host or ""), again
        if "Download is starting" in said or "ERR_ABORTED" in said:
            return _NO_PAGE, None
        if self._proxy.exhausted:
            return self._large(page), None
        if self._proxy.refused and "ERR_TUNNEL" in said:
            return Lacking("refused", f"{page.url} may not be connected to."), None
        return Lacking("unreachable", said.splitlines()[0][:300]), 0.0

    def _large(self, page: Tab) -> Lacking:
        most = self._crawl.max_bytes
        return Lacking("large", f"{page.url} has more than {most} bytes, or loads more than {most * WEIGHT}.")


async def _content(tab: Any) -> str:
    """What is shown; of a page that loads itself again just now, once it has."""
    from playwright.async_api import Error

    for _ in range(_LOOKS):
        try:
            return str(await tab.content())
        except Error:
            await asyncio.sleep(_LOOK_S)
    return str(await tab.content())


def _written(file: Path, body: bytes) -> None:
    with disk(file), file.open("wb") as to:
        to.write(body)
        to.flush()
        os.fsync(to.fileno())
