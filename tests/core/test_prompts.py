"""What a prompt may say, and what is sent of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from rowsmith.core.errors import Invalid
from rowsmith.core.prompt import parse
from rowsmith.core.prompts import Prompt
from rowsmith.core.variables import Variable


def prompt(text: str = "Say {{ text }}", **more: Any) -> Prompt:
    return Prompt.model_validate({"text": text, **more})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": ""}, "at least 1 character"),
        ({"text": "{% for x in y %}"}, "cannot be read"),
        ({"system": "\n{{ a() }}"}, "calls a function on its line 2"),
        ({"variables": {"_a": {}}}, "cannot be the name of a variable"),
        ({"variables": {"examples": {}}}, "the examples stand there"),
        ({"variables": {"a": {"type": "integer", "default": "x"}}}, "default: 'x' is not of type integer"),
        ({"variables": {"a": {"type": "integer", "default": True}}}, "is not of type integer"),
        ({"variables": {"a": {"type": "integer", "min": 3, "expand": [3, 2]}}}, "expand: 2 is below the smallest, 3"),
        ({"variables": {"a": {"type": "text", "max": 2, "default": "abc"}}}, "above the largest, 2 characters"),
        ({"variables": {"a": {"choices": ["x"], "default": "y"}}}, "is none of x"),
        ({"variables": {"a": {"default": "y", "optional": True}}}, "default and optional say in different ways"),
        ({"variables": {"a": {"min": 3}}}, "need a type that can be measured"),
        ({"variables": {"a": {"type": "number", "min": 3, "max": 2}}}, "min 3 is above max 2"),
        ({"variables": {"a": {"default": float("inf")}}}, "not finite"),
        ({"parameters": {"temprature": 1}}, "Did you mean 'temperature'"),
        ({"parameters": {"temperature": 9}}, "less than or equal to 2"),
        ({"examples": [{"input": "a"}]}, "answer"),
        ({"ttile": "x"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_a_prompt_is_told(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        prompt(**said)


def test_where_a_value_comes_from() -> None:
    variables = {"text": {}, "tone": {"default": "plain"}, "more": {"optional": True}, "level": {"expand": ["easy", "hard"]}}
    said = prompt("{{ tone }}|{{ more }}|{{ level }}|{{ text }}", variables=variables)
    assert [name for name, one in said.variables.items() if one.required] == ["text"]
    row = {"text": "T", "level": "L", "tone": "R", "more": "M"}
    for values, sent in [
        ({}, "plain||L|T"), ({"tone": "warm", "more": "x"}, "warm|x|L|T"),
        ({"tone": None, "more": None}, "R|M|L|T"), ({"text": "fixed"}, "plain||L|fixed"),
    ]:  # fmt: skip
        assert parse(said.filled(values).text).render(row) == sent


def test_values_that_do_not_fit_are_told_together_with_the_valid_names() -> None:
    said = prompt("{{ a }}{{ b }}", variables={"a": {"type": "integer", "max": 3}})
    with pytest.raises(Invalid) as caught:
        said.filled({"a": 4, "c": 1})
    assert caught.value.what == "It has no variable 'c'. Its variable 'a' is given 4, which is above the largest, 3."
    assert caught.value.fix == "Its variables: a, b."


def test_examples_stand_where_the_text_says_else_above_it() -> None:
    examples = [{"input": "{{ a }}", "answer": {"n": 1}}]
    shown = 'Examples:\n\nInput: {{ a }}\nAnswer: {"n":1}'
    assert parse(prompt("Go", examples=examples).filled().text).render({}) == f"{shown}\n\nGo"
    assert parse(prompt("Go {{ examples }}.", examples=examples).filled().text).render({}) == f"Go {shown}."
    within = prompt("Go", system="{{ examples }}", examples=examples).filled()
    assert (parse(within.system).render({}), within.text) == (shown, "Go")
    assert prompt("Go {{ examples }}.").filled().text == "Go ."


def test_examples_are_looped_over_or_printed() -> None:
    examples = [{"input": "{{ a }}", "answer": {"n": 1}}, {"input": "b", "answer": "c"}]
    looped = prompt("{% for one in examples %}{{ one.input }}={{ one.answer }};{% endfor %}", examples=examples).filled()
    assert looped.text.startswith('{% set examples = [{"input": "{{ a }}", "answer": {"n": 1}}, ')
    assert parse(looped.text).variables == frozenset()
    for text in ("{% if b %}{{ examples }}{% endif %}", "{% if b %}x{% endif %}"):
        said = prompt(text, examples=examples).filled()
        assert said.text.count("Examples:") == 1 and parse(said.text).variables == {"b"}
    assert parse(prompt("{{ examples|length }}", examples=examples).filled().text).render({}) == "2"
    assert prompt("{% set k = 1 %}{% if b %}{{ k }}{% endif %}", examples=examples[1:]).filled().text.startswith("{% set k = 1 %}Examples:")
    with pytest.raises(ValidationError, match="which is text, and looks into them as a list"):
        prompt("{{ examples }}{% for one in examples %}{% endfor %}")


def test_texts_are_kept_with_one_kind_of_line_break() -> None:
    assert prompt("a\r\nb\rc", system="\ud800").dump() == {"text": "a\nb\nc", "system": "\ufffd"}


def test_lengths_of_lists_and_choices_that_are_no_text() -> None:
    assert Variable(type="list", max=1).problem([1, 2]) == "is above the largest, 1 entries"
    assert (Variable(choices=[1]).problem(True), Variable(choices=[1]).problem(1)) == ("is none of 1", "")
