"""Laws of edits: whatever is cleaned and cut, and in which order, the document's text at the span with the edits applied is what the row says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.edits import Edit, Edited, apply, compose, growth, moved


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    places = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return [Edit(start, end, draw(st.sampled_from(["", "x", "longer", "\n"]))) for start, end in pairs]


@given(st.data(), st.text(max_size=40), st.integers(0, 99))
def test_any_sequence_of_edits_and_cuts_is_told_by_span_and_edits(data: st.DataObject, document: str, before: int) -> None:
    document = "·" * before + document
    text, span, edits = document[before:], [before, len(document)], list[Edit]()
    for _ in range(data.draw(st.integers(1, 6))):
        if data.draw(st.booleans()):
            further = data.draw(edits_of(len(text)))
            text, edits = apply(text, further), compose(edits, further, span[0])
        else:
            start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
            text, (span, edits) = text[start:end], Edited(edits, span[0]).cut(start, end)
        assert before <= span[0] <= span[1] <= len(document)
        assert apply(document[slice(*span)], edits, span[0]) == text
        assert span[1] - span[0] + growth(edits) == span[1] - span[0] + Edited(edits, span[0]).growth == len(text)
        assert all(one.end <= other.start and one[:2] != other[:2] for one, other in pairwise(edits))
        assert all(span[0] <= edit.start <= edit.end <= span[1] and (edit.text or edit.start < edit.end) for edit in edits)


@given(st.data(), st.text(max_size=40))
def test_what_was_not_edited_keeps_its_place(data: st.DataObject, text: str) -> None:
    edits = compose([], data.draw(edits_of(len(text))))
    edited = apply(text, edits)
    places = moved(edits, range(len(text) + 1))
    assert places == sorted(places)
    for place, char in enumerate(text):
        if not any(edit.start <= place < edit.end for edit in edits):
            assert edited[places[place] : places[place] + 1] == char
            assert Edited(edits, 0).cut(places[place], places[place] + 1) == ([place, place + 1], [])


def test_a_cut_within_a_replacement_takes_the_whole_of_it() -> None:
    edits: list[Any] = [[4, 7, "three"], [7, 9, ""], [12, 12, "!"]]
    cut = Edited(edits, 0).cut
    assert apply("one tri  for", edits) == "one threefor!"
    assert cut(0, 6) == ([0, 7], [Edit(4, 7, "th")])
    assert cut(6, 9) == ([4, 7], [Edit(4, 7, "ree")])
    assert cut(9, 12) == ([9, 12], [])
    assert cut(12, 13) == ([12, 12], [Edit(12, 12, "!")])
    assert cut(5, 7) == ([4, 7], [Edit(4, 7, "hr")])
    assert Edited([(0, 0, "longer")], 0).cut(1, 1) == ([0, 0], [])


def test_edits_that_touch_become_one_where_no_place_is_lost() -> None:
    assert compose([(1, 2, "")], [(1, 2, "")]) == [(1, 3, "")]
    assert compose([(1, 2, "a")], [(2, 3, "b")]) == [(1, 2, "a"), (2, 3, "b")]
    assert compose([(1, 1, "a")], [(1, 2, "")]) == []
    assert compose([(1, 2, "abc")], [(2, 3, "-")]) == [(1, 2, "a-c")]
