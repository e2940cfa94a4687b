"""A URL is read once, by one parser, and refused where two parsers could read it differently."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from rowsmith.core.addresses import AddressRefused

if TYPE_CHECKING:
    from yarl import URL

LONGEST = 16 * 1024
_FIX = "Write it like https://host/path."
_PARTS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)


def parsed(text: str) -> URL:
    """The URL, its host in ASCII, path and query as they were written (signatures cover them), without the fragment. No error repeats it:
    it may hold a key.

    Raises:
        AddressRefused: it is no http or https URL, or holds user info, a backslash, a space, a control character, a zone id, or a host that
            is a number (`2130706433`, `127.1`, `0x7f.1`) without being a plain IP address.
    """
    from yarl import URL

    if len(text) > LONGEST or re.search(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]", text):
        raise AddressRefused("The URL holds a space, a backslash or a control character, or is too long.", _FIX)
    parts = _PARTS.match(text)
    if parts is None or parts["scheme"].lower() not in ("http", "https"):
        raise AddressRefused("It is no http or https URL.", _FIX)
    authority, rest = parts["authority"], parts["rest"]
    if "@" in authority or "%" in authority:
        raise AddressRefused("The URL's host holds a user name, a password, a zone or an escape.", _FIX)
    try:
        url = URL(f"{parts['scheme']}://{authority}/")
    except ValueError:
        raise AddressRefused("The URL's host cannot be read.", _FIX) from None
    if not url.raw_host or not url.port or not _is_host(url.raw_host):
        raise AddressRefused("The URL has no host that can be connected to.", _FIX)
    path = rest if rest.startswith("/") else f"/{rest}"
    return URL(f"{url.origin()}{path}", encoded=path.isascii())


def joined(url: URL, location: str) -> URL:
    """Where a redirect from `url` leads.

    Raises:
        AddressRefused: nowhere that may be gone to.
    """
    # What urljoin would drop or mend is refused before it can; what it makes is read by the one parser above.
    if re.search(r"[\x00-\x20\x7f\\]", location):
        raise AddressRefused(f"{url.host} redirects to a place that holds a space, a backslash or a control character.", "Nothing was sent there.")
    try:
        return parsed(urljoin(str(url), location))
    except (AddressRefused, ValueError) as error:
        raise AddressRefused(f"{url.host} redirects to what may not be gone to: {error}", "Nothing was sent there.") from None


def is_address(host: str) -> bool:
    """Whether a parsed URL's host is an IP address, not a name."""
    return ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _is_host(host: str) -> bool:
    """Whether it is a name or an IP address in full. What ends in a number is an address, as browsers have it, never a name."""
    if ":" in host:
        return True
    if not is_address(host.rstrip(".")):
        return _NAME.fullmatch(host) is not None and len(host) <= 253 and all(len(label) <= 63 for label in host.split("."))
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False
