"""One name for a page, however its address is written, and whether two pages are of one site.

The canonical form is that of RFC 3986, section 6: host in lower case, no default port, no dot segments, escapes in upper case and only
where they are needed; and without fragment and the parameters that do not tell pages apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from rowsmith.connectors.urls import is_address, parsed
from rowsmith.connectors.web.patterns import matches
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Unavailable

if TYPE_CHECKING:
    from yarl import URL

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.IGNORECASE)


def canonical(url: URL, tracking: tuple[str, ...] = ()) -> str:
    """The one form of a parsed URL; `tracking` are the patterns of parameters to leave out."""
    path, mark, query = url.raw_path_qs.partition("?")
    path = normal(_SESSION.sub("", path) if tracking else path)
    kept = [part for part in query.split("&") if part and not _tracks(part.partition("=")[0].lower(), tracking)]
    host, port = (url.raw_host or "").rstrip("."), "" if url.is_default_port() else f":{url.port}"
    place = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{place}{port}{_without_dots(path)}{mark if kept else ''}{normal('&'.join(kept))}"


@lru_cache(maxsize=4096)
def _tracks(name: str, tracking: tuple[str, ...]) -> bool:
    return any(matches(pattern, name) for pattern in tracking)


def normal(text: str) -> str:
    """The same part of a URL with escapes only where they are needed, in upper case."""
    return _ESCAPE.sub(lambda found: sign if (sign := chr(int(found[1], 16))) in _PLAIN else found[0].upper(), text)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    *folders, last = path.split("/")[1:]
    for folder in [*folders, last]:
        if folder == "..":
            kept[-1:] = []
        elif folder != ".":
            kept.append(folder)
    return "/".join(["", *kept, *([""] if last in (".", "..") else [])])


def linked(url: str, reference: str) -> URL | None:
    """Where a link on a page leads; None where that is no page of the web (`mailto:`, `javascript:`), or cannot be read.

    Unlike in the answer of a server, spaces and line breaks in a link are what people write: they are mended, as browsers do.
    """
    text = re.sub(r"[\t\n\r]", "", reference).strip(" \x00\x0b\x0c").replace(" ", "%20")
    try:
        return parsed(urljoin(url, text))
    except (AddressRefused, ValueError):
        return None


@lru_cache(maxsize=4096)
def site(host: str) -> str:
    """The domain that somebody has registered: `example.co.uk` of `www.example.co.uk`; of an address itself.

    Method: the Public Suffix List (publicsuffix.org), private domains such as `github.io` among them; a suffix that it does not know has one label.

    Raises:
        Unavailable: the list is not installed.
    """
    host = host.rstrip(".")
    if is_address(host) or "." not in host:
        return host
    try:
        from tld import get_fld
    except ImportError:
        raise Unavailable("Telling sites apart needs the Public Suffix List.", "Install it with: pip install 'rowsmith[documents]'") from None
    found = get_fld(f"http://{host}/", fail_silently=True, search_private=True)
    return found or ".".join(host.split(".")[-2:])
