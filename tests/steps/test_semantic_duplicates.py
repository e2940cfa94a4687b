"""filter.semantic_duplicates: rows near in meaning, told apart where an embedding cannot; and the groups that they make."""

from __future__ import annotations

import random
from array import array
from pathlib import Path
from typing import Any

import pytest
from asking_context import work
from running import Bench, texts
from set_rows import ListRows, row
from step_context import StepContext
from truth_sets import measured

from rowsmith.core.errors import Invalid
from rowsmith.core.flags import flags_of
from rowsmith.core.row import Dropped, Row
from rowsmith.steps import leaders as blocks
from rowsmith.steps.filter.semantic_duplicates import SemanticDuplicates
from rowsmith.steps.leaders import Vectors, leaders
from rowsmith.steps.transform.embed import Embed
from rowsmith.steps.unlike import unlike

SAID = ["The harbour is closed in winter.", "No ship lands there while it is cold.", "Bread needs salt.", "Dough without salt tastes of nothing."]
NEAR = [[1.0, 0.0], [0.99, 0.1], [0.0, 1.0], [0.1, 0.99]]


def rows(said: list[str], vectors: list[list[float]], **more: list[Any]) -> list[Row]:
    each = zip(said, vectors, strict=True)
    return [row(str(n), text=text, vector=vector, **{name: of[n] for name, of in more.items()}) for n, (text, vector) in enumerate(each)]


def done(folder: Path, given: list[Row], kept: list[Row] | None = None, **settings: Any) -> list[Row | Dropped]:
    ctx: Any = StepContext(folder)
    return list(SemanticDuplicates(**settings).all(ListRows(given), ListRows(kept or []), ctx))


def through(found: list[Row | Dropped]) -> list[str]:
    return [one.data["text"] for one in found if isinstance(one, Row)]


def test_what_says_the_same_goes_and_the_earliest_stays(tmp_path: Path) -> None:
    given = rows(SAID, NEAR)
    found = done(tmp_path, given)
    assert through(found) == [SAID[0], SAID[2]]
    assert found[1] == Dropped(given[1].id, "semantic_duplicate", f"0.99 near in meaning to row {given[0].id}")


def test_flags_tie_each_row_to_the_one_that_stands_for_its_group(tmp_path: Path) -> None:
    given = rows([*SAID, "Ships stay away until spring."], [*NEAR, [0.98, 0.15]])
    found = done(tmp_path, given, action="flag", into="same")
    assert [[flag.twin for flag in flags_of(one)] for one in found if isinstance(one, Row)] == [[], [given[0].id], [], [given[2].id], [given[0].id]]
    assert [one.scores["same"] > 0 for one in found if isinstance(one, Row)] == [False, True, False, True, True]


def test_the_best_of_a_group_stays(tmp_path: Path) -> None:
    assert through(done(tmp_path, rows(SAID, NEAR, n=[1, 2, 5, 4]), best="n")) == [SAID[1], SAID[2]]
    assert SemanticDuplicates(best="n +").check()[0].startswith("best: ")
    assert SemanticDuplicates(best="upper(text)").check() == ["best: 'upper(text)' gives text, not a number."]


def test_rows_of_earlier_waves_and_of_datasets_come_before(tmp_path: Path) -> None:
    assert through(done(tmp_path, rows(SAID[:2], NEAR[:2]), [row("early", text="x", vector=[1.0, 0.01])])) == []
    assert through(done(tmp_path, rows(SAID, NEAR), against=["asked"])) == [SAID[2]]


def test_without_vectors_it_is_told_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="No row has a vector in the column 'vector'") as error:
        done(tmp_path, [row("1", text="a")])
    assert "transform.embed" in error.value.fix
    assert "embedder" in error.value.fix
    assert through(done(tmp_path, [row("1", text="a"), *rows(SAID, NEAR)])) == ["a", SAID[0], SAID[2]]
    assert done(tmp_path, []) == []
    with pytest.raises(Invalid, match="A vector of 3 numbers came to vectors of 2"):
        done(tmp_path, [*rows(SAID, NEAR), row("9", text="b", vector=[1.0, 2.0, 3.0])])


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("The lift carries 16 people.", "The lift carries six people.", "number"),
        ("It costs 12 euros a month.", "Twelve euros is what you pay each month.", ""),
        ("Dogs may enter the hall.", "Dogs may not enter the hall.", "negation"),
        ("El tren sale hoy de aquí.", "El tren no sale hoy de aquí.", "negation"),
        ("The baker owes the miller money.", "The miller owes the baker money.", "order"),
        ("The shop opens at noon on Sundays.", "The shop closes at noon on Sundays.", "word"),
        ("You cannot park here.", "Parking is forbidden at this place.", ""),
        ("Same words", "same words!", ""),
    ],
)
def test_what_an_embedding_does_not_see_tells_texts_apart(one: str, other: str, why: str) -> None:
    assert unlike(one, other, 0.9) == unlike(other, one, 0.9) == why


