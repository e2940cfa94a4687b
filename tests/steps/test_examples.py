from __future__ import annotations

from pathlib import Path

import pytest
from set_rows import ListRows, carried_out, row
from step_context import StepContext

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.transform.examples import Examples

ROWS = [row(str(n), input=f"own {n}") for n in range(30)]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "seeds.jsonl").write_text("".join(f'{{"input": "seed {n}"}}\n' for n in range(10)), encoding="utf-8")
    return tmp_path


def drawn(step: Examples, folder: Path, new: list[Row], kept: list[Row] | None = None) -> list[Row]:
    found = list(step.all(ListRows(new), ListRows(kept or []), StepContext(folder)))  # type: ignore[arg-type]
    assert all(isinstance(one, Row) for one in found)
    return [one for one in found if isinstance(one, Row)]


def test_six_of_the_seeds_and_two_of_the_other_rows_by_the_rows_id(seeds: Path) -> None:
    step = Examples(columns=["input"], files=["seeds.jsonl"])
    found = drawn(step, seeds, ROWS)
    for one in found:
        said = [shown["input"] for shown in one.data["examples"]]
        assert len(said) == len(set(said)) == 8 and one.data["input"] not in said
        assert sum(text.startswith("seed") for text in said) == 6 and len(one.origin["examples"]) == 8
    assert len({tuple(one.origin["examples"]) for one in found}) == 30
    assert len({name for one in found for name in one.origin["examples"]}) > 35
    assert drawn(step, seeds, ROWS) == found
    assert drawn(Examples(columns=["input"], files=["seeds.jsonl"], seed=1), seeds, ROWS) != found


def test_files_give_more_where_there_are_no_rows_and_rows_of_earlier_waves_count(seeds: Path) -> None:
    (alone,) = drawn(Examples(columns=["input"], files=["seeds.jsonl"]), seeds, ROWS[:1])
    assert len(alone.data["examples"]) == 8 and all(shown["input"].startswith("seed") for shown in alone.data["examples"])
    (later,) = drawn(Examples(columns=["input"], files=["seeds.jsonl"]), seeds, ROWS[:1], ROWS[1:3])
    assert sorted(shown["input"] for shown in later.data["examples"])[:2] == ["own 1", "own 2"]


def test_no_example_says_what_the_row_or_another_one_says(seeds: Path) -> None:
    same = [row(str(n), input="one" if n % 2 else "two") for n in range(8)]
    for one in drawn(Examples(columns=["input"], from_files=0, from_rows=3), seeds, same):
        assert [shown["input"] for shown in one.data["examples"]] == ["two" if one.data["input"] == "one" else "one"]


def test_what_has_none_is_dropped_and_what_is_wrong_is_told(seeds: Path) -> None:
    (seeds / "scratch").mkdir()
    rows = [row("a", input="own 0", examples=[]), ROWS[0]]
    taken, alone = carried_out(Examples(columns=["input"], from_files=0), seeds / "scratch", rows)
    assert isinstance(alone, Dropped) and alone.reason == "no_examples"
    assert isinstance(taken, Dropped) and taken.reason == "column_taken"
    with pytest.raises(Invalid, match="has no column 'task'"):
        drawn(Examples(columns=["task"], files=["seeds.jsonl"]), seeds, ROWS)
    assert Examples(columns=["input"], from_files=0, from_rows=0).check()
    assert Examples(columns=["input"], from_files=2).check()
