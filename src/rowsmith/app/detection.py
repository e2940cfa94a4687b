"""What a file is: its container, and the formats that its records may have, with a preview. No home is needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rowsmith.app import plugins
from rowsmith.app.downloads import one_here
from rowsmith.app.profiles import MappingProfile, write_profile
from rowsmith.connectors.containers import read_records
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.shapes import texts
from rowsmith.formats import Candidate
from rowsmith.steps.importing import recognised, row_of
from rowsmith.steps.sampled import Sample

MOST_LISTED = 1000
PREVIEWED = 5
_NO_PROFILE = MappingProfile()


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file is. `rows` counts the records that can be read, `broken` lists the others ({line, reason, detail}; `broken_count` of them in
    all), `candidates` are the formats that they may have, the likeliest first, `preview` the first rows under that one."""

    file: str
    container: str
    encoding: str | None
    delimiter: str | None
    columns: list[str]
    rows: int
    broken: list[dict[str, Any]]
    broken_count: int
    candidates: list[Candidate]
    preview: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "candidates": [one.dump() for one in self.candidates]}


def detect(file: str | Path, *, profile: MappingProfile = _NO_PROFILE, save_map: str | Path | None = None) -> Detected:
    """Read a file once, and say what it is.

    Args:
        file: a path, an address (https://...), or a dataset on a hub (hf:owner/name).
        profile: how it is to be read, and a mapping that is applied first.
        save_map: write a mapping profile to edit here.

    Raises:
        NotFound: there is no such file. Invalid: it cannot be read, or has no records.
    """
    with one_here(file, os.environ) as path:
        return _detect(path, str(file), profile, save_map)


def _detect(path: Path, spoken: str, profile: MappingProfile, save_map: str | Path | None) -> Detected:
    contents, sample, name = Contents(), Sample(), path.name
    broken: list[dict[str, Any]] = []
    count = 0
    for record in sample.through(read_records(path, name, **profile.reading, contents=contents)):
        if isinstance(record, Fault):
            count += 1
            if len(broken) < MOST_LISTED:
                inner = {} if record.file == name else {"file": record.file}
                broken.append({**inner, "line": record.line, "reason": record.reason, "detail": record.detail})
    if not sample.count and not contents.container:
        raise Invalid(f"{name}: {broken[0]['detail'] if broken else 'The file has no records.'}", "Check that it is the file that you mean.")
    records = sample.records()
    found = recognised(records, profile.mapping)
    columns = list(contents.columns) or list(dict.fromkeys(key for record in records for key in record.data))
    reading = {**profile.reading, "encoding": contents.encoding, "delimiter": contents.delimiter}
    if save_map is not None:
        write_profile(save_map, columns, found[0] if found else None, reading)
    preview = _preview(records, found, profile)
    return Detected(
        spoken, contents.container, contents.encoding, contents.delimiter, columns, sample.count, broken, count, found, preview, contents.notes
    )


def _preview(records: Sequence[Record], found: Sequence[Candidate], profile: MappingProfile) -> list[dict[str, Any]]:
    """The first rows of the profile's format, else the likeliest: line, columns, and what is said in them as one text."""
    if not found:
        return []
    format = plugins.format(profile.format or found[0].format)
    mapping = profile.mapping if profile.format else profile.mapping.model_copy(update={"rename": {**profile.rename, **found[0].map}})
    rows: list[dict[str, Any]] = []
    for record in records:
        try:
            data, _ = row_of(record, mapping, format)
        except RowFailed:
            continue  # the evidence counts it
        rows.append({"line": record.line, "row": data, "text": _said(data)})
        if len(rows) == PREVIEWED:
            break
    return rows


def _said(data: dict[str, Any]) -> str:
    """The row as people read it: who says what, or each column."""
    parts = []
    for column, value in data.items():
        if isinstance(value, list) and value and all(isinstance(one, dict) and "role" in one for one in value):
            parts += [f"{one['role']}: {' '.join(texts({**one, 'role': None})) or '(calls a tool)'}" for one in value]
        else:
            parts.append(f"{column}: {value if isinstance(value, str) else ' '.join(texts(value)) or value}")
    return "\n".join(parts)
