"""Starts the child that holds a tokenizer, asks it, and ends it when it hangs or grows."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import orjson

from rowsmith.connectors.containers.reader import PASSED_ON
from rowsmith.connectors.tokenizer.files import files_of
from rowsmith.core.errors import Invalid, RowFailed, RowsmithError, Unavailable
from rowsmith.core.ports import Tokens
from rowsmith.core.row import Json

LOADING_S, ANSWER_S = 120.0, 20.0
MOST_BYTES = 64 << 20
"""Of one answer."""
MODULE = "rowsmith.connectors.tokenizer.child"
_AMISS = "Look at its chat template; it may be made to hang or to fill the memory."


@contextmanager
def opened(name: str, environ: Mapping[str, str], *, answer_s: float = ANSWER_S) -> Iterator[Tokens]:
    """The tokenizer in a folder, or of `hf:OWNER/NAME[@REVISION]`, as long as the block lasts. It is ended where an answer takes longer.

    Raises:
        NotFound, Invalid: there is none of that name, or it cannot be loaded. Unavailable: the hub, or the package `tokenizers`.
    """
    if find_spec("tokenizers") is None:
        raise Unavailable("Counting tokens needs the package tokenizers.", "Install it with: pip install 'rowsmith[tokenizers]'")
    files = files_of(name, environ)
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as scratch, tempfile.TemporaryFile() as complaints:
        kept = {key: value for key in PASSED_ON if (value := environ.get(key)) is not None}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, cwd=scratch,
            env={**kept, "MALLOC_ARENA_MAX": "2", "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"},
        )  # fmt: skip
        try:
            yield _Asked(name, child, files, answer_s)
        finally:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


class _Asked:
    """See core.ports.Tokens."""

    def __init__(self, name: str, child: subprocess.Popen[bytes], files: Mapping[str, str], answer_s: float) -> None:
        assert child.stdin is not None and child.stdout is not None
        self._name, self._in, self._out = name, child.stdin.fileno(), child.stdout.fileno()
        self._answer_s = answer_s
        said = self._answer(files, LOADING_S)
        if "what" in said:
            raise Invalid(f"The tokenizer of {name} cannot be loaded: {said['what']}", "Save it again with tokenizer.json, or name another.")
        self.eos: str = said["eos"]

    def ids(self, said: str | list[dict[str, Any]], *, tools: Json = None, open: bool = False) -> list[int]:
        found: list[int] = self._asked({"said": said, "tools": tools, "open": open, "text": False})["ids"]
        return found

    def text(self, messages: list[dict[str, Any]], *, tools: Json = None, open: bool = False) -> str:
        found: str = self._asked({"said": messages, "tools": tools, "open": open, "text": True})["text"]
        return found

    def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        said = self._answer(question, self._answer_s)
        if "refused" in said:
            raise RowFailed("template", f"The chat template does not take it: {said['refused']}")
        return said

    def _answer(self, question: Mapping[str, Any], most_s: float) -> dict[str, Any]:
        try:
            _send(self._in, orjson.dumps(question) + b"\n")
        except BrokenPipeError:
            raise self._amiss("ended") from None
        held: list[bytes] = []
        size = 0
        while not held or not held[-1].endswith(b"\n"):
            if not select.select([self._out], [], [], most_s)[0]:
                raise self._amiss(f"gave no answer for {most_s:g} s")
            data = os.read(self._out, 1 << 18)
            size += len(data)
            if not data or size > MOST_BYTES:
                raise self._amiss("said more than it may" if data else "ended")
            held.append(data)
        found: dict[str, Any] = orjson.loads(b"".join(held))
        return found

    def _amiss(self, what: str) -> RowsmithError:
        return Invalid(f"The tokenizer of {self._name} {what}.", _AMISS)


def _send(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]
