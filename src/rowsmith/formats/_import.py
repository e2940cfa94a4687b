"""Records on their way in: what a format reads of one, and the other columns of it beside that."""

from __future__ import annotations

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json
from rowsmith.formats._format import Format


def imported(format: Format, record: dict[str, Json]) -> dict[str, Json]:
    """The columns of the row that a record becomes. Keys that the format does not read are columns as they stand, so that nothing gets lost.

    Raises:
        RowFailed: the record is not of this format; or `columns`, where one of its other keys is called like a column that the format makes.
    """
    found = format.read(record)
    keys = format.keys
    rest = {name: value for name, value in record.items() if name not in keys} if keys else None
    if not rest:
        return found
    if taken := sorted(found.keys() & rest.keys()):
        raise RowFailed("columns", f"It has `{taken[0]}` beside what {format.name} reads, which becomes a column of that name. Map it to another.")
    return {**found, **rest}
