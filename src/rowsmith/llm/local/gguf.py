"""What stands at the beginning of a GGUF file: the format of llama.cpp's weights, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

Read without the library that loads it, so that a recipe can be checked in milliseconds and without taking the memory.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowsmith.core.errors import Invalid

MAGIC = b"GGUF"
FIX = "Give the weights in llama.cpp's format: a file that ends in .gguf."
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
SHORT = 1024
"""Arrays of at most so many items are read; longer ones are vocabularies."""
F16 = 2
"""Bytes of one number that llama.cpp keeps of the text so far."""


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of one file, by key; long arrays are left out. `size` is the file's size in bytes."""

    size: int
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def trained(self) -> int | None:
        """Tokens that the model was trained to hold."""
        found = self._of("context_length")
        return found if isinstance(found, int) else None

    @property
    def template(self) -> str:
        """How a conversation is written for the model; empty when the file does not say."""
        found = self.values.get("tokenizer.chat_template", "")
        return found if isinstance(found, str) else ""

    def memory(self, tokens: int) -> int:
        """Bytes that it takes to hold `tokens` tokens besides the weights, about: a key and a value in each layer. Where a model looks back
        over a window only, so much at most."""
        window = self._of("attention.sliding_window")
        held = min(tokens, window + 512) if isinstance(window, int) and window > 0 else tokens
        width = self._width("key") + self._width("value")
        heads = self._of("attention.head_count_kv", self._of("attention.head_count", 0))
        layers = self._of("block_count", 0)
        total = sum(heads) if isinstance(heads, list) else int(heads) * int(layers)
        return held * total * width * F16

    def _width(self, of: str) -> int:
        found = self._of(f"attention.{of}_length")
        if isinstance(found, int):
            return found
        heads = self._of("attention.head_count", 1)
        most = max(heads) if isinstance(heads, list) else int(heads)
        return int(self._of("embedding_length", 0)) // max(1, most)

    def _of(self, name: str, otherwise: Any = None) -> Any:
        return self.values.get(f"{self.values.get('general.architecture', '')}.{name}", otherwise)


def header(path: Path) -> Header:
    """Read the metadata of a file.

    Raises:
        Invalid: it is no GGUF file, or breaks off before its weights begin.
    """
    size = path.stat().st_size
    if path.is_dir():
        raise Invalid(f"{path} is a folder.", FIX)
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            raise Invalid(f"{path} is no GGUF file.", FIX)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            try:
                return Header(size, _values(_Reader(mapped)))
            except (struct.error, IndexError, KeyError, RecursionError):
                raise Invalid(f"{path} is damaged, or was not downloaded to its end.", "Download it again.") from None


class _Reader:
    """Little-endian numbers and texts, one after the other."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        self._at = 4

    def number(self, kind: str) -> Any:
        (found,) = struct.unpack_from(f"<{kind}", self._mapped, self._at)
        self._at += struct.calcsize(kind)
        return found

    def text(self) -> str:
        return self.skip(self.number("Q")).decode("utf-8", "replace")

    def skip(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._mapped):
            raise IndexError(end)
        found = self._mapped[self._at : end] if size <= 1 << 20 else b""
        self._at = end
        return found


def _values(reader: _Reader) -> dict[str, Any]:
    version = reader.number("I")
    if version not in (2, 3):
        raise KeyError(version)
    reader.number("Q")  # of tensors
    out: dict[str, Any] = {}
    for _ in range(reader.number("Q")):
        key = reader.text()
        value = _value(reader, reader.number("I"))
        if value is not None:
            out[key] = value
    return out


def _value(reader: _Reader, kind: int) -> Any:
    if kind == _STRING:
        return reader.text()
    if kind != _ARRAY:
        return reader.number(_SCALARS[kind])
    of, count = reader.number("I"), reader.number("Q")
    if count > SHORT and of in _SCALARS:
        reader.skip(struct.calcsize(_SCALARS[of]) * count)
        return None
    found = [_value(reader, of) for _ in range(count)]
    return found if count <= SHORT else None
