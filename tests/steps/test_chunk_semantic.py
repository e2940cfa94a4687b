"""Chunks of topics: the method, its settings, and that they end where the subject changes more often than chunks of a fixed size do."""

from __future__ import annotations

import importlib.util
from collections import Counter
from itertools import chain, pairwise
from math import log
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.row import Drop, New
from rowsmith.core.tokens import Measured, count_tokens
from rowsmith.steps.chunk.semantic import Semantic
from rowsmith.steps.cohesion import REACH, alike, stems, subjects
from rowsmith.steps.topics import dips, likeness
from rowsmith.steps.vectors import centred, cosine

TEA = ["Tea is made from the leaves of the tea plant.", "Green tea leaves are steamed.", "Black tea leaves are dried.", "Tea is drunk hot.",
       "Tea leaves are picked by hand.", "Most tea grows on hills."]  # fmt: skip
RAIL = ["Trains run on rails of steel.", "A train stops at a station.", "The station has four rails for trains.", "Fast trains need straight rails.",
        "Old trains burned coal.", "Trains leave the station at noon."]  # fmt: skip


def chunks(text: str, **given: Any) -> list[Any]:
    step = Semantic(**{"min_size": 0, "embedder": "embedder", **given})
    found, ctx = work(step, row({"text": text, "n": 1}), None)
    assert [asked["model"] for asked in ctx.asks] == ([step.embedder] if text.strip() and step.embedder else [])
    return found


def said(found: list[New]) -> list[str]:
    return [new.data["text"] for new in found]


def test_a_text_is_cut_where_its_subject_changes() -> None:
    for between, text in (("blocks", "\n\n".join([*TEA, *RAIL])), ("sentences", " ".join([*TEA, *RAIL])), ("blocks", " ".join([*TEA, *RAIL]))):
        for embedder in (None, "embedder"):
            one, two = said(chunks(text, between=between, embedder=embedder))
            assert (one.endswith(TEA[-1]), two.startswith(RAIL[0])) == (True, True), (between, embedder)


def test_it_is_not_cut_behind_a_heading_or_within_a_paragraph() -> None:
    text = f"{' '.join(TEA)}\n\n# Railways\n\n{' '.join(RAIL)}"
    for given_ in ({"threshold": 1.0}, {"window": 3}, {"percentile": 0}, {"embedder": None}):
        assert [one[:6] for one in said(chunks(text, **given_))] == ["Tea is", "# Rail"]


def test_threshold_percentile_and_window() -> None:
    text = "\n\n".join([*TEA, *RAIL])
    assert len(chunks(text, threshold=1.0)) == 12
    assert len(chunks(text, threshold=-1.0)) == 1
    assert len(chunks(text, percentile=0, window=1)) > len(chunks(text, percentile=90, window=1)) == 2
    assert chunks(text, percentile=0, window=1) != chunks(text, percentile=0, window=3)
    assert "Remove the other" in Semantic(embedder="embedder", threshold=0.1, percentile=50).check()[0]
    assert Semantic(embedder="embedder", window=4).check() == Semantic(merge=0.5).check() == []
    for name, value in {"window": 4, "threshold": 0.1, "percentile": 50}.items():
        assert f"`{name}` compares embeddings" in Semantic(**{name: value}).check()[0]


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


def test_words_alone_join_what_is_alike_and_never_beyond_the_size() -> None:
    text = "\n\n".join([*TEA, *RAIL, *TEA])
    assert [len(chunks(text, embedder=None, merge=least)) for least in (None, 0.9, 0.0)] == [3, 3, 1]
    for size in (12, 24, 40):
        found = chunks(text, embedder=None, size=size, merge=0.0)
        assert max(new.origin["chunk"]["tokens"] for new in found) <= size
        assert all(count_tokens("gpt-4o", f"{one}\n\n{two}") > size for one, two in pairwise(said(found)))


def test_a_long_subject_is_cut_where_it_is_least_alike() -> None:
    text = "\n\n".join([*TEA, *RAIL])
    found = chunks(text, threshold=-1.0, size=80, window=3)
    assert [one.split("\n\n")[0] for one in said(found)] == [TEA[0], RAIL[0]]
    long = " ".join([*TEA, *RAIL])  # a single paragraph
    assert said(chunks(f"{long}\n\nEnd.", embedder=None, size=80))[1].startswith(RAIL[0])


def test_a_text_that_says_one_thing_is_not_cut() -> None:
    for embedder in (None, "embedder"):
        for between in ("blocks", "sentences"):
            assert len(chunks("\n\n".join(["Tea is drunk hot."] * 30), between=between, embedder=embedder)) == 1


