"""Mapping profiles: what is to be done to the records of a file before their format reads them, in a YAML file that people edit and use again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from rowsmith.core.errors import Invalid, NotFound, Problem
from rowsmith.formats import Candidate, Mapping

MOST_BYTES = 1 << 20


class MappingProfile(Mapping):
    """A mapping, and what else is to be known to read the file."""

    format: str = Field("", description="Format of the records after renaming; empty: recognised.")
    encoding: str | None = Field(None, description="Encoding of the file.")
    delimiter: str | None = Field(None, description="Delimiter of a table.")
    sheet: str | None = Field(None, description="Sheet of a spreadsheet.")
    header: bool = Field(True, description="Whether the first row of a table names its columns; else they are column_1, column_2 and so on.")

    @property
    def mapping(self) -> Mapping:
        """What is done to each record."""
        return Mapping(rename=self.rename, constants=self.constants, roles=self.roles)

    @property
    def reading(self) -> dict[str, Any]:
        """How the file is to be read, as `read_records` takes it."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, "sheet": self.sheet, "header": self.header}

    def settings(self) -> dict[str, Any]:
        """As settings of the step read.records."""
        return self.model_dump(exclude_defaults=True)


def read_profile(path: str | Path) -> MappingProfile:
    """The profile in a file.

    Raises:
        NotFound: there is none. Invalid: with everything that is wrong with it.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound(f"There is no mapping profile {str(path)!r}.", "rowsmith detect FILE --save-map PROFILE writes one to edit.")
    if file.stat().st_size > MOST_BYTES:
        raise Invalid(f"{path} is too large for a mapping profile.", "Write one of less than 1 MB.")
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is no YAML: {error}.", "Repair it.") from None
    try:
        return MappingProfile.model_validate(given)
    except ValidationError as error:
        problems = [Problem(f"{'.'.join(map(str, found['loc'])) or 'profile'}: {found['msg']}.", file=str(path)) for found in error.errors()]
        fix = "Known are rename, constants, roles, format, encoding, delimiter, sheet and header."
        raise Invalid(f"{path} is no mapping profile.", fix, problems) from None


def write_profile(path: str | Path, columns: list[str], best: Candidate | None, reading: dict[str, Any]) -> None:
    """Write a profile to edit: the likeliest format, every column with the name that it gets, its own where nothing else is suggested, and how
    the file was read."""
    renamed = best.map if best else {}
    told: dict[str, Any] = {"format": best.format if best else "jsonl", "rename": {name: renamed.get(name, name) for name in columns}}
    told |= {name: value for name, value in reading.items() if value != MappingProfile.model_fields[name].default}
    head = "# How the columns of such files are called, and the format after that. null leaves a column out; constants: and roles: may be added.\n"
    Path(path).write_text(head + yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
