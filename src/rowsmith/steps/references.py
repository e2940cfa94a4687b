"""Images and sound in rows (core.references), as a step shows them to a model."""

from __future__ import annotations

from collections.abc import Collection

from rowsmith.core.errors import RowFailed
from rowsmith.core.references import is_reference
from rowsmith.core.row import Row
from rowsmith.steps.request import pick


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
