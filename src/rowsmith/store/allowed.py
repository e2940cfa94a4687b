"""The addresses that the user allowed an environment variable to be sent to: `allowed.json` in the user's configuration folder.

A recipe, or a home that somebody else made, may name any variable and any address; this record is what they cannot write.
"""

from __future__ import annotations

from rowsmith.store import configuration

RECORD = "allowed.json"


def everything() -> dict[str, list[str]]:
    """Each variable's name with its addresses, sorted.

    Raises:
        Invalid: the record cannot be read.
    """
    known = configuration.record(RECORD)
    return {name: sorted(addresses) for name, addresses in sorted(known.items()) if isinstance(addresses, list)}


def addresses(name: str) -> list[str]:
    """Those of one variable. Raises as `everything`."""
    return everything().get(name, [])


def allow(name: str, address: str) -> None:
    """Let the variable be sent there.

    Raises:
        Invalid, Unavailable: the record cannot be read, or written.
    """
    with configuration.changing(RECORD) as known:
        known[name] = sorted({*known.get(name, []), address})


def disallow(name: str, address: str) -> bool:
    """Take that back; False: it was not allowed. Raises as `allow`."""
    with configuration.changing(RECORD) as known:
        before: list[str] = known.pop(name, [])
        if left := [one for one in before if one != address]:
            known[name] = left
    return left != before
