"""Vectors in the columns of rows: written by `transform.embed`, read by the steps that compare meanings; and the indexes that these put them into."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Literal

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row

IndexKind = Literal["builtin", "chroma", "lancedb", "qdrant"]
LIBRARIES: dict[IndexKind, str] = {"chroma": "chromadb", "lancedb": "lancedb", "qdrant": "qdrant_client"}
DIGITS = 7
"""Of each number so many digits behind the point are kept: more than a float32 of a vector of length 1 has."""


def lacking(index: IndexKind) -> list[str]:
    """What is wrong with a kind of index on this machine, as Step.check says it: a library that is not installed."""
    missing = index in LIBRARIES and find_spec(LIBRARIES[index]) is None
    return [f"The library of {index} is not installed. Install it: pip install 'rowsmith[{index}]'."] if missing else []


def numbers(vector: Sequence[float]) -> list[float]:
    """A vector as a column holds it."""
    return [round(number, DIGITS) for number in vector]


def raw_of(row: Row, column: str) -> bytes:
    """The vector in a column, as float32, little-endian.

    Raises:
        RowFailed: `missing_column`, or `no_vector` where it holds something else.
    """
    if column not in row.data:
        raise RowFailed("missing_column", f"The row has no column {column!r}. transform.embed makes one.")
    return raw(row.data[column], column)


def raw(said: Json, column: str) -> bytes:
    """The same of what a column says."""
    if not isinstance(said, list) or not said or not all(type(number) in (int, float) for number in said):
        raise RowFailed("no_vector", f"Column {column!r} holds no list of numbers. transform.embed makes one.")
    made = array("f", said)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()
