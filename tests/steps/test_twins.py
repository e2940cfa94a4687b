"""filter.duplicates and filter.near_duplicates: flags in place of drops, earlier rows of datasets and files, and their truth sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from set_rows import ListRows, row, texts
from step_context import StepContext
from truth_sets import measured

from rowsmith.core.errors import Invalid
from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.earlier import Names
from rowsmith.steps.filter.duplicates import Duplicates
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.filter.rouge_duplicates import RougeDuplicates
from rowsmith.steps.shingles import flattened

LONG = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again"
LATER = LONG.replace("coast", "hills")


class Library(StepContext):
    """With a dataset that has one row, which says LONG."""

    def dataset(self, name: str) -> list[Row]:
        return [row("elsewhere", text=LONG)]


def judged(step: Any, folder: Path, rows: list[Row], kept: list[Row] | None = None) -> list[Row | Dropped]:
    return list(step.all(ListRows(rows), ListRows(kept or []), Library(folder)))


def test_a_duplicate_is_flagged_with_its_twin(tmp_path: Path) -> None:
    rows = texts("a", "b", "a")
    found = judged(Duplicates(action="flag"), tmp_path, rows)
    assert [one.scores for one in found if isinstance(one, Row)] == [{"duplicate": 0.0}, {"duplicate": 0.0}, {"duplicate": 1.0}]
    assert isinstance(found[2], Row)
    assert list(flags_of(found[2])) == [Flag("duplicates", "duplicate", f"the same data as row {rows[0].id}", twin=rows[0].id)]


def test_a_near_duplicate_is_flagged_with_its_twin_and_their_similarity(tmp_path: Path) -> None:
    rows = texts(LONG, "something else entirely stands in this one", LATER)
    found = judged(NearDuplicates(action="flag", into="near"), tmp_path, rows)
    assert [one.scores["near"] for one in found if isinstance(one, Row)] == [0.0, 0.0, 0.8333]
    assert isinstance(found[2], Row)
    (flag,) = flags_of(found[2])
    assert (flag.check, flag.reason, flag.score, flag.twin) == ("near-duplicates", "near_duplicate", 0.8333, rows[0].id)


@pytest.mark.parametrize("step", [Duplicates, NearDuplicates])
def test_rows_of_a_dataset_and_a_file_come_before(step: Any, tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"text": "said in a file long ago"}\n')
    rows = texts(LONG, "said in a file long ago", "of its own")
    found = judged(step(against=["qa"], against_files=["old.jsonl"]), tmp_path, rows)
    assert [type(one).__name__ for one in found] == ["Dropped", "Dropped", "Row"]
    assert [one.detail.rpartition(" ")[2] for one in found if isinstance(one, Dropped)] == [row("elsewhere").id, "old.jsonl:1"]
    assert step(against_files=[str(tmp_path / "none.jsonl")]).check() == [f"There is no file {str(tmp_path / 'none.jsonl')!r}. Check the path."]


@pytest.mark.parametrize("step", [Duplicates, NearDuplicates])
def test_a_row_is_no_twin_of_itself(step: Any, tmp_path: Path) -> None:
    """A version of the same dataset may be named in `against`: what has changed since is compared with it."""
    found = judged(step(against=["qa"]), tmp_path, [row("elsewhere", text=LONG), row("a copy", text=LONG)])
    assert [type(one).__name__ for one in found] == ["Row", "Dropped"]


def test_a_file_that_cannot_be_read_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"text": "a"}\n{"text": \n')
    with pytest.raises(Invalid, match=r"old\.jsonl:2"):
        judged(Duplicates(against_files=["old.jsonl"]), tmp_path, texts("a"))


def test_shapes_and_column_names_do_not_count_for_near_duplicates(tmp_path: Path) -> None:
    one, other = LONG[:60], LONG[60:]
    shapes: list[dict[str, Any]] = [
        {"text": f"{one}\n{other}"}, {"question": one, "response": other}, {"input": one, "answer": other},
        {"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": other}]}, {"text": f"{one}\n{other}", "label": "mill"},
    ]  # fmt: skip
    found = judged(NearDuplicates(similarity=1, action="flag"), tmp_path, [row(str(n), **data) for n, data in enumerate(shapes)])
    assert [one.scores["near_duplicate"] for one in found if isinstance(one, Row)] == [0.0, 1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("3.5", "35"), ("it is -4", "it is 4"), ("10:30", "1030"), ("(.5)", "(5)"), ("if !done", "if done"), ("a != b", "a = b"), ("a + b", "a b")],
)
def test_marks_that_carry_a_value_stay(one: str, other: str) -> None:
    assert flattened(one) != flattened(other)


def test_outward_form_goes() -> None:
    assert flattened("“Ｈｅｌｌｏ…  ﬁne!”") == flattened("hello, fine")
    assert flattened("Stra\u00dfe\u00a0-- e\u0301t\u00e9.") == flattened("STRASSE \u00e9te\u0301")
    assert flattened("well done! Next") == "well done next"


def test_names_are_kept_by_number() -> None:
    names = Names()
    given = ["ab" * 16, "eval.jsonl:3", "cd" * 16, "AB" * 16]
    for name in given:
        names.add(name)
    assert [names[number] for number in range(len(names))] == given


def test_the_open_half_of_the_truth_set_duplicates() -> None:
    found = measured("duplicates")
    assert [found["precision"], found["recall"], found["normalised"]["precision"], found["normalised"]["recall"]] == [1.0] * 4


def test_the_open_half_of_the_truth_set_near_duplicates() -> None:
    found = measured("near_duplicates")
    assert found["precision"] == found["filter"]["precision"] == 1.0
    assert min(found["recall"], found["filter"]["recall"]) >= 0.995


ALPACA = {"instruction": "Say who bought the mill.", "input": LONG, "output": "A family from the coast, last spring."}
CHAT = {"conversations": [{"from": "human", "value": f"{ALPACA['instruction']}\n\n{LONG}"}, {"from": "gpt", "value": ALPACA["output"]}]}
SHAPES = {
    "columns": {"input": f"{ALPACA['instruction']}\n\n{LONG}", "answer": ALPACA["output"]},
    "messages": {
        "messages": [{"role": "user", "content": f"{ALPACA['instruction']}\n\n{LONG}"}, {"role": "assistant", "content": ALPACA["output"]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("record", [ALPACA, CHAT], ids=["alpaca", "sharegpt"])
@pytest.mark.parametrize(
    ("shape", "columns"),
    [("columns", None), ("columns", ["input"]), ("columns", ["input", "answer"]), ("messages", None), ("messages", ["messages"])],
)
def test_a_record_of_a_file_is_compared_as_its_format_reads_it(record: Any, shape: str, columns: list[str] | None, tmp_path: Path) -> None:
    other = {key: "Where the river bends" if isinstance(value, str) else value[:1] for key, value in record.items()}
    write_lines(tmp_path / "old.jsonl", [other] * (record is ALPACA) + [record] * 2)
    rows = [row("new", **SHAPES[shape])]
    for step in (NearDuplicates, RougeDuplicates):
        (found,) = judged(step(columns=columns, against_files=["old.jsonl"], similarity=0.95), tmp_path, rows)
        assert isinstance(found, Dropped) and "old.jsonl:" in found.detail


def test_equal_rows_are_found_in_a_file_of_another_format(tmp_path: Path) -> None:
    write_lines(tmp_path / "old.jsonl", [ALPACA, {**ALPACA, "output": "Nobody."}])
    kept = {"input": SHAPES["columns"]["input"], "answer": "Someone."}
    found = judged(Duplicates(against_files=["old.jsonl"]), tmp_path, [row("new", **SHAPES["columns"]), row("other", **kept)])
    assert [type(one).__name__ for one in found] == ["Dropped", "Row"]


def test_records_of_no_known_format_are_compared_as_they_stand(tmp_path: Path) -> None:
    write_lines(tmp_path / "old.jsonl", [{"a": 1, "said": LONG}, {"said": "x", "b": [2]}])
    found = judged(NearDuplicates(columns=["said"], against_files=["old.jsonl"]), tmp_path, [row("new", said=LONG)])
    assert [type(one).__name__ for one in found] == ["Dropped"]


def write_lines(path: Path, records: list[Any]) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
