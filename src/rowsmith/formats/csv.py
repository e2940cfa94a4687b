"""Comma-separated values: the columns as they stand, in a table."""

from __future__ import annotations

from rowsmith.formats.jsonl import Jsonl


class Csv(Jsonl):
    """A table with a header, after RFC 4180 with line ends `\\n`. Text stands as it is, other values as JSON. A null or absent value is an empty
    field, empty text is a quoted empty field. Exact by default: reading it back gives every text unchanged.
    """

    name = "csv"
    extension = "csv"
    provenance = "sidecar"
    rank = 3


FORMAT = Csv()
