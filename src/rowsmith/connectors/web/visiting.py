"""One address from the queue to the state: may it be asked for, what comes, what it says, and what is done with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from rowsmith.connectors.part import disk
from rowsmith.connectors.urls import parsed
from rowsmith.connectors.web.answer import Answer, Came, Kept, Moved
from rowsmith.connectors.web.entry import Entry, Given, Lacking, key_of
from rowsmith.connectors.web.links import Links
from rowsmith.connectors.web.names import canonical, linked
from rowsmith.connectors.web.permission import Permission
from rowsmith.connectors.web.reading import Reading
from rowsmith.connectors.web.relevance import relevance, topic_words
from rowsmith.connectors.web.scope import Scope
from rowsmith.connectors.web.state import State
from rowsmith.core.crawls import Crawl
from rowsmith.core.row import Json

REDIRECTS = 3
"""Most that lead from an address to a page."""
_READ = {"text/html": "page", "application/xhtml+xml": "page"}
_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".xhtml", "text/plain": ".txt", "text/markdown": ".md", "application/pdf": ".pdf",
    "application/json": ".json", "text/csv": ".csv", "application/epub+zip": ".epub", "application/xml": ".xml", "text/xml": ".xml",
}  # fmt: skip


class Gets(Protocol):
    """Brings what is at an address: our own client (visits.py) or a browser (browser.py)."""

    async def get(self, url: str, file: Path, host: str, kept: Kept | None = None, *, anything: bool = False) -> Answer:
        """Page, redirect or the lack of it; a body goes into `file`."""
        ...


class Visiting:
    """Goes to addresses. `plain` gets sitemaps, `pages` the pages."""

    def __init__(
        self, crawl: Crawl, state: State, scope: Scope, permission: Permission, reading: Reading, plain: Gets, pages: Gets,
        known: Mapping[str, Mapping[str, Json]],
    ) -> None:  # fmt: skip
        self._crawl, self._state, self._scope, self._permission, self._reading = crawl, state, scope, permission, reading
        self._plain, self._pages, self._known = plain, pages, known
        self._links, self._words = Links(crawl, scope, state), topic_words(crawl.topic)

    async def __call__(self, entry: Entry) -> None:
        """Go to it, and settle it."""
        url = parsed(entry.url)
        if entry.kind == "sitemap" and url.raw_path_qs == "/":
            named = (await self._permission.rules(entry.host)).sitemaps or ("/sitemap.xml",)
            with self._state.settling(entry):
                self._state.lead(self._links.sitemaps(entry, entry.url, named))
            return
        file = self._state.pages / f"{entry.number}.part"
        answer = (await self._permission.refusal(entry.host, url.raw_path_qs) if self._crawl.robots else None) or await self._got(entry, file)
        read = await self._read(entry, answer) if isinstance(answer, Came) else {}
        if read.get("refresh") and (to := linked(entry.url, read["refresh"])) is not None and self._key(str(to)) != entry.key:
            answer = Moved(str(to))
        if isinstance(answer, Came):
            self._came(entry, answer, read)
        else:
            with self._state.settling(entry):
                self._moved(entry, answer) if isinstance(answer, Moved) else self._state.lack(entry, answer)
        with disk(file):
            file.unlink(missing_ok=True)

    async def _got(self, entry: Entry, file: Path) -> Answer:
        if entry.kind == "sitemap":
            return await self._plain.get(entry.url, file, entry.host, anything=True)
        kept = self._known.get(entry.key, {})
        there = bool(kept.get("path")) and Path(str(kept["path"])).is_file()
        return await self._pages.get(entry.url, file, entry.host, kept if there else None)

    async def _read(self, entry: Entry, came: Came) -> dict[str, Any]:
        if entry.kind == "sitemap":
            return await self._reading.read("sitemap", came.file)
        task = _READ.get(came.media_type) or ("text" if came.media_type.startswith("text/") else "")
        if not task:
            return {"hash": sha256(came.file.read_bytes()).hexdigest()}
        near = self._crawl.duplicates == "near"
        return await self._reading.read(task, came.file, url=came.url, charset=came.charset, words=self._words, near=near)

    # -- what is done with it

    def _moved(self, entry: Entry, moved: Moved) -> None:
        target, chain = parsed(moved.to), (*entry.chain, entry.url)
        name = canonical(target, self._crawl.tracking)
        key = key_of(name, entry.kind)
        if key in {entry.key, *(key_of(self._key(url), entry.kind) for url in entry.chain)} or len(chain) > REDIRECTS:
            self._state.lack(entry, Lacking("redirects", f"It redirects to itself, or more than {REDIRECTS} times."))
        elif self._state.has(key):
            self._state.lack(entry, Lacking("duplicate", f"It redirects to {name}, which is gone to by itself."))
        elif not entry.start and not self._scope.holds(target):
            self._state.lack(entry, Lacking("off_site", f"It redirects to {name}, which does not belong to what was asked for."))
        else:
            if entry.start:
                self._scope.widen(moved.to)
            self._state.lead([replace(entry, url=str(target), key=key, chain=chain)])

    def _came(self, entry: Entry, came: Came, read: dict[str, Any]) -> None:
        if entry.kind == "sitemap":
            self._mapped(entry, came, read)
            return
        robots = ",".join(filter(None, (read.get("robots", ""), came.headers.get("x-robots-tag", "").lower())))[:200]
        name, score = self._name(entry, came, read), self._score(entry, read)
        lacking = self._lacking(name, score, read)
        file = came.file.with_name(f"{entry.number}{_SUFFIXES.get(came.media_type, '.bin')}")
        if lacking is None:
            with disk(file):
                _named(came.file, file)
        with self._state.settling(entry):
            if lacking is not None:
                self._state.lack(entry, lacking)
                return
            facts = _facts(entry, came, read, robots, score if self._words else None)
            self._state.keep(entry, Given(name, file.name, facts), read.get("hash", ""), read.get("print"))
            self._state.lead(self._links.of_page(entry, came.url, read, score, robots))

    def _mapped(self, entry: Entry, came: Came, read: dict[str, Any]) -> None:
        with self._state.settling(entry):
            self._state.lead(self._links.sitemaps(entry, came.url, read.get("sitemaps", ())))
            self._state.lead(self._links.of_sitemap(came.url, read.get("pages", ())))
            if read.get("wrong"):
                self._state.lack(entry, Lacking("broken_sitemap", f"The sitemap is not read to its end: {read['wrong']}."))

    def _name(self, entry: Entry, came: Came, read: dict[str, Any]) -> str:
        """The page's address; the one on its host that it calls canonical, but not the first page, which many name by mistake."""
        said = linked(came.url, read["canonical"]) if self._crawl.canonical and read.get("canonical") else None
        if said is None or said.origin() != parsed(came.url).origin() or said.raw_path_qs == "/":
            return self._key(came.url)
        return canonical(said, self._crawl.tracking)

    def _score(self, entry: Entry, read: dict[str, Any]) -> float:
        """The relevance of a page; of what is no text, that of its address."""
        score = read.get("score")
        return relevance(self._words, entry.url, "") if score is None else float(score)

    def _lacking(self, name: str, score: float, read: dict[str, Any]) -> Lacking | None:
        """Why a page that came is not taken."""
        if self._state.came(name):
            return Lacking("duplicate", f"{name} has come already.")
        if self._crawl.duplicates != "keep" and read.get("hash") and (twin := self._state.seen.twin(read["hash"], read.get("print"))):
            return Lacking("duplicate", f"{twin} says the same.")
        if "score" in read and score < self._crawl.threshold:
            return Lacking("off_topic", f"Its relevance is {score:g}, below {self._crawl.threshold:g}.")
        return None

    def _key(self, url: str) -> str:
        return canonical(parsed(url), self._crawl.tracking)


def _named(part: Path, file: Path) -> None:
    """Give a file, which is durable, its name, durably."""
    os.replace(part, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _facts(entry: Entry, came: Came, read: Mapping[str, Any], robots: str, score: float | None) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "url": came.url, "asked": entry.asked, "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"), "status": came.status,
        "media_type": came.media_type, "charset": came.charset or read.get("charset", ""), "etag": came.headers.get("etag", ""),
        "last_modified": came.headers.get("last-modified", ""), "depth": entry.depth, "referrer": entry.referrer, "title": read.get("title", ""),
        "robots": robots, "relevance": score, "unread": read.get("wrong", ""),
    }  # fmt: skip
    return {fact: value for fact, value in facts.items() if value not in ("", None)}
