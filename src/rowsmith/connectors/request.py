"""A request, and the one that follows when its answer is a redirect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowsmith.connectors.file_part import FilePart
from rowsmith.connectors.urls import joined
from rowsmith.core.addresses import AddressRefused

if TYPE_CHECKING:
    from yarl import URL

REDIRECTS = (301, 302, 303, 307, 308)
TRAVELLING = {"accept", "accept-encoding", "accept-language", "content-type", "if-modified-since", "if-none-match", "if-range", "range", "user-agent"}
"""Headers that go along when a redirect leads to another origin. All others, keys among them, stay behind."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to one place."""

    method: str
    url: URL
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | FilePart = b""

    @property
    def host(self) -> str:
        """The URL's host, for the user."""
        return self.url.host or ""

    def redirected(self, status: int, location: str) -> Request:
        """The request to where this one's answer points. 307 and 308 repeat it, the others ask for what is there.

        Raises:
            AddressRefused: nothing may be sent there.
        """
        url, headers = joined(self.url, location), self.headers
        if url.origin() != self.url.origin():
            if (self.url.scheme, url.scheme) == ("https", "http"):
                raise AddressRefused(f"{self.host} redirects from https to http.", "Nothing was sent there.")
            headers = {name: value for name, value in headers.items() if name.lower() in TRAVELLING}
        if status in (307, 308) or self.method in ("GET", "HEAD"):
            return Request(self.method, url, headers, self.body)
        return Request("GET", url, {name: value for name, value in headers.items() if name.lower() != "content-type"})
