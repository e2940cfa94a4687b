"""What users set in the environment: where downloads are kept, and what may be reached besides public addresses."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid


def cache_folder(environ: Mapping[str, str]) -> Path:
    """ROWSMITH_CACHE, else `rowsmith` in the user's own cache folder. It need not be there."""
    if own := environ.get("ROWSMITH_CACHE"):
        return Path(own).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rowsmith"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").expanduser() / "rowsmith"


def allowed_by(environ: Mapping[str, str]) -> Allowed:
    """ROWSMITH_EGRESS_HOSTS (names, addresses and networks that may be private) and ROWSMITH_EGRESS_PORTS, with commas between.

    Raises:
        Invalid: a network or a port is none.
    """
    ports = _listed(environ, "ROWSMITH_EGRESS_PORTS")
    if wrong := [port for port in ports if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)]:
        raise Invalid(f"ROWSMITH_EGRESS_PORTS holds {wrong[0]!r}, which is no port.", "Write ports with commas between: 8080,8443.")
    return Allowed(_listed(environ, "ROWSMITH_EGRESS_HOSTS"), tuple(int(port) for port in ports))


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in environ.get(name, "").split(",") if item.strip())
