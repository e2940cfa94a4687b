"""A topic tree as it is written: nested YAML, or lines that are indented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rowsmith.core.errors import Invalid
from rowsmith.steps.variation import key_of

BETWEEN = " > "
"""What stands between the topics of a path."""
DEEPEST, MOST = 50, 1_000_000
_LINE = re.compile(r"^([ \t]*)(?:[-*+]\s+)?(.*?)\s*$")


class Node(NamedTuple):
    """A topic with those above it, and whether there are some below it."""

    path: tuple[str, ...]
    leaf: bool


def nodes(tree: Any, above: tuple[str, ...] = ()) -> Iterator[Node]:
    """The topics of a nested tree, each before those below it: mappings have topics below their keys, lists hold topics and mappings.

    Raises:
        Invalid: something in it is no topic, or it is deeper than 50 levels.
    """
    if len(above) > DEEPEST:
        raise Invalid(f"The topic tree is deeper than {DEEPEST} levels, at {BETWEEN.join(above[:3])} ...", "Does it hold itself?")
    if isinstance(tree, dict):
        for name, below in tree.items():
            path = (*above, _name(name, above))
            yield Node(path, not below)
            yield from nodes(below, path) if below else ()
    elif isinstance(tree, list):
        for one in tree:
            if isinstance(one, dict):
                yield from nodes(one, above)
            else:
                yield Node((*above, _name(one, above)), leaf=True)
    elif tree is not None:
        yield Node((*above, _name(tree, above)), leaf=True)


def _name(said: Any, above: tuple[str, ...]) -> str:
    if isinstance(said, list | dict) or said is None or not (name := " ".join(key_of(said).split())):
        where = f"below {BETWEEN.join(above)}" if above else "at the top of the tree"
        raise Invalid(f"{said!r} {where} is no topic.", "Write topics as text, and those below one in a list: {Baking: [Bread, Cakes]}.")
    return name


def indented(text: str) -> Iterator[Node]:
    """The topics of indented lines, with or without bullets; blank ones are passed over.

    Raises:
        Invalid: a line stands further out than the one that it should lie below, or the tree is deeper than 50 levels.
    """
    above: list[tuple[int, str]] = []
    last: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found is None or not (name := " ".join(found[2].split())):
            continue
        depth = len(found[1].expandtabs(4))
        while above and above[-1][0] >= depth:
            above.pop()
        if not above and depth and last:
            raise Invalid(f"Line {number} is indented and lies below no topic: {name!r}.", "Begin the highest topics all the way to the left.")
        if len(above) >= DEEPEST:
            raise Invalid(f"The topic tree is deeper than {DEEPEST} levels, at line {number}.", "Indent less.")
        above.append((depth, name))
        path = tuple(topic for _, topic in above)
        if last:
            yield Node(last, leaf=len(path) <= len(last))
        last = path
    if last:
        yield Node(last, leaf=True)
