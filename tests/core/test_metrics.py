"""Metrics: what each makes of an answer, how they are said, and what is told of a set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.figures import figures
from rowsmith.core.metrics import KINDS, json_in, metric, number_in, parts_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize(
    ("spoken", "answer", "expected", "score"),
    [
        ("exact", " Paris. ", "paris", 1), ("exact", "Paris, France", "Paris", 0), ("exact", '"Yes"', "yes", 1), ("exact", "...", "", 0),
        ({"kind": "exact", "normalise": False}, "Paris", "paris", 0), ({"kind": "exact", "normalise": False}, " Paris\n", "Paris", 1),
        ("exact", 3, "3", 1), ("exact", None, "x", 0),
        ("label", "**Returns**", "returns", 1), ("label", "It is returns", "returns", 0),
        ("contains", "The capital is Paris, of course.", "paris", 1), ("contains", "category", "cat", 0),
        ("contains", "red and blue", ["red", "green"], 0.5),
        ({"kind": "contains", "normalise": False}, "the red one", "Red", 0),
        ("f1", "the cat sat", "the cat sat down", pytest.approx(6 / 7)), ("f1", "", "x", 0), ("f1", "", "", 1),
        ("number", "I get 3 + 4 = 7", "7", 1), ("number", "1,200.50 EUR", 1200.5, 1), ("number", "none", 7, 0), ("number", "-7", "7", 0),
        ({"kind": "number", "tolerance": 0.1}, "95", "100", 1), ({"kind": "number", "tolerance": 0.1}, "89", "100", 0),
        ({"kind": "number", "scale": 10}, "95", "100", 0.5), ({"kind": "number", "scale": 10}, "80", "100", 0),
        ("json", '{"a": 1, "b": "x"}', {"a": 1, "b": "x"}, 1), ("json", '```json\n{"a": 1}\n```', '{"a": 1}', 1),
        ("json", '{"a": "1"}', '{"a": 1}', 0), ("json", '{"a": true}', '{"a": 1}', 0), ("json", '{"a": 1, "c": 2}', '{"a": 1}', 0.5),
        ("json", '{"a": 1, "b": [1, 2]}', '{"a": 1, "b": [1, 3]}', pytest.approx(2 / 3)), ("json", "no", '{"a": 1}', 0), ("json", "[]", "[]", 1),
        ({"kind": "json", "fields": ["a"]}, '{"a": 1, "b": 9}', '{"a": 1, "b": 2}', 1),
        ({"kind": "json", "tolerance": 0.1}, '{"a": 1.05}', '{"a": 1}', 1), ({"kind": "json", "normalise": True}, '{"a": "X."}', '{"a": "x"}', 1),
        ("length(answer) < 4", "abc", "zzz", 1), ("lower(answer) = lower(expected)", "ABC", "abc", 1), ("answer = topic", "tea", "x", 1),
        ("length(answer) / 10", "abc", "", pytest.approx(0.3)), ("length(missing) > 1", "a", "b", 0),
        ("exact=2,f1=1", "a b", "a c", pytest.approx(0.5 / 3)),
        ({"kind": "composite", "parts": [{"kind": "exact", "weight": 3}, {"kind": "expression", "expression": "true"}]}, "x", "y", 0.25),
    ],
)  # fmt: skip
def test_what_an_answer_scores(spoken: Any, answer: Any, expected: Any, score: Any) -> None:
    assert metric(spoken).score(answer, expected, {"topic": "tea"}) == score


def test_a_judges_score_goes_from_its_lowest_to_its_highest() -> None:
    five = metric({"kind": "judge", "scale": [1, 5], "from": "referee"})
    assert [five.score("", "", {"scores": {"referee": {"overall": n}}}) for n in (1, 3, 5)] == [0, 0.5, 1]
    for scores in ({}, {"referee": 3}, {"referee": {"overall": 6}}):
        with pytest.raises(RowFailed, match="no score 'referee'"):
            five.score("", "", {"scores": scores})


@pytest.mark.parametrize(
    ("spoken", "expected"), [("number", "many"), ("json", "text"), ("contains", ""), ({"kind": "json", "fields": ["b"]}, '{"a": 1}')]
)  # fmt: skip
def test_what_cannot_be_compared_is_no_wrong_answer(spoken: Any, expected: Any) -> None:
    with pytest.raises(RowFailed) as failed:
        metric(spoken).score('{"a": 1}', expected, {})
    assert failed.value.reason == "metric"


def test_a_number_beyond_its_range_is_refused() -> None:
    with pytest.raises(RowFailed, match="gives 3, not true, false or a number from 0 to 1"):
        metric("length(answer)").score("abc", "", {})


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        ("exat", "Did you mean 'exact'"), ({"kind": "exat"}, "Did you mean 'exact'"), ({"kind": "number", "tol": 1}, "tol: Extra inputs"),
        ("length(answer", "cannot be read"), ("'a' || answer", "gives text"), ("exact=0,f1=1", "weight"), ({}, "None is no metric"),
        ({"kind": "judge", "scale": [5, 1]}, "first number must be the lower"), ({"kind": "composite", "parts": []}, "parts"),
    ],
)  # fmt: skip
def test_what_is_no_metric_says_why(spoken: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words.replace("(", r"\(")):
        metric(spoken)


def test_a_metric_is_read_from_what_it_writes() -> None:
    for spoken in (*sorted(set(KINDS) - {"composite", "expression"}), "exact=2,f1=1", "length(answer) < 4", {"kind": "judge", "from": "x"}):
        found = metric(spoken)
        assert metric(found.model_dump(mode="json", exclude_defaults=True, by_alias=True)) == found
        assert found.says and metric(found) is found


@given(st.sampled_from(["exact", "label", "f1", "json", "exact=2,f1=1", "answer = expected"]), JSON, JSON)
def test_a_score_lies_between_0_and_1_and_what_is_expected_has_it_all(spoken: str, answer: Any, expected: Any) -> None:
    one = metric(spoken)
    if spoken == "json" and json_in(expected) is None:
        return
    assert 0 <= one.score(answer, expected, {}) <= 1
    if spoken != "answer = expected":
        assert one.score(expected, expected, {}) == 1


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(0, 2), st.floats(0.1, 1e6))
def test_a_number_that_is_nearer_is_no_worse(wanted: float, said: float, tolerance: float, scale: float) -> None:
    one = metric({"kind": "number", "tolerance": tolerance, "scale": scale})
    near = (wanted + said) / 2
    assert 0 <= one.score(said, wanted, {}) <= one.score(near, wanted, {}) <= 1


def test_numbers_are_the_last_that_stand_there() -> None:
    said = {"a 1.5 b": 1.5, "3 + 4 = 7": 7, "1,234": 1234, ".5": 0.5, "2e3": 2000, "none": None, "": None, "12 000 km": 12000}
    assert {text: number_in(text) for text in said} == said
    assert (number_in(True), number_in(None), number_in(4)) == (None, None, 4)


def test_figures_of_labels_are_the_textbooks() -> None:
    pairs = [("a", "a")] * 20 + [("b", "a")] * 5 + [("a", "b")] * 10 + [("b", "b")] * 15
    found = figures(metric("label"), pairs)
    assert found["accuracy"] == 0.7
    assert found["kappa"] == pytest.approx(0.4)  # Cohen's own example: 0.7 agreed, 0.5 by chance
    assert found["macro_f1"] == pytest.approx((40 / 55 + 30 / 45) / 2)
    assert figures(metric("label"), [("A.", "a")]) == {"accuracy": 1.0, "macro_f1": 1.0, "kappa": None}
    assert figures(metric("label"), [(None, "a"), ("a", "a")])["accuracy"] == 0.5


def test_figures_of_numbers_say_how_many_they_are_of() -> None:
    found = figures(metric("number"), [("1", 2), ("it is 5", 2), ("none", 9)])
    assert found == {"mae": 2.0, "rmse": pytest.approx(5**0.5), "with_number": pytest.approx(2 / 3)}
    assert figures(metric("number"), [("x", 1)]) == {"mae": None, "rmse": None, "with_number": 0.0}
    assert figures(metric("exact"), [("x", "y")]) == {}
    assert [part.kind for part in parts_of(metric("label=1,number=1"))] == ["label", "number"]
