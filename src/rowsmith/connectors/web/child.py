"""The child: reads pages and sitemaps, fenced in, and answers one line of JSON with one line. Run by reading.py, as a module.

    {"task": "page", "path": ..., "url": ..., "charset": ..., "words": [...], "near": false}      what is asked; task: page, text or sitemap
    {"title": ..., "links": [[address, text, nofollow], ...], ...}                                 the answer (html.py, sitemaps.py)
    {"wrong": "..."}                                                                               it cannot be read
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.web.html import read_page, read_text
from rowsmith.connectors.web.sitemaps import read_sitemap

MEMORY = 1 << 30


def main() -> None:
    """Answer until nothing more is asked."""
    fence(Limits(memory_bytes=MEMORY, cpu_s=1_000_000), 0)  # who asks has the clock in hand: this is one process for many pages
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    for line in sys.stdin.buffer:
        data = orjson.dumps(answer(orjson.loads(line))) + b"\n"
        while data:
            data = data[os.write(out, data) :]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What a file holds."""
    data = Path(asked["path"]).read_bytes()
    try:
        if asked["task"] == "sitemap":
            return read_sitemap(data)
        read = read_page if asked["task"] == "page" else read_text
        return read(data, asked["url"], asked["charset"], asked["words"], asked["near"])
    except (ValueError, RecursionError, MemoryError) as error:
        return {"wrong": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    main()
