"""Argilla (2.8.0), records as its library reads them: `{id, fields, metadata?, suggestions?}`, for a dataset with the settings beside them."""

from __future__ import annotations

from typing import Any

import orjson

from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, _review
from rowsmith.formats._format import Companions, Format
from rowsmith.formats._review import Question

AGENT = "rowsmith"
RATINGS = (1, 2, 3, 4, 5)
MOST_LABELS = 500
"""Options that a question may have, unless the server is set up otherwise."""
_COLUMNS = "columns"


class Argilla(Format):
    """What people see in `fields`, the row's id as `id`; the other columns as JSON text in `metadata.columns`. The label that a text has, and the
    text that may be corrected, are suggestions.

    A row with `messages` is a chat; `input`, `chosen` and `rejected`, `input` and `answer`, and `text` are texts. The settings ask of each for a
    verdict, a score, a correction and a note, of a pair which answer is better, of a text with a label which label.
    """

    name = "argilla"
    needs = _review.NEEDS
    keys = ("id", "fields", "metadata", "suggestions")
    also = ("responses", "vectors", "status")

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_review.shown`."""
        found = _review.shown(row)
        metadata = {"metadata": {_COLUMNS: canonical(found.rest).decode()}} if found.rest else {}
        said = {"label": found.label, "correction": found.correctable}
        suggestions = {name: {"value": value, "score": None, "agent": AGENT} for name, value in said.items() if value}
        return {"id": row.id, "fields": found.fields, **metadata, **({"suggestions": suggestions} if suggestions else {})}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The row; fails with `keys`, `metadata` and `columns`, and the reasons of `_review.restored`. Further metadata become columns;
        suggestions that it does not know stay under their name."""
        (fields,) = _reading.need(record, "fields")
        metadata = record.get("metadata") or {}
        if not isinstance(fields, dict) or not isinstance(metadata, dict):
            raise RowFailed("metadata", "`fields` and `metadata` are no mappings.")
        found = _review.restored(fields, rest_of(metadata))
        more = {name: value for name, value in metadata.items() if name != _COLUMNS}
        if taken := sorted(found.keys() & more.keys()):
            raise RowFailed("columns", f"`metadata` has `{taken[0]}`, which is a column already.")
        found |= more
        label = label_of(record) if "text" in fields and "label" not in found else ""
        found |= {"label": label} if label else {}
        if (said := record.get("suggestions")) and said != self.row(Row("", b"", found)).get("suggestions"):
            found["suggestions"] = said
        return found

    def companions(self) -> Companions:
        """`settings.json`."""
        return _review.Beside("settings.json", see, lambda seen: orjson.dumps(settings(seen), option=orjson.OPT_INDENT_2) + b"\n")


FORMAT = Argilla()


def rest_of(metadata: dict[str, Json]) -> dict[str, Json]:
    """The columns that people are not shown as they stand.

    Raises:
        RowFailed: `metadata`.
    """
    try:
        rest = orjson.loads(metadata.get(_COLUMNS, "{}"))
    except (orjson.JSONDecodeError, TypeError):
        rest = None
    if not isinstance(rest, dict):
        raise RowFailed("metadata", "`metadata.columns` is no JSON text of a mapping.")
    return rest


def label_of(record: dict[str, Json]) -> str:
    """The label that is suggested; empty where none is."""
    found: Any = record.get("suggestions")
    value = (found.get("label") or {}).get("value") if isinstance(found, dict) and isinstance(found.get("label"), dict | None) else None
    return value if isinstance(value, str) else ""


def see(seen: _review.Gathered, record: dict[str, Json]) -> None:
    """Count a record."""
    seen.add(record["fields"], label_of(record))


def settings(seen: _review.Gathered) -> dict[str, Json]:
    """The settings of a dataset of records like these, as `Settings.from_json` of its library reads them. Raises as `_review.Gathered.shape`."""
    shape = seen.shape()
    fields = [{
        "name": name, "title": _review.TITLES[name], "required": True,
        "settings": {"type": "chat" if name == "messages" else "text", "use_markdown": False},
    } for name in _review.COLUMNS[shape]]  # fmt: skip
    labels = sorted(seen.labels) if len(seen.labels) <= MOST_LABELS else ()
    asked = [
        {"name": one.name, "title": one.title, "required": one.required, "settings": _SETTINGS[one.kind](one)}
        for one in _review.questions(shape, labels)
    ]  # fmt: skip
    return {
        "guidelines": None, "allow_extra_metadata": True, "distribution": {"strategy": "overlap", "min_submitted": 1}, "fields": fields,
        "questions": asked, "vectors": [], "metadata": [],
    }  # fmt: skip


def _choice(question: Question) -> dict[str, Json]:
    options = [{"value": value, "text": title, "description": None} for value, title in question.options]
    return {"type": "label_selection", "options": options, "visible_options": len(options) if len(options) > 2 else None}


_SETTINGS: dict[str, Any] = {
    "choice": _choice, "pair": _choice, "rating": lambda question: {"type": "rating", "options": [{"value": value} for value in RATINGS]},
    "text": lambda question: {"type": "text", "use_markdown": False},
}  # fmt: skip
