"""One page in the browser: what it may load, and where it would lead."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from rowsmith.connectors.request import REDIRECTS
from rowsmith.connectors.urls import joined, parsed
from rowsmith.connectors.web.proxy import REFUSED
from rowsmith.core.addresses import AddressRefused

_NO_PEERS = "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel', 'WebTransport']) delete window[name];"


class Tab:
    """One page in a context of its own. `moved`: where it would have led; `refused`: why that, or the page itself, may not be gone to; `status`
    of an answer that is no success, with its `retry_after`."""

    def __init__(self, url: str, resources: set[str]) -> None:
        self.url, self._resources = url, resources
        self.moved = self.refused = self.retry_after = ""
        self.status = 0
        self._tab: Any = None
        self._frame = ""
        self._tasks: set[asyncio.Future[None]] = set()

    async def opened_in(self, context: Any) -> Any:
        """A tab that goes nowhere but to the page."""
        await context.add_init_script(_NO_PEERS)
        await context.route("**/*", self._route)
        if "websocket" not in self._resources:
            await context.route_web_socket("**/*", lambda socket: socket.close())
        self._tab = await context.new_page()
        context.on("page", lambda other: self._unasked(other.close()))
        session = await context.new_cdp_session(self._tab)
        session.on("Fetch.requestPaused", lambda event: self._unasked(self._answered(session, event)))
        self._frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"}]})
        return self._tab

    def _unasked(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what nobody waits for; that it comes too late, when the page is closed, is no error."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _route(self, route: Any) -> None:
        """Whether the page may load something."""
        request = route.request
        main = self._is_main(request)
        if main and not self._same(request.url):
            self._leads(request.url)
        if self._same(request.url) if main else request.resource_type in self._resources:
            await route.continue_()
        else:
            await route.abort()

    def _is_main(self, request: Any) -> bool:
        from playwright.async_api import Error

        try:
            return bool(request.is_navigation_request() and request.frame == self._tab.main_frame)
        except Error:  # it is of a window that the page opens, and that has no frame yet
            return False

    async def _answered(self, session: Any, event: dict[str, Any]) -> None:
        """The answer to a navigation: a redirect is told, not followed, and what is no success is not shown."""
        status = event.get("responseStatusCode", 0)
        headers = {one["name"].lower(): one["value"] for one in event.get("responseHeaders", ())}
        fine = 200 <= status < 300 or not status or event.get("frameId") != self._frame
        if not fine and status in REDIRECTS and "location" in headers:
            self._leads(headers["location"])
        elif not fine and headers.get("proxy-status", "").startswith(REFUSED):
            self.refused = f"{self.url} may not be connected to."
        elif not fine:
            self.status, self.retry_after = status, headers.get("retry-after", "")
        how = {"requestId": event["requestId"], **({} if fine else {"errorReason": "Aborted"})}
        await session.send("Fetch.continueRequest" if fine else "Fetch.failRequest", how)

    def _leads(self, location: str) -> None:
        try:
            self.moved = self.moved or str(joined(parsed(self.url), location))
        except AddressRefused as error:
            self.refused = str(error)

    def _same(self, url: str) -> bool:
        try:
            return parsed(url) == parsed(self.url)
        except AddressRefused:
            return False
