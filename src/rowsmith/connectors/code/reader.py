"""Starts the child that reads source code, asks it, and starts another where a file ended it."""

from __future__ import annotations

from dataclasses import asdict
from threading import Lock

import msgspec
import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.warm import Ended, Warm
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
        self._limits = limits or Limits()
        self._child: Warm | None = None
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
                self._end()
        if found is None:
            raise Unavailable(MISSING, INSTALL)
        return found

    def _answer(self, question: bytes) -> tuple[bool, list[Part] | None]:
        if self._child is None or not self._child.alive:
            self._end()
            self._child = Warm("rowsmith.connectors.code.child", self._limits, most_bytes=MOST_BYTES)
            question = orjson.dumps(asdict(self._limits)) + b"\n" + question
        answer = None
        try:
            answer = _ANSWER.decode(self._child.asked(question, self._limits.stall_s))
        except Ended as error:
            raise RowFailed(error.reason, f"The code {error.detail}. {_LOOK}") from None
        except (msgspec.DecodeError, RecursionError):
            raise RowFailed("broken_file", f"The code made its reader say what is no answer. {_LOOK}") from None
        finally:
            if answer is None:  # interrupted, too: what it would say then answers nothing that is asked
                self._end()
        return answer

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None

    def close(self) -> None:
        """End the child. It may be asked again, of a new one."""
        with self._turn:
            self._end()
