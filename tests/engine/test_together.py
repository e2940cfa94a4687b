"""What belongs together reaches a set step together: neither a target, nor a stop, nor parts that are spread part a group; and of a group that has
gone on nothing more is bought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import Bench

from rowsmith.engine.terms import Stopping
from rowsmith.engine.together import MOST
from rowsmith.testing import Request

SAID = ("weak", "strong", "weaker", "poor")
QUESTIONS = 60
JUDGED = [
    {"kind": "score.judge", "criteria": {"value": "good"}, "columns": ["input", "answer"]},
    {"kind": "transform.pair", "score": "scores.judge.overall"},
]  # fmt: skip
ANSWER = {"kind": "generate.columns", "output": {"answer": "string"}, "forward": ["input"]}
BRANCHES = [
    {"kind": "read.rows", "rows": [{"input": f"i{n} ?"} for n in range(QUESTIONS)]},
    {"kind": "transform.columns", "name": "begin", "set": {"n": "1"}},
    {**ANSWER, "name": "strong", "prompt": "Answer {{ input }} as strong."},
    {**ANSWER, "name": "weak", "from": "begin", "prompt": "Answer {{ input }} as poor."},
    {**JUDGED[0], "from": ["strong", "weak"]}, JUDGED[1],
]  # fmt: skip
LISTS = [
    {"kind": "read.rows", "rows": [{"input": f"i{n} ?", "answers": list(SAID)} for n in range(QUESTIONS)]},
    {"kind": "transform.explode", "column": "answers", "into": "answer"}, *JUDGED,
]  # fmt: skip
LINES = [{"kind": "read.rows", "rows": [{"input": f"i{n} ?", "answer": said} for n in range(QUESTIONS) for said in SAID]}, *JUDGED]
RECIPES = {"branches": BRANCHES, "lists": LISTS, "lines": LINES}
PATIENT = {"attempts": 20}
PARTED = {"alone", "late", "tie"}


def reply(request: Request) -> Any:
    """Answers, and scores for them: the strong one is better."""
    strong = "strong" in request.text
    return {"value": {"reason": "so", "score": 9 if strong else 3}} if "judg" in str(request.data) else {"answer": "strong" if strong else "weak"}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("target", [1, 7, 20])
def test_a_target_parts_no_group(tmp_path: Path, recipe: str, target: int) -> None:
    with Bench(tmp_path, reply) as bench:
        result = bench.run(*RECIPES[recipe], target=target, top=PATIENT)
        assert (result.state, result.kept) == ("finished", target) and not PARTED & set(result.dropped)
        assert result.requested <= (target + 1) * len(SAID)
        assert all(row.data["chosen"] == "strong" for row in bench.rows(result))
        more = bench.run(*RECIPES[recipe], target=target + 1, top=PATIENT)
        assert (more.run, more.kept) == (result.run, target + 1) and not PARTED & set(more.dropped)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("how", [{"target": 20}, {"limit": 9}, {"spread": True, "target": 20}])
def test_a_stop_a_limit_and_a_spread_part_none(tmp_path: Path, recipe: str, how: dict[str, Any]) -> None:
    how = dict(how)
    top = {**PATIENT, "spread": how.pop("spread", False)}
    stopping = Stopping()

    def stops(request: Request) -> Any:
        if len(bench.asked) == 5:
            stopping.stop()
        return reply(request)

    with Bench(tmp_path, stops) as bench:
        first = bench.run(*RECIPES[recipe], stopping=stopping, top=top, **how)
        assert first.state == "stopped"
        result = bench.run(*RECIPES[recipe], top=top, **how)
        assert (result.run, result.state) == (first.run, "finished") and not PARTED & set(result.dropped)
        assert result.kept >= how.get("target", 2) and bench.server.calls.repeated() == {}
        whole = bench.run(*RECIPES[recipe], top=top)
        assert (whole.run, whole.kept) == (first.run, QUESTIONS) and not PARTED & set(whole.dropped)


def test_of_a_group_that_has_gone_on_nothing_more_is_bought(tmp_path: Path) -> None:
    with Bench(tmp_path, reply) as bench:
        result = bench.run(*BRANCHES, target=QUESTIONS + 1, top={"attempts": 20})
        assert (result.state, result.kept) == ("shortfall", QUESTIONS) and "exhausted" in result.reason
        assert (result.requested, len(bench.asked)) == (2 * QUESTIONS, 4 * QUESTIONS)


@pytest.mark.parametrize("step", [
    {"kind": "filter.majority", "by": ["input"]}, {"kind": "filter.top", "by": ["input"], "score": "1"}, {"kind": "transform.group", "by": ["input"]},
])  # fmt: skip
def test_each_step_that_gathers_says_when_it_has_all(tmp_path: Path, step: dict[str, Any]) -> None:
    def draws(request: Request) -> Any:
        return {"answer": "left" if request.chance[0] % 3 else "right"}

    with Bench(tmp_path, draws) as bench:
        asks = {**ANSWER, "prompt": "Which, {{ input }}", "draws": 5}
        steps = [{"kind": "read.rows", "rows": [{"input": "this?"}]}, asks, step]
        result = bench.run(*steps, target=30, top={"attempts": 10})
        assert result.state == "shortfall" and "exhausted" in result.reason and len(bench.asked) <= 20


def test_a_second_vote_contradicts_no_first(tmp_path: Path) -> None:
    said = iter(["left"] * 3 + ["right"] * 9)
    with Bench(tmp_path, lambda request: {"answer": next(said)}) as bench:
        asks = {**ANSWER, "prompt": "Which, {{ input }}", "draws": 3}
        result = bench.run({"kind": "read.rows", "rows": [{"input": "this?"}]}, asks, {"kind": "filter.majority", "by": ["input"]}, target=4)
        assert {row.data["answer"] for row in bench.rows(result)} == {"left"} and result.dropped == {"late": 3}


def test_a_class_is_no_group_that_a_target_waits_for(tmp_path: Path) -> None:
    rows = [{"topic": "tea", "answer": f"strong {n}"} for n in range(5 * MOST)]
    with Bench(tmp_path, reply) as bench:
        top = {"kind": "filter.top", "by": ["topic"], "score": "scores.judge.overall", "n": 9}
        result = bench.run({"kind": "read.rows", "rows": rows}, {**JUDGED[0], "columns": ["answer"]}, top, target=3)
        assert result.kept == 3 and result.requested == MOST
