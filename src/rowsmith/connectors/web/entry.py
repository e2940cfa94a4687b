"""An address in the queue, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rowsmith.core.row import Json

Kind = Literal["page", "sitemap"]
Skipped = Literal["off_site", "excluded", "nofollow", "trap", "queries", "full"]
SKIPPED: dict[Skipped, str] = {
    "off_site": "lead off what was asked for", "excluded": "are excluded, or not included", "nofollow": "are marked nofollow",
    "full": "do not fit into the queue", "trap": "repeat themselves", "queries": "differ in their query alone from many others",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """An address to go to.

    key: its canonical form, before which stands what it is, if no page; number: its row in the state, 0 where it has none yet.
    chain: the addresses that have led here by redirects, from the one that was asked for on; start: that is one of the user's.
    depth: links followed from a start; referrer: the page on which the link stands.
    """

    url: str
    key: str
    kind: Kind = "page"
    depth: int = 0
    priority: float = 0.0
    chain: tuple[str, ...] = ()
    referrer: str = ""
    start: bool = False
    number: int = 0

    @property
    def asked(self) -> str:
        """The address as it was asked for, before any redirect."""
        return self.chain[0] if self.chain else self.url

    @property
    def host(self) -> str:
        """Scheme, host and port: what is asked for politely, and has a robots.txt of its own."""
        return "/".join(self.url.split("/", 3)[:3])


def key_of(name: str, kind: Kind) -> str:
    """The key of a canonical address: the same one may be gone to as a page and as a sitemap."""
    return name if kind == "page" else f"{kind} {name}"


@dataclass(frozen=True, slots=True)
class Given:
    """A page that came: its name, the file below the state's folder, and its facts."""

    name: str
    file: str
    facts: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a page does not come: a code and the detail."""

    reason: str
    detail: str
