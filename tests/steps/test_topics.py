"""Topic trees: as they are written, and as a model makes them level by level."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.row import Bad, New
from rowsmith.steps.generate.topics import Topics as Generate
from rowsmith.steps.paths import relative_to
from rowsmith.steps.read.topics import Topics as Read
from rowsmith.steps.topic_tree import indented, nodes

TREE = {"Cooking": ["Grilling", {"Baking": ["Bread", "Cakes"]}], "Gardening": []}
PATHS = ["Cooking > Grilling", "Cooking > Baking > Bread", "Cooking > Baking > Cakes", "Gardening"]
LINES = "- Cooking\n  - Grilling\n\n  - Baking\n    * Bread\n    * Cakes\n- Gardening\n"
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} {{{', '.join(f'b{i}: *a{n - 1}' for i in range(9))}}}\n" for n in range(1, 9))
TABS = "Cooking\n\tGrilling\n\tBaking\n\t\tBread\n\t\tCakes\nGardening"


def read(folder: Path = Path(), **settings: Any) -> list[New | Bad]:
    step = Read.model_validate(settings)
    assert step.check() == []
    return list(step.read(StepContext(folder, "topics")))


def paths(found: list[New | Bad]) -> list[str]:
    return [one.data["path"] for one in found if isinstance(one, New)]


def test_each_leaf_is_a_row_with_its_path() -> None:
    found = read(topics=TREE, licence="own")
    assert paths(found) == PATHS
    first = found[0]
    assert isinstance(first, New)
    assert (first.data["topic"], first.key) == ("Grilling", "Cooking > Grilling")
    assert first.origin == {"source": {"name": "read.topics", "key": "Cooking > Grilling", "licence": "own"}}
    assert paths(read(topics=TREE, inner=True)) == ["Cooking", "Cooking > Grilling", "Cooking > Baking", *PATHS[1:]]
    assert paths(read(topics="Tea")) == ["Tea"]
    assert paths(read(topics={"Films": [1984, True]})) == ["Films > 1984", "Films > true"]


@pytest.mark.parametrize("text", [LINES, TABS])
def test_indented_lines_and_yaml_are_the_same_tree(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.md").write_text(text, encoding="utf-8")
    (tmp_path / "t.yaml").write_text("Cooking: [Grilling, {Baking: [Bread, Cakes]}]\nGardening:\n", encoding="utf-8")
    assert paths(read(tmp_path, paths=["t.md"])) == paths(read(tmp_path, paths=["t.yaml"])) == PATHS


def test_topics_of_yaml_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    (tmp_path / "t.yml").write_text("Films: [No, 1984, 12:30]\n", encoding="utf-8")
    assert paths(read(tmp_path, paths=["t.yml"])) == ["Films > No", "Films > 1984", "Films > 12:30"]


def test_a_topic_that_comes_twice_is_told() -> None:
    found = read(topics=["Tea", "Tea", {"Coffee": ["Tea"]}])
    assert paths(found) == ["Tea", "Coffee > Tea"]
    assert found[1] == Bad("duplicate", "'Tea' stands in the tree a second time.", "read.topics")


def test_trees_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    assert Read().check() == ["Give topics or paths, one of them."]
    assert Read.model_validate({"topics": []}).check() == ["The tree has no topics."]
    with relative_to(tmp_path):
        assert Read.model_validate({"paths": ["none.md"]}).check() == ["There is no file 'none.md'. Check the path."]
    assert "is no topic" in Read.model_validate({"topics": [["Tea"]]}).check()[0]
    for name, body, told in (
        ("a.txt", b"    Tea\nCoffee\n  Mocha\n", ""),
        ("b.txt", b"\xff", "is not UTF-8: byte 1"),
        ("c.yaml", b"a: [", "It is not YAML"),
        ("d.yaml", b"&a {b: *a}", "It is not YAML: found unconstructable recursive node"),
        ("e.txt", b"    Tea\n  Mocha\n", "Line 2 is indented and lies below no topic: 'Mocha'"),
        ("g.yaml", BOMB.encode(), "has more than 1,000,000 topics"),
        ("f.txt", "\n".join(" " * n + "x" for n in range(60)).encode(), "is deeper than 50 levels"),
    ):
        (tmp_path / name).write_bytes(body)
        if told:
            with pytest.raises(Invalid, match=told):
                read(tmp_path, paths=[name])
        else:
            assert paths(read(tmp_path, paths=[name])) == ["Tea", "Coffee > Mocha"]


TREES = st.recursive(
    st.just([]), lambda below: st.dictionaries(st.text("abcdef", min_size=1, max_size=4), below, min_size=1, max_size=3), max_leaves=12
)


def written(tree: Any, depth: int = 0) -> str:
    return "".join(f"{'  ' * depth}{name}\n{written(below, depth + 1) if below else ''}" for name, below in tree.items()) if tree else ""


@given(TREES)
def test_law_a_tree_that_is_written_in_lines_reads_back_the_same(tree: Any) -> None:
    assert list(indented(written(tree))) == list(nodes(tree))


# -- made by a model ---------------------------------------------------------------------------------------------------------------------

BAKING = row({"topic": "Baking", "path": "Cooking > Baking", "level": 2})


def test_subtopics_keep_the_columns_of_their_topic_and_say_their_path() -> None:
    out, ctx = work(Generate.model_validate({"count": 2}), BAKING, {"topics": ["Bread", "Cakes"]})
    assert [(new.data, new.index) for new in out] == [
        ({"topic": name, "path": f"Cooking > Baking > {name}", "level": 2}, index) for index, name in enumerate(("Bread", "Cakes"))
    ]  # fmt: skip
    assert "Name 2 subtopics of this topic: Cooking > Baking" in ctx.request
    (root,), _ = work(Generate.model_validate({"count": 1}), row({"topic": "Cooking"}), {"topics": ["Baking"]})
    assert root.data == {"topic": "Baking", "path": "Cooking > Baking"}


def test_what_is_named_twice_is_left_out_and_others_are_asked_for() -> None:
    answers = iter([["1. Bread", "bread!", "BAKING", "Cooking", "Cakes"], ["Cakes", "- Pies"], ["Tarts"]])
    out, ctx = work(Generate.model_validate({"count": 4}), BAKING, lambda _: {"topics": next(answers)})
    assert [new.data["topic"] for new in out] == ["Bread", "Cakes", "Pies", "Tarts"]
    second = ctx.asks[1]["messages"][0]["content"]
    assert "Name 2 subtopics" in second and "Give 2 others" in second and "- Bread\n- Cakes" in second


def test_fewer_than_were_asked_for_are_given_when_a_model_has_no_more() -> None:
    out, ctx = work(Generate.model_validate({"count": 4}), BAKING, {"topics": ["Bread", "Cakes"]})
    assert (len(out), len(ctx.asks)) == (2, 2)
    answers = iter([["a"], ["b"], ["c"], ["d"]])
    out, ctx = work(Generate.model_validate({"count": 4, "asks": 3}), BAKING, lambda _: {"topics": next(answers)})
    assert (len(out), len(ctx.asks)) == (3, 3)
    with pytest.raises(RowFailed, match="named no topics that was not there already") as failed:
        work(Generate.model_validate({"count": 4}), BAKING, {"topics": ["Cooking", " ", "?"]})
    assert failed.value.reason == "empty"


def test_a_prompt_that_says_neither_topic_nor_number_is_told() -> None:
    problems = Generate.model_validate({"prompt": "Name some."}).check()
    assert ["{{ path }}" in problems[0], "{{ count }}" in problems[1]] == [True, True]
    assert Generate.model_validate({"prompt": "{{ count }} of {{ theme }}", "column": "theme"}).check() == []
    assert Generate().columns(frozenset({"topic", "n"})) == {"topic", "path", "n"}
