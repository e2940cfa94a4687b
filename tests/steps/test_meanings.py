"""Vectors in rows: made, compared so that nothing is asked twice, and looked up for prompts."""

from __future__ import annotations

import importlib.util
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asking_context import work
from set_rows import ListRows
from step_context import StepContext

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Dropped, Row
from rowsmith.steps import vector_columns
from rowsmith.steps.filter.asked import Asked
from rowsmith.steps.transform.embed import Embed
from rowsmith.steps.transform.near import Near
from rowsmith.steps.write.vectors import WriteVectors


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
    listed = through(Near(k=2, form="list"), vectors([1, 0], [0.9, 0.1], [0, 1]), tmp_path)[0]
    assert isinstance(listed, Row) and listed.data["near"] == ["text 2", "text 3"]
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


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """benchmarks/asked.py."""
    folder = Path(__file__).parents[2] / "benchmarks"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        spec = importlib.util.spec_from_file_location("asked", folder / "asked.py")
        assert spec is not None and spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    return found


def test_what_was_asked_in_other_words_is_found_better_than_by_shared_words(benchmark: ModuleType) -> None:
    """With the light default, which sees spelling alone, where questions are apart; near ones take a model that knows meaning (`make bench`)."""
    rows = benchmark.labelled("apart")
    index, words = benchmark.by_vectors(rows, benchmark.hashing), benchmark.shared_words(rows)
    assert index["f1"] > 0.8 and index["f1"] > words["f1"] + 0.02, (index, words)


@pytest.mark.parametrize("step", [Asked, Near, partial(WriteVectors, place="x")])
@pytest.mark.parametrize("library", ["chromadb", "lancedb", "qdrant_client"])
def test_an_index_whose_library_is_missing_is_told_before_anything_is_asked(step: Any, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = next(kind for kind, name in vector_columns.LIBRARIES.items() if name == library)
    monkeypatch.setattr(vector_columns, "find_spec", lambda name: None if name == library else find_spec("json"))
    assert step(index=kind).check() == [f"The library of {kind} is not installed. Install it: pip install 'rowsmith[{kind}]'."]
    others = ["builtin", *(name for name in vector_columns.LIBRARIES if name != kind)]
    assert [step(index=name).check() for name in others] == [[]] * 3


def test_a_repetition_counts_when_it_is_dropped(benchmark: ModuleType) -> None:
    rows = [Row(f"{n:032x}", bytes([n]), {"topic": topic, "vector": vector})
            for n, (topic, vector) in enumerate((("a", [1.0, 0.0]), ("a", [1.0, 0.1]), ("b", [1.0, 0.2]), ("a", [0.0, 1.0])))]  # fmt: skip
    assert benchmark.scored(Asked(similarity=0.9), rows) == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert benchmark.scored(Asked(similarity=0.99), rows) == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert benchmark.best([Asked(similarity=0.9), Asked(similarity=0.99)], rows)["similarity"] == 0.99
