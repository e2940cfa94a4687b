"""Addresses as keys are bound to them: scheme, host and port, read by the parser that the connection uses, so that both mean the same."""

from __future__ import annotations

import re
from ipaddress import ip_address

from rowsmith.core.errors import Invalid

LONGEST = 300


def origin_of(url: str) -> str:
    """`https://host` or `https://host:port` of an address; the host in lower case, and in its ASCII form.

    Raises:
        Invalid: it is none. What was given is not repeated: it may be a key that was put in the wrong place.
    """
    from yarl import URL

    fix = "Write it like https://api.example.com/v1."
    try:
        at = URL(url)
        origin = str(at.origin()) if not re.search(r"[\s\\\x00-\x1f\x7f]", url) else ""
    except (ValueError, TypeError):
        origin = ""
    if not origin or not at.raw_host or at.scheme == "file" or len(origin) > LONGEST:
        raise Invalid("That is no address of a server.", fix)
    if at.user is not None or at.password is not None:
        raise Invalid("The address holds a user name or a password.", fix)
    return origin


def is_loopback(origin: str) -> bool:
    """Whether it is this machine itself: localhost, 127.0.0.0/8 or ::1."""
    from yarl import URL

    host = URL(origin).raw_host or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
