"""Notes in themes, and detectors checked against them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.samples import Note, Sample, edited
from rowsmith.core.themes import Proposed, Quote, Theme, checked, expression_problem, fires, grouped, telling

WORDS = st.sampled_from(["too formal", "Too  formal!", "no number", "long", "fine", "x", ""])
NOTES = st.lists(st.builds(lambda words, n: Note(sample=f"s{n}", text=words, verdict="bad"), WORDS, st.integers(0, 5)), max_size=8)
NAMED = st.tuples(st.none() | st.integers(-2, 12), WORDS | st.text(max_size=8))
PROPOSED = st.lists(st.builds(Proposed, st.sampled_from(["a", "A", " b ", "", "c"]), st.just(""), st.lists(NAMED, max_size=5)), max_size=5)


@given(PROPOSED, NOTES)
def test_every_note_is_in_a_theme_or_said_to_be_in_none(proposed: list[Proposed], notes: list[Note]) -> None:
    """Whatever a model answers: no note is lost, none is invented, and names are of one theme each."""
    found = grouped(proposed, notes)
    there = {(note.sample, note.text) for note in notes}
    quoted = {(quote.sample, quote.words) for theme in found.themes for quote in theme.quotes}
    left = {(note.sample, note.text) for note in found.unassigned}
    assert quoted <= there and left <= there
    assert quoted | left >= {(sample, text) for sample, text in there if text.strip()}
    assert all(theme.quotes for theme in found.themes)
    names = [theme.name.casefold() for theme in found.themes]
    assert len(names) == len(set(names)) and "" not in names
    assert found.invented <= sum(len(one.notes) for one in proposed)


def test_a_note_is_meant_by_its_number_and_words_that_stand_in_it() -> None:
    notes = [Note(sample="a", text="It is too  formal."), Note(sample="b", text="no number"), Note(sample="c", text="too formal")]
    found = grouped([Proposed("formal", "d", [(1, "Too formal"), (2, "too formal"), (9, "no number"), (3, "")], "w", "q")], notes)
    assert [quote.sample for quote in found.themes[0].quotes] == ["a"]
    assert (found.invented, [note.sample for note in found.unassigned]) == (3, ["b", "c"])
    by_hand = grouped([Proposed("formal", "", [(None, "too formal")])], notes)
    assert [(quote.sample, quote.words) for quote in by_hand.themes[0].quotes] == [("a", "It is too  formal."), ("c", "too formal")]


def test_themes_of_one_name_are_one_whose_first_detector_holds() -> None:
    notes = [Note(sample="a", text="x"), Note(sample="b", text="y")]
    (theme,) = grouped([Proposed("T", "one", [(1, "x")], "w1"), Proposed("t ", "two", [(2, "y"), (1, "x")], "w2")], notes).themes
    assert (theme.name, theme.definition, theme.where, theme.carriers) == ("T", "one", "w1", {"a", "b"})


def sample(name: str, answer: str) -> Sample:
    return Sample(id=name, input={"order": "17"}, output={"answer": answer})


FORMAL = Theme(name="formal", quotes=(Quote(sample="a", words="stiff"), Quote(sample="b", words="stiff"), Quote(sample="e", words="stiff")))
NOTED = [Note(sample="a", text="stiff", verdict="bad"), Note(sample="b", text="stiff", verdict="good"), Note(sample="c", verdict="good"),
         Note(sample="d", verdict="bad"), Note(sample="e", text="stiff")]  # fmt: skip
SAMPLES = [sample("a", "Dear Ada"), sample("b", "Dear Bob"), sample("c", "Hi"), sample("d", "Yo"), edited(sample("e", "Dear E"), {"answer": "Hi E"})]


def test_what_carries_the_note_and_what_is_good_tells_whether_a_detector_is_right() -> None:
    carry, sound = telling(FORMAL, NOTED, SAMPLES)
    assert ([one.id for one in carry], [one.id for one in sound]) == (["a"], ["c"])
    other = telling(Theme(name="other", quotes=(Quote(sample="d", words="x"),)), NOTED, SAMPLES)
    assert ([one.id for one in other[0]], [one.id for one in other[1]]) == (["d"], ["b", "c", "e"])


@given(st.dictionaries(st.sampled_from("abcde"), st.none() | st.booleans()))
def test_a_detector_is_strong_only_when_it_is_right_wherever_that_can_be_told(fired: dict[str, bool | None]) -> None:
    found = checked(FORMAL, "judge", fired, NOTED, SAMPLES)
    assert {*found.caught, *found.missed} == {"a"} and {*found.false, *found.silent} == {"c"}
    assert found.weak == (fired.get("a") is not True or fired.get("c") is True)


def test_a_detector_that_could_be_tried_on_nothing_is_weak() -> None:
    assert checked(Theme(name="none"), "expression", {}, NOTED, SAMPLES).weak


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("contains(answer, order)", ""), ("length(answer) >", "cannot be read"),
        ("starts_with(reply, 'Dear')", "names reply, and the samples have answer, order"),
        ("1 = 1", "same for every sample"), ("length(answer)", "not true or false"), ("", "empty"),
    ],
)  # fmt: skip
def test_an_expression_that_can_detect_nothing_says_why(where: str, words: str) -> None:
    problem = expression_problem(where, ["order", "answer"])
    assert words in problem and bool(words) == bool(problem)


def test_an_expression_fires_where_it_is_true() -> None:
    assert fires("NOT contains(answer, order)", sample("a", "Your order 18").said)
    assert not fires("NOT contains(answer, order)", sample("a", "Your order 17").said)
    assert not fires("length(missing) > 3", {"answer": "x"})
