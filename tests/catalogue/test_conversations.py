"""Recipes that make conversations: who says what, how long they are, and what is left out."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from case import Voice, usual
from running import Bench
from scripted.meeting import cast
from scripted.tool_dialogue import TOOLS, calling
from scripted.transcript_chats import CALL, parted

from rowsmith.core.row import Row
from rowsmith.testing import Request


def made(folder: Path, name: str, reply: Any, target: int | None = None, **sets: str) -> tuple[list[Row], list[Request], Any]:
    """The rows of a run of a recipe, what was asked, and its result."""
    folder.mkdir(exist_ok=True)
    with Bench(folder, lambda request: found if (found := reply(request)) is not None else usual(request)) as bench:
        done = bench.runs.start(name, sets={"model": "openai/large", "base_url": bench.server.url, **sets}, target=target)
        return bench.rows(done), bench.asked, done


def test_ultrachat_puts_openings_again_as_a_persona_and_goes_on_by_the_probability(tmp_path: Path) -> None:
    sets = {"user": "openai/user", "topics": "{baking: [rye, oats], mending: [socks, coats]}", "personas": "[a sailor, a tailor]", "questions": "15"}
    rows, asked, _ = made(tmp_path, "ultrachat", lambda _: None, continuation="0.6", exchanges="4", **sets)
    assert len(rows) == 60
    assert {row.data["persona"] for row in rows} == {"a sailor", "a tailor"}
    for row in rows:
        system, first, *rest = row.data["messages"]
        assert system["role"] == "system" and first["role"] == "user"
        assert [one["role"] for one in rest] == ["assistant", "user"] * (len(rest) // 2) + ["assistant"]
        again = [one for one in asked if row.data["opening"] in one.text and f"as {row.data['persona']} would write it" in one.text]
        assert len(again) == 1 and again[0].model == "user"
        assert first["content"] != row.data["opening"]
        spoken = [one for one in asked if one.model == "large" and first["content"] in str(one.data["messages"])]
        assert all(one.data["messages"][0]["content"].startswith(system["content"]) for one in spoken) and len(spoken) == len(rest) // 2 + 1
    counts = Counter(len(row.data["messages"]) // 2 for row in rows)
    expected = {1: 0.4, 2: 0.24, 3: 0.144, 4: 0.216}
    assert counts.keys() <= expected.keys()
    assert sum((counts[n] - 60 * share) ** 2 / (60 * share) for n, share in expected.items()) < 16.3, counts  # 3 degrees of freedom, 99.9 %


def test_ultrachat_saves_no_system_turn_where_none_is_wanted_and_fails_a_user_who_helps(tmp_path: Path) -> None:
    sets = {"user": "openai/user", "topics": "[rye, socks]", "questions": "3", "continuation": "1", "exchanges": "2"}

    def helps(request: Request) -> Any:
        return None if request.schema or request.model == "large" else "How can I help you?"

    rows, _, _ = made(tmp_path / "a", "ultrachat", lambda _: None, system_turns="false", **sets)
    assert {row.data["messages"][0]["role"] for row in rows} == {"user"} and len(rows) == 6
    rows, _, done = made(tmp_path / "b", "ultrachat", helps, **sets)
    assert rows == [] and done.failed == {"role_flip": 6}


def test_support_dialogues_tell_the_case_to_the_customer_alone_and_have_the_planned_exchanges(tmp_path: Path) -> None:
    rows, asked, _ = made(tmp_path, "support-dialogue", lambda _: None, customer="openai/customer", count="6", languages="[fr]", rules="Be kind.")
    assert len(rows) == 6
    for row in rows:
        plan = row.origin["variant"]
        assert len(row.data["messages"]) == 2 * plan["exchanges"]
        assert row.data.keys() == {"messages", "domain", "subdomain", "language"}
        case = [f"- {name}: {value}\n" for name, value in plan.items()]
        told = [one for one in asked if one.model == "customer" and all(line in one.data["messages"][0]["content"] for line in case)]
        assert len(told) == plan["exchanges"]
    answers = [one.data["messages"][0]["content"] for one in asked if one.model == "large"]
    assert all("in French" in said and "Be kind." in said and "situation" not in said for said in answers)


def test_an_interview_is_held_by_two_models_with_the_invented_guest(tmp_path: Path) -> None:
    rows, asked, _ = made(
        tmp_path, "interview", lambda request: Voice(request.chance).question() if request.model == "interviewer" else None,
        interviewer="openai/interviewer", topics="[moths, kites, salt]", least="2", most="3", style="a quarrel", language="Dutch",
    )  # fmt: skip
    assert len(rows) == 3
    for row in rows:
        questions = [one["content"] for one in row.data["messages"] if one["role"] == "user"]
        assert len(questions) in (2, 3) and all(text.endswith("?") for text in questions)
        assert row.data["messages"][-1]["role"] == "assistant"
        guests = [one for one in asked if one.model == "large" and f"You are {row.data['guest']}" in str(one.data["messages"][0])]
        assert len(guests) == len(questions)
    assert all("a quarrel" in one.data["messages"][0]["content"] for one in asked if one.model == "interviewer")
    assert all("Dutch" in str(one.data["messages"]) for one in asked)


def test_a_meeting_has_four_speakers_in_drawn_order_and_minutes_of_what_was_said(tmp_path: Path) -> None:
    rows, asked, _ = made(tmp_path, "meeting", cast, chair="openai/chair", count="3", rounds="2", subdomains="[team_meetings]")
    assert len(rows) == 3
    for row in rows:
        said = [turn.partition(": ")[0] for turn in row.data["input"].split("\n\n")]
        assert len(said) == 8 and said[0] == "Ada" and {"Ada", "Bo", "Cy", "Di"} >= set(said)
        assert all(one != two for one, two in pairwise(said))
        assert row.data["answer"] and row.data["subdomain"] == "team_meetings"
        minutes = [one for one in asked if row.data["input"] in one.text and "Write the minutes" in one.text]
        assert len(minutes) == 1 and "--- " in minutes[0].text
    assert len({tuple(turn.partition(": ")[0] for turn in row.data["input"].split("\n\n")) for row in rows}) > 1


def test_a_tool_dialogue_has_calls_that_fit_and_results_of_the_model_that_plays_the_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tools.json").write_text(json.dumps(TOOLS))
    sets = {"user": "openai/user", "simulator": "openai/simulator", "tools": "tools.json", "count": "10", "tools_each": "2", "language": "Dutch"}
    rows, asked, _ = made(tmp_path, "tool-dialogue", calling, **sets)
    assert len(rows) == 10 and len({row.data["need"] for row in rows}) == 5
    for row in rows:
        by_name = {tool["function"]["name"]: tool["function"]["parameters"] for tool in row.data["tools"]}
        assert len(by_name) == 2
        calls = {call["id"]: call["function"] for one in row.data["messages"] for call in one.get("tool_calls", ())}
        results = {one["tool_call_id"]: one["content"] for one in row.data["messages"] if one["role"] == "tool"}
        assert calls.keys() == results.keys() and len(calls) == row.origin["dialogue"]["calls"] > 0
        for call in calls.values():
            jsonschema.validate(json.loads(call["arguments"]), by_name[call["name"]])
    played = [request for request in asked if request.model == "simulator"]
    assert len(played) == sum(row.origin["dialogue"]["calls"] for row in rows)
    begun = [request for request in asked if request.model == "user" and "Think of an errand" in request.text]
    assert len(begun) == 10 and all("Dutch" in request.data["messages"][0]["content"] for request in begun)


def test_a_tool_dialogue_without_a_call_is_dropped_but_where_no_tool_can_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tools.json").write_text(json.dumps(TOOLS))

    def silent(request: Request) -> Any:
        return Voice(request.chance).question() if request.model == "user" else {"calls": [], "reply": Voice(request.chance).sentence()}

    sets = {"user": "openai/user", "tools": "tools.json", "count": "10", "needs": "{one tool: 50, none of them: 50}", "personas": "[a]"}
    rows, _, done = made(tmp_path, "tool-dialogue", silent, exchanges="2", continuation="1", **sets)
    assert done.dropped == {"no_call": 10 - len(rows)} and 4 <= len(rows) <= 6 and {row.data["need"] for row in rows} == {"none of them"}
    assert {len(row.data["messages"]) for row in rows} == {4}


def test_transcripts_are_masked_before_a_model_sees_them_and_cut_by_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls").mkdir()
    for name, text in CALL.items():
        Path(name).write_text(text)
    rows, asked, _ = made(tmp_path, "transcript-chats", parted, input="calls", how="mask")
    assert len(asked) == 4 and not any("@gmail.com" in request.text for request in asked)
    assert len(rows) == 8 and {row.data["topic"] for row in rows} == {"first matter", "second matter"}
    for row in rows:
        roles = [one["role"] for one in row.data["messages"]]
        assert roles == ["user", "assistant"] * 2
        assert row.origin["source"]["name"].endswith(".txt") and len(row.origin["chunk"]["turns"]) == 2
    masked = [row for row in rows if "[email]" in str(row.data)]
    assert len(masked) == 4 and not any("@" in str(row.data) for row in rows)
    sets = {"input": str(tmp_path / "calls"), "topics": "false", "roles": "{Agent: assistant, Caller: user}"}
    whole, asked, _ = made(tmp_path / "b", "transcript-chats", parted, **sets)
    assert asked == [] and [len(row.data["messages"]) for row in whole] == [8] * 4
    assert "@example." in str([row.data for row in whole]) and "@gmail.com" not in str([row.data for row in whole])
