"""Where an index lies: a folder, or a server whose address is looked at before anything connects to it."""

from __future__ import annotations

import os
import socket
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from rowsmith.connectors.settings import allowed_by
from rowsmith.core.errors import Unavailable


def library(module: str, extra: str) -> Any:
    """The library.

    Raises:
        Unavailable: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise Unavailable(f"The library of {extra} is not installed.", f"pip install 'rowsmith[{extra}]'") from None


def folder(place: str, scratch: Path) -> tuple[Path, bool]:
    """The folder of an index, and whether it stays."""
    return (Path(place).expanduser(), True) if place else (scratch / f"vectors-{uuid4().hex}", False)


def is_server(place: str) -> bool:
    """Whether a place is the address of a server."""
    return place.startswith(("http://", "https://"))


def require_allowed(place: str) -> tuple[str, int]:
    """The host and the port of a server that may be reached: public ones, and what an administrator has listed. The library connects by itself, so
    a name that resolves otherwise a moment later is not noticed (SECURITY.md).

    Raises:
        AddressRefused: it may not be. Unavailable: the name has no address.
    """
    parts = urlsplit(place)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unavailable(f"The name {host!r} has no address.", "Correct the address of the index.") from None
    allowed_by(os.environ).check(host, sorted({str(one[4][0]) for one in found}), port)
    return host, port
