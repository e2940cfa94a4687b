"""A JSON array, an element at a time in bounded memory, with the line on which each begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]|"', re.DOTALL)
_CHUNK = 1 << 18


def elements(file: Any, limit: int) -> Iterator[tuple[int, bytes]]:
    """The text of every element of the array that the file holds, each with its line.

    Raises:
        ValueError: the array is not closed, something stands behind it, or an element has more than `limit` bytes; the elements before it
            have come.
    """
    buffer, line, at, depth = b"", 1, 0, 0
    while data := file.read1(_CHUNK):
        buffer += data
        start = 0
        while (mark := _MARK.search(buffer, at)) and mark[0] != b'"':  # a text may go on in what is not here yet
            at = mark.end()
            depth += (mark[0] in (b"[", b"{")) - (mark[0] in (b"]", b"}"))
            if depth == 1 and mark[0] == b"[":
                line, start = line + buffer[:at].count(b"\n"), at
            elif depth == 0 or (depth == 1 and mark[0] == b","):
                element = buffer[start : at - 1]
                text = element.strip()
                if text or depth:
                    yield line + element[: len(element) - len(element.lstrip())].count(b"\n"), text
                line, start = line + element.count(b"\n"), at
            if depth == 0:
                if (buffer[at:] + file.read(_CHUNK)).strip():
                    raise ValueError("Something stands behind the end of the array.")
                return
        buffer, at = buffer[start:], at - start
        if len(buffer) > limit:
            raise ValueError(f"An element has more than {limit:,} bytes, or a quote is not closed.")
    raise ValueError("The array is not closed: the file is cut off, or a quote is not closed.")
