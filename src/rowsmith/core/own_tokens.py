"""Tokens as a tokenizer of the user's own counts them: a tokenizer.json of the package tokenizers, with whatever rules are in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import orjson

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.row import Json
from rowsmith.core.tokens import SPACE, Measured

_FIX = "Save it again with the library that made it (tokenizer.save), or name another."


class OwnTokenizer:
    """The tokenizer that a text of JSON describes. Texts are counted without the marks that it puts around one, and are never cut off or filled up,
    whatever the file says.

    Raises:
        Invalid: it describes none. Unavailable: the package tokenizers is missing.
    """

    def __init__(self, described: str | bytes, name: str = "The tokenizer") -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError:
            fix = "Install it with: pip install 'rowsmith[tokenizers]'"
            raise Unavailable("A tokenizer of one's own needs the package tokenizers.", fix) from None
        try:
            found = orjson.loads(described)
            self._json = orjson.dumps({**found, "truncation": None, "padding": None} if isinstance(found, dict) else found).decode()
            self._tokenizer: Any = Tokenizer.from_str(self._json)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - the library raises bare exceptions, and panics, which are none
            raise Invalid(f"{name} is no tokenizer: {str(error)[:300]}", _FIX) from None
        self._splitter = lru_cache(maxsize=64)(self._made)

    def count(self, text: str) -> int:
        """The tokens of the text, space at its end left out."""
        return len(self._tokenizer.encode(text.rstrip(SPACE), add_special_tokens=False).ids)

    def measured(self, text: str) -> Measured:
        """The text with the tokens of its spans."""
        return _Measured(self, text)

    def splitter(self, size: int, markdown: bool) -> Any:
        """See core.tokens.splitter."""
        return self._splitter(size, markdown)

    def _made(self, size: int, markdown: bool) -> Any:
        from semantic_text_splitter import MarkdownSplitter, TextSplitter

        return (MarkdownSplitter if markdown else TextSplitter).from_huggingface_tokenizer_str(self._json, size)


class _Measured(Measured):
    """Each span is encoded when it is asked for: where tokens of any tokenizer may reach across, nobody knows beforehand."""

    def __init__(self, tokenizer: OwnTokenizer, text: str) -> None:
        self.text, self._tokenizer = text, tokenizer
        self._known = lru_cache(maxsize=4096)(lambda start, end: tokenizer.count(text[start:end]))

    def count(self, start: int, end: int) -> int:
        return self._known(start, end)

    def fits(self, start: int, end: int, size: int) -> bool:
        return self._known(start, end) <= size

    def splitter(self, size: int, markdown: bool = False) -> Any:
        return self._tokenizer.splitter(size, markdown)


class Tokens(Protocol):
    """A model's tokenizer with its chat template."""

    eos: str
    """The text that ends a sequence; empty where there is none."""

    def ids(self, said: str | list[dict[str, Any]], *, tools: Json = None, open: bool = False) -> list[int]:
        """The tokens of a text, with the marks that the tokenizer adds, or of a conversation as the chat template renders it; `open`: up to
        where the assistant answers next.

        Raises:
            RowFailed: `template`, which refuses the conversation, or there is none.
        """
        ...

    def text(self, messages: list[dict[str, Any]], *, tools: Json = None, open: bool = False) -> str:
        """The conversation as the chat template renders it. Raises as `ids`."""
        ...
