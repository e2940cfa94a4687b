"""Samples that are edited, drawn again, and shown as examples."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.prompts import Prompt
from rowsmith.core.samples import MOST_EXAMPLES, Note, Sample, edited, example, released, shown_in, to_draw, with_examples


def sample(name: str, output: dict[str, Any] | None = None, **more: Any) -> Sample:
    return Sample(id=name, input={"q": name}, output=output, **more)


def prompt(text: str = "Say {{ q }}", **more: Any) -> Prompt:
    return Prompt.model_validate({"text": text, **more})


def test_a_note_says_something() -> None:
    assert Note(sample="a", verdict="good").text == ""
    with pytest.raises(ValidationError, match="says nothing"):
        Note(sample="a", text="  ")


MARKS = st.lists(st.booleans(), min_size=1, max_size=12)


@given(MARKS)
def test_drawing_all_leaves_alone_what_was_edited(marks: list[bool]) -> None:
    every = [sample(str(n), {"a": n}, edited=mark) for n, mark in enumerate(marks)]
    assert [one.id for one in to_draw(every)] == [str(n) for n, mark in enumerate(marks) if not mark]


@given(MARKS, st.data())
def test_drawing_those_that_are_named_takes_exactly_them_in_their_order(marks: list[bool], data: st.DataObject) -> None:
    every = [sample(str(n), edited=mark) for n, mark in enumerate(marks)]
    named = data.draw(st.lists(st.sampled_from([one.id for one in every]), min_size=1, unique=True))
    if any(one.edited for one in every if one.id in named):
        with pytest.raises(Conflict, match="edited by hand"):
            to_draw(every, named)
        every = [released(one) for one in every]
    assert [one.id for one in to_draw(every, named)] == sorted(named, key=int)


def test_who_names_a_sample_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match=r"no sample 'z'.*There are: a, b"):
        to_draw([sample("a"), sample("b")], ["a", "z"])


def test_an_edit_keeps_id_and_input_and_is_what_was_written() -> None:
    before = sample("a", {"a": "Dear Sir"}, draw=2)
    after = edited(before, {"a": "Hi\r\n  Ada!"})
    assert (after.id, after.input, after.output, after.edited, after.draw) == ("a", {"q": "a"}, {"a": "Hi\r\n  Ada!"}, True, 2)
    assert released(after) == after.model_copy(update={"edited": False})


def test_edited_samples_become_examples_behind_those_that_are_there() -> None:
    said = prompt(examples=[{"input": "old", "answer": "x"}, {"input": "a", "answer": "y"}])
    every = [sample("a", {"r": "A"}, edited=True), sample("b", {"r": "B"}), sample("c", {"r": "C", "s": 1}, edited=True)]
    assert [(one.input, one.answer) for one in with_examples(said, every).examples] == [("old", "x"), ("a", "A"), ("c", {"r": "C", "s": 1})]
    assert with_examples(said, [sample("b", {"r": "B"})]) is said
    many = [sample(str(n), {"r": "A"}, edited=True) for n in range(9)]
    assert len(with_examples(prompt(), many).examples) == MOST_EXAMPLES
    assert with_examples(with_examples(prompt(), many), many) == with_examples(prompt(), many)


def test_an_example_has_what_the_prompt_uses_and_shows_the_input_of_its_sample() -> None:
    one = Sample(id="a", input={"q": "x", "beside": 1}, output={"r": "A"}, edited=True)
    assert example(prompt(), one).input == "x"
    assert example(prompt("Say {{ q }} {{ beside }}"), one).input == {"q": "x", "beside": 1}
    assert shown_in(with_examples(prompt(), [one]), one) and not shown_in(prompt(), one)
    assert not shown_in(with_examples(prompt(), [one]), sample("y"))
