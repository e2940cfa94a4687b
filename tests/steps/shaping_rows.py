"""Rows with sources, groups and alike texts, for tests of splits and samples."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from set_rows import ListRows

from rowsmith.core.ids import digest
from rowsmith.core.row import Row
from rowsmith.steps.parts import parse_parts
from rowsmith.steps.shingles import shingles
from rowsmith.steps.splitting import NO_PART, Split, Splitting, split
from rowsmith.steps.ties import ties


def sourced(name: str, source: str | None = None, **data: Any) -> Row:
    """A row by its name, made of the document `source`."""
    origin = {} if source is None else {"source": {"name": source, "hash": digest(source.encode()).hex(), "span": [0, 1]}}
    return Row(digest(name.encode()).hex(), name.encode(), data, {}, origin)


def how(parts: str = "train=0.8,validation=0.1,test=0.1", by: str = "source,near_duplicates", **more: Any) -> Splitting:
    """Settings of a split."""
    return Splitting(parse_parts(parts), ties([one for one in by.split(",") if one]), **more)


def placed(rows: Iterable[Row], folder: Path, terms: Splitting | None = None, *, waves: tuple[int, ...] = ()) -> tuple[dict[str, str], Split]:
    """The part of each row by its id, and all that is told of the split. `waves`: how many rows each wave but the last has."""
    every, at, parts = list(rows), 0, []
    for count in (*waves, len(every)):
        parts.append(ListRows(every[at : at + count]))
        at += count
    done = split(parts, terms or how(), folder)
    assert not list(folder.iterdir()), "scratch files are left"
    return {row.id: "" if part == NO_PART else done.names[part] for row, part in zip(every, done.part_of, strict=True)}, done


def alike(one: str, other: str) -> float:
    """The exact similarity of two texts."""
    a, b = set(shingles(one, 2)), set(shingles(other, 2))
    return len(a & b) / len(a | b) if a | b else 0.0


def leaks(rows: Iterable[Row], part_of: dict[str, str], similarity: float) -> list[tuple[Row, Row]]:
    """Pairs of rows of two parts that share a source or (from this similarity on) their text; by looking at every pair."""
    return [
        (a, b) for a, b in combinations(rows, 2)
        if part_of[a.id] != part_of[b.id] and (shares_source(a, b) or alike(str(a.data.get("text", "")), str(b.data.get("text", ""))) >= similarity)
    ]  # fmt: skip


def shares_source(one: Row, other: Row) -> bool:
    a, b = one.origin.get("source"), other.origin.get("source")
    return a is not None and b is not None and (a["name"] == b["name"] or a["hash"] == b["hash"])
