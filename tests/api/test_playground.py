"""The playground over HTTP: what would be sent, answers with their figures, and why there is none."""

from __future__ import annotations

import time
from typing import Any

import pytest
from running import jsonl
from served import Desk

from rowsmith.core.prompts import Prompt
from rowsmith.testing import Reply

ASK, LOOK = "/projects/default/playground/ask", "/projects/default/playground/look"
TEA: dict[str, Any] = {"text": "Say {{ word }} in {{ language }}.", "values": {"word": "tea", "language": "French"}}


def ask(desk: Desk, status: int = 200, **said: Any) -> Any:
    return desk.client.post(ASK, {"model": "openai/m", "base_url": desk.server.url, **said}, status=status)


def test_an_answer_comes_with_its_figures_and_is_bought_once(desk: Desk) -> None:
    desk.lab.models.add("openai/m", price_in=1, price_out=2)
    desk._reply = lambda request: "Thé"
    told = ask(desk, **TEA, system="You translate.", parameters={"temperature": 0.2, "max_tokens": 50})
    body = desk.asked[0].data
    assert [one["content"] for one in body["messages"]] == ["You translate.", "Say tea in French."]
    assert (body["temperature"], body["max_tokens"], told["text"], told["system"]) == (0.2, 50, "Say tea in French.", "You translate.")
    assert (told["answer"], told["finish"], told["reason"], told["reused"]) == ("Thé", "stop", "", False)
    assert told["tokens_in"] > 0 < told["tokens_out"] and told["cost_usd"] == pytest.approx((told["tokens_in"] + 2 * told["tokens_out"]) / 1e6)
    again = ask(desk, **TEA, system="You translate.", parameters={"temperature": 0.2, "max_tokens": 50})
    assert (again["answer"], again["reused"], again["cost_usd"], len(desk.asked)) == ("Thé", True, 0, 1)
    fresh = ask(desk, **TEA, system="You translate.", parameters={"temperature": 0.2, "max_tokens": 50}, fresh=True)
    assert (fresh["reused"], len(desk.asked)) == (False, 2)
    assert desk.client.get(f"/projects/default/runs/{fresh['run']}")["calls"] == 1 and desk.client.get("/projects/default/datasets")["items"] == []


def test_variables_are_found_and_what_lacks_a_value_is_told(desk: Desk) -> None:
    told = desk.client.post(LOOK, {"text": TEA["text"], "values": {"word": "tea"}})
    assert [(one["name"], one["source"]) for one in told["variables"]] == [("language", ""), ("word", "given")] and "'language'" in told["problem"]
    assert desk.client.post(LOOK, TEA)["text"] == "Say tea in French."
    assert "language" in ask(desk, status=422, text=TEA["text"], values={"word": "tea"})["what"] and desk.asked == []
    assert desk.client.post(LOOK, {"text": "{{ word"}, status=422)["what"]
    assert desk.client.post(LOOK, {}, status=422)["fix"]


def test_a_stored_prompt_is_asked_with_a_row_of_a_dataset(desk: Desk) -> None:
    project = desk.lab.project()
    project.datasets.import_([jsonl(desk.folder / "rows.jsonl", [{"question": "Why?", "answer": "So."}])], "questions")
    said = {"tone": {"default": "calm"}, "kind": {"expand": ["short", "long"]}}
    project.prompts.add(Prompt(text="{{ input }} Be {{ tone }}, {{ kind }}.", variables=said, parameters={"max_tokens": 77}), "answers")
    row = desk.client.get("/projects/default/datasets/questions/rows")["items"][0]["id"]
    at = {"prompt": "answers", "dataset": "questions", "row": row}
    told = desk.client.post(LOOK, at)
    assert (told["text"], told["parameters"], told["prompt"][:8]) == ("Why? Be calm, short.", {"max_tokens": 77}, "answers@")
    assert {one["name"]: one["source"] for one in told["variables"]} == {"input": "row", "tone": "default", "kind": "given"}
    answered = ask(desk, **at, values={"tone": "kind"})
    assert (desk.texts, desk.asked[0].data["max_tokens"]) == (["Why? Be kind, short."], 77) and answered["answer"]
    assert desk.client.post(LOOK, {**at, "text": "x"}, status=422)["fix"]
    assert desk.client.post(LOOK, {**at, "row": "0" * 32}, status=404)["what"]
    assert desk.client.post(LOOK, {"text": "x", "row": row}, status=422)["fix"]


def test_an_answer_that_was_cut_is_shown_with_its_remedy_and_is_no_answer(desk: Desk) -> None:
    desk._reply = lambda request: Reply("It was a dark and", finish="length")
    told = ask(desk, text="Tell a story.")
    assert (told["answer"], told["partial"], told["finish"], told["reason"]) == (None, "It was a dark and", "length", "cut")
    assert "max_tokens" in told["what"] and told["fix"]


def test_what_stands_in_the_way_is_told_with_its_fix(desk: Desk) -> None:
    away = ask(desk, text="Hi", base_url="http://127.0.0.1:9/v1")
    assert (away["answer"], away["reason"]) == (None, "unreachable") and "127.0.0.1:9" in away["what"] and away["fix"]
    assert ask(desk, status=422, text="Hi", parameters={"warmth": 1})["fix"].startswith("There are: temperature")
    assert "temperature" in ask(desk, status=422, text="Hi", parameters={"temperature": 9})["what"]
    assert ask(desk, status=422, text="Hi", model="m")["fix"]
    assert desk.client.post(ASK, {"text": "Hi", "model": "anthropic/claude-sonnet-4-5"}, status=422)["what"]
    desk.lab.models.add("openai/m", price_in=1e6, price_out=1e6)
    capped = ask(desk, text="Hi there", budget_usd=0.01)
    assert (capped["reason"], capped["answer"], desk.asked) == ("budget", None, []) and "cap" in capped["fix"]


def test_nobody_waits_for_ever(desk: Desk) -> None:
    def late(request: Any) -> str:
        time.sleep(3)
        return "late"

    desk._reply = late
    told = ask(desk, text="Hi", patience_s=0.5)
    assert (told["answer"], told["reason"]) == (None, "stopped") and told["fix"]


def test_halves_of_characters_and_endless_numbers_are_no_error(desk: Desk) -> None:
    half = b'{"text": "Say {{ word }}", "system": "\\ud800", "values": {"word": "a\\udfff"}, "model": "openai/m", "base_url": "%s"}'
    said = desk.client.http.post(ASK, content=half % desk.server.url.encode(), headers={"Content-Type": "application/json"}).json()
    assert (said["text"], said["system"], bool(said["answer"])) == ("Say a\ufffd", "\ufffd", True)
    assert desk.client.post(LOOK, {"text": "{{ n }}", "values": {"n": 10**30}})["text"] == "1" + "0" * 30
