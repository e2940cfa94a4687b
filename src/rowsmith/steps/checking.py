"""Steps that check rows: each scores a row, flags what it finds with its evidence, and lets the row go on or drops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from rowsmith.core.flags import Flag, flagged
from rowsmith.core.row import Drop, Dropped, Json, Row
from rowsmith.core.step import MODEL, PROMPT, Step

MOST = 100
"""Most flags of one check that a row keeps."""


class Check(Step):
    """What the checks share: what becomes of a row with a finding.

    A check reads a row through core.said, gives its score by `scores.<into>`, and each finding as a flag in `origin.flags`.
    """

    action: Literal["flag", "drop"] = Field("flag", description="flag: the row goes on with its flags. drop: it is dropped for the first of them.")

    def told(self, row: Row, scores: dict[str, Json], flags: Sequence[Flag]) -> Row | Drop:
        """What becomes of a row with these scores and flags."""
        if flags and self.action == "drop":
            return Drop(flags[0].reason, flags[0].detail)
        return flagged(row.with_scores(scores), flags[:MOST])

    def told_of_set(self, row: Row, scores: dict[str, Json], flags: Sequence[Flag]) -> Row | Dropped:
        """The same, for a step that sees all rows at once."""
        found = self.told(row, scores, flags)
        return Dropped(row.id, found.reason, found.detail) if isinstance(found, Drop) else found


class Asking(Check):
    """A check that goes by rules, and asks a model instead where one of its model settings is given: an asking step then, else a row step."""

    @property
    def shape(self) -> str:
        """See Step."""
        return "asking" if self.marked(MODEL) else "row"

    def marked(self, mark: Any) -> dict[str, Any]:
        """See Step. Prompts are none where nothing is asked."""
        return {} if mark is PROMPT and not self.marked(MODEL) else super().marked(mark)
