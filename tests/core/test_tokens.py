"""Tokens are counted part by part, and the sums are what the library says of the whole."""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_left
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rowsmith.core.tokens import Measured, Unbroken, count_tokens, splitter

_SPACE = " \t\n\v\f\r\x85\u2028\u3000"
_SOME = ["a", "The", " ", "  ", "\n", "\n\n", "\r\n", "/", "//", "-", ".", "。", "、", "漢字", "ひらがな", "が", "ー", "'s", "1", "123", "\t", "    ",
         "\x1c", "\u2028", "\u3000", "É", "word", "Größe", "🙂", "👩‍👩‍👧", "#", "**", "\x0b", "'", "S", "\u200b", "مرحبا", "،", "।", "हिन्दी",
         "CamelCase", "\x85", "e\u0301", "_", "snake_case_name/with.parts" * 3, "漢字。" * 30]  # fmt: skip
TEXTS = st.lists(st.sampled_from(_SOME), max_size=30).map("".join)
MODELS = ["gpt-4o", "gpt-4", "text-davinci-003", "gpt-2"]


def of_library(model: str, text: str) -> int:
    """The tokens of the whole text: how large a chunk has to be for it, with one more word so that even one character can be split off."""
    said = f"{text.rstrip(_SPACE)} x"
    return bisect_left(range(1, 4000), True, key=lambda size: len(splitter(model, size, trim=False).chunks(said)) == 1) if said != " x" else 0


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from(MODELS), st.integers(0, 200), st.integers(0, 200))
@example("-\n/x", "gpt-4o", 0, 4)
@example("a.\n\n/b /c", "gpt-4o", 0, 9)
@example("\n\n x", "gpt-2", 0, 4)
@example("が\n\n\n#  ", "text-davinci-003", 0, 7)
def test_counts_of_parts_sum_up_to_that_of_the_whole(text: str, model: str, start: int, end: int) -> None:
    assert count_tokens(model, text) == of_library(model, text)
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    of = Measured(model, text)
    count = of_library(model, text[start:end])
    assert of.count(start, end) == count
    assert of.fits(start, end, max(1, count))
    assert count < 2 or not of.fits(start, end, count - 1)


@pytest.mark.parametrize("text", ["漢字" * 400, "ab" * 900, "-=" * 700, "x. " * 500])
def test_what_fits_is_told_of_long_pieces_without_space(text: str) -> None:
    of = Measured("gpt-4o", text)
    count = of_library("gpt-4o", text)
    assert (of.fits(0, len(text), count), of.fits(0, len(text), count - 1)) == (True, False)


@pytest.mark.parametrize("model", MODELS)
def test_letters_and_digits_are_counted_apart(model: str) -> None:
    """Dumps of bytes, as hexadecimal digits and as base64."""
    raw = Random(7).randbytes(600)
    for text in (raw.hex(), b64encode(raw).decode()):
        of = Measured(model, text)
        for start, end in ((0, len(text)), (3, 700), (101, 404)):
            assert of.count(start, end) == of_library(model, text[start:end])


def test_what_takes_too_long_to_count_is_told_so() -> None:
    with pytest.raises(Unbroken, match="It goes on for 300,00"):
        Measured("gpt-4o", "word " * 10 + "中" * 300_000)
    assert Measured("gpt-4o", "中" * 9_000 + " word" * 60_000).count(9_000, 9_005) == 1
