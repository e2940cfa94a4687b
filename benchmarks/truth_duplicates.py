"""filter.duplicates on its truth set: exact copies, and those that differ in outward form alone (`normalised`)."""

from __future__ import annotations

from typing import Any

from judged import Listed, by_row, lent, lines, rows

from rowsmith.core.row import Row
from rowsmith.steps.filter.duplicates import Duplicates


def measured(half: str) -> dict[str, Any]:
    """Precision and recall by rows, overall and by kind; `normalised` the same with normalise: whitespace_case."""
    found = lines("duplicates", half)
    exact = by_row(found, _flagged(Duplicates(action="flag"), rows(found)), lambda line: line["truth"]["flag"])
    loose = Duplicates(action="flag", normalise="whitespace_case")
    return {**exact, "normalised": by_row(found, _flagged(loose, rows(found)), lambda line: line["truth"]["flag_normalised"])}


def _flagged(step: Duplicates, found: Listed) -> list[bool]:
    with lent() as ctx:
        return [isinstance(one, Row) and one.scores["duplicate"] > 0 for one in step.all(found, Listed(), ctx)]
