"""Images and sound in rows: a column refers to a file that the home keeps, and never holds its bytes.

    {"file": HASH, "media_type": "image/png", ...}      what else it says (name, bytes, width, height) is for people
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.steps.request import pick

_HASH = re.compile("[0-9a-f]{64}")
_MEDIA = re.compile(r"(image|audio)/[a-z0-9.+-]{1,60}")


def is_reference(value: Any) -> bool:
    """Whether it refers to a file of images or sound."""
    if not isinstance(value, dict):
        return False
    file, media_type = value.get("file"), value.get("media_type")
    return isinstance(file, str) and isinstance(media_type, str) and bool(_HASH.fullmatch(file) and _MEDIA.fullmatch(media_type))


def parts(row: Row, columns: Collection[str]) -> list[dict[str, str]]:
    """The parts of a message that show a model the files of these columns, each of which holds a reference or a list of them.

    Raises:
        RowFailed: `missing_column`, or `no_file` where a column holds something else, or nothing.
    """
    found = []
    for name, value in pick(row, columns).items():
        references = value if isinstance(value, list) else [value]
        if not references or not all(map(is_reference, references)):
            raise RowFailed("no_file", f"Column {name!r} refers to no image or sound; read.files makes such columns.")
        found += [{"type": one["media_type"].partition("/")[0], "file": one["file"], "media_type": one["media_type"]} for one in references]
    return found


def located(value: Json, place: Callable[[dict[str, Json]], str | None]) -> Json:
    """The value with a `path` in each reference that `place` gives one to; what stays as it is stays the object that it is."""
    if isinstance(value, dict):
        if is_reference(value):
            path = place(value)
            return value if path is None else {**value, "path": path}
        changed = {key: located(item, place) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [located(item, place) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
