"""Tools in dialogues: which are offered, what is asked and saved, and calls for which a row fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asking_context import Asked, row, work
from dialogue_talk import talk
from running import Bench

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import New, Row
from rowsmith.core.step import COLUMN, MODEL, PROMPT
from rowsmith.formats.openai import FORMAT
from rowsmith.steps.generate.dialogue import Dialogue

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
WEATHER = {"name": "weather", "description": "The weather of a city.", "parameters": CITY}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "What time it is.", "parameters": {"type": "object", "properties": {}}}}
SPEAKERS = {"user": {"prompt": "Ask for something that needs {{ tools }}: {{ dialogue }}"}, "assistant": {"system": "Be brief."}}
ROW = row({"tools": [WEATHER, CLOCK], "question": "Is it raining in Rome?"})


def step(**tools: Any) -> Dialogue:
    made = Dialogue.model_validate({"speakers": SPEAKERS, "opening": "question", "most": 1, "tools": {"column": "tools", "model": "player", **tools}})
    assert made.check() == []
    return made


def rain(messages: Any) -> Any:
    """A model that calls the weather, then answers; and one that plays it."""
    last = messages[-1]["content"]
    if "You play the tool" in last:
        return '```json\n{"rain": true}\n```'
    if last.startswith("Results:"):
        return {"calls": [], "reply": "Yes, it rains in Rome."}
    return {"calls": [{"name": "weather", "arguments": {"city": "Rome"}}], "reply": ""}


def made_by(give: Any, **tools: Any) -> tuple[New, Asked]:
    (made,), ctx = work(step(**tools), ROW, give)
    assert isinstance(made, New)
    return made, ctx


def test_a_tool_is_called_played_by_another_model_and_saved_as_the_openai_format_takes_it() -> None:
    made, ctx = made_by(rain)
    assert made.data["messages"] == [
        {"role": "user", "content": "Is it raining in Rome?"},
        {"role": "assistant", "content": "",
         "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "name": "weather", "content": '{"rain": true}'},
        {"role": "assistant", "content": "Yes, it rains in Rome."},
    ]  # fmt: skip
    assert made.data["tools"] == [{"type": "function", "function": WEATHER}, CLOCK]
    assert made.origin == {"dialogue": {"exchanges": 1, "calls": 1, "end": "planned"}}
    record = FORMAT.row(Row("a" * 32, b"", made.data))
    assert record["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city":"Rome"}' and len(record["tools"]) == 2
    asked, played, again = ctx.asks
    assert (asked["model"], played["model"], again["model"]) == ("writer", "player", "writer")
    assert '"name":"weather"' in asked["messages"][0]["content"] and asked["messages"][0]["content"].startswith("Be brief.\n\nYou can call")
    assert 'It is called with:\n\n{"city":"Rome"}' in played["messages"][0]["content"]
    assert again["messages"][-1]["content"] == 'Results:\nweather: {"rain": true}'
    calls = asked["schema"]["properties"]["calls"]["items"]["anyOf"]
    assert [one["properties"]["name"]["const"] for one in calls] == ["weather", "clock"] and calls[0]["properties"]["arguments"] == CITY


def test_tools_see_what_they_gave_before_and_speakers_hear_only_what_is_said() -> None:
    def give(messages: Any) -> Any:
        last = messages[-1]["content"]
        if "Ask for something" in last:
            return "And in Oslo?"
        if "You play" not in last and not last.startswith("Results:") and "Oslo" in last:
            return {"calls": [{"name": "weather", "arguments": {"city": "Oslo"}}], "reply": "I look."}
        return rain(messages) if "Oslo" not in str(messages[-3:]) or "You play" in last else {"calls": [], "reply": "There, too."}

    dialogue = Dialogue.model_validate({**step().model_dump(by_alias=True), "least": 2, "most": 2, "again": 0.5})
    (made,), ctx = work(dialogue, ROW, give)
    assert isinstance(made, New)
    assert [call["id"] for one in made.data["messages"] for call in one.get("tool_calls", ())] == ["call_1", "call_2"]
    (asked,) = [one["messages"][-1]["content"] for one in ctx.asks if "Ask for something" in one["messages"][-1]["content"]]
    assert "Assistant: Yes, it rains in Rome." in asked and "rain\"" not in asked and '"name":"clock"' in asked
    played = [one["messages"][-1]["content"] for one in ctx.asks if "You play the tool" in one["messages"][-1]["content"]]
    assert "nothing" in played[0] and '"city":"Rome"' in played[1].partition("gave before")[2]


def test_some_of_the_tools_are_drawn_by_the_rows_id() -> None:
    every = [{"name": f"t{n}"} for n in range(6)]
    drawn = []
    for n in range(12):
        on = Row(f"{n:032x}", b"", {"tools": every, "question": "So?"})
        (made,), _ = work(step(count=2), on, {"calls": [], "reply": "Fine."})
        assert isinstance(made, New)
        drawn.append(tuple(tool["function"]["name"] for tool in made.data["tools"]))
    assert {len(one) for one in drawn} == {2} and len(set(drawn)) > 4
    assert all(list(one) == sorted(one) for one in drawn)


@pytest.mark.parametrize(
    ("give", "reason"),
    [
        ({"calls": [{"name": "clock", "arguments": {}}, {"name": "clock", "arguments": {}}], "reply": ""}, "repeated"),
        (lambda m: {"calls": [{"name": "weather", "arguments": {"city": talk(m)}}], "reply": ""} if "You play" not in str(m[-1]) else "{}", "tools"),
        (lambda m: "  " if "You play" in str(m[-1]) else rain(m), "empty"),
        ({"calls": [], "reply": " "}, "empty"),
    ],
)
def test_calls_that_no_dialogue_should_have_fail_the_row(give: Any, reason: str) -> None:
    def said(messages: Any) -> Any:
        found = give(messages) if callable(give) else give
        return "{}" if isinstance(found, dict) and "You play" in messages[-1]["content"] else found

    with pytest.raises(RowFailed) as error:
        made_by(said, rounds=2)
    assert error.value.reason == reason


@pytest.mark.parametrize("wrong", [[], "none", [{"description": "x"}], [WEATHER, WEATHER], [{"name": "x", "parameters": {"type": "string"}}],
                                   [{"name": "x", "parameters": {"type": "objekt"}}]])  # fmt: skip
def test_tools_that_are_none_fail_the_row(wrong: Any) -> None:
    with pytest.raises(RowFailed) as error:
        work(step(), row({"tools": wrong, "question": "So?"}), {"calls": [], "reply": "Fine."})
    assert error.value.reason == "tools"


def test_what_is_needed_is_known_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dialogue = step(system="Be a tool.")
    assert dialogue.marked(MODEL) == {"speakers": ["writer", "writer"], "tools": "player"}
    assert set(dialogue.marked(PROMPT)["tools"]) == {"prompt", "system"} and dialogue.marked(COLUMN)["tools"] == "tools"
    assert dialogue.columns(None) == {"messages", "tools"} and dialogue.questions == 3
    for wrong, told in (({"file": str(tmp_path / "a.json")}, "no file"), ({}, "`file` or a `column`"), ({"file": "a", "column": "b"}, "one of them")):
        assert told in " ".join(Dialogue.model_validate({"speakers": SPEAKERS, "tools": wrong}).check())
    text = Dialogue.model_validate({"speakers": SPEAKERS, "tools": {"column": "tools"}, "into": "text"})
    assert "Leave out into: text" in " ".join(text.check())


@pytest.mark.parametrize("lines", [False, True])
def test_tools_of_a_file_in_a_run_and_a_call_that_does_not_fit_is_asked_again(lines: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.json").write_text("\n".join(map(json.dumps, (WEATHER, CLOCK))) if lines else json.dumps([WEATHER, CLOCK]))
    wrong = {"calls": [{"name": "weather", "arguments": {"town": "Rome"}}], "reply": ""}

    def reply(request: Any) -> Any:
        if request.model == "p":
            return '{"rain": true}'
        return wrong if "Rome" in request.text and len(request.data["messages"]) == 2 else rain(request.data["messages"])

    speak = {"kind": "generate.dialogue", "speakers": SPEAKERS, "opening": "question", "most": 1, "tools": {"file": "tools.json", "model": "player"}}
    with Bench(tmp_path, reply) as bench:
        models = {"writer": bench.model(model="openai/w"), "player": bench.model(model="openai/p")}
        source = {"kind": "read.rows", "rows": [{"question": "Is it raining in Rome?"}]}
        done = bench.run(source, speak, top={"models": models})
        assert done.kept == 1, done
        (made,) = bench.rows(done)
        assert made.data["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city":"Rome"}'
        assert sum(request.model == "w" for request in bench.asked) == 3
        monkeypatch.undo()
