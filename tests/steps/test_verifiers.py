"""transform.verifiers and score.verified: functions that check an instruction, held to cases, and answers held to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sandboxed import needs_sandbox
from step_context import StepContext, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop
from rowsmith.steps.score.verified import Verified
from rowsmith.steps.transform.verifiers import Verifiers

pytestmark = needs_sandbox
SHORT = "def evaluate(response):\n    return len(response) < 4"
ALWAYS = "def evaluate(response):\n    return True"
BROKEN, RAISES = "def evaluate(response) return True", "def evaluate(response):\n    return response.x"
OTHER = "def check(response):\n    return True"
YES, NO = {"response": "abc", "expected": True}, {"response": "abcd", "expected": False}
WRONG = {"response": "ab", "expected": False}


def sifted(functions: list[str], cases: list[Any], **settings: Any) -> Any:
    (found,) = Verifiers(execute=True, **settings).rows(row({"functions": functions, "cases": cases}), StepContext(Path()))
    return found


def test_functions_and_cases_are_sifted_by_each_other() -> None:
    found = sifted([f"```python\n{SHORT}\n```", ALWAYS, BROKEN, RAISES, OTHER], [YES, NO, WRONG])
    assert found.data == {"functions": [SHORT], "cases": [YES, NO]}


@pytest.mark.parametrize(
    ("functions", "cases", "reason"),
    [
        ([ALWAYS], [YES, NO], "no_counterexample"),
        ([BROKEN, RAISES], [YES, NO], "no_case"),
        ([SHORT], [WRONG], "no_case"),
        ([ALWAYS, "def evaluate(response):\n    return False"], [YES, NO], "no_verifier"),
    ],
)
def test_functions_that_prove_nothing_are_dropped(functions: list[str], cases: list[Any], reason: str) -> None:
    found = sifted(functions, cases)
    assert isinstance(found, Drop) and found.reason == reason


def test_an_answer_must_be_accepted_by_more_than_half_of_the_functions() -> None:
    def scored(answer: str, functions: list[str]) -> Any:
        (found,) = Verified(execute=True, action="drop").rows(row({"functions": functions, "answer": answer}), StepContext(Path()))
        return found

    assert scored("abc", [SHORT, ALWAYS, RAISES]).scores["verified"] == {"rate": 0.6667, "passed": 2, "of": 3}
    assert scored("abcd", [SHORT, ALWAYS]).reason == "not_kept"
    with pytest.raises(RowFailed, match="no function"):
        scored("abc", [])


def test_cases_need_a_response_and_what_is_expected() -> None:
    with pytest.raises(RowFailed, match="what is expected"):
        sifted([SHORT], [{"response": "abc"}])
