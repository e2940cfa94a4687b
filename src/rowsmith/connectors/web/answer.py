"""What one request brings: a page in a file, another address, or a reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rowsmith.connectors.web.entry import Lacking
from rowsmith.core.row import Json


@dataclass(frozen=True, slots=True)
class Came:
    """A page. `file` holds its body, unpacked; `headers` are in lower case, the status 304 for one that is as
    it was the last time."""

    url: str
    status: int
    headers: Mapping[str, str]
    file: Path
    media_type: str
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect, not followed yet."""

    to: str


Answer = Came | Moved | Lacking
Kept = Mapping[str, Json]
"""The facts of a page that was fetched before; `path` is where its file lies."""


def media_type(header: str, head: bytes = b"") -> tuple[str, str]:
    """The media type and the charset of a Content-Type; where there is none, the type that the body begins like.

    >>> media_type('Text/HTML; charset="UTF-8"')
    ('text/html', 'utf-8')
    """
    kind, *more = header.split(";")
    kind = kind.strip().lower()
    named = [value.strip().strip("\"'").lower() for key, _, value in (one.partition("=") for one in more) if key.strip().lower() == "charset"]
    if "/" not in kind:
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower()
        kind = "application/pdf" if start.startswith(b"%pdf") else "text/html" if start.startswith(b"<") else "application/octet-stream"
    return kind, named[0][:40] if named else ""
