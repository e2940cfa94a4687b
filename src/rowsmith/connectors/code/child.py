"""The child: reads source code, fenced in, and answers one line of JSON with one line. Run by reader.py, as a module.

    {"limits": ...}                                       first
    {"text": "...", "language": "python", "size": 800}    what is asked
    [goes on, parts]                                      the answer (core.spans.Part), and whether more may be asked; null: there is no grammar
"""

from __future__ import annotations

import sys

import msgspec
import orjson

from rowsmith.connectors.code.outline import outline
from rowsmith.connectors.containers.answering import begun, say
from rowsmith.connectors.containers.fence import limit_cpu
from rowsmith.core.outline import Part

_MOST_FILES, _LARGE = 5_000, 500_000
"""After so many files, and after one of so many bytes, a child ends: what libraries leak and hold on to goes with it."""


def main() -> None:
    """Read whatever is asked for, until no more is."""
    limits, out = begun()
    for count, line in enumerate(sys.stdin.buffer, 1):
        asked = orjson.loads(line)
        limit_cpu(limits.cpu(len(line)))
        try:
            found: list[Part] | None = outline(**asked)
        except ImportError:
            found = None
        go_on = count < _MOST_FILES and len(line) < _LARGE
        say(out, msgspec.json.encode((go_on, found)) + b"\n")
        if not go_on:
            return


if __name__ == "__main__":
    main()
