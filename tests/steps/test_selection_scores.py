"""score.complexity, score.quality, score.difficulty, score.tags and score.tag_novelty: what rows are chosen by."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from asking_context import row, seen, work
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from set_rows import carried_out
from set_rows import row as named

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.steps.graded import Graded
from rowsmith.steps.score.complexity import Complexity
from rowsmith.steps.score.difficulty import Difficulty
from rowsmith.steps.score.quality import Quality
from rowsmith.steps.score.tag_novelty import TagNovelty
from rowsmith.steps.score.tags import Tags
from rowsmith.steps.tagging import plain, settled, stem

SHAPES: dict[str, dict[str, Any]] = {
    "flat": {"instruction": "Prove it.", "output": "See there."},
    "chat": {"messages": [{"role": "user", "content": "Prove it."}, {"role": "assistant", "content": "See there."}]},
    "preference": {"prompt": "Prove it.", "chosen": "See there.", "rejected": "No way."},
    "text": {"text": "Prove it. See there."},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("step", [Complexity(), Quality()])
def test_the_right_part_of_every_shape_is_rated(step: Graded, shape: str) -> None:
    (found,), ctx = work(step, row(SHAPES[shape]), {"reason": "", "score": 4})
    assert isinstance(found, Row) and found.scores == {step.into: 4}
    assert "Prove it." in ctx.request
    assert ("See there." in ctx.request) is (isinstance(step, Quality) or shape == "text")
    assert "No way." not in ctx.request
    fits = Draft202012Validator(seen(ctx)["schema"]).is_valid
    assert [fits({"reason": "", "score": score}) for score in (0, 1, 3.5, 6, 7)] == [False, True, False, True, False]


def test_the_score_is_the_mean_of_the_draws() -> None:
    said = count(2)
    (found,), ctx = work(Complexity(draws=3), row(SHAPES["flat"]), lambda _: {"reason": "", "score": next(said)})
    assert isinstance(found, Row) and (found.scores, len(ctx.asks)) == ({"complexity": 3}, 3)
    nothing = row({"answer": "Only an answer."})
    assert work(Complexity(), nothing, None)[0] == [nothing]
    assert Complexity(scale=(6, 1)).check() and Complexity(prompt="Rate it.", system="").check() and not Complexity().check()


@pytest.mark.parametrize("shape", ["flat", "chat"])
def test_difficulty_is_the_share_of_draws_that_fail(shape: str) -> None:
    said = iter(["see there", "No.", "Never.", "See there."])
    (found,), ctx = work(Difficulty(draws=4), row(SHAPES[shape]), lambda _: next(said))
    assert isinstance(found, Row)
    assert found.scores == {"difficulty": {"difficulty": 0.5, "passed": 2, "draws": 4}}
    assert all("See there." not in str(asked["messages"]) for asked in ctx.asks)


def test_difficulty_by_another_metric_and_column() -> None:
    asked = row({"question": "6 * 7?", "gold": 42})
    step = Difficulty.model_validate({"expected": "gold", "metric": "number", "draws": 1})
    assert work(step, asked, "It is 42.")[0][0].scores["difficulty"]["difficulty"] == 0  # type: ignore[union-attr]
    part = Difficulty.model_validate({"metric": "f1", "draws": 1, "passes": 0.5})
    assert work(part, row(SHAPES["flat"]), "there")[0][0].scores["difficulty"]["passed"] == 1  # type: ignore[union-attr]
    with pytest.raises(RowFailed, match="no answer to compare with"):
        work(Difficulty(), row({"question": "Why?"}), "x")
    assert Difficulty.model_validate({"metric": "judge"}).check() and Difficulty(prompt="Solve it.").check() and not Difficulty().check()


def test_tags_are_given_in_one_spelling() -> None:
    (found,), ctx = work(Tags(most=2), row(SHAPES["preference"]), {"tags": ["Proof-writing", "proof  writing", " ", "maths", "third"]})
    assert isinstance(found, Row) and found.scores == {"tags": {"tags": ["proof writing", "maths"], "complexity": 2}}
    assert "Prove it." in ctx.request and "See there." not in ctx.request
    assert Tags(prompt="Tag it.", system="").check() and not Tags().check()


def tagged(*given: list[str] | None) -> list[Row]:
    scores: list[dict[str, Any]] = [{} if tags is None else {"tags": {"tags": tags, "complexity": len(tags)}} for tags in given]
    return [named(str(n), text="x").with_scores(one) for n, one in enumerate(scores)]


def test_rare_tags_go_near_ones_become_one_and_new_ones_are_counted(tmp_path: Path) -> None:
    rows = tagged(["code debugging", "poem"], None, ["debug code", "essays"], ["code debugging", "essay", "rare"])
    found = [one.scores.get("tag_novelty") for one in carried_out(TagNovelty(), tmp_path, rows) if isinstance(one, Row)]
    assert found == [
        {"tags": ["code debugging"], "complexity": 1, "new": 1, "diversity": 0.5}, None,
        {"tags": ["code debugging", "essay"], "complexity": 2, "new": 1, "diversity": 1.0},
        {"tags": ["code debugging", "essay"], "complexity": 2, "new": 0, "diversity": 1.0},
    ]  # fmt: skip
    first = carried_out(TagNovelty(complex_first=True), tmp_path, rows)
    assert [one.scores.get("tag_novelty", {}).get("new") for one in first if isinstance(one, Row)] == [0, None, 2, 0]
    later = carried_out(TagNovelty(least=1), tmp_path, rows[3:], rows[:3])
    assert [one.scores["tag_novelty"]["new"] for one in later if isinstance(one, Row)] == [1]


@given(st.lists(st.lists(st.text("abcdes -", max_size=8).map(plain).filter(bool), max_size=4), max_size=8), st.integers(1, 3))
def test_settled_tags_are_tags_of_their_own_kind_in_any_order_of_rows(rows: list[list[str]], least: int) -> None:
    same = settled(rows, least)
    assert settled(rows[::-1], least) == same
    assert all(stem(tag) == stem(one) and same[one] == one for tag, one in same.items())
    if least == 1:
        assert set(same) == {tag for tags in rows for tag in tags}


@pytest.mark.parametrize("kind", [Complexity, Quality, Difficulty])
def test_as_many_questions_are_forecast_as_are_asked(kind: type[Graded | Difficulty]) -> None:
    step = kind(draws=3)
    _, ctx = work(step, row(SHAPES["flat"]), lambda _: "x" if kind is Difficulty else {"reason": "", "score": 4})
    assert len(ctx.asks) == 3 == step.questions == step.questions_of(row(SHAPES["flat"]))