def test_a_blank_text_asks_nothing_and_is_dropped() -> None:
    assert isinstance(chunks(" \n")[0], Drop)
    assert isinstance(chunks(" \n", embedder=None)[0], Drop)
    assert Semantic().count(row({"text": "x"})) is None


@given(st.lists(st.floats(-1, 1).map(lambda n: round(n, 3)), min_size=1, max_size=30), st.integers(1, 5), st.data())
def test_dips_are_valleys_among_the_places(values: list[float], window: int, data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(1, len(values)), min_size=1)))
    found = dips(values, places, window)
    assert set(found) <= set(places)
    for place, depth in found.items():
        number = places.index(place)
        around = {other for other in places if abs(other - place) < window} | {*places[max(0, number - 1) : number + 2]}
        assert values[place - 1] == min(values[other - 1] for other in around)
        assert 0 < depth <= 2 * (max(values) - values[place - 1]) + 1e-9
    if min(values) < max(values) and places == list(range(1, len(values) + 1)):
        assert found


def cost(parts: list[tuple[int, int]], stretches: list[list[str]]) -> float:
    """As the paper writes it."""
    words = list(chain(*stretches))
    every = [Counter(chain(*stretches[first:last])) for first, last in parts]
    return sum(log(len(words)) - sum(f * log((f + 1) / (c.total() + len({*words}))) for f in c.values()) for c in every)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=9), min_size=1, max_size=7), st.integers(1, 7))
def test_the_parts_are_the_most_probable_ones(stretches: list[list[str]], most: int) -> None:
    def divisions(first: int) -> list[list[tuple[int, int]]]:
        ends = range(first + 1, min(len(stretches), first + most) + 1)
        return [[(first, last), *rest] for last in ends for rest in divisions(last)] if first < len(stretches) else [[]]

    found = subjects([Counter(stretch) for stretch in stretches], lambda first, last: last - first <= most)
    assert found in divisions(0)
    assert cost(found, stretches) == pytest.approx(min(cost(parts, stretches) for parts in divisions(0)))


def test_the_time_for_a_long_text_is_bounded() -> None:
    asked: list[tuple[int, int]] = []
    found = subjects([Counter(f"tea leaf {n % 7}".split()) for n in range(3 * REACH)], lambda *span: not asked.append(span))
    assert (found[0][0], found[-1][1]) == (0, 3 * REACH)
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert max(last - first for first, last in [*asked, *found]) == REACH


def test_words_are_told_by_their_beginnings_in_any_script() -> None:
    assert stems("Cutting, cutter_of(cuttings)") == {"cutti": 2, "cutte": 1, "of": 1}
    assert stems("東京の塔、東京") == {"東": 2, "京": 2, "の": 1, "塔": 1}
    assert stems(" -- ") == {}


def test_alike_are_those_that_share_rare_words() -> None:
    texts = ["the tea leaf", "the tea leaf is green", "the train is late", "?"]
    of = Measured("gpt-4o", "\n".join(texts))
    spans = [(of.text.index(text), of.text.index(text) + len(text)) for text in texts]
    assert alike(of, spans, None, 100) == alike(of, spans, 0.9, 100) == spans
    assert alike(of, spans, 0.6, 100) == [(0, spans[1][1]), *spans[2:]]
    assert alike(of, spans, 0.0, 100) == [(0, spans[-1][1])]
    assert alike(of, spans, 0.6, count_tokens("gpt-4o", of.text[: spans[1][1]]) - 1) == spans
    assert alike(of, spans, 0.9, 100, lambda text: "same") == [(0, spans[-1][1])]


def test_what_all_vectors_share_is_taken_away() -> None:
    assert centred([[1.0, 3.0], [1.0, 5.0]]) == [[0, -1], [0, 1]]
    assert centred([[0.1, 0.7]] * 3) == [[0, 0]] * 3
    assert centred([]) == []


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


@pytest.mark.parametrize("corpus", ["manual", "essays"])
def test_topics_beat_a_fixed_size_with_the_light_default(benchmark: ModuleType, corpus: str) -> None:
    """By words alone, on a manual, whose subjects repeat their words, and on essays, which do so less. (Of an embedding model: `make bench`.)"""
    documents = list(benchmark.labelled(corpus, 20))
    fixed = benchmark.scored(documents, benchmark.fixed)
    words = benchmark.scored(documents, benchmark.semantic)
    assert words["f1"] > fixed["f1"] * 1.3
    assert words["pk"] < fixed["pk"] * 0.85
    assert words["window_diff"] < fixed["window_diff"] * 0.85
    assert benchmark.scored(documents, benchmark.semantic, benchmark.hashing)["f1"] > fixed["f1"]


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
