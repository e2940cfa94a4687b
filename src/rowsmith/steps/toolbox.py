"""Tools that a model may call, and its calls, as rows hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.steps.request import pick


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool; `arguments` are None where they are no JSON object."""

    name: str
    arguments: dict[str, Any] | None


def tools_in(row: Row, column: str) -> dict[str, dict[str, Any]]:
    """The tools of a row by their names: {name, description, parameters}, alone or within {"type": "function", "function": ...}.

    Raises:
        RowFailed: `missing_column`, or `tools` where it holds no list of tools.
    """
    value = pick(row, [column])[column]
    several = [one.get("function", one) if isinstance(one, Mapping) else one for one in value] if isinstance(value, list) else []
    if not several or not all(isinstance(one, Mapping) and isinstance(one.get("name"), str) for one in several):
        raise RowFailed("tools", f"Column {column!r} holds no list of tools with a name, a description and parameters.")
    return {one["name"]: dict(one) for one in several}


def calls_in(row: Row, column: str) -> list[Call]:
    """The calls of a row: {name, arguments}, alone or within {"function": ...}; arguments are an object, or one as JSON text.

    Raises:
        RowFailed: `missing_column`, or `calls` where it holds no list of calls.
    """
    value = pick(row, [column])[column]
    several: list[Any] = [one.get("function", one) if isinstance(one, Mapping) else one for one in value] if isinstance(value, list) else [None]
    if not all(isinstance(one, Mapping) and isinstance(one.get("name"), str) for one in several):
        raise RowFailed("calls", f"Column {column!r} holds no list of calls with a name and arguments.")
    return [Call(one["name"], _object(one.get("arguments"))) for one in several]


def _object(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, dict) else None
