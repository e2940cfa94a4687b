"""What a warm child begins with, and how it says its answers: lines of JSON, one for each that it is asked."""

from __future__ import annotations

import gc
import os
import sys

import orjson

from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import Limits


def begun() -> tuple[Limits, int]:
    """The limits, which the first line says, once the child is fenced in by them; and the descriptor for its answers."""
    limits = Limits(**orjson.loads(sys.stdin.buffer.readline()))
    fence(limits)
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    gc.freeze()
    return limits, out


def say(to: int, data: bytes) -> None:
    """Write the whole of an answer."""
    while data:
        data = data[os.write(to, data) :]
