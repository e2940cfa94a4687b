from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, seen, work
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop
from rowsmith.core.step import COLUMN, PROMPT
from rowsmith.steps.generate.columns import Columns

SEED = row({"text": "Tea grows in Assam.", "title": "Tea", "n": 3}, scores={"fit": 0.5})
OUTPUT = {"input": "string", "answer": "string"}
PAIR = {"input": "Where does tea grow?", "answer": "In Assam."}


def step(**settings: Any) -> Columns:
    return Columns(**{"prompt": "Ask about: {{ text }}", "output": OUTPUT, **settings})


def test_the_new_row_holds_what_the_model_gave_and_nothing_else() -> None:
    (new,), ctx = work(step(), SEED, PAIR)
    assert (new.data, new.index, new.origin) == (PAIR, 0, {})
    assert seen(ctx) == {
        "messages": [{"role": "user", "content": "Ask about: Tea grows in Assam."}],
        "model": "writer",
        "schema": {
            "type": "object",
            "properties": {"input": {"type": "string"}, "answer": {"type": "string"}},
            "required": ["input", "answer"],
            "additionalProperties": False,
        },
        "prompt": "Ask about: {{ text }}",
    }
    assert step().check() == []
    assert step().columns(frozenset({"text"})) == {"input", "answer"}


def test_without_output_the_text_goes_into_a_column() -> None:
    (new,), ctx = work(Columns(prompt="Sum up {{ text }}", into="summary"), SEED, "Tea: Assam.")
    assert new.data == {"summary": "Tea: Assam."}
    assert seen(ctx)["schema"] is None
    assert Columns(prompt="x", into="summary").columns(None) == {"summary"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", "a", 1), ("text", "a", 1), ("integer", 3, 3.5), ("int", 3, "3"), ("number", 0.5, "x"), ("float", 1, None), ("boolean", True, 1),
        (["string"], ["a"], "a"), ([["integer"]], [[1]], [1]), ({"enum": ["a", "b"]}, "b", "c"), ({"type": "integer", "maximum": 5}, 5, 6),
        ([{"enum": [1, 2]}], [1, 2], [3]), ({"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}, {"x": "y"}, {}),
    ],
)  # fmt: skip
def test_output_types_become_json_schema(kind: Any, good: Any, bad: Any) -> None:
    made = step(output={"it": kind})
    assert made.check() == []
    _, ctx = work(made, SEED, {"it": good})
    valid = Draft202012Validator(seen(ctx)["schema"]).is_valid
    assert valid({"it": good})
    assert not valid({"it": bad})
    assert not valid({})
    assert not valid({"it": good, "more": 1})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"output": {"a": "strnig"}}, "Did you mean 'string'"),
        ({"output": {"a": {"b": "string"}}}, "JSON Schema"),
        ({"output": {"a": ["string", "integer"]}}, "'a'"),
        ({"output": {"a": {"type": "strnig"}}}, "not valid JSON Schema at properties.a.type"),
        ({"output": {}, "schema": {"type": "array"}}, "object with properties"),
        ({"schema": {"type": "object", "properties": {"a": {}}}}, "output and schema"),
        ({"into": "text"}, "output and into"),
        ({"columns": ["title"]}, "{{ text }}"),
        ({"columns": ["text", "title"]}, "'title'"),
        ({"forward": ["answer"]}, "'answer'"),
        ({"output": {}, "count": 2, "schema": {"type": "object", "properties": {"a": {"$ref": "#/properties/b"}, "b": {}}}}, "'#/properties/b'"),
    ],
)
def test_settings_that_do_not_go_together_are_named_before_any_call(settings: dict[str, Any], said: str) -> None:
    (problem, *_) = step(**settings).check()
    assert said in problem


