"""Vectors in rows: made, compared so that nothing is asked twice, and looked up for prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asking_context import work
from set_rows import ListRows
from step_context import StepContext

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Dropped, Row
from rowsmith.steps.filter.asked import Asked
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.transform.embed import Embed
from rowsmith.steps.transform.near import Near

QUESTIONS: dict[str, list[str]] = json.loads((Path(__file__).parent / "questions.json").read_text(encoding="utf-8"))
"""Topics of questions: each list asks one thing in several words."""


def row(number: int, data: dict[str, Any], document: str = "d") -> Row:
    return Row(f"{number:032x}", number.to_bytes(6, "big"), data, {}, {"source": {"name": document}})


def vectors(*each: list[float], document: str = "d") -> list[Row]:
    return [row(number, {"text": f"text {number}", "vector": vector}, document) for number, vector in enumerate(each, 1)]


def through(step: Any, rows: list[Row], folder: Path, kept: list[Row] | None = None) -> list[Row | Dropped]:
    return list(step.all(ListRows(rows), ListRows(kept or []), StepContext(folder)))


def test_a_text_gets_its_vector(tmp_path: Path) -> None:
    (made,), ctx = work(Embed(), row(1, {"text": "Tea is a drink."}), None)
    assert isinstance(made, Row)
    assert len(made.data["vector"]) == 512
    assert sum(number * number for number in made.data["vector"]) == pytest.approx(1.0, abs=1e-5)
    assert ctx.asks == [{"texts": ["Tea is a drink."], "model": "embedder"}]
    with pytest.raises(RowFailed, match="no meaning"):
        work(Embed(), row(1, {"text": " \n"}), None)
    assert Embed(column="vector").check()


def test_what_was_asked_is_dropped_and_the_earlier_one_stays(tmp_path: Path) -> None:
    found = through(Asked(similarity=0.9), vectors([1, 0], [0.99, 0.1], [0, 1], [0.1, 0.99], [0.7, 0.7]), tmp_path)
    assert [one.reason if isinstance(one, Dropped) else one.data["text"] for one in found] == ["text 1", "asked", "text 3", "asked", "text 5"]
    assert isinstance(found[1], Dropped)
    assert found[1].detail == f"0.99 near to row {1:032x}"


def test_what_earlier_waves_and_a_dataset_asked_comes_before(tmp_path: Path) -> None:
    earlier = [row(9, {"vector": [0.0, 1.0]})]
    found = through(Asked(against="asked"), vectors([1, 0], [0, 1], [1, 1]), tmp_path, earlier)
    assert [isinstance(one, Dropped) for one in found] == [True, True, False]


@pytest.mark.parametrize("vector", [None, "text", [], [1, "x"], [True]])
def test_a_row_without_a_vector_says_so(vector: Any, tmp_path: Path) -> None:
    (found,) = through(Asked(), [row(1, {"vector": vector})], tmp_path)
    assert isinstance(found, Dropped)
    assert (found.reason, "transform.embed" in found.detail) == ("no_vector", True)


def test_the_nearest_rows_are_shown_but_not_the_row_itself(tmp_path: Path) -> None:
    one, two, three = through(Near(k=1), vectors([1, 0], [0.9, 0.1], [0, 1]), tmp_path)
    assert isinstance(one, Row) and isinstance(two, Row) and isinstance(three, Row)
    assert (one.data["near"], two.data["near"], three.data["near"]) == ("text 2", "text 1", "text 2")
    assert one.origin["near"] == [{"id": two.id, "similarity": pytest.approx(0.99388, abs=1e-4)}]
    (alone,) = through(Near(), vectors([1, 0]), tmp_path)
    assert isinstance(alone, Row)
    assert (alone.data["near"], alone.origin["near"]) == ("", [])


def test_rows_of_other_documents_alone(tmp_path: Path) -> None:
    mine = [row(number, {"text": f"mine {number}", "vector": [1.0, number / 1000]}) for number in range(1, 30)]
    theirs = row(50, {"text": "theirs", "vector": [0.5, 0.5]}, "other")
    found = through(Near(k=2, other_documents=True), [*mine, theirs], tmp_path)
    assert isinstance(found[0], Row) and isinstance(found[-1], Row)
    assert found[0].data["near"] == "theirs"
    assert found[-1].data["near"] == "mine 29\n\nmine 28"


def repeated(found: list[Row | Dropped], rows: list[Row]) -> tuple[float, float]:
    """Precision and recall of the rows that were dropped: a row is to be dropped when its topic was let through before."""
    seen: set[str] = set()
    hits = wrong = missed = 0
    for row_, verdict in zip(rows, found, strict=True):
        dropped, repeats = isinstance(verdict, Dropped), row_.data["topic"] in seen
        hits, wrong, missed = hits + (dropped and repeats), wrong + (dropped and not repeats), missed + (repeats and not dropped)
        seen.add(row_.data["topic"])
    return hits / max(1, hits + wrong), hits / max(1, hits + missed)


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def test_what_was_asked_in_other_words_is_found_better_than_by_shared_words(tmp_path: Path) -> None:
    """The labelled set: questions in up to four wordings, in turn. With the light default, which sees spelling alone."""
    said = [(topic, question) for turn in range(4) for topic, each in QUESTIONS.items() for question in each[turn : turn + 1]]
    rows = [row(number, {"topic": topic, "text": question}) for number, (topic, question) in enumerate(said, 1)]
    embedded = [made for one in rows for made in work(Embed(), one, None)[0] if isinstance(made, Row)]
    index = max(f1(*repeated(through(Asked(similarity=limit / 100), embedded, tmp_path), embedded)) for limit in range(40, 95, 5))
    shared = [NearDuplicates(columns=["text"], shingle=size, bands=96, similarity=limit / 100) for size in (1, 2) for limit in range(20, 95, 5)]
    words = max(f1(*repeated(through(step, rows, tmp_path), rows)) for step in shared)
    assert index > 0.8 and index > words + 0.02, (index, words)
