"""Detoxify 0.5.4: a checkpoint of its form, made by the test with random weights, scores rows as the library itself does."""

from __future__ import annotations

from typing import Any

import pytest
from consumer import asked

TEXTS = ["you idiot", "tea for you", "tea tea idiot"]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("detoxify")
    return asked("detoxify", "detoxify_scores", {"folder": str(folder), "texts": TEXTS, "words": ["you", "idiot", "tea", "for"]}, folder)


def test_rows_have_the_scores_of_the_library(said: Any) -> None:
    assert sorted(said["library"][0]) == ["identity_attack", "insult", "obscene", "severe_toxicity", "threat", "toxicity"]
    reasons = {"identity_attack": "hate"}  # what else has a reason of its own is flagged once, for the category of the highest score
    for library, ours in zip([*said["library"], said["library"][0]], [*said["all"], *said["one"]], strict=True):
        assert {name: ours[name] for name in ("obscene", "threat", "insult", *reasons)} == {
            name: pytest.approx(library[name], abs=2e-4) for name in ("obscene", "threat", "insult", *reasons)
        }  # fmt: skip
        highest = max(("toxicity", "severe_toxicity"), key=library.__getitem__)
        assert ours[highest] == pytest.approx(library[highest], abs=2e-4)
    assert len({score["insult"] for score in said["all"]}) == 3
    assert (said["all calls"], said["one calls"]) == (3, 1)


def test_a_text_that_it_would_cut_fails_its_row(said: Any) -> None:
    assert "A text has 102 tokens" in said["long"] and "takes 32" in said["long"]
