"""torchtune 0.6.1: its transforms make messages of every row, and its own check lets them pass."""

from __future__ import annotations

import pytest
from consumer import Case, Read
from written import TALKS

ENVIRONMENT, READER = "trl", "torchtune_transforms"
CASES: dict[str, Case] = {
    "torchtune": ("torchtune", TALKS, {"transform": "openai"}),
    "alpaca": ("alpaca", TALKS[:3], {"transform": "alpaca"}),
    "input-answer": ("input-answer", TALKS[:3], {"transform": "input-output", "settings": {"column_map": {"input": "input", "output": "answer"}}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_row_that_goes_out_is_read(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["kept"] == found[name].file.rows_out, found[name].said


@pytest.mark.parametrize("name", ["torchtune", "input-answer"])
def test_who_speaks_and_what(name: str, found: dict[str, Read]) -> None:
    assert found[name].said["rows"][0] == [["user", "What is 2 plus 3?"], ["assistant", "2 plus 3 is 5."]]
