"""Markdown: as it is. What stands before it between lines of --- (YAML) or +++ (TOML) are columns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from rowsmith.connectors.documents.given import Given, decoded
from rowsmith.core.documents import Document
from rowsmith.core.lines import stored
from rowsmith.core.row import Json

_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?\n)?(?:\1|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_MOST_FRONT, _MOST_NESTED = 1 << 14, 100


def read(file: IO[bytes], given: Given) -> Iterator[Document]:
    """The text behind its front matter; the names of that are columns, with texts, numbers, days and lists of those as values."""
    text, notes = decoded(file.read(), given)
    front = _FRONT.match(text)
    columns: dict[str, Json] = {}
    if front and len(front[0]) < _MOST_FRONT:
        told = _told(front[1], front[2] or "")
        if told is not None:
            columns, text = stored(told), text[front.end() :].lstrip("\n")
        else:
            notes = (*notes, "What stands between the lines at its beginning is no front matter, and is left in the text.")
    yield Document(text, "md", columns=columns, notes=notes)


def _told(sign: str, front: str) -> dict[str, Json] | None:
    """The columns that front matter names; None where it is none."""
    try:
        found = tomllib.loads(front) if sign == "+++" else _yaml(front)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    columns = {str(name): _plain(value) for name, value in found.items() if name != "text"}
    return {name: value for name, value in columns.items() if value not in (None, "", [])}


def _yaml(front: str) -> Any:
    """YAML without aliases, by which a small text becomes a very large value.

    Raises:
        ValueError: it is none.
    """
    import yaml

    if front.count("[") + front.count("{") + front.count("- -") > _MOST_NESTED:
        raise ValueError("It is nested too deep.")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(front, Loader=yaml.SafeLoader)):
            raise ValueError("It has aliases.")
        return yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _plain(value: Any) -> Json:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [plain for one in value if (plain := _plain(one)) is not None]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value if isinstance(value, str | int | float | bool) else None if value is None else str(value)
