"""DeepEval 4.3.1: its loader makes a golden of every line, with each field that was written."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import TALKS, records

ENVIRONMENT, READER = "deepeval", "deepeval_goldens"
CASES: dict[str, Case] = {
    "deepeval": ("deepeval", [*TALKS[:3], {"input": "Refunds?", "answer": "30 days.", "contexts": ["Within", "30 days."], "note": 3}], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


def test_goldens_say_what_was_written(found: dict[str, Read]) -> None:
    assert found["deepeval"].said["rows"] == records(found["deepeval"].file.path)