def test_a_full_schema_is_sent_as_it_stands_and_its_definitions_move_up_for_several_rows() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/word"}}, "required": ["a"], "$defs": {"word": {"type": "string"}}}
    one, many = (step(output={}, schema=schema, count=count) for count in (1, 2))
    assert one.check() == many.check() == []
    assert seen(work(one, SEED, {"a": ""})[1])["schema"] == schema
    asked = seen(work(many, SEED, {"rows": [{"a": "x"}, {"a": "y"}]})[1])["schema"]
    assert Draft202012Validator(asked).is_valid({"rows": [{"a": "x"}, {"a": "y"}]})
    assert not Draft202012Validator(asked).is_valid({"rows": [{"a": "x"}, {"a": 1}]})
    assert one.columns(None) == {"a"}


def test_several_rows_come_from_one_call_that_says_how_many() -> None:
    out, ctx = work(step(count=3), SEED, {"rows": [PAIR, {**PAIR, "answer": "Assam."}, PAIR]})
    assert [new.index for new in out] == [0, 1, 2]
    assert out[1].data["answer"] == "Assam."
    rows = seen(ctx)["schema"]["properties"]["rows"]
    assert (rows["minItems"], rows["maxItems"]) == (3, 3)
    assert "Give 3 different rows." in ctx.request


def test_a_prompt_that_says_the_number_itself_gets_no_second_line() -> None:
    _, ctx = work(step(prompt="{{ count }} questions on {{ text }}", count=2), SEED, {"rows": [PAIR, PAIR]})
    assert ctx.request == "2 questions on Tea grows in Assam."


def test_only_the_wanted_rows_are_asked() -> None:
    out, ctx = work(step(count=3), SEED, PAIR, wanted=[2])
    assert [new.index for new in out] == [2]
    assert "rows" not in seen(ctx)["schema"]["properties"]
    out, ctx = work(step(count=3), SEED, {"rows": [PAIR, PAIR, PAIR]}, wanted=[5, 6])
    assert [new.index for new in out] == [5, 6]
    assert len(work(step(count=3), SEED, {"rows": [PAIR]})[0]) == 1


def test_a_row_is_asked_several_times() -> None:
    drawn = step(draws=3)
    assert (drawn.count(SEED), drawn.questions) == (3, 3)
    answers = iter([PAIR, {**PAIR, "answer": "Assam."}, PAIR])
    out, ctx = work(drawn, SEED, lambda _: next(answers))
    assert [(new.index, new.data["answer"]) for new in out] == [(0, PAIR["answer"]), (1, "Assam."), (2, PAIR["answer"])]
    assert len(ctx.asks) == 3 and ctx.asks[0]["messages"] == ctx.asks[1]["messages"]
    assert [new.index for new in work(drawn, SEED, PAIR, wanted=[1])[0]] == [1]
    out, ctx = work(step(draws=2, count=2), SEED, {"rows": [PAIR, PAIR]})
    assert [new.index for new in out] == [0, 1, 2, 3] and len(ctx.asks) == 2


def test_several_texts_without_output() -> None:
    made = Columns(prompt="Rephrase {{ text }}", count=2)
    out, ctx = work(made, SEED, {"rows": [{"text": "a"}, {"text": "b"}]})
    assert [new.data for new in out] == [{"text": "a"}, {"text": "b"}]
    assert seen(ctx)["schema"] is not None


def test_a_blank_column_is_no_answer() -> None:
    with pytest.raises(RowFailed, match="'answer'") as failed:
        work(step(), SEED, {"input": "x", "answer": " "})
    assert failed.value.reason == "empty"
    out, _ = work(step(count=2), SEED, {"rows": [{"input": "x", "answer": ""}, PAIR]})
    assert [(new.data, new.index) for new in out] == [(PAIR, 0)]
    (new,), _ = work(step(output={"input": "string", "answer": {"type": "string"}}), SEED, {"input": "x", "answer": ""})
    assert new.data["answer"] == ""
    with pytest.raises(RowFailed):
        work(Columns(prompt="x"), SEED, "")


