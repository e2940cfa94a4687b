"""What a database holds as JSON, with nothing lost that JSON has room for.

    text, booleans, numbers within 64 bits   as they are
    larger whole numbers, decimals            text, digit for digit ("12.50")
    dates and times                           text in ISO 8601; with a time zone in UTC; "infinity" and years BC as the database writes them
    intervals                                 text in ISO 8601 ("P1Y2M3DT4H"); MySQL's TIME and DuckDB's INTERVAL as they write them
    bytes                                     base64, and a note names the column
    UUID, ObjectId, network addresses, ranges, enums, geometry, and whatever else has a text   that text
    arrays, structs, maps, JSON columns       lists and mappings, by the same rules; what is nested in DuckDB's as its to_json writes it
    NaN and infinity                          null, counted, and said in a note

MariaDB's JSON columns are columns of text to everybody who connects, and stay text.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

import orjson

from rowsmith.core.errors import Invalid

_LONG = re.compile(r"\d{19}")
_PLAIN = frozenset({str, int, bool, type(None)})


class Values:
    """Makes a line of JSON of each row, and remembers what whoever reads it has to know.

    `beside` says what JSON is for values of types that only one database has.
    """

    def __init__(self, names: Sequence[str], beside: Callable[[Any], Any] | None = None) -> None:
        twice = sorted({name for name in names if list(names).count(name) > 1})
        if twice:
            raise Invalid(f"Two columns of the result are called {twice[0]!r}.", "Give each a name of its own: SELECT a.id AS a_id, b.id AS b_id ...")
        self._names, self._beside = tuple(names), beside
        self._odd = 0
        self._binary: dict[str, None] = {}

    @property
    def notes(self) -> list[str]:
        """What has to be known of the rows so far."""
        told = [f"The column {name!r} holds bytes, which are written as base64." for name in self._binary]
        return [*told, f"Numbers that JSON has none for (NaN, infinity) are null: {self._odd:,}."] if self._odd else told

    def line(self, row: Sequence[Any]) -> bytes:
        """The JSON of a row, values in the order of the names."""
        for value in row:
            kind = type(value)
            if kind not in _PLAIN and (kind is not float or not isfinite(value)):
                return self.mapping(dict(zip(self._names, row, strict=True)))
        try:
            return orjson.dumps(dict(zip(self._names, row, strict=True)))
        except TypeError:
            return self.mapping(dict(zip(self._names, row, strict=True)))

    def mapping(self, row: dict[str, Any]) -> bytes:
        """The JSON of a row that has its names with it."""
        made = {}
        for name, value in row.items():
            made[name] = value if type(value) is str else self._value(value, name)
        try:
            return orjson.dumps(made)
        except TypeError:  # a lone surrogate
            return json.dumps(made).encode()

    def _value(self, value: Any, name: str) -> Any:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**64 else str(value)
        if kind is dict:
            return {str(key): self._value(one, name) for key, one in value.items()}
        if kind is list or kind is tuple or isinstance(value, set | frozenset):
            return [self._value(one, name) for one in value]
        if isinstance(value, float | Decimal):
            return self._number(value)
        if kind is bytes or kind is bytearray or kind is memoryview:
            return self._bytes(value, name)
        return self._scalar(value, name)

    def _number(self, value: float | Decimal) -> Any:
        if not value.is_finite() if isinstance(value, Decimal) else not isfinite(value):
            self._odd += 1
            return None
        return format(value, "f") if isinstance(value, Decimal) else value

    def _bytes(self, value: bytes | bytearray | memoryview, name: str) -> str:
        self._binary[name] = None
        return b64encode(value).decode()

    def _scalar(self, value: Any, name: str) -> Any:
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, timedelta):
            return duration(value)
        if self._beside is not None and (told := self._beside(value)) is not NotImplemented:
            return self._value(told, name)
        return str(value)


def duration(value: timedelta) -> str:
    """A length of time in ISO 8601, in days and seconds: P1DT2.5S; -P... for one that is negative as a whole."""
    if value < timedelta(0):
        return f"-{duration(-value)}"
    seconds = f"{value.seconds}.{value.microseconds:06d}".rstrip("0") if value.microseconds else str(value.seconds)
    return f"P{value.days}DT{seconds}S" if value.days else f"PT{seconds}S"


def json_column(text: str | bytes) -> Any:
    """The value of a JSON column. Where it may have a number that the fast parser rounds or refuses, Python's reads it."""
    try:
        return json.loads(text) if _LONG.search(text if isinstance(text, str) else text.decode()) else orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def moment(text: str) -> str:
    """A date and time as databases write it in UTC, in ISO 8601: "2020-01-01 10:00:00+00" is 2020-01-01T10:00:00+00:00."""
    if len(text) < 19 or text[10] != " " or text.endswith("BC"):
        return text
    return f"{text[:10]}T{text[11:]}:00" if text[-3] in "+-" else f"{text[:10]}T{text[11:]}"
