"""The web application in a real Chromium, before a real server. Every complaint of the browser is kept: a refusal of its policy, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from served import Client

# The guards are Radix's: they pass the focus on into what is open, and are never where it stays.
AXE = """async () => (await axe.run({exclude: ['[data-radix-focus-guard]']},
    {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations
    .map(one => [one.id, one.nodes[0].html])"""


class Window:
    """A tab of a browser that was let in. `heard` holds errors and complaints; `foreign` what was asked of other servers."""

    def __init__(self, chromium: Any, client: Client, **how: Any) -> None:
        self.client = client
        self.context = chromium.new_context(**how)
        self.heard: list[str] = []
        self.foreign: list[str] = []
        self.page = self.tab(f"/launch?token={client.session.launch()}")

    def tab(self, path: str = "/") -> Any:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.on("console", lambda message: self.heard.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((self.client.address, "blob:")) else self.foreign.append(request.url))
        page.set_default_timeout(30_000)
        page.goto(self.client.address + path)
        page.get_by_role("button", name="You").wait_for()
        return page

    def go(self, path: str) -> None:
        """Open an address, and wait until its page is there."""
        self.page.goto(self.client.address + path)
        self.page.get_by_role("button", name="You").wait_for()
        self.page.get_by_role("heading").first.wait_for()

    def faults(self) -> list[Any]:
        """What axe finds, and whether something is wider than the window."""
        self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; 0")
        found = list(self.page.evaluate(AXE))
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the window")
        return found


@contextmanager
def window(chromium: Any, client: Client, **how: Any) -> Iterator[Window]:
    """A tab until the end of the block; the browser may have complained of nothing, nor asked any other server."""
    made = Window(chromium, client, **how)
    try:
        yield made
        assert (made.heard, made.foreign) == ([], [])
    finally:
        made.context.close()
