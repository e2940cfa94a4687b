"""The cluster map: what is near stays near, the same points give the same map, and nothing leaves the plane."""

from __future__ import annotations

import random
from math import dist
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import texts

from rowsmith.steps.cluster_map import laid_out
from rowsmith.steps.diversity import diversity

KINDS = {"bread": "flour yeast oven crust dough loaf", "boats": "harbour sail mast anchor hull tide", "cats": "purr paw whisker kitten fur tail"}


def planted(groups: int, count: int, width: int = 40) -> list[list[float]]:
    """Points around as many middles as there are groups, in turn."""
    draw = random.Random(5)
    middles = [[draw.gauss(0, 1) for _ in range(width)] for _ in range(groups)]
    return [[number + draw.gauss(0, 0.3) for number in middles[n % groups]] for n in range(count)]


def test_what_is_near_stays_near() -> None:
    places = laid_out(planted(5, 200))
    nearest = [min((other for other in range(200) if other != at), key=lambda other: dist(places[at], places[other])) for at in range(200)]
    assert sum(at % 5 == other % 5 for at, other in enumerate(nearest)) >= 195
    assert laid_out(planted(5, 200)) == places != laid_out(planted(5, 200), seed=7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5).flatmap(lambda width: st.lists(st.lists(st.floats(-9, 9), min_size=width, max_size=width), max_size=25)))
def test_every_point_has_a_place(points: list[list[float]]) -> None:
    places = laid_out(points)
    assert len(places) == len(points) and all(0 <= x <= 1 and 0 <= y <= 1 for x, y in places)


def test_diversity_draws_the_map_of_what_rows_say() -> None:
    draw = random.Random(2)
    said = [" ".join(draw.choices(words.split(), k=7)) for words in KINDS.values() for _ in range(40)]
    rows = texts(*said)
    found: Any = diversity(rows, name=lambda row: row.id)
    points = found["map"]["points"]
    assert (found["map"]["rows"], found["map"]["of"], found["map"]["by"]) == (120, 120, "words")
    assert {one["row"] for one in points} == {one.id for one in rows}
    assert all(set(one["text"].split()) & set(found["topics"]["largest"][one["topic"]]["words"]) for one in points)
    back: Any = diversity(rows[::-1], name=lambda row: row.id)
    assert [one["text"] for one in back["map"]["points"]] == [one["text"] for one in points] and "map" not in diversity(rows)
