"""chunk.lines: snippets of consecutive lines."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, row

from rowsmith.core.row import Drop, New
from rowsmith.steps.chunk.lines import Lines

TEXTS = st.lists(st.sampled_from(["x = 1", "    return x", "", "  ", "é = 'ß'", "# a"]), max_size=30).map("\n".join)


@given(TEXTS, st.integers(1, 6), st.integers(0, 9), st.integers(1, 8), st.integers(0, 9))
def test_snippets_are_lines_of_the_text_and_the_same_each_time(text: str, least: int, more: int, count: int, seed: int) -> None:
    step = Lines(least=least, most=least + more, count=count, seed=seed)
    found = list(step.rows(row({"text": text}), StepContext(Path())))
    assert found == list(step.rows(row({"text": text}), StepContext(Path())))
    if not text.strip():
        assert [one.reason for one in found if isinstance(one, Drop)] == ["empty_text"]
        return
    spans = [tuple(one.origin["source"]["span"]) for one in found if isinstance(one, New)]
    assert len(set(spans)) == len(spans) <= count
    for one, (start, end) in zip(found, spans, strict=True):
        assert isinstance(one, New) and one.data["text"] == text[start:end]
        assert len(one.data["text"].splitlines()) <= least + more
        assert start == 0 or text[start - 1] == "\n"
        assert one.data["text"].strip()


def test_a_range_must_hold_a_number() -> None:
    assert Lines(least=5, most=4).check() == ["`least` (5) is more than `most` (4)."]
