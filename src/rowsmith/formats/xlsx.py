"""XLSX: the columns as they stand, in a spreadsheet, for people to look at."""

from __future__ import annotations

from rowsmith.formats.jsonl import Jsonl


class Xlsx(Jsonl):
    """A sheet with a header. Every text is written as text, so that no formula and no link is live; lists and mappings are JSON. A spreadsheet
    holds no more than 32,767 characters a cell, and 1,048,575 rows: beyond that nothing is written, rather than cut (L42).
    """

    name = "xlsx"
    consumer = "spreadsheet"
    extension = "xlsx"
    provenance = "sidecar"
    rank = 6


FORMAT = Xlsx()
