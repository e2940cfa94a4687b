"""Starts the child that holds a tokenizer, asks it, and ends it when it hangs or grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import orjson

from rowsmith.connectors.containers.warm import Ended, Warm
from rowsmith.connectors.tokenizer.files import LIMITS, files_of
from rowsmith.core.errors import Invalid, RowFailed, Unavailable
from rowsmith.core.own_tokens import Tokens
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
    child = Warm(MODULE, LIMITS, most_bytes=MOST_BYTES, more={"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"})
    try:
        yield _Asked(name, child, files, answer_s)
    finally:
        child.end()


class _Asked:
    """See core.own_tokens.Tokens."""

    def __init__(self, name: str, child: Warm, files: Mapping[str, str], answer_s: float) -> None:
        self._name, self._child, self._answer_s = name, child, answer_s
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
            found: dict[str, Any] = orjson.loads(self._child.asked(orjson.dumps(question), most_s))
        except Ended as error:
            raise Invalid(f"The tokenizer of {self._name} {error.detail}.", _AMISS) from None
        return found
