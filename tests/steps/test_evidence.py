"""What a model says for sentences: quotes that stand in the source or do not, passages that hold all of it, and categories of inference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.errors import Invalid
from rowsmith.steps.evidence import entailed, judged, passages, pieces, quoted

SOURCE = "Tea grows in Assam, where it rains. In 1998 a bush gave 12 kg! 茶は緑です。"


def verdict(quote: str, supported: bool = True, sentence: int = 1) -> dict[str, Any]:
    return {"sentence": sentence, "quote": quote, "supported": supported}


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("tea grows in ASSAM", True), ("Tea grows ... it rains", True), ("“In 1998 a bush gave 12 kg”", True), ("茶は緑", True),
        ("a bush … 12 kg", True),
        ("it rains ... Tea grows", False), ("Tea grows in As", False), ("Tea grows in China", False), ("Assam", False), ("", False), ("...", False),
        ("in", False), ("1998", False), ("Tea Assam rains", False),
    ],
)  # fmt: skip
def test_a_quote_stands_in_the_source_word_for_word_or_is_none(quote: str, stands: bool) -> None:
    assert quoted(quote, SOURCE) is stands


def test_of_a_source_of_two_words_two_are_enough() -> None:
    assert quoted("Tea grows", "Tea grows.") and not quoted("Tea", "Tea grows.") and not quoted("", "")


def test_no_quote_no_support() -> None:
    said = [verdict("Tea grows in Assam"), verdict("Tea grows in China", sentence=2), verdict("", sentence=3), verdict("it rains there", False, 4)]
    said += [verdict("Tea grows in Assam", sentence=6), verdict("", False, 6), verdict("Tea grows in Assam", sentence=6)]
    found = judged({"verdicts": said}, 6, SOURCE)
    assert [one.supported for one in found] == [True, False, False, False, False, False]
    assert [one.detail.partition(":")[0] for one in found[1:]] == ["unquoted", "unquoted", "judged", "silent", "judged"]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(1, 40))
def test_passages_hold_every_sentence_and_keep_to_their_size(lengths: list[int], most: int) -> None:
    every = [" ".join(["Word", *["more"] * (length - 1)]) + f" n{number}." for number, length in enumerate(lengths)]
    text = " ".join(every)
    found, cut = passages(text, most), [text[start:end] for start, end in pieces(text, most)]
    for each in (found, cut):
        assert all(any(sentence in one for one in each) for sentence in every)
        assert all(len(one.split()) <= most or sum(sentence in one for sentence in every) == 1 for one in each)
    assert "".join("".join(cut).split()) == "".join(text.split())  # pieces do not overlap


def test_the_passage_that_entails_it_most_decides() -> None:
    no, yes = {"ENTAILMENT": 0.1, "CONTRADICTION": 0.8, "NEUTRAL": 0.1}, {"ENTAILMENT": 0.7, "CONTRADICTION": 0.1, "NEUTRAL": 0.2}
    assert entailed([no, yes], 0.5).supported and not entailed([no, yes], 0.75).supported
    assert entailed([no], 0.5).detail.startswith("contradicted") and entailed([{**no, "CONTRADICTION": 0.2}], 0.5).detail.startswith("neutral")
    with pytest.raises(Invalid, match="no entailment"):
        entailed([{"LABEL_0": 1.0}], 0.5)
