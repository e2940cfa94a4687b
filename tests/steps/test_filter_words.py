from __future__ import annotations

from typing import Any

import pytest
from asking_context import row
from step_context import StepContext

from rowsmith.core.row import Drop
from rowsmith.steps.filter.words import Words


def told(text: Any, *words: str) -> Any:
    (found,) = Words(columns=["text"], words=list(words)).rows(row({"text": text}), StepContext.__new__(StepContext))
    return found.detail if isinstance(found, Drop) else None


@pytest.mark.parametrize(
    ("text", "word"),
    [("Draw a MAP of it.", "map"), ("Then go to the shop", "go to"), (["one", "the graph"], "graph"), ("Ein Bild, bitte", "bild")],
)
def test_a_whole_word_in_any_case_is_found(text: Any, word: str) -> None:
    assert told(text, "nothing", word) == f"It holds {word!r}."


@pytest.mark.parametrize(("text", "word"), [("It is mapped in a paragraph", "map"), ("paragraph", "graph"), ("to go", "go to"), ("", "map")])
def test_a_part_of_a_word_is_not(text: str, word: str) -> None:
    assert told(text, word) is None


def test_words_without_letters_are_told() -> None:
    assert Words(columns=["text"], words=["...", "map"]).check() == ["'...' in `words` has no letters or digits."]
