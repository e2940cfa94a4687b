"""What tools in which people review rows have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rowsmith.core.errors import Unavailable
from rowsmith.core.row import Json

Record = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Held:
    """A record that the tool holds: its `key` there, the id of the row that it is said to be of, and whether somebody has answered."""

    key: str
    row: str
    record: Record
    answered: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody has answered about a record: `said` by the names of questions, at `at` (seconds since 1970)."""

    held: Held
    author: str
    at: float
    said: Mapping[str, Json]


class ReviewTool(Protocol):
    """A place for records in a tool. It is made when the first records come."""

    def held(self) -> Iterator[Held]:
        """Every record there is."""
        ...

    def labels(self) -> set[str]:
        """The labels that people can choose from there."""
        ...

    def prepare(self, settings: Json) -> None:
        """Make the place where it is not there, and have people asked what the settings say, where they are not."""
        ...

    def add(self, records: Sequence[Record]) -> None:
        """Add records."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Take records away."""
        ...

    def answers(self) -> Iterator[Answer]:
        """Every answer that was handed in.

        Raises:
            NotFound: there is no such place.
        """
        ...


def moment(text: Json) -> float:
    """Seconds since 1970 of a time as servers write it.

    Raises:
        Unavailable: it is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise Unavailable(f"The server says {str(text)[:40]!r} where a time should be.", "Check its version.") from None
    return found.timestamp() if found.tzinfo else datetime.fromisoformat(f"{text}+00:00").timestamp()
