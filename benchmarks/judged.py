"""Truth sets (tests/truth) as rows, and how a check did on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from rowsmith.connectors.documents import read_documents
from rowsmith.core.row import Row

TRUTH = Path(__file__).parent.parent / "tests" / "truth"


@dataclass(frozen=True)
class Input:
    """A file in place (core.ports.Input)."""

    path: Path
    name: str


@dataclass(frozen=True)
class Lent:
    """The part of a Context that these checks use."""

    scratch: Path

    def paths(self, patterns: Sequence[str]) -> list[Path]:
        """The files themselves."""
        return [Path(pattern) for pattern in patterns]

    def input(self, path: Path) -> Input:
        """A file where it lies."""
        return Input(path, path.name)

    def documents(self, sources: Iterable[Input], **given: Any) -> Iterator[Any]:
        """What they say."""
        several = list(sources)
        for number, found in read_documents(((source.path, source.name) for source in several), **given):
            yield several[number], found


class Listed(list[Row]):
    """Rows in a list (core.ports.Rows)."""

    def waves(self) -> list[Listed]:
        """All of one wave."""
        return [self] if self else []


@contextmanager
def lent() -> Iterator[Any]:
    """A Context with a scratch folder of its own."""
    with TemporaryDirectory() as folder:
        yield Lent(Path(folder))


def lines(check: str, half: str) -> list[dict[str, Any]]:
    """The lines of a truth set: {data, truth, kind}."""
    return [orjson.loads(line) for line in (TRUTH / check / f"{half}.jsonl").read_bytes().splitlines()]


def rows(found: Iterable[dict[str, Any]]) -> Listed:
    """Rows with the numbers of their lines, from 1, for ids."""
    return Listed(Row(f"{number:032x}", number.to_bytes(6, "big"), line["data"]) for number, line in enumerate(found, 1))


def by_row(found: Sequence[dict[str, Any]], hit: Sequence[bool], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Precision and recall over the rows; by kind, of rows that are to be flagged the recall, of others the share of false alarms."""
    kinds: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for line, one in zip(found, hit, strict=True):
        kinds[line["kind"]].append((wanted(line), one))
    every = [pair for pairs in kinds.values() for pair in pairs]
    true = sum(want and one for want, one in every)
    told: dict[str, Any] = {"precision": share(true, sum(hit)), "recall": share(true, sum(want for want, _ in every)), "rows": len(every)}
    told["kinds"] = {}
    for kind, pairs in sorted(kinds.items()):
        yes, no = [one for want, one in pairs if want], [one for want, one in pairs if not want]
        told["kinds"][kind] = {"rows": len(pairs)} | ({"recall": share(sum(yes), len(yes))} if yes else {}) | ({"false": sum(no)} if no else {})
    return told


def share(part: int, whole: int) -> float:
    """To four digits; 1 of nothing."""
    return round(part / whole, 4) if whole else 1.0
