"""Parquet: the columns as they stand, in columns."""

from __future__ import annotations

from rowsmith.formats.jsonl import Jsonl


class Parquet(Jsonl):
    """A column of texts, flags or numbers has their type, one of lists of texts, or of mappings that all hold texts under the same keys, is
    nested. Any other value, and values of several kinds, are JSON text, which readers have to read again (L43).
    """

    name = "parquet"
    extension = "parquet"
    rank = 5


FORMAT = Parquet()
