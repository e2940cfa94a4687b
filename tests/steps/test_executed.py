"""score.executed: code and its tests are carried out, and wrong code is rejected by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench
from sandboxed import needs_sandbox
from step_context import StepContext, row

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Drop
from rowsmith.steps.score.executed import ExecutedScore

RIGHT = "def add(a, b):\n    return a + b\n"
WRONG = "def add(a, b):\n    return a - b\n"


def scored(code: str, tests: Any, **settings: Any) -> Any:
    (found,) = ExecutedScore(execute=True, **settings).rows(row({"code": code, "tests": tests}), StepContext(Path()))
    return found


@needs_sandbox
@pytest.mark.parametrize(
    ("tests", "count"),
    [
        ("assert add(1, 2) == 3\nassert add(0, 0) == 0", 2),
        (["assert add(1, 2) == 3", "from solution import add as plus\nassert plus(2, 2) == 4", "def test_it():\n    assert add(1, 1) == 2"], 3),
        ("```python\nimport unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(add(1, 1), 2)\n```", 1),
        ("from solution import add\ndef test_a():\n    assert add(1, 1) == 2\ndef test_b():\n    assert add(2, 1) == 3", 2),
    ],
)
def test_right_code_passes_each_of_its_tests_and_wrong_code_is_rejected(tests: Any, count: int) -> None:
    assert scored(RIGHT, tests).scores["executed"] == {"passes": True, "passed": count, "tests": count, "error": ""}
    wrong = scored(f"```python\n{WRONG}```", tests)
    assert not wrong.scores["executed"]["passes"]
    assert wrong.origin["flags"][0]["reason"] == "failed_tests"
    assert isinstance(scored(WRONG, tests, action="drop"), Drop)


@needs_sandbox
@pytest.mark.parametrize(
    ("code", "tests", "reason", "said"),
    [
        ("def add(a, b) return", "assert add(1, 1)", "not_executed", "SyntaxError"),
        (RIGHT, "", "no_tests", "There is no test."),
        (RIGHT, "x = 1", "no_tests", "There is no test."),
        (RIGHT, "import pytest\nassert add(1, 1) == 2", "not_executed", "line 1: import pytest: ModuleNotFoundError"),
        (RIGHT + "import os\nos._exit(0)", "assert True", "not_executed", "ended by itself, with status 0"),
        (RIGHT, ["assert add(1, 1) == 2", "assert add(1, 1) == 3"], "failed_tests", "test 2: line 1: assert add(1, 1) == 3: AssertionError"),
    ],
)
def test_what_goes_wrong_is_told_with_its_line(code: str, tests: Any, reason: str, said: str) -> None:
    found = scored(code, tests, action="drop")
    assert isinstance(found, Drop) and found.reason == reason
    assert said in found.detail


def test_without_the_setting_nothing_is_carried_out(tmp_path: Path) -> None:
    made = [{"kind": "read.rows", "rows": [{"code": RIGHT, "tests": "assert add(1, 1) == 2"}]}]
    with Bench(tmp_path) as bench:
        with pytest.raises(Invalid, match="execute: true"):
            bench.runs.start(bench.recipe(*made, {"kind": "score.executed"}))
        passed = bench.runs.start(bench.recipe(*made, {"kind": "score.executed", "required": False}))
        assert (passed.kept, passed.executed) == (1, ())
    with pytest.raises(Invalid, match="off unless you say so"):
        list(ExecutedScore().rows(row({"code": RIGHT, "tests": ""}), StepContext(Path())))


@needs_sandbox
def test_a_run_says_that_it_carried_out_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rowsmith.cli.show import show_result

    rows = [{"code": code, "tests": "assert add(1, 1) == 2"} for code in (RIGHT, WRONG)]
    with Bench(tmp_path) as bench:
        found = bench.runs.start(bench.recipe({"kind": "read.rows", "rows": rows}, {"kind": "score.executed", "execute": True, "action": "drop"}))
    assert (found.kept, found.dropped, found.executed) == (1, {"failed_tests": 1}, ("score.executed",))
    show_result(found)
    assert "code was carried out in a sandbox (execute: true): score.executed" in capsys.readouterr().out


def test_a_machine_without_a_sandbox_refuses_before_anything_is_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowsmith.connectors.execution.unavailable", lambda: "There is no sandbox here.")
    with Bench(tmp_path) as bench, pytest.raises(Invalid, match="There is no sandbox here"):
        bench.runs.start(bench.recipe({"kind": "read.rows", "rows": [{"code": RIGHT, "tests": ""}]}, {"kind": "score.executed", "execute": True}))


def test_tests_that_are_no_text_fail_the_row() -> None:
    with pytest.raises(RowFailed, match="neither a text nor a list"):
        scored(RIGHT, 3)
