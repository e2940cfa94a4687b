"""The one family of errors. Each says what is wrong and what to do about it.

    RowsmithError
      NotFound      a name that does not exist            (HTTP 404)
      Conflict      somebody else changed it first        (HTTP 409)
      Invalid       input that cannot be used             (HTTP 422), carries every Problem found
      Unavailable   a model, server, key or disk is away  (HTTP 503): StorageFull, StorageBusy
      RowFailed     one row cannot be carried further; never ends the run
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class RowsmithError(Exception):
    """An error with `what` (the fact) and `fix` (the next step of the user)."""

    status = 500
    more: Mapping[str, Any] = {}
    """Further facts, for programs: doors that speak JSON give them beside `what` and `fix`."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what = what
        self.fix = fix


class NotFound(RowsmithError):
    """A name that does not exist."""

    status = 404


class Conflict(RowsmithError):
    """Somebody or something else changed it first, or holds it."""

    status = 409


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a recipe or another input: where it stands (file and 1-based line, when known) and its fix."""

    what: str
    fix: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else (f"{self.file}: " if self.file else "")
        return f"{place}{self.what} {self.fix}".strip()


class Invalid(RowsmithError):
    """Input that cannot be used. `problems` holds every one that was found, not only the first."""

    status = 422

    def __init__(self, what: str, fix: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(what, fix)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """With its problems, one a line: what a notebook shows. A door that lists `problems` itself prints `what` and `fix`."""
        return "\n".join([super().__str__(), *(f"  {problem}" for problem in self.problems)])


class Unavailable(RowsmithError):
    """A model, server, key, disk or extra that is not there now."""

    status = 503


class StorageFull(Unavailable):
    """No space is left where the project home or the database lies. Nothing acknowledged is lost; work goes on once there is space."""


class StorageBusy(Unavailable):
    """The database is held by somebody else, gave a transaction up, or cannot be reached just now. The same transaction can be tried again;
    where a connection broke during its commit the first try may have succeeded, so the second has to bear that."""


class RowFailed(RowsmithError):
    """Raised by a step for one row. `reason` is a short code that is counted, `what` the detail kept beside it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


def choose(name: str, options: Sequence[str]) -> str:
    """The fix for an unknown name: the nearest option first, then all of them.

    >>> choose("mkae", ["make", "read"])
    "Did you mean 'make'? Choose one of: make, read."
    """
    from difflib import get_close_matches

    near = get_close_matches(name, options, n=1, cutoff=0.5)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{guess}Choose one of: {', '.join(sorted(options))}." if options else "There are none yet."
