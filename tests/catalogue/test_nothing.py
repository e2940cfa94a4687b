"""What defines the recipes that begin with nothing or with topics: trees without twins, people from people, drawn readers, unlikely answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from case import Voice

from catalogue import carried_out
from rowsmith.testing import Request


def test_a_tree_of_topics_has_no_twins_and_every_leaf_is_asked(tmp_path: Path) -> None:
    asked: list[Request] = []
    result, rows = carried_out("topic-tree", tmp_path, asked=asked)
    leaves = Counter(row.data["path"] for row in rows)
    assert len(leaves) == 4 and set(leaves.values()) == {3} and all(path.count(" > ") == 2 for path in leaves)
    assert all(any(row.data["path"] in request.text for request in asked if "Write 3" in request.text) for row in rows)

    def twins(request: Request) -> Any:
        """Below each branch the same two."""
        if "topics" not in str(request.schema):
            return None
        return {"topics": ["amber barley", "cedar drift"] if "home cooking\n" in request.text else ["ember fallow garnet", "hollow island iris"]}

    result, _ = carried_out("topic-tree", tmp_path / "twins", answers=twins, branches="2", leaves="2", kept=None, target="6")
    assert result.dropped["near_duplicate"] > 0


def test_people_come_from_texts_and_from_people_and_none_twice(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("personas", tmp_path, asked=asked)
    people = {row.data["persona"] for row in rows}
    assert len(people) >= 6
    found = [request.text for request in asked if "personas" in str(request.schema)]
    assert any("amber" in text or "text below" in text for text in found) and any("relation" in text.lower() for text in found)
    for row in rows:
        assert any(row.data["persona"] in request.text for request in asked if "Write 2 times" in request.text)
    same = {"personas": ["Amber barley cedar drift ember fallow garnet."]}

    def twins(request: Request) -> Any:
        return same if "personas" in str(request.schema) else None

    result, _ = carried_out("personas", tmp_path / "same", answers=twins, target="1", kept=0)
    assert set(result.failed) == {"empty", "missing"} and not result.dropped


def test_readers_and_forms_are_drawn_by_weight_and_all_that_is_drawn_is_asked(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out("textbooks", tmp_path, readers="{a nurse: 3, a pilot: 1}", forms="{a letter: 1}", count="16", target="16", asked=asked)
    assert Counter(row.data["reader"] for row in rows) in ({"a nurse": 12, "a pilot": 4}, {"a nurse": 11, "a pilot": 5})
    assert all("Write a letter on this topic" in request.text for request in asked)
    assert len({request.text.split("Begin ")[1].split(".")[0] for request in asked}) > 3
    circles = {"text": "amber barley cedar drift ember fallow. " * 12}
    result, _ = carried_out("textbooks", tmp_path / "circles", answers=lambda request: circles, kept=0)
    assert set(result.dropped) == {"repetitive"}


def test_the_tail_alone_can_be_drawn_and_the_probability_is_stored(tmp_path: Path) -> None:
    _, rows = carried_out("verbalized-sampling", tmp_path)
    assert {row.data["probability"] for row in rows} == {0.5, 0.125, 0.056, 0.031, 0.02}
    asked: list[Request] = []
    result, rows = carried_out("verbalized-sampling", tmp_path / "tail", below="0.1", target="6", asked=asked)
    assert max(row.data["probability"] for row in rows) < 0.1 and result.dropped["too_likely"] > 0
    assert all("each with a probability below 0.1" in request.text for request in asked)


def test_answers_that_are_alike_are_left_out(tmp_path: Path) -> None:
    same = {"rows": [{"text": Voice("same").sentence(), "probability": 0.2}] * 5}
    result, _ = carried_out("verbalized-sampling", tmp_path, answers=lambda request: same, kept=1)
    assert result.dropped["near_duplicate"] > 10
