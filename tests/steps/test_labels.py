"""score.labels: wrong labels among right ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import carried_out, row

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.mislabelled import Verdict, judged, noise
from rowsmith.steps.score.labels import Labels

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import truth_labels

WORDS = {"tea": "leaf cup kettle steep green black pot sugar".split(), "sea": "wave boat salt tide shore gull sail deep".split()}  # noqa: SIM905


def data_set(count: int = 30, **names: str) -> list[Row]:
    """Texts of two classes, each of which says four of eight words; the first of each class has the other label."""
    text, label = names.get("text", "text"), names.get("label", "label")
    found = []
    for number in range(count):
        for name, words in WORDS.items():
            said = " ".join(words[(number * 3 + place) % 8] for place in range(4))
            given = name if number else next(other for other in WORDS if other != name)
            found.append(row(f"{name}{number}", **{text: f"The {said} {number}.", label: given}))
    return found


def flagged(rows: list[Any]) -> list[str]:
    return [f"{one.data} {flag.detail}" for one in rows if isinstance(one, Row) for flag in flags_of(one)]


def test_the_open_half_of_the_truth() -> None:
    found = truth_labels.measured("open")
    assert found["precision"] >= 0.88 and found["recall"] >= 0.92 and found["likely_right"] >= 0.95


def test_wrong_labels_are_found_with_the_likely_one(tmp_path: Path) -> None:
    rows = carried_out(Labels(), tmp_path, data_set())
    flags = [flag for one in rows if isinstance(one, Row) for flag in flags_of(one)]
    assert [(flag.check, flag.reason, flag.detail, flag.path) for flag in flags] == [
        ("labels", "label", "likely tea", "label"),
        ("labels", "label", "likely sea", "label"),
    ]
    assert all(0 <= one.scores["label_error"] <= 1 for one in rows if isinstance(one, Row))
    dropped = carried_out(Labels(action="drop"), tmp_path, data_set())
    assert [one.detail for one in dropped if isinstance(one, Dropped)] == ["likely tea", "likely sea"]


def test_rows_that_cannot_be_judged_go_on_without_a_score(tmp_path: Path) -> None:
    more = [row("x", text="no label"), row("y", text="", label="tea"), row("z", text="rare", label="rare"), row("n", text="n", label=0.5)]
    rows = carried_out(Labels(), tmp_path, [*data_set(), *more])
    assert [one for one in rows[-4:] if isinstance(one, Row) and one.scores] == []
    many = [row(str(number), text=f"text {number}", label=str(number % 300)) for number in range(900)]
    assert not any(one.scores for one in carried_out(Labels(), tmp_path, many) if isinstance(one, Row))


def test_rows_of_earlier_waves_teach(tmp_path: Path) -> None:
    rows = data_set()
    assert flagged(carried_out(Labels(), tmp_path, rows[:2], rows[2:])) == flagged(carried_out(Labels(), tmp_path, rows))
    assert not any(one.scores for one in carried_out(Labels(), tmp_path, rows[:2]) if isinstance(one, Row))


@pytest.mark.parametrize("setting", [{"sureness": 0.2}, {"into": "other"}, {"column": "kind"}, {"folds": 2}, {"seed": 1}])
def test_settings_change_the_result(setting: dict[str, Any], tmp_path: Path) -> None:
    lines = (truth_labels.FOLDER / "open.jsonl").read_text(encoding="utf-8").splitlines()[:150]
    rows = [row(str(number), **json.loads(line)["data"]) for number, line in enumerate(lines)]
    assert carried_out(Labels(**setting), tmp_path, rows) != carried_out(Labels(), tmp_path, rows)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_and_names_of_columns_change_no_score(random: Any) -> None:
    from tempfile import TemporaryDirectory

    rows, renamed = data_set(12), data_set(12, text="question", label="category")
    random.shuffle(rows)
    with TemporaryDirectory() as folder:
        scores = {one.id: one.scores for one in carried_out(Labels(), Path(folder), rows) if isinstance(one, Row)}
        assert {one.id: one.scores for one in carried_out(Labels(), Path(folder), renamed) if isinstance(one, Row)} == scores


def test_the_noise_of_a_data_set() -> None:
    found = noise([("a", Verdict("b", 0.9)), ("a", Verdict("b", 0.2)), ("b", None)], 0.85)
    assert (found.rows, found.matrix, found.share) == (2, {("a", "b"): 1, ("a", "a"): 1}, 0.5)


def test_rows_without_labels_are_read_once() -> None:
    times = 0

    class Read:
        def __iter__(self) -> Iterator[None]:
            nonlocal times
            times += 1
            return iter([None] * 7)

    assert list(judged(Read(), 5)) == [None] * 7
    assert times == 1
