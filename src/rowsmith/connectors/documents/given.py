"""What a reader of one kind of document is told beside the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rowsmith.connectors.containers.encoding import encoding
from rowsmith.connectors.containers.limits import Limits, Refused
from rowsmith.core.documents import Document
from rowsmith.core.lines import encoding_of, stored_text
from rowsmith.core.records import Fault, Record

Said = Document | Fault | Record
"""What comes of a file. A fault's and a record's file is the member that it is of, empty for the file itself."""
_LOOKED_AT = 1 << 18


def _nothing_within(name: str, file: IO[bytes]) -> Iterator[Said]:
    raise Refused("It lies too deep within other files.", "Take it out, and give it alone.", "nested_archive")


def _unheard() -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is given with a file.

    name: what the user knows it as, a member of an archive by its path there.
    size: bytes.
    limits: what it may cost.
    scratch: a folder of the child's own, emptied after the file.
    encoding: of a text, where the user says it.
    asked: the settings of all kinds by name; each kind declares its own, with their defaults, as SETTINGS.
    records: whether records are wanted of a file that holds such, which is a fault otherwise.
    within: reads a file that lies within this one (an attachment) by its name; what comes of it has that name as its member.
    working: to be called now and then where a file takes long, since a reader that is silent for too long is ended.
    """

    name: str
    size: int
    limits: Limits = field(default_factory=Limits)
    scratch: Path = Path()
    encoding: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    records: bool = False
    within: Callable[[str, IO[bytes]], Iterator[Said]] = _nothing_within
    working: Callable[[], None] = _unheard

    def setting(self, name: str, defaults: Mapping[str, Any]) -> Any:
        """A setting of a kind, or its default there."""
        return self.asked.get(name, defaults[name])


def decoded(raw: bytes, given: Given) -> tuple[str, tuple[str, ...]]:
    """The text that bytes are, its line ends as \\n, and what is to be said of it (that its encoding was guessed, that letters were broken).

    Raises:
        Refused: it is no text.
    """
    found = encoding(raw[:_LOOKED_AT], given.encoding)
    notes = [f"Its encoding is guessed, {found.name}."] if found.guessed else []
    raw = raw[encoding_of(raw[:4], "")[1] :]
    try:
        text = raw.decode(found.name)
    except UnicodeDecodeError as error:
        text = raw.decode(found.name, "replace")
        notes.append(f"It is not {found.name} throughout; the first byte that is not stands at {error.start:,}, and U+FFFD for each.")
    return stored_text(text.replace("\r\n", "\n").replace("\r", "\n")), tuple(notes)
