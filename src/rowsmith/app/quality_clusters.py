"""Rows that checks take for one another, put together from the flags that name a twin."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from rowsmith.app.quality_figures import Names
from rowsmith.app.quality_result import Cluster, RowFlag, RowName
from rowsmith.core.row import Row
from rowsmith.core.said import Part, Role, parts

MOST = 50
"""Most clusters of a check that are listed, the largest first."""
SHOWN = 20
"""Most rows of a cluster that are named."""
_TEXT = 200
_READ: tuple[Role, ...] = ("question", "other", "label", "context", "answer", "rejected", "system")
_ID = re.compile("[0-9a-f]{32}")
_TWIN = re.compile(r"\brow ([0-9a-f]{32})\b")


class Twins:
    """Flagged rows and the twins that their flags name. Memory grows with the flagged rows alone."""

    def __init__(self) -> None:
        self._parents: dict[str, dict[bytes, bytes]] = defaultdict(dict)

    def see(self, row: Row, said: list[Part], flags: list[RowFlag]) -> None:
        """Take what the flags of a row say."""
        for flag in flags:
            if found := _TWIN.search(flag.detail):
                self._join(self._parents[flag.check], bytes.fromhex(row.id), bytes.fromhex(found[1]))

    def _join(self, parents: dict[bytes, bytes], one: bytes, other: bytes) -> None:
        one, other = _root(parents, one), _root(parents, other)
        parents.setdefault(other, other)
        parents[one] = other

    def with_(self, check: str, row: str) -> frozenset[str]:
        """The ids of the rows that a check takes for this one, itself included; none where it takes it for no other."""
        above, meant = self._parents.get(check, {}), bytes.fromhex(row) if _ID.fullmatch(row) else b""
        return frozenset(one.hex() for one in list(above) if _root(above, one) == _root(above, meant)) if meant in above else frozenset()

    def clusters(self, rows: Iterable[Row], names: Names) -> tuple[Cluster, ...]:
        """The largest clusters of each check; `rows` are read once more, for the names of their rows and what the first says."""
        heads = set[tuple[str, bytes]]()
        for check, above in self._parents.items():
            sizes = Counter(_root(above, one) for one in above)
            heads |= {(check, head) for head, _ in sizes.most_common(MOST)}
        within: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for check, above in self._parents.items():
            for one in above:
                if (key := (check, _root(above, one))) in heads:
                    within[one.hex()].append(key)
        named, texts = defaultdict[tuple[str, bytes], list[RowName]](list), dict[tuple[str, bytes], str]()
        size = Counter[tuple[str, bytes]]()  # a twin may be of another dataset
        for row in rows if within else ():
            for key in within.get(row.id, ()):
                size[key] += 1
                if len(named[key]) < SHOWN:
                    named[key].append(names.row(row))
                texts.setdefault(key, _shown(row))
        checks = list(self._parents)
        ranked = sorted((key for key in named if size[key] > 1), key=lambda key: (checks.index(key[0]), -size[key]))
        return tuple(Cluster(key[0], size[key], tuple(named[key]), texts[key]) for key in ranked)


def _shown(row: Row) -> str:
    """The beginning of what a row says, the question first."""
    found = sorted(parts(row.data), key=lambda part: _READ.index(part.role))
    return "\n".join(part.text for part in found)[:_TEXT]


def _root(parents: dict[bytes, bytes], one: bytes) -> bytes:
    while (above := parents.get(one, one)) != one:
        parents[one] = parents.get(above, above)
        one = above
    return one
