"""Probes learn what rows teach, whatever their shape and order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from rowsmith.core.row import Row
from rowsmith.steps.probes import Classifier, Lesson, Retrieval, lesson


def of(kind: Any, *rows: dict[str, Any]) -> list[Lesson]:
    made = [lesson(Row(f"{number:032x}", b"", data), kind) for number, data in enumerate(rows)]
    assert all(made)
    return [one for one in made if one is not None]


def test_a_classifier_names_labels_that_it_has_learned() -> None:
    taught = of("classifier", {"text": "cats purr", "label": "cat"}, {"text": "dogs bark", "label": "dog"})
    told = [("a cat purrs? cats do", "cat"), ("they bark", "dog"), ("cats", "dog")]
    tests = of("classifier", *({"text": text, "label": label} for text, label in told))
    assert Classifier(taught).scores(tests) == [1.0, 1.0, 0.0] == Classifier(taught[::-1]).scores(tests)
    assert Classifier([]).scores(tests) == [0.0] * 3


def test_retrieval_learns_which_words_go_together() -> None:
    random = Random(4)
    facts = [(f"land{n}", f"city{n}") for n in range(30)]
    taught = of("retrieval", *({"input": f"Capital of {land}?", "answer": f"That is {city}."} for land, city in facts))
    tests = of("retrieval", *({"input": f"Tell me the capital of {land}.", "answer": f"It is {city}, of course."} for land, city in facts))
    found, untaught = Retrieval(taught).scores(tests), Retrieval([]).scores(tests)
    assert min(found) == 1.0 and max(untaught) < 0.2
    random.shuffle(taught)
    assert Retrieval(taught).scores(tests) == found


@pytest.mark.parametrize("data", [
    {"question": "Where is Oslo?", "response": "In Norway."},
    {"messages": [{"role": "user", "content": "Where is Oslo?"}, {"role": "assistant", "content": "In Norway."}]},
    {"prompt": "Where is Oslo?", "chosen": "In Norway.", "rejected": "In Peru."},
    {"context": "Where is Oslo?", "answer": "In Norway."},
    {"question": "Where is Oslo?", "context": "In Norway."},
])  # fmt: skip
def test_rows_of_every_shape_teach_the_same(data: dict[str, Any]) -> None:
    assert of("retrieval", data) == of("retrieval", {"input": "Where is Oslo?", "answer": "In Norway."})


def test_a_row_without_what_a_probe_learns_is_no_lesson() -> None:
    bare = Row("0" * 32, b"", {"text": "alone"})
    assert lesson(bare, "classifier") is None and lesson(bare, "retrieval") is None
