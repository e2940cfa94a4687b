"""What can become of a journal's commits, and how long a commit is tried again."""

from __future__ import annotations

import time

from rowsmith.core.errors import Conflict, RowsmithError

TRIES = 20
"""How often a transaction that the database gave up is tried again: about half a minute."""


def rest(tries: int, error: RowsmithError) -> None:
    """Wait after the try number `tries`; the last one's error is raised."""
    if tries > TRIES:
        raise error
    time.sleep(min(0.05 * 2**tries, 2.0))


class Lost(Conflict):
    """Another process has taken the run over."""


class InAlready(Exception):
    """An earlier try to commit the batch has gone through."""


class Broken(RowsmithError):
    """The journal stopped through an error that is ours."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"The journal stopped: {type(error).__name__}: {error}.", "What was committed is safe; run the same command again.")
        self.__cause__ = error
