"""What the child says, as it is written and as it is read: one line of JSON each. It is told one line of JSON first, {"limits": ..., "scratch": ...},
then one for each file, and says of each:

    [0, 12]                      the member with this number is begun
    [1, {...}]                   a document
    [2, {...}]                   a fault
    [3, "what", "fix"]           something is missing on this machine, and nothing can be read
    [4, true]                    the file's end; false where the child ends here, too
    [5]                          it is working still
    [6, {...}]                   a record
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import orjson

from rowsmith.core.documents import Document
from rowsmith.core.errors import Unavailable
from rowsmith.core.lines import stored
from rowsmith.core.records import Fault, Record

_LARGE = 4 << 20
"""Letters of a text; for a larger one a failure to get memory has to be an error, and orjson makes a crash of it."""
BEGUN, DOCUMENT, FAULT, UNAVAILABLE, END, WORKING, RECORD = range(7)


def line_of(said: Document | Fault | Record | Unavailable | int) -> bytes:
    """The line that says it."""
    if isinstance(said, Document):
        told = [DOCUMENT, {**_fields(said), "columns": stored(said.columns)}]
        return orjson.dumps(told) if len(said.text) < _LARGE else json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    if isinstance(said, Fault):
        return orjson.dumps([FAULT, _fields(replace(said, detail=said.detail.encode("utf-8", "replace").decode()[:1000]))])
    if isinstance(said, Record):
        return orjson.dumps([RECORD, _fields(said)])
    return orjson.dumps([UNAVAILABLE, said.what, said.fix] if isinstance(said, Unavailable) else [BEGUN, said])


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def said_of(what: int, told: dict[str, Any]) -> Document | Fault | Record:
    """The document, fault or record of a line."""
    if what != DOCUMENT:
        return Fault(**told) if what == FAULT else Record(**told)
    marks = {name: [(at, mark) for at, mark in each] for name, each in told["marks"].items()}
    return Document(**{**told, "marks": marks, "notes": tuple(told["notes"])})
