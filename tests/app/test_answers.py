"""What had to be done for a run's answers, and which fields failed: counted, shown, and the same in every replay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, called, texts

from rowsmith.app.proof import verify
from rowsmith.testing import Reply, Request

SAID = {
    "a": ['{"answer": "x", "score": 3}'],
    "b": ['Here: {"answer": "x", "score": 3}'],
    "c": ["{'answer': 'x', 'score': '3/5'}"],
    "d": ['{"score": 7}', '{"answer": "x", "score": 3}'],
    "e": ['{"answer": "x", "score": 9}', '{"answer": 4, "score": 9}', '{"answer": "x"}'],
}
"""What each row's answers are, one after the other."""
ANSWERS = {"plain": 1, "found": 1, "repaired": 1, "asked_again": 1}
FIELDS = {"score": 4, "answer": 2}
STEP = ask(output={"answer": "string", "score": {"type": "integer", "minimum": 1, "maximum": 5}})


@pytest.fixture
def reply() -> Callable[[Request], Reply]:
    """Gives each row its answers in their order."""
    asked: Counter[str] = Counter()

    def said(request: Request) -> Reply:
        row = request.data["messages"][0]["content"][-1]
        asked[row] += 1
        return Reply(SAID[row][asked[row] - 1])

    return said


def test_what_had_to_be_done_is_counted_and_replays_count_the_same(tmp_path: Path, reply: Any) -> None:
    with Bench(tmp_path, reply) as bench:
        first = bench.run(texts(*SAID), STEP)
        assert (first.kept, first.calls, first.answers, first.refused_draws) == (4, 8, ANSWERS, {"schema": 4})
        again = bench.run(texts(*SAID), STEP, new=True)
        assert (again.calls, again.calls_reused, again.answers, again.refused_fields) == (0, 8, ANSWERS, FIELDS)
        assert bench.runs.result(first.run).answers == ANSWERS
        assert verify(bench.lab).problems == []


def test_a_run_that_is_carried_out_in_parts_counts_each_answer_once(tmp_path: Path, reply: Any) -> None:
    with Bench(tmp_path, reply) as bench:
        bench.run(texts(*SAID), STEP, limit=2)
        whole = bench.run(texts(*SAID), STEP)
        assert (whole.run, whole.answers) == ("r1", ANSWERS)
        assert bench.runs.resume("r1", retry_failed=False).answers == ANSWERS
        assert verify(bench.lab).problems == []


def test_each_refused_draw_says_which_fields_failed_and_why(tmp_path: Path, reply: Any) -> None:
    with Bench(tmp_path, reply) as bench:
        result = bench.run(texts("d", "e"), STEP)
        assert list(result.refused_fields.items()) == list(FIELDS.items())
        assert [draw["detail"] for draw in bench.runs.draws(result.run)] == [
            "score: 7 is above 5\nanswer: missing", "score: 9 is above 5", "answer: 4 is not a text\nscore: 9 is above 5", "score: missing",
        ]  # fmt: skip
        assert bench.runs.troubles(result.run)[0]["detail"] == "score: missing"


@pytest.mark.parametrize(("rows", "said"), [("abcde", True), ("a", False)])
def test_the_terminal_shows_it(tmp_path: Path, reply: Any, rows: str, said: bool) -> None:
    with Bench(tmp_path, reply) as bench:
        home = ["--home", str(tmp_path / "home")]
        run = called(["run", str(bench.recipe(texts(*rows), STEP)), *home], {}, tmp_path).stdout
        shown = called(["runs", "r1", *home], {}, tmp_path).stdout
        draws = called(["runs", "r1", "--draws", *home], {}, tmp_path).stdout
        told: dict[str, Any] = json.loads(called(["runs", "r1", "--json", *home], {}, tmp_path).stdout)
    for text in (run, shown):
        assert ("answers taken: 1 as they stood, 1 found within other words, 1 repaired, 1 asked again\n" in text) is said
        assert ("fields that failed: score 4, answer 2\n" in text) is said
    assert ("score: 7 is above 5" in draws) is said
    assert told["answers"] == (ANSWERS if said else {"plain": 1, "found": 0, "repaired": 0, "asked_again": 0})
    assert told["refused_fields"] == (FIELDS if said else {})
