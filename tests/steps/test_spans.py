"""Where rows say they stand in their documents, through cleaning and cutting in any order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from step_context import StepContext, made, row

from rowsmith.core.edits import apply
from rowsmith.core.row import New, Row
from rowsmith.steps.chunk.tokens import Tokens
from rowsmith.steps.generate.extractive_qa import ExtractiveQa
from rowsmith.steps.spans import cut, edited, parts, place

CTX = StepContext(Path())


def document(text: str, **marks: Any) -> Row:
    return row({"text": text}, origin={"source": {"name": "f", "span": [0, len(text)], **({"marks": marks} if marks else {})}})


def says(text: str, source: dict[str, Any]) -> str:
    return apply(text[slice(*source["span"])], source.get("edits", []), source["span"][0])


@given(st.data(), st.text(min_size=1, max_size=60))
def test_any_sequence_of_steps_keeps_the_place(data: st.DataObject, text: str) -> None:
    pages = sorted(data.draw(st.sets(st.integers(1, len(text)), max_size=4)))
    one = document(text, pages=[[at, number + 1] for number, at in enumerate([0, *pages])])
    for _ in range(data.draw(st.integers(1, 5))):
        now = one.data["text"]
        start, end = sorted((data.draw(st.integers(0, len(now))), data.draw(st.integers(0, len(now)))))
        if data.draw(st.booleans()):
            one = edited(one, "text", now, [(start, end, data.draw(st.sampled_from(["", "y", "more"])))])
        else:
            one = made(one, New({"text": now[start:end]}, {"source": cut(one, "text", now, start, end)}))
        source, now = one.origin["source"], one.data["text"]
        assert says(text, source) == now
        found = parts(one, "text", now, "pages")
        if found:
            assert (found[0][0], found[-1][1]) == (0, len(now))
            assert all(left[1] == right[0] for left, right in pairwise(found))
            assert source.get("pages", [found[0][2], found[-1][2]]) == [found[0][2], found[-1][2]]


def test_a_chunk_tells_its_pages() -> None:
    text = "first page\n\nsecond page\n\nthird page"
    one = document(text, pages=[[0, 1], [12, 2], [25, 3]], lines=[])
    both = cut(one, "text", text, 6, 18)
    assert both == {"name": "f", "span": [6, 18], "pages": [1, 2], "marks": {"pages": [[0, 1], [12, 2]]}}
    inner = made(one, New({"text": text[6:18]}, {"source": both}))
    assert cut(inner, "text", text[6:18], 6, 12) == {"name": "f", "span": [12, 18], "pages": [2, 2]}
    last = made(inner, New({"text": "second"}, {"source": cut(inner, "text", text[6:18], 6, 12)}))
    assert cut(last, "text", "second", 0, 3) == {"name": "f", "span": [12, 15], "pages": [2, 2]}
    assert parts(inner, "text", text[6:18], "pages") == [(0, 6, 1), (6, 12, 2)]
    assert parts(inner, "text", text[6:18], "slides") == parts(last, "text", "second", "pages") == []


def test_a_cleaned_text_is_chunked_with_true_spans_and_asked_about() -> None:
    text = "Page 7\nGranite is an igne-\nous rock.\nPage 8\nMarble is a metamorphic rock.\n" * 6
    line, hyphen = "Page 7\n", "-\n"
    places = [place for place in range(len(text)) if text.startswith((line, "Page 8\n"), place)]
    edits = sorted([(at, at + len(line), "") for at in places] + [(at, at + 2, "") for at in range(len(text)) if text.startswith(hyphen, at)])
    clean = edited(document(text), "text", text, edits)
    assert clean.data["text"].startswith("Granite is an igneous rock.\nMarble")
    chunks = [made(clean, new, at) for at, new in enumerate(Tokens(size=16, overlap=4).rows(clean, CTX)) if isinstance(new, New)]
    assert len(chunks) > 3
    for chunk in chunks:
        assert says(text, chunk.origin["source"]) == chunk.data["text"]
        for new in ExtractiveQa().rows(chunk, CTX):
            if isinstance(new, New):
                assert says(text, new.origin["answer"]) == new.data["answer"]


def test_a_record_is_a_document_of_its_own() -> None:
    one = row({"body": "a  b", "n": 1}, origin={"source": {"name": "t.csv", "line": 3}})
    clean = edited(one, "body", "a  b", [(1, 2, "")])
    assert (clean.id, clean.data) == (one.id, {"body": "a b", "n": 1})
    assert clean.origin["source"] == {"name": "t.csv", "line": 3, "column": "body", "span": [0, 4], "edits": [[1, 2, ""]]}
    assert cut(clean, "body", "a b", 2, 3) == {"name": "t.csv", "line": 3, "column": "body", "span": [3, 4]}
    assert cut(clean, "other", "a b", 2, 3) == {"name": "t.csv", "line": 3, "column": "body"}
    assert edited(one, "body", "a  b", []) is one


def test_no_place_is_claimed_for_a_text_that_a_step_changed_without_account() -> None:
    changed = row({"text": "123"}, origin={"source": {"name": "f", "span": [5, 7]}})
    assert place(changed, "text", "123", 0, 1) is None
    assert edited(changed, "text", "123", [(0, 2, "")]).origin == changed.origin
    assert edited(changed, "text", "123", [(0, 1, "")]).origin == {"source": {"name": "f"}}
    several = row({"text": "ab"}, origin={"source": [{"name": "f"}, {"name": "g"}]})
    assert cut(several, "text", "ab", 0, 1) == several.origin["source"] == edited(several, "text", "ab", [(0, 1, "")]).origin["source"]
