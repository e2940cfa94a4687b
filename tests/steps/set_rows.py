"""Rows and a Context for set steps, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowsmith.core.ids import digest
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Step


class ListRows:
    """Rows that a set step can read more than once."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = list(rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def waves(self) -> list[ListRows]:
        """All of one wave."""
        return [self] if self.rows else []


@dataclass
class Scratch:
    """The part of a Context that set steps use."""

    scratch: Path


def row(name: str, **data: Any) -> Row:
    """A row whose id derives from its name."""
    return Row(digest(name.encode()).hex(), name.encode(), data)


def texts(*found: str, start: int = 0) -> list[Row]:
    """One row for each text, named by its place."""
    return [row(str(number), text=text) for number, text in enumerate(found, start)]


def carried_out(step: Any, folder: Path, new: list[Row], kept: Iterable[Row] = ()) -> list[Row | Dropped]:
    """What the step says of every new row; it must say it once, in order, and leave no scratch file."""
    assert isinstance(step, Step)
    assert step.shape == "set"
    out = list(step.all(ListRows(new), ListRows(kept), Scratch(folder)))  # type: ignore[attr-defined]
    assert [one.id for one in out] == [one.id for one in new]
    assert not list(folder.iterdir())
    return out


def through(step: Any, folder: Path, new: list[Row], kept: Iterable[Row] = ()) -> list[str]:
    """The texts of the rows let through."""
    return [one.data["text"] for one in carried_out(step, folder, new, kept) if isinstance(one, Row)]
