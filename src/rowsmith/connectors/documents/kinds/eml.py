"""E-mail: a message and what is attached to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.documents.given import Given, Said
from rowsmith.connectors.documents.message import is_message, message


def is_it(head: bytes) -> bool:
    """Whether it begins with the head of a message, or with its length."""
    return is_message(_behind_length(head))


def read(file: IO[bytes], given: Given) -> Iterator[Said]:
    """The message, and what is attached to it and can be read; see `message`."""
    yield from message("eml", _behind_length(file.read()), given)


def _behind_length(raw: bytes) -> bytes:
    """The message of a file that begins with its length, as Apple's do; what stands behind it is no part of it."""
    first, _, rest = raw.partition(b"\n")
    return rest[: int(first)] if first.strip().isdigit() and len(first) < 16 else raw
