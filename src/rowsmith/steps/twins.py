"""Steps that find rows which repeat an earlier one, and drop or flag them."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import DatasetName, InputPaths
from rowsmith.steps.checking import Check
from rowsmith.steps.earlier import missing

_ID = re.compile("[0-9a-f]{32}")

class Twins(Check):
    """What they share: what becomes of a row with a twin, and which rows come before all others."""

    action: Literal["drop", "flag"] = Field(
        "drop", description="drop: a row with a twin is dropped. flag: it goes on, with its score and a flag that names the twin."
    )
    against: list[DatasetName] = Field([], description="Datasets whose rows count as earlier ones: name, name@branch, name@tag or name@version.")
    against_files: InputPaths = Field(
        [], description="Files whose records count as earlier rows, as their format reads them: of any that is read, and documents."
    )

    def repeated(self, row: Row, into: str, flag: Flag | None) -> Row | Dropped:
        """The row as it goes on, or dropped for its twin."""
        if self.action == "drop":
            return row if flag is None else Dropped(row.id, flag.reason, flag.detail)
        return self.told_of_set(row, {into: 0.0 if flag is None else flag.score}, [] if flag is None else [flag])

    def check(self) -> list[str]:
        """Files that are not there."""
        return missing(self.against_files)


def named(twin: str) -> str:
    """A twin in words: a row by its id, a record by its file and line."""
    return f"row {twin}" if _ID.fullmatch(twin) else twin