def test_a_skipped_row_makes_no_call_and_takes_no_place() -> None:
    picky = step(skip="title = 'Tea'")
    out, ctx = work(picky, SEED, PAIR)
    assert out == [Drop("skipped", "title = 'Tea'")]
    assert ctx.asks == []
    assert picky.count(SEED) == 0
    other = row({**SEED.data, "title": None})
    assert picky.count(other) == 1
    assert len(work(picky, other, PAIR)[0]) == 1


def test_forward_carries_columns_over() -> None:
    assert work(step(forward=["title"]), SEED, PAIR)[0][0].data == {"title": "Tea", **PAIR}
    assert work(step(forward="all"), SEED, PAIR)[0][0].data == {**SEED.data, **PAIR}
    assert step(forward=["title"]).columns(frozenset({"title", "text"})) == {"title", *OUTPUT}
    assert step(forward="all").columns(frozenset({"title", "text"})) == {"title", "text", *OUTPUT}
    assert step(forward="all").columns(None) is None
    assert step(forward="all", columns=["text"]).marked(COLUMN) == {"columns_": ["text"], "attach": []}
    with pytest.raises(RowFailed, match="'nowhere'"):
        work(step(forward=["nowhere"]), SEED, PAIR)


def test_columns_are_all_that_the_prompt_sees() -> None:
    _, ctx = work(step(prompt="{{ row }} {{ scores.fit }}", columns=["title", "n"]), SEED, PAIR)
    assert ctx.request == '{"title":"Tea","n":3} 0.5'
    with pytest.raises(RowFailed, match="'text'"):
        work(step(columns=["title"]), SEED, PAIR)


@pytest.mark.parametrize(
    "setting",
    [
        {"prompt": "{{ title }}"}, {"system": "Be brief."}, {"output": {**OUTPUT, "note": "string"}}, {"language": "French"}, {"model": "other"},
        {"output": {}}, {"output": {}, "schema": {"type": "object", "properties": {"a": {}}}}, {"count": 2},
        {"columns": ["text"], "prompt": "{{ row }}"},
    ],
)  # fmt: skip
def test_every_setting_changes_the_request(setting: dict[str, Any]) -> None:
    def asked(**settings: Any) -> Any:
        return seen(work(step(**settings), SEED, lambda _: answer(settings))[1])

    def answer(settings: dict[str, Any]) -> Any:
        one = {**PAIR, "note": "n", "a": 1} if settings.get("output", True) or "schema" in settings else "text"
        return {"rows": [one, one]} if "count" in settings else one

    plain = {"prompt": "{{ row }}"} if "columns" in setting else {}
    assert asked(**setting) != asked(**plain)


@given(st.text(min_size=1))
def test_any_text_stands_in_the_request_as_it_is(text: str) -> None:
    wild = text + r" {{ n }} {% raw %} {# #} \frac{a}{b} {\"a\": [1]} {0} %s ${x}"
    _, ctx = work(step(prompt="<<{{ text }}>>", system="Of {{ title }}"), row({"text": wild, "title": wild}), PAIR)
    assert seen(ctx)["messages"] == [{"role": "system", "content": f"Of {wild}"}, {"role": "user", "content": f"<<{wild}>>"}]


def test_a_variable_that_the_row_lacks_fails_the_row_and_sends_nothing() -> None:
    with pytest.raises(RowFailed, match="'topic'") as failed:
        work(step(prompt="{{ topic }}"), SEED, PAIR)
    assert failed.value.reason == "missing_variable"


def test_settings_are_written_under_their_own_names() -> None:
    full = step(count=2, columns=["text"], output={}, schema={"type": "object", "properties": {"a": {}}})
    assert {"count", "columns", "schema"} <= set(full.settings()) & set(full.content())
    assert Columns(**{k: v for k, v in full.settings().items() if k != "kind"}) == full
    assert set(full.marked(PROMPT)) == {"prompt"}
