"""The way from scores to a choice, as whole runs over the scripted server."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from running import Bench

from rowsmith.testing import Request

ROWS = [{"question": f"What is {n} + {n}?", "answer": str(2 * n)} for n in range(4)]


def test_each_draw_is_bought_and_none_twice(tmp_path: Path) -> None:
    turn = count()
    with Bench(tmp_path, lambda request: "0" if next(turn) % 2 else "6") as bench:
        steps: list[Any] = [{"kind": "read.rows", "rows": ROWS[:1]}, {"kind": "score.difficulty", "draws": 3, "model": "writer"}]
        done = bench.run(*steps)
        (found,) = bench.rows(done)
        assert (found.scores["difficulty"]["draws"], found.scores["difficulty"]["passed"], len(bench.asked)) == (3, 1, 3)
        bench.run(*steps, new=True)
        assert len(bench.asked) == 3


def test_complexity_quality_tags_and_the_choice_in_one_recipe(tmp_path: Path) -> None:
    def answer(request: Request) -> Any:
        said = str(request.body)
        score = 6 if "3 + 3" in said else 2
        return {"tags": ["sums", f"tag {score}"]} if "You tag" in said else {"reason": "x", "score": score}

    with Bench(tmp_path, answer) as bench:
        done = bench.run(
            {"kind": "read.rows", "rows": ROWS},
            {"kind": "score.complexity", "model": "writer"}, {"kind": "score.quality", "model": "writer"}, {"kind": "score.tags", "model": "writer"},
            {"kind": "score.tag_novelty"}, {"kind": "score.instruction_following"},
            {"kind": "filter.best", "n": 2, "score": "scores.complexity * scores.quality", "alike": 0.9},
        )  # fmt: skip
        best = bench.rows(done)
        assert best[-1].data["answer"] == "6" and best[-1].scores["best"] == {"rank": 1}
        assert best[-1].scores["tag_novelty"]["tags"] == ["sums"]
        assert len(bench.asked) == 12
