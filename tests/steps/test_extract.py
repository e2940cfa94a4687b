from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, work
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowsmith.core.row import Drop
from rowsmith.steps.transform.extract import Extract, place_of

TEXT = "Ada Lovelace was born\nin 1815. She wrote “Notes” in English and French."
ABOUT = row({"text": TEXT, "title": "Ada"})
OUTPUT = {"name": "string", "born": {"type": "integer", "description": "year of birth"}, "died": "integer"}
SAID: dict[str, Any] = {
    "name": {"quote": "ada lovelace", "value": "Ada Lovelace"}, "born": {"quote": "born in 1815", "value": 1815},
    "died": {"quote": None, "value": None},
}  # fmt: skip


def test_fields_become_columns_each_with_the_words_that_say_it() -> None:
    step = Extract(output=OUTPUT, quotes="quotes")
    (found,), ctx = work(step, ABOUT, SAID)
    quotes = {"name": "Ada Lovelace", "born": "born\nin 1815"}
    assert found.data == {**ABOUT.data, "name": "Ada Lovelace", "born": 1815, "died": None, "quotes": quotes}
    assert {name: TEXT[slice(*one["span"])] for name, one in found.origin["quotes"].items()} == quotes
    assert "- born: year of birth" in ctx.request
    schema = ctx.asks[0]["schema"]
    assert list(schema["properties"]["born"]["properties"]) == ["quote", "value"]
    assert Draft202012Validator(schema).is_valid(SAID)
    assert not Draft202012Validator(schema).is_valid({**SAID, "born": {"quote": "1815", "value": "1815"}})
    assert step.columns(frozenset({"text"})) == {"text", "name", "born", "died", "quotes"}


@pytest.mark.parametrize("quote", ["born in 1816", "181", "", None, "Ada Lovelace was born in 1815 in London"])
def test_a_value_whose_quote_is_not_in_the_text_is_null_or_its_row_is_dropped(quote: str | None) -> None:
    wrong = {**SAID, "born": {"quote": quote, "value": 1815}}
    (found,), _ = work(Extract(output=OUTPUT), ABOUT, wrong)
    assert (found.data["born"], list(found.origin["quotes"])) == (None, ["name"])
    (dropped,), _ = work(Extract(output=OUTPUT, unquoted="drop"), ABOUT, wrong)
    assert dropped == Drop("unquoted", f"born: not in the text: {quote}")


def test_a_field_that_must_be_there_is_or_the_row_is_dropped() -> None:
    assert work(Extract(output=OUTPUT, required=["died"]), ABOUT, SAID)[0] == [Drop("missing_field", "The text does not say: died")]
    assert work(Extract(output=OUTPUT, required=["born"]), ABOUT, SAID)[0][0].data["born"] == 1815
    (dropped,), ctx = work(Extract(output=OUTPUT), row({"text": " "}), SAID)
    assert (dropped.reason, ctx.asks) == ("empty_text", [])


def test_all_fields_may_stand_in_one_column() -> None:
    (found,), _ = work(Extract(output=OUTPUT, into="person"), ABOUT, SAID)
    assert found.data == {**ABOUT.data, "person": {"name": "Ada Lovelace", "born": 1815, "died": None}}


@given(st.text(min_size=1), st.text(), st.text())
def test_what_stands_in_a_text_by_itself_is_found_where_it_stands(quote: str, before: str, after: str) -> None:
    text = f"{before} {quote} {after}"
    found = place_of(quote, text)
    if not quote.strip():
        assert found is None
    else:
        assert found is not None
        assert len(text[slice(*found)].split()) == len(quote.split())


def test_marks_that_a_model_writes_for_one_another_are_the_same() -> None:
    assert TEXT[slice(*place_of('"Notes" in', TEXT) or ())] == "“Notes” in"
    assert place_of("it's", "Say it’s so") == (4, 8)
    assert place_of("a.c", "abc") is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"output": {"text": "string"}}, "would replace"), ({"output": OUTPUT, "required": ["age"]}, "no field"),
        ({"output": {"a": "strng"}}, "not known"), ({"output": OUTPUT, "quotes": "born"}, "name of a field"),
        ({"output": OUTPUT, "prompt": "x", "system": ""}, "{{ text }}"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_told(settings: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in Extract(**settings).check())
    assert Extract(output=OUTPUT).check() == []
