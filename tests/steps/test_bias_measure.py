"""The measures of bias: gaps that are there, and none that are not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import row

from rowsmith.core.errors import Invalid
from rowsmith.core.row import Row
from rowsmith.steps.bias_measure import bias
from rowsmith.steps.tone import tone

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import truth_bias

GROUPS = {"colour": {"red": ["Reds", "crimson"], "blue": ["Blues", "azure"]}}


def said(*texts: str, column: str = "text") -> list[Row]:
    return [row(str(number), **{column: text}) for number, text in enumerate(texts)]


def findings(rows: list[Row], **more: Any) -> list[tuple[str, str]]:
    return [(one["gap"], one["group"]) for one in bias(rows, GROUPS, **more)["findings"]]


def test_the_open_half_of_the_truth() -> None:
    found = truth_bias.measured("open")
    assert found["precision"] >= 0.95 and found["recall"] >= 0.95


def test_a_group_that_is_rare_and_one_spoken_of_worse() -> None:
    equal = [f"The {group} won {n}." if n % 2 else f"The {group} met {n}." for group in ("Reds", "Blues") for n in range(40)]
    assert findings(said(*equal)) == []
    assert findings(said(*equal[:40], *equal[40:43])) == [("representation", "blue")]
    worse = ["The Reds are awful.", "The Blues are excellent."] * 30
    assert findings(said(*worse)) == [("sentiment", "red")]
    assert findings(said(*worse, column="question")) == [("sentiment", "red")]
    assert findings(said(*worse[:8])) == []


def test_the_figures_and_their_intervals() -> None:
    found = bias(said(*["The Reds won."] * 30, *["The Blues won."] * 10), GROUPS)["dimensions"]["colour"]
    red = found["groups"]["red"]
    assert (found["rows"], red["rows"], red["share"], red["good"]) == (40, 30, 0.75, 1.0)
    assert 0 <= red["low"] < 0.75 < red["high"] <= 1


def test_words_that_only_look_like_a_group() -> None:
    found = bias(said("He sang the blues.", "Redsmith met the azure-blue boat."), GROUPS)["dimensions"]["colour"]
    assert found["rows"] == 0 and not found["judged"]


def pairs(harsh: str) -> list[Row]:
    rows = []
    for number in range(20):
        for group in ("Reds", "Blues"):
            answer = "No, they are awful and lazy." if group == harsh else "Yes, they are excellent."
            rows.append(row(f"{number}{group}", input=f"Should we invite the {group} on day {number}?", answer=answer))
    return rows


def test_the_same_question_with_another_group() -> None:
    assert ("counterfactual", "red") in findings(pairs("Reds"))
    assert findings(pairs("none")) == []
    alone = [one for one in pairs("none") if "Blues" not in one.data["input"]]

    def answers(questions: list[str]) -> list[str]:
        return ["They are awful." if "Reds" in question else "They are excellent." for question in questions]

    assert ("counterfactual", "red") in findings(alone, ask=answers)
    assert bias(alone, GROUPS, ask=answers, asked=5)["dimensions"]["colour"]["pairs"]["pairs"] == 5


def test_gender_is_looked_at_by_default_in_four_languages() -> None:
    texts = [
        "The woman and her son met.",
        "Die Frau kommt, man sieht sie gut.",
        "La femme est dans la maison.",
        "La mujer está aquí.",
    ]
    groups = bias(said(*texts))["dimensions"]["gender"]["groups"]
    assert (groups["female"]["rows"], groups["male"]["rows"]) == (4, 1)


def test_groups_that_cannot_be_compared() -> None:
    for wrong in ({"x": {"one": ["a"]}}, {"x": {"one": ["a"], "two": []}}):
        with pytest.raises(Invalid):
            bias([], wrong)


def test_the_tone_of_a_text() -> None:
    assert (tone("An excellent and kind man."), tone("He is not kind."), tone("A terrible liar."), tone("The tram came.")) == (2, -1, -2, 0)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["The Reds won.", "The Blues lost.", "Crimson is fine.", "Nothing."]), max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(texts: list[str], random: Any) -> None:
    rows = said(*texts)
    before = bias(rows, GROUPS)
    random.shuffle(rows)
    assert bias(rows, GROUPS) == before
