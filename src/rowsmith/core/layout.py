"""Where the names of an expression lie in DuckDB: markers in its SQL become JSON expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rowsmith.core.terms import quoted

_MARKER = re.compile("\0([0-9]+)\0")


def marker(index: int) -> str:
    """What stands in a term's SQL for the path number `index`, as JSON that is never JSON null."""
    return f"(\0{index}\0)"


def placed(sql: str, paths: Sequence[tuple[str, ...]], columns: Mapping[str, str]) -> str:
    """The SQL with every marker replaced by where the name lies (see Expression.duckdb)."""
    places = [_place(path, columns) for path in paths]
    return _MARKER.sub(lambda found: places[int(found[1])], sql)


def _place(path: tuple[str, ...], columns: Mapping[str, str]) -> str:
    if path[0] in columns and path[0]:
        place, rest = columns[path[0]], path[1:]
    elif "" in columns:
        place, rest = columns[""], path
    else:
        return "CAST(NULL AS JSON)"
    if rest:
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in rest)
        place = f"json_extract({place}, {quoted(pointer)})"
    return f"CASE WHEN json_type({place}) <> 'NULL' THEN {place} END"
