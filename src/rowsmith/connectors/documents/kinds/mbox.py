"""Mailboxes: message after message, each behind a line that begins with `From `."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from rowsmith.connectors.containers.limits import Refused
from rowsmith.connectors.documents.given import Given, Said
from rowsmith.connectors.documents.message import is_message, message
from rowsmith.core.records import Fault

_QUOTED = re.compile(rb"(?m)^>(>*From )")
_BEGINS = b"From "


def is_it(head: bytes) -> bool:
    """Whether its first line begins a message, and the head of one follows."""
    first, _, rest = head.partition(b"\n")
    return first.startswith(_BEGINS) and is_message(rest)


def read(file: IO[bytes], given: Given) -> Iterator[Said]:
    """The messages, whose members are their numbers from 1 on, and what is attached to them."""
    for number, raw in enumerate(_messages(file, given.limits.line_bytes), 1):
        try:
            yield from message("mbox", raw, given, str(number))
        except Refused as refused:
            yield Fault(str(number), 0, refused.reason, f"{refused.what} {refused.fix}")


def _messages(file: IO[bytes], most: int) -> Iterator[bytes]:
    """The bytes of each. A message begins at `From ` after an empty line, or at the beginning of the file; one that was quoted in a text has a >
    before it, which is taken away."""
    held: list[bytes] = []
    empty, begun = True, False
    while line := file.readline(most):
        if empty and line.startswith(_BEGINS):
            if begun:
                yield _whole(held)
            held, begun = [], True
        else:
            held.append(line)
        empty = not line.strip()
    if begun or any(line.strip() for line in held):
        yield _whole(held)


def _whole(lines: list[bytes]) -> bytes:
    return _QUOTED.sub(rb"\1", b"".join(lines))
