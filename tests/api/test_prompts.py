"""Prompts over HTTP: kept with their history, told apart, handed on, looked over and tried."""

from __future__ import annotations

from typing import Any

from running import jsonl
from served import Desk

AT = "/projects/default/prompts"
FIRST = {"text": "Answer in a {{ tone }} voice: {{ input }}", "variables": {"tone": {"default": "calm"}}}
SECOND = {**FIRST, "text": "Answer in a {{ tone }} voice, in one sentence: {{ input }}", "parameters": {"max_tokens": 90}}


def kept(desk: Desk, prompt: dict[str, Any] = FIRST, **more: Any) -> Any:
    return desk.client.post(AT, {"name": "answers", "prompt": prompt, **more}, status=201)


def test_a_prompt_has_versions_that_are_read_compared_and_restored(desk: Desk) -> None:
    first = kept(desk, message="begun")
    assert (first["used"], first["message"], first["prompt"]["variables"]["tone"]["default"]) == (["input", "tone"], "begun", "calm")
    second = kept(desk, SECOND, message="shorter", onto=first["version"])
    assert kept(desk, SECOND)["version"] == second["version"]
    assert kept_late(desk, first["version"])["error"] == "Conflict"
    assert [one["version"] for one in desk.client.get(f"{AT}/answers/log")["items"]] == [second["version"], first["version"]]
    assert desk.client.get(f"{AT}/answers@{first['version'][:12]}")["prompt"]["text"] == FIRST["text"]
    told = desk.client.get(f"{AT}/answers@{first['version']}/diff", new="answers")
    assert told["fields"] == desk.client.get(f"{AT}/answers/diff")["fields"]
    assert told["fields"]["text"] == {"old": FIRST["text"], "new": SECOND["text"]} and told["fields"]["parameters.max_tokens"]["old"] is None
    back = desk.client.post(f"{AT}/answers/restore", {"source": first["version"]})
    assert back["prompt"]["text"] == FIRST["text"] and desk.client.get(f"{AT}/answers/log")["total"] == 3
    assert [one["name"] for one in desk.client.get(AT)["items"]] == ["answers"]
    assert desk.client.get(f"{AT}/anwsers", status=404)["fix"]


def kept_late(desk: Desk, onto: str) -> Any:
    late = {"name": "answers", "prompt": {"text": "Late"}, "onto": onto}
    return desk.client.post(AT, late, status=409)


def test_versions_are_named_and_a_fork_goes_its_own_way(desk: Desk) -> None:
    first = kept(desk)
    assert desk.client.post(f"{AT}/answers/tags", {"name": "v1"}, status=201)["version"] == first["version"]
    desk.client.post(f"{AT}/answers/tags", {"name": "1.0", "release": True}, status=201)
    assert desk.client.get(f"{AT}/answers@v1")["refs"] == ["1.0", "v1"]
    assert desk.client.say("DELETE", f"{AT}/answers/tags/v1")["name"] == "v1"
    assert desk.client.delete(f"{AT}/answers/tags/1.0", status=409)["what"]
    assert [(one["name"], one["kind"]) for one in desk.client.get(f"{AT}/answers/tags")["items"]] == [("1.0", "release")]
    forked = desk.client.post(f"{AT}/answers@1.0/fork", {"name": "mine"}, status=201)
    assert (forked["name"], forked["prompt"]["text"]) == ("mine", FIRST["text"])
    assert desk.client.post(f"{AT}/answers/fork", {"name": "mine"}, status=409)["what"]


def test_a_prompt_goes_out_as_a_file_and_comes_back_the_same(desk: Desk) -> None:
    first = kept(desk, SECOND)
    for form in ("md", "yaml"):
        file = desk.client.http.get(f"{AT}/answers/file", params={"form": form})
        assert f"answers.{form}" in file.headers["content-disposition"]
        back = desk.client.post(AT, {"file": file.text, "form": form}, status=201)
        assert (back["name"], back["version"]) == ("answers", first["version"])
    bad = desk.client.post(AT, {"file": "---\nname: x\ntemperature: 3\n---\nHi", "form": "md"}, status=422)
    assert bad["problems"][0]["line"] == 3
    assert desk.client.post(AT, {"name": "x"}, status=422)["fix"]
    assert "text" in desk.client.post(AT, {"name": "x", "prompt": {"text": "{{ open"}}, status=422)["what"]


def test_it_is_looked_over_and_tried_on_the_same_rows_as_another_version(desk: Desk) -> None:
    kept(desk)
    kept(desk, SECOND)
    rows = [{"input": f"Why {n}?", "answer": "So."} for n in range(12)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "questions")
    found = desk.client.post(f"{AT}/lint", {"prompt": {"text": "Say {{ a }}.", "variables": {"b": {}}}})["findings"]
    assert {one["rule"] for one in found} == {"undeclared", "unused"}
    sides = [desk.client.post(f"{AT}/test", {"name": name, "dataset": "questions", "limit": 3, "model": "openai/m", "base_url": desk.server.url})
             for name in ("answers", f"answers@{desk.client.get(f'{AT}/answers/log')['items'][1]['version']}")]  # fmt: skip
    asked = [[one["text"].rpartition(": ")[2] for one in side["rows"]] for side in sides]
    assert asked[0] == asked[1] and len(set(asked[0])) == 3 and all(one["answer"] for side in sides for one in side["rows"])
    assert [side["asked"]["calls"] for side in sides] == [3, 3] and len(desk.asked) == 6
    shown = desk.client.post(f"{AT}/test", {"prompt": FIRST, "rows": [{"input": "Hi"}], "values": {"tone": "loud"}})
    assert shown["asked"] is None and shown["rows"][0]["text"] == "Answer in a loud voice: Hi"
    assert desk.client.post(f"{AT}/test", {}, status=422)["fix"]
    assert desk.client.post(f"{AT}/infer", {"dataset": "questions"}, status=422)["fix"]
