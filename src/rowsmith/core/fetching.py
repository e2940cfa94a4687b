"""What comes from outside before it is read: sites, repositories, databases and object storage all give files, and files are read alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import NotFound
from rowsmith.core.row import Json


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came from outside.

    name: what the user knows it as: an address, a path within a repository, a table.
    path: where it lies now; whoever asked for it takes a copy before the next one comes, and may remove it.
    facts: what an origin says of it beside its name and hash: url, fetched_at, commit, media_type, table ...
    """

    name: str
    path: Path
    facts: dict[str, Json] = field(default_factory=dict)


NOT_MODIFIED = "not_modified"
"""The reason of what did not come because it is as it was: what came the last time stays."""
LEFT_OUT = frozenset({
    "robots", "duplicate", "other_type", "off_site", "off_topic", "page_limit", "time_limit", "vendored", "generated", "binary", "other_kind", "link",
    "device", "submodule", "lfs", "too_many_files", "too_many_bytes", "too_many_issues", "too_many_commits",
    "blank_page",
})  # fmt: skip
"""Reasons of what was left out because of what was asked for; of any other something went wrong."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that was asked for outside and did not come: its name, a code (`robots`, `http_404`, `unreachable`, `large_file` ...) and why."""

    name: str
    reason: str
    detail: str


def _no_secret(name: str, address: str) -> SecretStr | None:
    return None


def _unheard(text: str) -> None:
    """A note that nobody asked for."""


def _nowhere(name: str) -> Path:
    raise NotFound(f"The file {name} is not there.", "No files were handed over.")


@dataclass(frozen=True, slots=True)
class Reach:
    """What whoever fetches is lent.

    allowed: the addresses that may be reached beyond public ones.
    secret: the secret of a name for an address (scheme://host[:port]), where the user has stored one.
    note: hears in words how far it is.
    known: the facts of what was fetched the last time, by name: who sends ETags and dates along is told what has not changed.
    file: where the home keeps the file with this hash.
    state: a folder that outlives an interrupted fetch and is removed when one has come to its end: where it goes on from.
    hub: those variables of the environment that say which hub is meant, the token for it, and what of it is kept where.
    """

    allowed: Allowed
    state: Path
    secret: Callable[[str, str], SecretStr | None] = _no_secret
    note: Callable[[str], None] = _unheard
    known: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    hub: Mapping[str, str] = field(default_factory=dict, repr=False)
    file: Callable[[str], Path] = _nowhere


class Fetch(Protocol):
    """A connector's one function. What is asked are the settings of the step that reads it, by name."""

    def __call__(self, reach: Reach, to: Path, **asked: Any) -> Iterator[Fetched | Missed]:
        """Everything that was asked for, one by one, written into the folder `to`.

        Raises:
            Invalid: what is asked makes no sense. NotFound: it is not there. Unavailable: it cannot be reached. AddressRefused: it may not be.
        """
        ...
