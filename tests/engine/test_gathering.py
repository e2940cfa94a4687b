"""Steps that join, gather and part rows, in a run: what becomes of slots, waves and origins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from running import Bench, jsonl

from rowsmith.testing import Request


def test_answers_are_exploded_scored_and_paired_and_the_run_adds_up(tmp_path: Path) -> None:
    def reply(request: Request) -> Any:
        return {"value": {"reason": "so", "score": 9 if "good" in request.text else 3}}

    rows = [{"input": f"{n}?", "answers": ["good answer", "bad answer", "worse answer"][: 1 + n % 3]} for n in range(6)]
    with Bench(tmp_path, reply) as bench:
        result = bench.run(
            {"kind": "read.rows", "rows": rows}, {"kind": "transform.explode", "column": "answers", "into": "answer"},
            {"kind": "score.judge", "criteria": {"value": "good"}}, {"kind": "transform.pair", "score": "scores.judge.overall"},
        )  # fmt: skip
        found = bench.rows(result)
        assert [row.data for row in found] == [{"input": f"{n}?", "chosen": "good answer", "rejected": found[at].data["rejected"]}
                                               for at, n in enumerate((1, 2, 4, 5))]  # fmt: skip
        assert all(row.scores["pair"]["margin"] == 6 and len(row.origin["parents"]) == 2 for row in found)
        assert (result.kept, result.dropped) == (4, {"alone": 2, "paired": 4, "not_paired": 2})


def test_answers_of_one_question_are_of_one_group_whatever_the_waves(tmp_path: Path) -> None:
    def reply(request: Request) -> Any:
        said = request.text.split()[1]
        return {"rows": [{"answer": f"{said} {n}"} for n in range(3)]}

    with Bench(tmp_path, reply) as bench:
        result = bench.run(
            {"kind": "read.rows", "rows": [{"input": f"i{n}"} for n in range(20)]},
            {"kind": "generate.columns", "prompt": "Say {{ input }} .", "output": {"answer": "string"}, "count": 3, "forward": ["input"]},
            {"kind": "transform.group", "by": ["input"], "least": 3}, target=7, top={"attempts": 4},
        )  # fmt: skip
        found = bench.rows(result)
        assert (result.state, result.kept) == ("finished", 7)
        assert [row.data["answer"] for row in found] == [[f"{row.data['input']} {n}" for n in range(3)] for row in found]
        assert set(result.dropped) <= {"grouped", "over_target"}


def test_a_table_is_joined_and_groups_are_made_of_what_it_gave(tmp_path: Path) -> None:
    jsonl(tmp_path / "places.jsonl", [{"code": n % 5, "place": f"p{n % 5}"} for n in range(5)])
    rows = [{"k": n // 2, "code": n % 7, "text": f"t{n}"} for n in range(40)]
    with Bench(tmp_path) as bench:
        result = bench.run(
            {"kind": "read.rows", "rows": rows}, {"kind": "transform.join", "files": ["places.jsonl"], "by": "code"},
            {"kind": "transform.group", "by": ["k"], "columns": ["text", "place"], "least": 2},
        )  # fmt: skip
        found = bench.rows(result)
        assert result.dropped == {"no_match": 10, "grouped": result.kept, "too_few": 30 - 2 * result.kept}
        assert all(row.data["text"] == [f"t{2 * row.data['k']}", f"t{2 * row.data['k'] + 1}"] for row in found)
        assert all(len(row.data["place"]) == 2 for row in found)
