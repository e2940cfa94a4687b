from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from step_context import StepContext, made, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, New
from rowsmith.core.row import Row as CoreRow
from rowsmith.core.tokens import count_tokens, splitter
from rowsmith.steps.chunk.tokens import Tokens

CTX = StepContext(Path())
PROSE = "The river rises in the hills. It is 42 km long!\n\nA mill stands there; the miller's son runs it.\n" * 40


def chunks(text: str, parent: CoreRow | None = None, **given: object) -> list[New]:
    return list(Tokens(**given).rows(parent or row({"text": text}), CTX))


def texts() -> st.SearchStrategy[str]:
    some = ["🙂" * 9, "word", "Größe", "漢字漢字", "👩‍👩‍👧", "\r\n", "\n\n", "don't", "x" * 200, "  ", "\u2028", "\x1c", "1,024"]
    return st.lists(st.text(min_size=1, max_size=12) | st.sampled_from(some), max_size=60).map(" ".join)


@settings(deadline=None)
@given(texts(), st.integers(8, 40), st.integers(0, 7), st.integers(0, 1000))
def test_laws_of_chunks(text: str, size: int, overlap: int, begin: int) -> None:
    parent = row({"text": text, "n": 1}, origin={"source": {"name": "f", "span": [begin, begin + len(text)]}})
    found = chunks(text, parent, size=size, overlap=overlap)
    if isinstance(found[0], Drop):
        assert not text.strip()
        return
    covered = set()
    for index, new in enumerate(found):
        a, b = (place - begin for place in new.origin["source"]["span"])
        assert text[a:b] == new.data["text"] != ""
        assert new.data["n"] == 1
        covered |= set(range(a, b))
        place = new.origin["chunk"]
        assert (place["index"], place["of"]) == (index, len(found))
        assert 0 < place["tokens"] <= size
        assert len(splitter("gpt-4o", size).chunks(new.data["text"].replace("\0", "\ufffd"))) == 1
    assert all(place in covered for place, char in enumerate(text) if not char.isspace() and char not in "\x1c\x1d\x1e\x1f")


@settings(deadline=None)
@given(texts(), texts(), st.sampled_from(["gpt-4o", "gpt-4", "gpt-2"]))
def test_counts_are_those_of_the_library(left: str, right: str, model: str) -> None:
    text = f"{left} {right}".strip()
    if len(text) < 2:
        return
    tokens = count_tokens(model, text)
    assert len(splitter(model, tokens, trim=False).chunks(text)) == 1
    if tokens > 4:  # a smaller chunk may hold a character that cannot be split
        assert len(splitter(model, tokens - 1, trim=False).chunks(text)) > 1


def test_counts_that_are_known() -> None:
    assert [count_tokens("gpt-4", text) for text in ("", "hello world", "tiktoken is great!", "👍")] == [0, 2, 6, 3]


def test_size_overlap_and_model_change_the_chunks() -> None:
    small, large = chunks(PROSE, size=50, overlap=0), chunks(PROSE, size=200, overlap=0)
    assert len(small) > len(large) > 1
    spans = [new.origin["source"]["span"] for new in chunks(PROSE, size=50, overlap=20)]
    shared = [count_tokens("gpt-4o", PROSE[after[0] : before[1]]) for before, after in pairwise(spans)]
    assert all(8 <= tokens <= 20 for tokens in shared)
    plain = [new.origin["source"]["span"] for new in small]
    assert all(after[0] >= before[1] for before, after in pairwise(plain))
    greek = "Ελληνικό κείμενο " * 100
    assert len(chunks(greek, size=50, overlap=0, model="gpt-2")) > len(chunks(greek, size=50, overlap=0))


def test_another_column() -> None:
    (new,) = chunks("", row({"body": "short", "text": 7}), column="body")
    assert new.data == {"body": "short", "text": 7}
    assert new.origin["source"] == {"column": "body", "span": [0, 5]}


def test_spans_compose_through_two_cuts() -> None:
    parent = row({"text": PROSE}, origin={"source": {"name": "f", "span": [0, len(PROSE)]}})
    outer = [made(parent, new, number) for number, new in enumerate(chunks(PROSE, parent, size=100))]
    for piece in outer:
        for new in chunks("", piece, size=20, overlap=0):
            a, b = new.origin["source"]["span"]
            assert PROSE[a:b] == new.data["text"]


def test_no_span_is_claimed_for_a_text_that_was_changed() -> None:
    changed = row({"text": "now longer"}, origin={"source": {"name": "f", "span": [5, 9]}})
    (new,) = chunks("", changed)
    assert new.origin["source"] == {"name": "f"}


def test_bad_rows_and_settings() -> None:
    assert isinstance(chunks(" \n")[0], Drop)
    for data, reason in (({"text": 3}, "not_text"), ({"x": "y"}, "missing_column")):
        with pytest.raises(RowFailed) as caught:
            chunks("", row(data))
        assert caught.value.reason == reason
    with pytest.raises(ValidationError, match="set `overlap` below `size`"):
        Tokens(size=50, overlap=50)
    with pytest.raises(ValidationError, match=r"No tokenizer found for model nope.*gpt-4o"):
        Tokens(model="nope")
