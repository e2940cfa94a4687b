"""Clusters of seeds: their topics, complexity and style, the plan that keeps their shares, and what tells how far rows are from it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from asking_context import row
from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext

from rowsmith.app.planned import planned
from rowsmith.core.calls import floats
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.core.said import said
from rowsmith.llm.hashing import vector
from rowsmith.steps.generate.like import Like, in_turn
from rowsmith.steps.seed_clusters import OUTSIDE, Clusters, complexity, question, style
from rowsmith.steps.transform.clusters import TransformClusters

WORDS = {"bread": "dough flour yeast oven crust loaf", "bicycle": "wheel chain brake saddle pedal spoke"}


def seed(topic: str, number: int) -> dict[str, str]:
    """Words of a topic, turned by a number."""
    own = WORDS[topic].split()
    turned = own[number % 6 :] + own[: number % 6]
    return {"input": f"{topic} {' '.join(turned[:4])}?", "answer": f"{topic} {' '.join(turned[2:])}."}


SEEDS = [seed("bread", n) for n in range(9)] + [seed("bicycle", n) for n in range(3)]


def vectors(texts: list[str]) -> list[list[float]]:
    """Embeddings by spelling."""
    return [list(floats(vector(text)[0])) for text in texts]


def clusters(seeds: list[dict[str, str]], topics: int = 8) -> Clusters:
    """Those of some seeds."""
    return Clusters(seeds, vectors([said(one) for one in seeds]), vectors([question(one) for one in seeds]), topics)


def place(found: Clusters, data: dict[str, str], least: float = 0.0) -> dict[str, Any]:
    """Where a row lies."""
    return found.at(data, *vectors([said(data), question(data)]), least)


def test_as_many_topics_as_part_the_seeds_and_their_shares() -> None:
    found = clusters(SEEDS)
    assert [(one.share, one.complexity, one.style, one.question_words) for one in found.all] == [
        (0.75, "easy", "concise", "5"), (0.25, "easy", "concise", "5"),
    ]  # fmt: skip
    assert "bread" in found.all[0].topic and "bicycle" in found.all[1].topic
    assert [one.share for one in clusters(SEEDS, topics=1).all] == [1.0]


def test_a_row_lies_in_its_topic_outside_of_all_or_on_a_seed() -> None:
    found = clusters(SEEDS)
    assert place(found, seed("bicycle", 5))["at"] == found.all[1].name
    assert place(found, SEEDS[4])["seed"] == pytest.approx(1, abs=1e-5) and place(found, seed("bicycle", 5))["seed"] < 0.99
    assert place(found, seed("bicycle", 5), least=0.9999)["at"] == OUTSIDE


def test_complexity_and_style_go_by_counts_in_any_language() -> None:
    assert [complexity({"input": "word " * n, "answer": "word"}) for n in (9, 10, 21, 22)] == ["easy", "medium", "medium", "hard"]
    assert [complexity({"input": "word", "answer": "word " * n}) for n in (23, 24, 54, 55)] == ["easy", "medium", "medium", "hard"]
    assert complexity({"text": "word " * 80}) == "hard"
    steps = {"input": "Wie?", "answer": "1. Mehl wiegen\n2. Wasser zugeben"}
    assert (style(steps), style({"input": "?", "answer": "Kurz."}), style({"input": "?", "answer": "One is. Two are. Three go."})) == (
        "list", "concise", "detailed",
    )  # fmt: skip
    assert complexity({"input": "这个面包应该怎么做才好吃", "answer": "好"}) == "medium"


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(1, 120))
def test_wherever_a_plan_ends_each_cluster_has_its_share_nearly(counts: list[int], count: int) -> None:
    plan = [{"name": number, "share": one / sum(counts)} for number, one in enumerate(counts)]
    got = Counter(one["name"] for one in in_turn(plan, count))
    assert all(abs(got[one["name"]] - one["share"] * count) < len(counts) for one in plan) and got.total() == count
    apart = sum(abs(got[one["name"]] / count - one["share"]) for one in plan) / 2
    assert apart <= len(counts) / count


def test_a_plan_needs_clusters_and_room_for_its_columns(tmp_path: Any) -> None:
    ctx = StepContext(tmp_path, "generate.like")
    with pytest.raises(RowFailed, match="holds no clusters"):
        list(Like().rows(row({"clusters": [{"cluster": "a"}]}), ctx))
    whole = {"cluster": "a", "share": 1.0, "seeds": [], "topic": "t", "complexity": "easy", "style": "list"}
    whole |= {"question_words": "1", "answer_words": "2"}
    with pytest.raises(RowFailed, match="'topic'"):
        list(Like().rows(row({"clusters": [whole], "topic": "mine"}), ctx))
    made = [one.data for one in Like(count=2).rows(row({"clusters": [whole], "n": 1}), ctx)]
    assert [(one["n"], one["cluster"], one["examples"]) for one in made] == [(1, "a", [])] * 2


def test_the_divergence_is_half_of_what_the_shares_differ_by() -> None:
    plan = {"shares": {"a": 0.5, "b": 0.3, "c": 0.2}}

    def lying(at: str, count: int) -> list[Row]:
        return [Row("", b"", {}, {"cluster": {"at": at}}, {"plan": {"at": "a", **plan}})] * count

    found = planned([*lying("a", 8), *lying("outside", 2)])
    assert found is not None and (found.divergence, found.filled) == (0.5, 0.5)  # (0.3 + 0.3 + 0.2 + 0.2) / 2; 5 of 10 that were asked for
    assert [(one.name, one.asked, one.got) for one in found.places] == [("a", 5, 8), ("b", 3, 0), ("c", 2, 0), ("outside", 0, 2)]
    assert planned([Row("", b"", {})]) is None


def test_seeds_have_to_be_somewhere() -> None:
    assert TransformClusters().check() == ["Give a dataset or files with the seeds, one of them."]
    assert TransformClusters(dataset="mine", files=["a.jsonl"]).check() == ["Give a dataset or files with the seeds, one of them."]
