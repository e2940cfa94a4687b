"""The child that draws the pages of a PDF, fenced in before it has seen a byte of it. Run by connectors/documents/pages.py, as a module."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.fence import fence, limit_cpu
from rowsmith.connectors.containers.limits import Limits

_POINTS = 72
"""To the inch, in which a page's size is told."""
_LEAST = 1.0
"""Points of a side below which there is nothing to be seen."""
_AMISS = (RuntimeError, ValueError, OSError, LookupError, ArithmeticError)


def main() -> None:
    """Draw what is asked for."""
    task = orjson.loads(sys.stdin.buffer.read())
    limits = Limits(**task["limits"])
    fence(limits)
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no page
    for said in _drawn(task, limits):
        os.write(out, orjson.dumps(said) + b"\n")


def _drawn(task: dict[str, Any], limits: Limits) -> Iterator[list[Any]]:
    """The number of each wanted page when it is begun, and what became of it."""
    import pypdfium2

    limit_cpu(limits.cpu(Path(task["path"]).stat().st_size))
    try:
        pdf = pypdfium2.PdfDocument(task["path"])
        pdf.init_forms()
    except pypdfium2.PdfiumError:
        return
    count, done = len(pdf), 0
    for number in _wanted(task["wanted"], count):
        if number <= task["behind"]:
            continue
        if number > count:
            yield [number, "no_page", f"The document has {count:,} pages."]
            continue
        if (done := done + 1) > limits.entries:
            yield [number, "too_many", f"{limits.entries:,} pages are drawn at most; those from this one on are not."]
            return
        yield [number]
        limit_cpu(limits.cpu_s)
        try:
            yield [number, *_draw(pdf, number, task, Path(task["to"]) / f"{number}.png")]
        except _AMISS as error:
            yield [number, "broken_page", f"The page cannot be drawn: {error}"[:300]]


def _wanted(ranges: list[list[int]], count: int) -> list[int]:
    """The numbers of the pages, in order, each once; of one that is not there the first of its range."""
    if not ranges:
        return list(range(1, count + 1))
    found = {number for first, last in ranges for number in range(first, min(last or count, count) + 1)}
    return sorted(found | {first for first, _ in ranges if first > count})


def _draw(pdf: Any, number: int, task: dict[str, Any], to: Path) -> list[Any]:
    """The page's width and height in pixels, its picture being in the file; or a reason and its detail."""
    page = pdf[number - 1]
    try:
        sides = page.get_size()
        if min(sides) < _LEAST:
            return ["broken_page", f"The page is {sides[0]:g} by {sides[1]:g} points large."]
        bitmap = page.render(scale=min(task["dpi"] / _POINTS, task["longest"] / max(sides)), rev_byteorder=True)
        try:
            width, height, channels = bitmap.width, bitmap.height, bitmap.n_channels
            raw, line = bytes(bitmap.buffer), bitmap.width * bitmap.n_channels
            lines = [raw[at * bitmap.stride : at * bitmap.stride + line] for at in range(height)]
        finally:
            bitmap.close()
    finally:
        page.close()
    if not any(one.strip(b"\xff") for one in lines):
        return ["blank_page", "There is nothing on the page."]
    to.write_bytes(png(width, height, channels, lines))
    return [width, height]


def png(width: int, height: int, channels: int, lines: list[bytes]) -> bytes:
    """A picture of 8 bits for each of 3 channels (or 1) as PNG (ISO/IEC 15948); in greys where there is no colour in it."""
    if channels == 3 and all(one[::3] == one[1::3] == one[2::3] for one in lines):
        lines, channels = [one[::3] for one in lines], 1
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2}[channels], 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + one for one in lines), 6)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


if __name__ == "__main__":
    main()
