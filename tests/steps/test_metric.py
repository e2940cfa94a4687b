"""score.metric: the score of a row, and the same metric in a recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking_context import row
from running import Bench
from step_context import StepContext

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.steps.score.metric import MetricStep


def test_a_row_passes_with_its_score(tmp_path: Path) -> None:
    step = MetricStep(metric="exact=1,f1=2", answer="said", expected="wanted", into="good")
    (found,) = step.rows(row({"said": "red wine", "wanted": "white wine"}), StepContext(tmp_path))
    assert found.scores == {"good": 0.333333}
    with pytest.raises(RowFailed, match="no column 'wanted'"):
        list(step.rows(row({"said": "x"}), StepContext(tmp_path)))


def test_a_recipe_scores_and_a_judge_is_asked_before(tmp_path: Path) -> None:
    rows = {"kind": "read.rows", "rows": [{"q": "1+1", "expected": "2", "answer": "2"}, {"q": "2+2", "expected": "4", "answer": "four"}]}
    judged = {"answer": {"reason": "right", "score": 10}}
    with Bench(tmp_path, lambda request: judged) as bench:
        judge = {"kind": "score.judge", "criteria": {"answer": "It is right."}}
        both = [{"kind": "exact"}, {"kind": "judge"}]
        result = bench.run(rows, judge, {"kind": "score.metric", "metric": {"kind": "composite", "parts": both}})
        assert [found.scores["metric"] for found in bench.rows(result)] == [1.0, 0.5]
        alone = bench.run(rows, {"kind": "score.metric", "metric": "number"})
        assert (alone.kept, alone.failed) == (2, {})
        fails = bench.run({"kind": "read.rows", "rows": [{"expected": "x", "answer": "1"}]}, {"kind": "score.metric", "metric": "number"})
        assert fails.failed == {"metric": 1}
        with pytest.raises(Invalid, match="Did you mean 'exact'"):
            bench.run(rows, {"kind": "score.metric", "metric": "exat"})
