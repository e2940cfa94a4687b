"""How records become rows: a table's text is unfolded, the mapping applied, and a format reads what came of it. Which format that is, records
sampled across the whole file say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rowsmith import content
from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.records import Fault, Record
from rowsmith.formats import SURE, Candidate, Format, Mapping, built_in, candidates, every, imported, unfolded

PROVENANCE = "provenance"
"""The column that our own exports have, where provenance travels as one."""


def row_of(record: Record, mapping: Mapping, format: Format) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of the row that a record becomes; and what our own export said of where it came from, if it did.

    Raises:
        RowFailed: it is no record of the format; the reason says why.
    """
    data, told = record.data, record.data.get(PROVENANCE)
    ours = isinstance(told, dict) and "id" in told and "origin" in told
    if ours:
        data = {name: value for name, value in data.items() if name != PROVENANCE}
    found = imported(format, mapping.applied(unfolded(data) if record.flat else data))
    return found, told if ours and told else {}


def answered(record: Record | Fault) -> Record | Fault:
    """The row that a hub's server of rows has answered, its number in the split for a line; a fault where the server has cut off some of it."""
    if isinstance(record, Fault):
        return record
    number, row, cut = (record.data.get(name) for name in ("row_idx", "row", "truncated_cells"))
    if not isinstance(number, int) or not isinstance(row, dict) or not isinstance(cut, list):
        return Fault(record.file, record.line, "broken_record", "It is no answer of a server of rows.")
    if cut:
        return Fault(record.file, number + 1, "truncated", f"The server of rows has cut off {', '.join(map(str, cut))}; a whole split has it.")
    return replace(record, line=number + 1, data=row)


def narrowed(records: Iterable[Record | Fault], columns: Sequence[str], name: str) -> Iterator[Record | Fault]:
    """The records with these columns alone.

    Raises:
        NotFound: no record of the file has one of them.
    """
    missing, known = set(columns), dict[str, None]()
    for record in records:
        if isinstance(record, Record):
            if missing:
                missing -= record.data.keys()
                known.update(dict.fromkeys(record.data))
            record = replace(record, data={column: record.data[column] for column in columns if column in record.data})
        yield record
    if missing and known:
        column = next(column for column in columns if column in missing)
        raise NotFound(f"{name}: no record has a column {column!r}.", choose(column, list(known)))


def recognised(sampled: Sequence[Record], mapping: Mapping) -> list[Candidate]:
    """The formats that the records may have after the mapping, the likeliest first; those that the mapping breaks are left out."""
    found = []
    for record in sampled:
        data = {name: value for name, value in record.data.items() if name != PROVENANCE}
        found.append((record.line, mapping.applied(unfolded(data) if record.flat else data)))
    return candidates([one for one in found if one[1]], every(), content.columns(), flat=any(record.flat for record in sampled))


def chosen(found: Sequence[Candidate], mapping: Mapping, name: str) -> tuple[Format, Mapping]:
    """The first candidate's format, and the mapping with what that renames.

    Raises:
        Invalid: none is likely enough; says what comes nearest.
    """
    if not found:
        return built_in("jsonl"), mapping
    best = found[0]
    if best.score < SURE:
        near = f" Nearest is {best.format}: {best.evidence[0]}." if best.evidence else ""
        plain = f"{found[-1].format} for the columns as they stand"
        fix = (
            f"Say it with --as FORMAT, of convert and quality --from FORMAT (rowsmith formats; {plain}); "
            "or map columns: --map PROFILE of import and convert."
        )
        raise Invalid(f"{name}: no format is recognised.{near}", fix)
    columns: dict[str, str | None] = {**{old: new and best.map.get(new, new) for old, new in mapping.rename.items()}, **best.map}
    return built_in(best.format), mapping.model_copy(update={"rename": columns})
