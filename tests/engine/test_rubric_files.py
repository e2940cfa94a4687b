"""Rubrics by name and in files: a recipe's own, those that ship, what is wrong with one, and what may be said of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rowsmith import content
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.rubric import Rubric
from rowsmith.engine import recipe_file
from rowsmith.engine.rubric_files import named, rubric

OWN = """
criteria:
  fit: {description: It fits the question., anchors: {1: Not at all., 10: Wholly.}}
"""
RECIPE = """
name: judged
models: {{judge: {{model: openai/m}}}}
steps:
  - {{kind: read.rows, rows: [{{text: a}}]}}
  - {{kind: score.judge, rubric: {rubric}}}
"""


def read(folder: Path, said: str) -> Any:
    (folder / "r.yaml").write_text(RECIPE.format(rubric=said))
    return recipe_file.load(folder / "r.yaml").steps[1]


def test_a_recipe_takes_its_own_before_one_that_ships_and_holds_its_text(tmp_path: Path) -> None:
    shipped: Any = read(tmp_path, "answer")
    assert list(shipped.by.criteria) == ["helpful", "correct", "clear"] and shipped.by.criteria["helpful"].anchors[1]
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "answer.yaml").write_text(OWN)
    assert list(read(tmp_path, "answer").by.criteria) == list(read(tmp_path, "{file: rubrics/answer.yaml}").by.criteria) == ["fit"]
    whole = recipe_file.load(tmp_path / "r.yaml")
    assert recipe_file.loads(recipe_file.dump(whole)) == whole, "a recipe that was read needs the file no more"
    assert named(tmp_path) == {**dict.fromkeys(content.rubrics()), "answer": tmp_path / "rubrics" / "answer.yaml"}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("", "holds no rubric"), ("scale: [1, 5]", "criteria"), ("criteria: {a: {weight: 1}}", "criteria.a.description"),
        ("criteria: {a: It is.}\nscore: 1", "score"), ("criteria: {a: {description: It is., weight: -1}}", "weight"),
    ],
)  # fmt: skip
def test_what_is_no_rubric_is_told_with_its_line(tmp_path: Path, body: str, what: str) -> None:
    (tmp_path / "own.yaml").write_text(body)
    with pytest.raises(Invalid, match=what) as told:
        rubric({"file": "own.yaml"}, tmp_path)
    assert "own.yaml:" in told.value.fix
    with pytest.raises(Invalid) as told:
        read(tmp_path, "{file: own.yaml}")
    assert told.value.problems[0].line == 6


def test_names_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'anser'") as told:
        rubric("anser", tmp_path)
    assert "answer" in told.value.fix and "rubrics/anser.yaml" in told.value.fix
    for wrong in ("Short is good.", "../secret"):
        with pytest.raises(Invalid, match="no name of a rubric") as refused:
            rubric(wrong, tmp_path)
        assert "guidance" in refused.value.fix
    with pytest.raises(NotFound, match="cannot be opened"):
        rubric({"file": "none.yaml"}, tmp_path)


@pytest.mark.parametrize(
    ("criteria", "scale", "said"),
    [
        ({"a": "It is right."}, (1, 5), "has no anchors"),
        ({"a": {"description": "It is right.", "anchors": {1: "No."}}}, (1, 5), "no anchor for 5"),
        ({"a": {"description": "It is right.", "anchors": {1: "No.", 5: "no."}}}, (1, 5), "Two anchors"),
        ({"a": "It is right.", "b": "it is right."}, (1, 5), "'a' and 'b' say the same"),
        ({"a": "right"}, (1, 5), "one word"), ({"a": "word " * 61}, (1, 5), "several criteria in one"),
        ({f"c{n}": f"It is {n}." for n in range(8)}, (1, 5), "8 criteria"), ({"a": "It is right."}, (0, 100), "101 scores"),
    ],
)  # fmt: skip
def test_a_rubric_is_looked_over(criteria: dict[str, Any], scale: tuple[int, int], said: str) -> None:
    assert any(said in one for one in Rubric(criteria=criteria, scale=scale).lint())
