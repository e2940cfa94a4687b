"""What users set in the environment: what may be reached besides public addresses."""

from __future__ import annotations

from collections.abc import Mapping

from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid


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
