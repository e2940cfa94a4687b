"""CAST of the expression language, as terms (core.terms). What cannot be read as the other kind is NULL."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import floor
from typing import Any

from rowsmith.core.functions import SPACE, lower_text, mapped, rounded
from rowsmith.core.terms import EXACT, Term, coerce, finite, json_as, let, number_of, quoted

_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_number = re.compile(_NUMBER)
CASTS = {"TEXT": "text", "VARCHAR": "text", "INT": "integer", "BIGINT": "integer", "DOUBLE": "number", "FLOAT": "number", "BOOLEAN": "bool"}
"""The kind that a type's name in SQL stands for."""


def cast(arg: Term, to: str) -> Term:
    """`CAST(x AS TEXT | INTEGER | DOUBLE | BOOLEAN)`; what cannot be read so is NULL."""
    if to == "integer":
        return rounded(cast(arg, "number"))
    if arg.kind in (to, "null"):
        return coerce(arg, to)
    if arg.kind != "any":
        return mapped(to, arg, _CAST[to], let(arg, lambda v: _cast_sql(arg.kind, to, v)))

    def sql(v: str) -> str:
        parts = [(kind, json_as(kind, v)) for kind in ("text", "number", "bool")]
        return "COALESCE(" + ", ".join(part if kind == to else _cast_sql(kind, to, part) for kind, part in parts) + ")"

    return mapped(to, arg, _CAST[to], let(arg, sql))


def _cast_sql(kind: str, to: str, v: str) -> str:
    if to == "text":
        if kind == "bool":
            return f"CAST({v} AS VARCHAR)"
        return f"CASE WHEN abs({v}) < {EXACT} AND {v} = trunc({v}) THEN CAST(TRY_CAST({v} AS BIGINT) AS VARCHAR) ELSE CAST({v} AS VARCHAR) END"
    if to == "bool":
        return f"({v} <> 0)" if kind == "number" else f"CASE lower(trim({v}, {quoted(SPACE)})) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
    if kind == "bool":
        return f"CAST({v} AS DOUBLE)"
    bare = f"trim({v}, {quoted(SPACE)})"
    return finite(f"CASE WHEN regexp_full_match({bare}, {quoted(_NUMBER)}) THEN TRY_CAST({bare} AS DOUBLE) END")


def _to_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = number_of(value)
    if number is None:
        return None
    return str(int(number)) if abs(number) < EXACT and number == floor(number) else repr(float(number))


def _to_number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return number_of(value)
    bare = value.strip(SPACE)
    if not _number.fullmatch(bare):
        return None
    return number_of(int(bare) if bare.lstrip("+-").isdigit() and len(bare) < 17 else float(bare))


def _to_bool(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(lower_text(value.strip(SPACE)))
    number = _to_number(value)
    return None if number is None else number != 0


_CAST: dict[str, Callable[[Any], Any]] = {"text": _to_text, "number": _to_number, "bool": _to_bool}
