"""The child: takes the files of one repository out of its archive, pack or clone, fenced in before it has seen a byte. Run by files.py, as a module.

It writes into one folder, under numbers, and says in lines of JSON what it did (choice.Taking), which commit it found, and why it cannot go on:

    {"commit": "4b825dc6...", "ref": "main"}
    {"what": "...", "fix": "..."}                this is the last line
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.containers.limits import CutOff, Limits, Refused
from rowsmith.connectors.repository.choice import DISK, Choice, Taking

_MOST_SAID = 256 << 20


def main() -> None:
    """Do what is told, to the last line."""
    told = orjson.loads(sys.stdin.buffer.read())
    limits = Limits(**told["limits"])
    fence(limits, told["size"])
    say = _Out(os.dup(1))
    os.dup2(2, 1)  # what a library prints is no line of ours
    taking = Taking(Choice(**told["choice"]), Path(told["to"]), say)
    try:
        _take(told, limits, taking, say)
        taking.end()
    except Refused as refused:
        say({"what": refused.what, "fix": refused.fix})
    except CutOff as error:
        say({"what": f"The archive is cut off or damaged ({error}).", "fix": "Do the same again."})
    except OSError as error:
        if error.errno not in DISK:
            raise
        say({"what": f"The files cannot be written: {error.strerror}.", "fix": "Free some space, and do the same again.", "full": True})
    except (MemoryError, RecursionError):
        say({"what": f"It needs more than {limits.memory_bytes >> 20:,} MB of memory.", "fix": "Name a part of it by paths."})


def _take(told: dict[str, Any], limits: Limits, taking: Taking, say: _Out) -> None:
    path = Path(told["path"])
    if told["task"] == "archive":
        from rowsmith.connectors.repository.archive import take_archive

        take_archive(path, limits, taking, say)
        return
    from rowsmith.connectors.repository import objects

    if told["task"] == "history":
        objects.take_history(path, told, Path(told["scratch"]), taking, Path(told["to"]), say)
    elif told["task"] == "pack":
        objects.take_pack(path, told["commit"], Path(told["scratch"]), limits, taking)
    else:
        objects.take_clone(path, told["ref"], told["working_tree"], limits, taking, say)


class _Out:
    """The way out, a line at a time."""

    def __init__(self, to: int) -> None:
        self._to, self._count = to, 0

    def __call__(self, said: dict[str, Any]) -> None:
        data = orjson.dumps(said) + b"\n"
        self._count += len(data)
        if self._count > _MOST_SAID:
            raise Refused("Far more is to be said of it than of any repository.", "Name a part of it by paths.")
        while data:
            data = data[os.write(self._to, data) :]


if __name__ == "__main__":
    main()
