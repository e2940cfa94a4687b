"""Ragas 0.4.3: every line is a sample, with each field that was written."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import CALLING, TALKS, records

ENVIRONMENT, READER = "ragas", "ragas_samples"
CASES: dict[str, Case] = {
    "ragas": ("ragas", [*TALKS[:2], {"input": "Refunds?", "answer": "30 days.", "reference": "30 days", "contexts": ["Within 30 days."]}], {}),
    "ragas-multi-turn": ("ragas-multi-turn", [TALKS[0], TALKS[4], CALLING], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize("name", CASES)
def test_samples_say_what_was_written(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["rows"] == records(found[name].file.path)
