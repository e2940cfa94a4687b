"""What all cleaning steps keep to: places stay true, whatever the text and in whatever order; and what a preview shows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cleaned import CTX, cleaned, document, paged
from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import ListRows
from step_context import StepContext, made, row

from rowsmith.core.edits import apply
from rowsmith.core.errors import RowFailed
from rowsmith.core.row import New, Row
from rowsmith.steps.chunk.tokens import Tokens
from rowsmith.steps.cleaning import Change, Cleaning, preview, previews
from rowsmith.steps.filter.language import Language
from rowsmith.steps.filter.near_duplicates import NearDuplicates
from rowsmith.steps.lined import lined, without
from rowsmith.steps.transform.boilerplate import Boilerplate
from rowsmith.steps.transform.control_characters import ControlCharacters
from rowsmith.steps.transform.dehyphenate import Dehyphenate
from rowsmith.steps.transform.page_furniture import PageFurniture
from rowsmith.steps.transform.whitespace import Whitespace

STEPS: list[Cleaning] = [Boilerplate(), ControlCharacters(normalise="NFC"), Dehyphenate(), PageFurniture(), Whitespace(join=True)]

_bits = st.sampled_from(
    [
        "\n", "\n\n", "\r\n", "\r", "\f", "  ", "\t", "word", "exam-\nple", "Größe", "漢字", "\u200b", "e\u0301", "\u00ad", "- item",
        "| a | b |\n|---|---|", "```\n", "# Head\n", "Home | About | Contact\n", "Accept all cookies\n", "© 2020 Mill", "Page 3\n", "7\n",
        "of the\nriver", "\u202e", "    code  x\n",
    ]
)  # fmt: skip
_texts = st.lists(_bits | st.text(max_size=6), max_size=40).map(" ".join) | st.lists(_bits, max_size=40).map("".join)


@settings(deadline=None)
@given(_texts, st.permutations(STEPS))
def test_places_stay_true_through_all_cleaning_and_chunking(text: str, steps: list[Cleaning]) -> None:
    now: Row = document(text, pages=[[at, number + 1] for number, at in enumerate(range(0, max(1, len(text)), 25))])
    for step in steps:
        (after,) = step.rows(now, CTX)
        if not isinstance(after, Row):
            assert after.reason == "empty_text"
            return
        now = after
    for index, new in enumerate(Tokens(size=8, overlap=2).rows(now, CTX)):
        if isinstance(new, New):
            source = made(now, new, index).origin["source"]
            assert apply(text[slice(*source["span"])], source.get("edits", []), source["span"][0]) == new.data["text"]


@settings(deadline=None)
@given(_texts, st.sampled_from([ControlCharacters(normalise="NFKC"), Whitespace(), Dehyphenate()]))
def test_what_is_clean_stays_as_it_is(text: str, step: Cleaning) -> None:
    once = cleaned(step, text)
    if once != "empty_text":
        assert once == text or cleaned(step, once) == once


@given(st.lists(st.sampled_from(["a", "b", "", " "]), max_size=12), st.sets(st.integers(0, 11)))
def test_lines_are_taken_out_without_holes(words: list[str], numbers: set[int]) -> None:
    text = "\n".join(words)
    lines = lined(text)
    gone = {number for number in numbers if number < len(lines) and lines[number].text.strip()}
    after = lined(apply(text, without(lines, gone)))
    kept = [number for number in range(len(lines)) if lines[number].text.strip() and number not in gone]
    assert [line.text for line in after if line.text.strip()] == [lines[number].text for number in kept]
    blank = [sum(not line.text.strip() for line in lines[one + 1 : other]) for one, other in pairwise(kept)]
    said = [number for number, line in enumerate(after) if line.text.strip()]
    assert all((other - one > 1) == (apart > 0) for (one, other), apart in zip(pairwise(said), blank, strict=True))


def test_a_text_of_which_nothing_is_left_is_dropped_and_an_empty_one_is_left_alone() -> None:
    assert cleaned(Boilerplate(), "Home | About us | Contact\n\nSkip to content\n") == "empty_text"
    assert cleaned(Boilerplate(), " \n") == " \n"
    for data, reason in (({"text": 3}, "not_text"), ({"x": "y"}, "missing_column")):
        with pytest.raises(RowFailed) as caught:
            list(Whitespace().rows(row(data), CTX))
        assert caught.value.reason == reason
    (other,) = Whitespace(column="body").rows(row({"body": "a  b"}), CTX)
    assert isinstance(other, Row)
    assert other.data == {"body": "a b"}


def test_a_preview_shows_each_change_with_what_stands_beside_it() -> None:
    found = preview(Dehyphenate(), document("An exam-\nple of the exam-\nple"))
    assert (found.before, found.after) == ("An exam-\nple of the exam-\nple", "An example of the example")
    assert (found.removed, found.added, found.dropped) == (4, 0, "")
    assert found.changes[0] == Change(7, 9, "-\n", "", "An exam", "ple of the exam-\nple")
    assert preview(Whitespace(), document("a  b")).changes == (Change(1, 3, "  ", " ", "a", "b"),)
    dropped = preview(Boilerplate(), document("Skip to content"))
    assert (dropped.dropped, dropped.after, dropped.removed) == ("empty_text", "", 15)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_every_cleaning_step_has_a_preview(step: Cleaning) -> None:
    pages = [f"The old mill\n\nA fig-\nure  {word} stood\u200b there.\n\nSkip to content\n\n{number}\n" for number, word in enumerate("abc", 1)]
    found = preview(step, paged(pages))
    assert found.before == "".join(pages)
    assert found.after == cleaned(step, paged(pages)) != found.before
    assert all(change.was != change.now and found.before[change.start : change.end] == change.was for change in found.changes)
    assert len(found.after) == len(found.before) - found.removed + found.added


def test_previews_of_filters_tell_who_is_dropped_and_why(tmp_path: Path) -> None:
    german = document("Das ist ein kurzer deutscher Satz über eine Mühle am Fluss.")
    found = preview(Language(languages=["en"]), german)
    assert (found.dropped, found.after, found.detail[:2]) == ("language", "", "de")
    assert preview(Language(languages=["de"]), german).after == german.data["text"]
    text = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there"
    rows: Any = ListRows([row({"text": text}), row({"text": text + " again"}), row({"text": "something else"})])
    every = list(previews(NearDuplicates(), rows, StepContext(tmp_path)))
    assert [(one.dropped, bool(one.after)) for one in every] == [("", True), ("near_duplicate", False), ("", True)]
    assert [one.after for one in previews(Whitespace(), ListRows([document("a  b")]), StepContext(tmp_path))] == ["a b"]
