"""Starts the child that reads source code, asks it, and starts another where a file ended it."""

from __future__ import annotations

from threading import Lock

import msgspec
import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.warm import Ended, Ready
from rowsmith.core.errors import RowFailed, Unavailable
from rowsmith.core.languages_of_code import INSTALL, MISSING
from rowsmith.core.outline import Part

MOST_BYTES = 64 << 20
"""Of the answer to one file."""
_LOOK = "Look at what it holds; it may be generated, damaged or hostile."
_ANSWER = msgspec.json.Decoder(tuple[bool, list[Part] | None])


class CodeReader:
    """Asked by any thread; they take turns. Its child starts with the first question."""

    def __init__(self, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._child, self._stall_s = Ready("rowsmith.connectors.code.child", limits, most_bytes=MOST_BYTES), limits.stall_s
        self._turn = Lock()

    def outline(self, text: str, language: str, size: int) -> list[Part]:
        """The definitions of the code and what lies between them, in order; together all of its visible characters.

        Args:
            language: one of core.languages_of_code.GRAMMARS.
            size: what cannot have more tokens than that is not taken apart.

        Raises:
            RowFailed: reading it took too long (`timeout`), or too much room (`memory`, `too_large`), or broke the reader (`broken_file`).
            Unavailable: the grammar is not installed.
        """
        question = orjson.dumps({"text": text, "language": language, "size": size})
        with self._turn:
            goes_on, found = self._answer(question)
            if not goes_on:
                self._child.end()
        if found is None:
            raise Unavailable(MISSING, INSTALL)
        return found

    def _answer(self, question: bytes) -> tuple[bool, list[Part] | None]:
        try:
            return self._child.asked(question, self._stall_s, _ANSWER.decode)
        except Ended as error:
            raise RowFailed(error.reason, f"The code {error.detail}. {_LOOK}") from None
        except (msgspec.DecodeError, RecursionError):
            raise RowFailed("broken_file", f"The code made its reader say what is no answer. {_LOOK}") from None

    def close(self) -> None:
        """End the child. It may be asked again, of a new one."""
        with self._turn:
            self._child.end()
