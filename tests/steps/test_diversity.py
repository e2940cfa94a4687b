"""steps.diversity: figures at equal sizes, by their definitions, and the order of sets by how much they say."""

from __future__ import annotations

import random
from math import exp
from operator import mul
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import row, texts
from truth_sets import measured

from rowsmith.core.row import Row
from rowsmith.steps.diversity import diversity
from rowsmith.steps.repetition import distinct, self_bleu, wordings
from rowsmith.steps.topic_map import ROUNDS, _beginnings, _k_means, _unit, topics
from rowsmith.steps.vectors import total
from rowsmith.steps.vendi import cosines, eigenvalues, vendi


def sentences(count: int, vocabulary: int, seed: int = 1, words: int = 12) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(f"w{chance.randrange(vocabulary)}" for _ in range(words)) for _ in range(count)]


def value(found: dict[str, Any], name: str) -> float:
    return float(found["figures"][name]["value"])


def test_the_figures_by_their_definitions() -> None:
    assert distinct([["a", "b", "a", "b"]], 1) == 0.5
    assert distinct([["a", "b"], ["a", "b"]], 2) == 0.5  # no run goes over the end of a text
    assert self_bleu([["a", "b", "c", "d"], ["a", "b", "c", "d"]]) == pytest.approx(1.0)
    assert self_bleu([["a", "b", "c", "d"], ["e", "f", "g", "h"]]) == 0.0
    assert self_bleu([["a", "b", "c", "d"], ["a", "b", "c", "e"]]) == pytest.approx((3 / 4 * 2 / 3 * 1 / 2 * 0.5) ** 0.25)
    short, long = exp(1 - 4 / 2), (2 / 4 * 1 / 3 * 0.5 / 2 * 0.5) ** 0.25  # the short one is all said, and half as long
    assert self_bleu([["a", "b"], ["a", "b", "c", "d"]]) == pytest.approx((short + long) / 2)


def test_the_effective_number() -> None:
    assert vendi([[1.0] * 4] * 4) == pytest.approx(1.0)
    assert vendi([[float(a == b) for a in range(5)] for b in range(5)]) == pytest.approx(5.0)
    assert vendi(cosines([[1, 0], [2, 0], [0, 1], [0, 3]])) == pytest.approx(2.0)
    assert vendi(wordings([["a"], ["a"], ["b"]])) == pytest.approx(3 / 2 ** (2 / 3))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=n, max_size=n)))
def test_eigenvalues_keep_the_sums_that_they_must(vectors: list[list[float]]) -> None:
    alike = cosines(vectors)
    found = eigenvalues(alike)
    assert sum(found) == pytest.approx(len(alike), abs=1e-8)
    assert sum(one * one for one in found) == pytest.approx(sum(one * one for line in alike for one in line), abs=1e-8)
    assert min(found) >= -1e-8
    assert 1 - 1e-9 <= vendi(alike) <= len(alike) + 1e-9


def test_sets_of_different_length_compare() -> None:
    few, many = (diversity(texts(*sentences(count, 3000))) for count in (300, 1500))
    for name in ("distinct_1", "distinct_2", "self_bleu", "wordings"):
        assert value(few, name) == pytest.approx(value(many, name), rel=0.08)
        assert few["figures"][name]["at"] == many["figures"][name]["at"] in (100, 1000)
        assert few["figures"][name]["low"] <= value(few, name) <= few["figures"][name]["high"]
    assert value(diversity(texts(*sentences(300, 40))), "distinct_2") < value(few, "distinct_2")


def test_order_and_shape_change_nothing_and_another_seed_draws_others() -> None:
    said = sentences(400, 500)
    one = diversity(texts(*said))
    talks = [[{"role": "user", "content": "Write."}, {"role": "assistant", "content": text}] for text in reversed(said)]
    chat = [row(str(n), messages=talk) for n, talk in enumerate(talks)]
    assert diversity(chat) == {**one, "of": "answer"}
    assert diversity(texts(*said), seed=43)["figures"] != one["figures"]
    assert diversity(chat, of="question")["score"] < 0.05


def test_embeddings_measure_meaning() -> None:
    chance = random.Random(3)
    rows = [row(str(n), text=text, v=[chance.gauss(0, 1) for _ in range(40)]) for n, text in enumerate(sentences(150, 900))]
    alike = [one.with_data({**one.data, "v": [1.0, 0.001 * n]}) for n, one in enumerate(rows)]
    spread, narrow = diversity(rows, vector="v"), diversity(alike, vector="v")
    assert value(spread, "meanings") > 25 > 2 > value(narrow, "meanings")
    assert value(spread, "spread") > 0.9 > 0.1 > value(narrow, "spread")
    assert narrow["findings"][0]["what"] == "The rows mean few different things."
    assert spread["not_measured"] == []
    without = diversity([*rows, row("last", text="one without")], vector="v")
    assert "meanings" not in without["figures"]
    assert "embedder" in without["not_measured"][0]["fix"]


def test_topics_are_found_and_named() -> None:
    chance = random.Random(5)
    kinds = {"bread": ["flour", "yeast", "oven", "crust", "dough"], "boats": ["harbour", "sail", "mast", "anchor", "hull"]}
    said = [" ".join(chance.choices(words, k=6)) for words in kinds.values() for _ in range(30)]
    found = topics([one.split() for one in said], [], 42)
    assert {frozenset(topic["words"]) <= frozenset(words) for topic in found["largest"] for words in kinds.values()} == {True, False}
    assert found["count"] == 3
    assert sum(topic["rows"] for topic in found["largest"]) == 60


def test_templates_are_told_of() -> None:
    found = diversity(texts(*(f"Please tell me the price of item {n % 9} in shop {n % 7}, thank you." for n in range(200))))
    assert [one["what"] for one in found["findings"]][:2] == [
        "Rows repeat each other's runs of words.", "Few pairs of words come back again and again: rows are built from templates.",
    ]  # fmt: skip


def test_few_rows_and_none() -> None:
    assert diversity([])["score"] is None
    assert diversity([Row("00" * 16, b"", {"n": 1})])["not_measured"][0]["why"] == "No row has a word."
    one = diversity(texts("a single row of words"))
    assert (one["figures"]["self_bleu"]["value"], one["figures"]["wordings"]["value"], one["topics"]["count"]) == (0.0, 1.0, 1)


def test_the_open_half_of_the_truth_set() -> None:
    found = measured("diversity")
    assert found["equal_shapes"]
    assert found["order"]["score"] == found["order"]["self_bleu"] == found["order"]["wordings"] == 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 9), st.booleans())
def test_centres_that_are_passed_over_are_never_the_nearest(seed: int, k: int, alike: bool) -> None:
    """The same groups as those of k-means that looks at every centre each time."""
    draw = Random(seed)
    points = [_unit([draw.choice((0.0, 1.0)) if alike else draw.gauss(0, 1) for _ in range(6)]) for _ in range(60)]
    centres, places = _beginnings(points, k, Random(seed)), list[int]()
    for _ in range(ROUNDS):
        now = [max(range(len(centres)), key=lambda at: (sum(map(mul, point, centres[at])), -at)) for point in points]
        if now == places:
            break
        places = now
        for place in set(places):
            centres[place] = _unit(total([point for point, at in zip(points, places, strict=True) if at == place]))
    assert _k_means(points, k, Random(seed)) == places