def test_a_synonym_that_hardly_moves_the_vector_is_let_pass() -> None:
    assert unlike("The big dog sleeps in the yard.", "The large dog sleeps in the yard.", 0.97) == ""


def test_verification_can_be_left_out(tmp_path: Path) -> None:
    given = rows(["Dogs may enter the hall.", "Dogs may not enter the hall."], [[1.0, 0.0], [1.0, 0.01]])
    assert len(through(done(tmp_path, given))) == 2
    assert len(through(done(tmp_path, given, verify=False))) == 1


def test_blocks_and_the_index_say_the_same_and_nothing_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(4)
    centres = [[chance.gauss(0, 1) for _ in range(6)] for _ in range(40)]
    points = [[number + chance.gauss(0, 0.25) for number in chance.choice(centres)] for _ in range(400)]
    vectors = Vectors(tmp_path)
    for point in points:
        vectors.add(array("f", point).tobytes())
    ctx: Any = StepContext(tmp_path)
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(blocks, "HELD", 6 * 4 * 50)
    order = list(range(400))
    found = leaders(vectors, order, 10, 0.9, lambda *_: True, ctx)
    monkeypatch.setattr(blocks, "find_spec", lambda _: None)
    assert leaders(vectors, order, 10, 0.9, lambda *_: True, ctx) == found
    firsts = [number for number in order if number not in found]
    cosine = blocks.cosine
    said = [array("f", point) for point in points]
    assert all(cosine(said[one], said[other]) < 0.9 for one in firsts for other in firsts if one < other >= 10)
    assert all(cosine(said[number], said[twin]) == pytest.approx(near) and twin in firsts for number, (twin, near) in found.items())
    vectors.close()


def test_all_that_a_row_says_is_embedded_whatever_its_shape() -> None:
    chat = {"messages": [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]}
    for data in ({"text": "one\ntwo"}, {"input": "one", "answer": "two"}, {**chat, "label": "x"}):
        _, ctx = work(Embed(column=""), row("1", **data), None)
        assert ctx.asks[0]["texts"] == ["one\ntwo"]


def test_the_open_half_of_the_truth_set_with_the_light_embedder_that_sees_spelling_alone() -> None:
    """What meaning adds is measured by the benchmark with a model: the pairs of the set share few words."""
    found = measured("semantic_duplicates")["models"]["builtin/hashing"]
    assert found["precision"] >= 0.45
    assert sum(found["lookalikes_tied"].values()) <= 4
    assert sum(found["without_verify"]["lookalikes_tied"].values()) > 40


def test_in_a_run_with_an_embedder(tmp_path: Path) -> None:
    (tmp_path / "exam.jsonl").write_text('{"question": "how many bells hang in the tower of the old town hall"}\n')
    said = ["tea is made from leaves of a bush", "tea is made from the leaves of a bush", "how many bells hang in the tower of the old town hall"]
    exam = {"kind": "score.contamination", "against_files": [str(tmp_path / "exam.jsonl")], "action": "drop"}
    with Bench(tmp_path) as bench:
        done = bench.run(
            texts(*said, "bread needs flour and some salt"), exam,
            {"kind": "transform.embed", "column": ""}, {"kind": "filter.semantic_duplicates", "similarity": 0.7, "verify": False},
            {"kind": "filter.best", "n": 1, "vector": "vector"}, {"kind": "transform.columns", "drop": ["vector"]},
            top={"models": {"embedder": {"model": "builtin/hashing"}}},
        )  # fmt: skip
        assert done.dropped == {"contaminated": 1, "semantic_duplicate": 1, "not_best": 1}
        (row,) = bench.rows(done)
        assert (row.scores["contamination"], row.scores["best"]["rank"], list(row.data)) == (0.0, 1, ["text"])


def test_without_an_embedder_a_run_says_what_is_missing(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench, pytest.raises(Invalid, match="No row has a vector") as error:
        bench.run(texts("a", "b"), {"kind": "filter.semantic_duplicates"})
    assert "transform.embed" in error.value.fix


def test_words_that_are_numbers_or_negations_in_another_language_are_words_here() -> None:
    assert unlike("The rent is due in May.", "The rent is owed in May.", 0.97) == ""
    assert unlike("It happened once in the old town.", "It happened in the old town.", 0.97) == ""
    assert unlike("Im Mai blüht der Garten hier.", "Im Frühling blüht der Garten hier.", 0.97) == ""
    assert unlike("Wait five minutes for the tea.", "Wait 5 minutes for the tea.", 0.97) == ""
