"""What becomes of the origins of rows that become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rowsmith.core.ids import canonical
from rowsmith.core.row import Json


def joint(origins: Sequence[Mapping[str, Json]], ids: Iterable[str]) -> dict[str, Json]:
    """The origin of a row that is made of several: the first one's, with the sources of all, what steps did to any, and the rows as parents."""
    sources = _each(source for origin in origins for source in _listed(origin.get("source")))
    made = _each(one for origin in origins for one in origin.get("made", ()))
    told: dict[str, Json] = {"source": sources[0] if len(sources) == 1 else sources} if sources else {}
    return {**origins[0], **told, **({"made": made} if made else {}), "parents": list(ids)}


def _listed(source: Any) -> list[Any]:
    return source if isinstance(source, list) else [source] if source else []


def _each(values: Iterable[Any]) -> list[Any]:
    return list({canonical(value): value for value in values}.values())
