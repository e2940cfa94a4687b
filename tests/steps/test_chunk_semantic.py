"""Chunks of topics: the method, its settings, and that they end where the subject changes more often than chunks of a fixed size do."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.row import Drop, New
from rowsmith.core.tokens import count_tokens
from rowsmith.steps.chunk.semantic import Semantic
from rowsmith.steps.topics import depths, likeness
from rowsmith.steps.vectors import cosine

TEA = ["Tea is made from the leaves of the tea plant.", "Green tea leaves are steamed.", "Black tea leaves are dried.", "Tea is drunk hot.",
       "Tea leaves are picked by hand.", "Most tea grows on hills."]  # fmt: skip
RAIL = ["Trains run on rails of steel.", "A train stops at a station.", "The station has four rails for trains.", "Fast trains need straight rails.",
        "Old trains burned coal.", "Trains leave the station at noon."]  # fmt: skip


def chunks(text: str, **given: Any) -> list[Any]:
    found, ctx = work(Semantic(**{"min_size": 0, **given}), row({"text": text, "n": 1}), None)
    assert [asked["model"] for asked in ctx.asks] == (["embedder"] if text.strip() else [])
    return found


def said(found: list[New]) -> list[str]:
    return [new.data["text"] for new in found]


def test_a_text_is_cut_where_its_subject_changes() -> None:
    for between, text in (("blocks", "\n\n".join([*TEA, *RAIL])), ("sentences", " ".join([*TEA, *RAIL])), ("blocks", " ".join([*TEA, *RAIL]))):
        one, two = said(chunks(text, between=between))
        assert (one.endswith(TEA[-1]), two.startswith(RAIL[0])) == (True, True), between


def test_it_is_not_cut_behind_a_heading_or_within_a_paragraph() -> None:
    text = f"{' '.join(TEA)}\n\n# Railways\n\n{' '.join(RAIL)}"
    for given_ in ({"threshold": 1.0}, {"window": 3}, {"percentile": 0}):
        assert [one[:6] for one in said(chunks(text, **given_))] == ["Tea is", "# Rail"]


def test_threshold_percentile_and_window() -> None:
    text = "\n\n".join([*TEA, *RAIL])
    assert len(chunks(text, threshold=1.0)) == 12
    assert len(chunks(text, threshold=-1.0)) == 1
    assert len(chunks(text, percentile=0, window=1)) > len(chunks(text, percentile=90, window=1)) == 2
    assert chunks(text, percentile=0, window=1) != chunks(text, percentile=0, window=3)
    assert "Remove the other" in Semantic(threshold=0.1, percentile=50).check()[0]


def test_small_and_alike_neighbours_are_joined_and_never_beyond_the_size() -> None:
    text = "\n\n".join([*TEA, *RAIL])
    every = {"threshold": 1.0}
    assert len(chunks(text, **every, merge=-1.0)) == 1
    alike = chunks(text, **every, merge=0.3)
    assert 1 < len(alike) < 12
    assert not any(TEA[0] in one and RAIL[0] in one for one in said(alike))
    for size in (12, 24, 40):
        for more in ({"merge": -1.0}, {"min_size": size}, {"merge": -1.0, "min_size": size}):
            found = chunks(text, **every, size=size, **more)
            assert max(new.origin["chunk"]["tokens"] for new in found) <= size
            assert all(count_tokens("gpt-4o", f"{one}\n\n{two}") > size for one, two in zip(said(found), said(found)[1:], strict=False))


def test_a_long_subject_is_cut_where_it_is_least_alike() -> None:
    text = "\n\n".join([*TEA, *RAIL])
    found = chunks(text, threshold=-1.0, size=80, window=3)
    assert [one.split("\n\n")[0] for one in said(found)] == [TEA[0], RAIL[0]]


def test_a_blank_text_asks_nothing_and_is_dropped() -> None:
    assert isinstance(chunks(" \n")[0], Drop)
    assert Semantic().count(row({"text": "x"})) is None


@given(st.lists(st.floats(-1, 1).map(lambda n: round(n, 3)), max_size=30))
def test_depths_are_those_of_valleys(values: list[float]) -> None:
    found = depths(values)
    assert len(found) == len(values)
    assert all(depth >= 0 for depth in found)
    for place, depth in enumerate(found):
        if depth:
            assert values[place] == min(values[max(0, place - 1) : place + 2])
    if values and min(values) < max(values):
        assert max(found) > 0


@given(st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), max_size=12), st.integers(1, 5))
def test_likeness_is_that_of_the_windows(vectors: list[list[int]], window: int) -> None:
    def summed(some: list[list[int]]) -> list[int]:
        return [sum(numbers) for numbers in zip(*some, strict=True)]

    found = likeness(vectors, window)
    wanted = [cosine(summed(vectors[max(0, n - window) : n]), summed(vectors[n : n + window])) for n in range(1, len(vectors))]
    assert found == pytest.approx(wanted)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """benchmarks/chunking.py."""
    path = Path(__file__).parents[2] / "benchmarks" / "chunking.py"
    spec = importlib.util.spec_from_file_location("chunking", path)
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_topics_beat_a_fixed_size_with_the_light_default(benchmark: ModuleType) -> None:
    """On a manual, whose subjects repeat their words. (On the essays, which do not, it takes a model that knows meaning: `make bench`.)"""
    documents = list(benchmark.labelled("manual", 20))
    fixed = benchmark.scored(documents, benchmark.fixed)
    topics = benchmark.scored(documents, benchmark.semantic, benchmark.hashing)
    assert topics["f1"] > fixed["f1"] * 1.3
    assert topics["pk"] < fixed["pk"] * 0.85
    assert topics["window_diff"] < fixed["window_diff"] * 0.9


def test_the_measures_are_those_of_the_papers(benchmark: ModuleType) -> None:
    assert benchmark.compared([4, 8], [4, 8], 12) == (0, 0, 1)
    assert benchmark.compared([4, 8], [], 12) == (0.4, 0.4, 0)
    near, far, both = (benchmark.compared([6], said, 12) for said in ([5], [1], [5, 7]))
    assert near[0] < far[0] and near[0] < both[1]
    for corpus in ("manual", "essays"):
        for text, places in benchmark.labelled(corpus, 3):
            assert 3 < len(places) < 8
            assert all(text[place - 2 : place] == "\n\n" and text[place] != "\n" for place in places)


def test_speed_is_measured_beside_the_bare_splitter(benchmark: ModuleType) -> None:
    told = benchmark.speed(0.02, goes=1)
    assert list(told) == ["tokens", "tokens, overlap", "markdown"]
    assert all(figure > 0 for rates in told.values() for figure in rates.values())
