"""Ragas 0.4.3: every line is a sample, with each field that was written."""

from __future__ import annotations

import pytest
from consumer import Case, Read, read
from written import CALLING, TALKS, records

CASES: dict[str, Case] = {
    "ragas": ("ragas", [*TALKS[:2], {"input": "Refunds?", "answer": "30 days.", "reference": "30 days", "contexts": ["Within 30 days."]}], {}),
    "ragas-multi-turn": ("ragas-multi-turn", [TALKS[0], TALKS[4], CALLING], {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Read]:
    return read("ragas", "ragas_samples", CASES, tmp_path_factory.mktemp("ragas"))


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize("name", CASES)
def test_samples_say_what_was_written(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["rows"] == records(found[name].file.path)
