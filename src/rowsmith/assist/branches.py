"""Where the Jinja of a prompt stands: its tags, which are not said, and branches of which only one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TAG = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%[-+]?\s*(\w+).*?%\}", re.DOTALL)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Branches:
    """`said`: the text with spaces in the place of tags and comments, of the same length. `turns`: where a branch begins, with the choices that
    it stands in: (number of the `if`, number of its branch)."""

    said: str
    turns: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]

    def exclude(self, one: int, other: int) -> bool:
        """Whether what stands at the one character is never said together with what stands at the other."""
        here, there = dict(self._at(one)), dict(self._at(other))
        return any(number in there and there[number] != branch for number, branch in here.items())

    def _at(self, place: int) -> tuple[tuple[int, int], ...]:
        return next((choices for start, choices in reversed(self.turns) if start <= place), ())


@lru_cache(maxsize=64)
def branches(text: str) -> Branches:
    """What a prompt's text says, and where it branches. The text is one that can be read (core.prompt.parse)."""
    raw = [found.span() for found in _RAW.finditer(text)]
    said, stack, turns, count = text, list[tuple[int, int]](), list[tuple[int, tuple[tuple[int, int], ...]]](), 0
    for tag in _TAG.finditer(text):
        if any(start < tag.start() < end - len("{% endraw %}") for start, end in raw):
            continue
        if not tag[0].startswith("{{"):
            said = said[: tag.start()] + " " * len(tag[0]) + said[tag.end() :]
        match tag[1]:
            case "if" | "for":
                count += 1
                stack.append((count, 0))
            case "elif" | "else" if stack:
                stack[-1] = (stack[-1][0], stack[-1][1] + 1)
            case "endif" | "endfor" if stack:
                stack.pop()
            case _:
                continue
        turns.append((tag.end(), tuple(stack)))
    return Branches(said, tuple(turns))
