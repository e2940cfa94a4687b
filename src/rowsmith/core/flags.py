"""A flag: what a check says against a row, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rowsmith.core.row import Json, Row


@dataclass(frozen=True, slots=True)
class Flag:
    """What a check found in a row.

    `reason` is a short code that users filter by (`card`, `refusal`, `near_duplicate`), `detail` says it in words. `score` is how sure or how bad it
    is, as the check defines it. `path` names the text within the row (core.said), and `span` its characters [start, end) there; None: all of it.
    `twin` names what the finding ties the row to, where there is such a thing: the id of another row, or the file and the line of a record.
    """

    check: str
    reason: str
    detail: str = ""
    score: float = 1.0
    path: str = ""
    span: tuple[int, int] | None = None
    twin: str = ""

    def dump(self) -> dict[str, Json]:
        """As plain data."""
        span = None if self.span is None else list(self.span)
        told = {"check": self.check, "reason": self.reason, "detail": self.detail, "score": self.score, "path": self.path, "span": span}
        return {**told, "twin": self.twin} if self.twin else told


def flagged(row: Row, flags: Iterable[Flag]) -> Row:
    """The row with these flags in `origin.flags`, beside those that it has."""
    new = [flag.dump() for flag in flags]
    return replace(row, origin={**row.origin, "flags": [*row.origin.get("flags", ()), *new]}) if new else row


def flags_of(row: Row) -> Iterator[Flag]:
    """The flags that a row carries."""
    for one in row.origin.get("flags", ()):
        fields: dict[str, Any] = {**one, "span": None if one["span"] is None else tuple(one["span"])}
        yield Flag(**fields)
