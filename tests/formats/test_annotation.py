"""Formats of tools in which people review rows: what they see, what is kept beside it, and what they are asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from chat_rows import ASKS, CALL, CALLS, RESULT, SAYS, TOOLS, chat, reason, row
from hypothesis import given
from hypothesis import strategies as st
from test_formats_law import rows as any_rows

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.row import Row
from rowsmith.formats import Gathered, argilla, built_in, corrected, label_studio
from rowsmith.steps.export import write_export

NAMES = ["argilla", "label-studio"]
ID = "0" * 32


def gathered(module: Any, *rows: Row) -> Gathered:
    seen = Gathered()
    for one in rows:
        module.see(seen, module.FORMAT.row(one))
    return seen


def test_label_studio() -> None:
    format = built_in("label-studio")
    assert format.row(row(text="Oslo", label="city", page=3)) == {
        "data": {"text": "Oslo"}, "meta": {"row": ID, "columns": {"label": "city", "page": 3}},
        "predictions": [{"model_version": "rowsmith", "result": [
            {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["city"]}},
            {"from_name": "correction", "to_name": "text", "type": "textarea", "value": {"text": ["Oslo"]}},
        ]}],
    }  # fmt: skip
    assert format.row(row(input="a", answer="")) == {"data": {"input": "a", "answer": ""}, "meta": {"row": ID}}
    assert format.lost(row(text="Oslo", page=3)) == []


def test_argilla() -> None:
    format = built_in("argilla")
    assert format.row(row(input="a", answer="b", n=1)) == {
        "id": ID, "fields": {"input": "a", "answer": "b"}, "metadata": {"columns": '{"n":1}'},
        "suggestions": {"correction": {"value": "b", "score": None, "agent": "rowsmith"}},
    }  # fmt: skip
    said = format.row(row(text="Oslo", label=True))
    assert (said["suggestions"]["label"]["value"], said["metadata"]["columns"]) == ("true", '{"label":true}')


@pytest.mark.parametrize("name", NAMES)
def test_people_see_words_whatever_a_message_holds(name: str) -> None:
    format, part = built_in(name), "data" if name == "label-studio" else "fields"
    image = {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "path": "a.png"}]}
    talk = chat(image, CALLS, RESULT, {"role": "assistant", "content": "x" * 30_000, "weight": 0}, tools=TOOLS)
    record = format.row(talk)
    shown = [message["content"] for message in record[part]["messages"]]
    assert shown == ["Look\n(image)", 'weather({"city":"Oslo"})', "4 C", "x" * 20_000]
    assert format.read(record) == talk.data
    prompts = format.row(row(input=[{"role": "system", "content": "Be brief."}, ASKS], chosen="a", rejected=[SAYS]))
    assert (prompts[part]["input"], prompts[part]["rejected"]) == ("system: Be brief.\n\nuser: Weather in Oslo?", "4 C.")


@pytest.mark.parametrize("name", NAMES)
@given(data=any_rows)
def test_a_record_is_the_whole_row(name: str, data: dict[str, Any]) -> None:
    """Reviews find the text that was seen by its hash, so nothing may be lost of it."""
    format = built_in(name)
    try:
        record = format.row(row(**data))
    except RowFailed:
        return
    assert canonical(format.read(json.loads(json.dumps(record)))) == canonical(data)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("why", "bad"), [
    ("no_shape", row(note="a")), ("no_shape", row(messages=[])), ("empty_input", row(input=" ", answer="b")), ("not_text", row(input="a", answer=2)),
    ("empty_text", row(text="")), ("label", row(text="a", label=["b"])), ("label", row(text="a", label="b\n")),
    ("label", row(text="a", label="b" * 201)),
    ("messages", row(messages="a")), ("role", chat({"role": "bot", "content": "a"})), ("not_text", chat({"role": "user", "content": [3]})),
    ("empty_chosen", row(input="a", chosen="", rejected="b")), ("tool_calls", chat({"role": "user", "content": "a", "tool_calls": [CALL]})),
])  # fmt: skip
def test_rows_that_people_cannot_be_shown(name: str, why: str, bad: Row) -> None:
    assert reason(built_in(name), bad) == why


def asked(config: str) -> dict[str | None, str]:
    return {tag.get("name"): tag.tag for tag in Xml.fromstring(config).iter() if tag.get("toName")}


COMMON = {"verdict": "Choices", "score": "Rating", "correction": "TextArea", "note": "TextArea"}


@pytest.mark.parametrize(("rows", "more"), [
    ([row(input="a", answer="b")], {}), ([chat(ASKS, SAYS)], {}), ([row(input="a", chosen="b", rejected="c")], {"preferred": "Pairwise"}),
    ([row(text="a", label="x"), row(text="b", label="y <&\"'"), row(text="c")], {"label": "Choices"}), ([row(text="a", label="x")], {}),
])  # fmt: skip
def test_what_people_are_asked_fits_the_rows(rows: list[Row], more: dict[str, str]) -> None:
    config = label_studio.config(gathered(label_studio, *rows))
    assert asked(config) == COMMON | more
    settings = argilla.settings(gathered(argilla, *rows))
    assert {question["name"] for question in settings["questions"]} == set(COMMON | more)
    assert [field["name"] for field in settings["fields"]] == list(argilla.FORMAT.row(rows[0])["fields"])
    assert [question["name"] for question in settings["questions"] if question["required"]] == ["verdict"]
    if "label" in more:
        choices = next(tag for tag in Xml.fromstring(config).iter("Choices") if tag.get("name") == "label")
        assert [choice.get("value") for choice in choices] == ["x", "y <&\"'"]


def test_rows_of_several_shapes_have_no_questions_in_common() -> None:
    with pytest.raises(Invalid, match="several shapes: 2 of text, 1 of input and answer"):
        label_studio.config(gathered(label_studio, row(text="a"), row(text="b"), row(input="a", answer="b")))
    with pytest.raises(Invalid, match="no row"):
        argilla.settings(Gathered())


@given(text=st.text(max_size=9), old=st.text(min_size=1, max_size=3))
def test_a_correction_changes_what_people_saw_and_nothing_else(text: str, old: str) -> None:
    changes = corrected({"input": "a", "answer": old, "n": 1}, text)
    assert changes == ({"answer": text} if text.strip() and text != old else {})
    assert corrected({"messages": [ASKS, CALLS]}, text) == {}


@pytest.mark.parametrize(
    ("format", "name", "word"), [("label-studio", "label-config.xml", b'<Choice value="good"'), ("argilla", "settings.json", b'"good"')]
)
def test_what_a_project_needs_lies_beside_the_file(tmp_path: Path, format: str, name: str, word: bytes) -> None:
    found = [Row(f"{n:032x}", bytes([n]), {"text": f"{n} cups", "label": "good" if n else "bad"}) for n in range(3)]
    write_export(tmp_path / "tasks.json", found, built_in(format), provenance="none")
    assert word in (tmp_path / f"tasks.json.{name}").read_bytes()
    assert f"tasks.json.{name}" in json.loads((tmp_path / "tasks.json.report.json").read_bytes())["files"]
    mixed = [*found, Row("f" * 32, b"z", {"input": "a", "answer": "b"})]
    with pytest.raises(Invalid, match="several shapes"):
        write_export(tmp_path / "mixed.json", mixed, built_in(format), provenance="none")
    assert not (tmp_path / "mixed.json").exists()
