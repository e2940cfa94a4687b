"""A guided talk over HTTP: what is said, what is under way meanwhile, and what comes of it; a server that ends in the middle."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guided import NEEDED, Mind, shown
from served import Desk, serving

from rowsmith.app.lab import Lab
from rowsmith.core.prompts import Prompt

Plain = dict[str, Any]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A server, and a scripted mind behind it."""
    with Desk(tmp_path, reply=Mind()) as made:
        yield made


def begun(desk: Desk, name: str = "support", status: int = 201, **more: Any) -> Plain:
    given = {"name": name, "model": "openai/m", "base_url": desk.server.url, **more}
    return dict(desk.client.post("/projects/default/guides", given, status=status))


def said(desk: Desk, text: str = "", name: str = "support", status: int = 202, **act: Any) -> Plain:
    body = {"act": act} if act else {"text": text}
    return dict(desk.client.post(f"/projects/default/guides/{name}/replies", body, status=status))


def rested(desk: Desk, name: str = "support") -> Plain:
    """The talk once nothing is under way."""
    until = time.monotonic() + 60
    while (told := desk.client.get(f"/projects/default/guides/{name}"))["doing"]:
        assert time.monotonic() < until, told["doing"]
        time.sleep(0.05)
    return dict(told)


def at_samples(desk: Desk, **more: Any) -> Plain:
    begun(desk, **more)
    said(desk, items=NEEDED)
    rested(desk)
    for word in ("done", "looks good"):
        said(desk, word)
        rested(desk)
    return rested(desk)


def test_a_talk_goes_from_its_first_question_to_the_dataset(desk: Desk) -> None:
    told = begun(desk, rows=7)
    assert (told["phase"], told["asked"], told["rows"], told["model"]) == ("checklist", "role_persona", 7, "openai/m")
    assert told["question"] and [item["state"] for item in told["items"]].count("open") == 11
    said(desk, items=NEEDED)
    rested(desk)
    said(desk, "done")
    assert rested(desk)["phase"] == "summary"
    said(desk, "looks good")
    told = rested(desk)
    assert (told["phase"], len(told["samples"])) == ("samples", 5) and told["prompt"]["text"]
    for act in ({"edit": 2, "answer": "Exactly this."}, {"note": "Too cold.", "sample": 1}, {"note": "All too short."}):
        said(desk, **act)
        told = rested(desk)
    assert (told["samples"][1]["pinned"], told["samples"][0]["notes"], told["notes"]) == (True, ["Too cold."], ["All too short."])
    desk.client.patch("/projects/default/guides/support", {"rows": 8, "format": "csv"})
    rested(desk)
    said(desk, "continue")
    told = rested(desk)
    assert (told["phase"], told["made"]["rows"], told["format"]) == ("done", 8, "csv")
    rows = desk.client.get("/projects/default/datasets/support/rows")["items"]
    assert len(rows) == 8 and "Exactly this." in [row["data"]["answer"] for row in rows]
    assert desk.client.get(f"/projects/default/runs/{told['made']['run']}")["dataset"] == "support"
    assert [one["guide"] for one in desk.client.get("/projects/default/guides")["items"]] == ["support"]
    turns = [(turn["kind"], turn["said"]) for turn in told["turns"]]
    assert ("reply", "looks good") in turns and turns[-1][0] == "made"


def test_an_existing_prompt_is_read_first(desk: Desk) -> None:
    mind: Any = desk._reply
    mind.analysis = [shown("role_persona", "You are a patient agent.")]
    begun(desk, prompt_text="You are a patient agent. {Whatever} this is.")
    told = rested(desk)
    role = next(item for item in told["items"] if item["name"] == "role_persona")
    assert (role["state"], role["evidence"][0]["quote"]) == ("known", "You are a patient agent.")
    assert told["analysed"] and told["reference"]["text"].endswith("this is.")
    desk.lab.project().prompts.add(Prompt(text="Say {{ text }}"), "kept")
    assert begun(desk, "other", prompt="kept")["reference"]["name"].startswith("kept@")
    assert begun(desk, "third", prompt="none", status=404)["fix"] and begun(desk, "third", prompt_text=" ", status=422)["fix"]


def test_what_cannot_be_said_is_refused_at_once_and_changes_nothing(desk: Desk) -> None:
    told = at_samples(desk)
    assert said(desk, edit=9, answer="x", status=404)["fix"] and said(desk, edit=1, answer=" ", status=422)["fix"]
    assert said(desk, status=422, edit=1) and said(desk, accept="anyway", status=409)["fix"]
    assert desk.client.patch("/projects/default/guides/support", {"model": "m"}, status=422)["fix"]
    assert begun(desk, status=409)["fix"] and said(desk, "hello", "nobody", status=404)["fix"]
    assert rested(desk) == told
    assert desk.client.post("/projects/default/guides/support/stop", status=409)["fix"]


def test_one_thing_is_under_way_at_a_time_and_can_be_stopped(tmp_path: Path) -> None:
    with Desk(tmp_path, reply=Mind(), latency=0.7) as desk:
        begun(desk)
        said(desk, items=NEEDED)
        rested(desk)
        said(desk, "done")
        rested(desk)
        assert said(desk, "looks good")["doing"]["what"] == "Reading your answer"
        assert said(desk, "looks good", status=409)["fix"]  # meant for what is over, it would make all rows now
        desk.client.post("/projects/default/guides/support/stop", status=202)
        told = rested(desk)
        assert told["phase"] == "sampling" and "stopped" in told["fault"]["what"]
        desk.client.post("/projects/default/guides/support/go-on", status=202)
        told = rested(desk)
        assert (told["phase"], told["fault"], len(told["samples"])) == ("samples", None, 5)


def test_the_full_run_outlives_its_server(tmp_path: Path) -> None:
    with Desk(tmp_path, reply=Mind(), latency=0.4) as desk:
        at_samples(desk, rows=300)
        assert said(desk, "continue")["doing"]["what"] == "Going on"
        until = time.monotonic() + 30
        while not (doing := desk.client.get("/projects/default/guides/support")["doing"] or {}).get("run"):
            assert time.monotonic() < until
        desk.end()
        with Lab(tmp_path / "home", environ={}) as lab:
            assert lab.project().runs.result(doing["run"]).state == "queued"
        with serving(tmp_path / "home") as client:
            desk.client = client
            assert rested(desk)["phase"] == "making"
            client.post("/projects/default/guides/support/go-on", status=202)
            told = rested(desk)
            assert (told["phase"], told["made"]["rows"], told["made"]["run"]) == ("done", 300, doing["run"])


def test_a_cap_holds_and_more_of_it_goes_on(desk: Desk) -> None:
    assert begun(desk, "unpriced", budget_usd=1, status=422)["problems"]
    begun(desk, "unpriced")
    assert desk.client.patch("/projects/default/guides/unpriced", {"budget_usd": 1}, status=422)["problems"]
    desk.lab.models.add("openai/priced", price_in=1, price_out=1)
    told = at_samples(desk, model="openai/priced", rows=20)
    cost = told["cost_usd"]
    desk.client.patch("/projects/default/guides/support", {"budget_usd": cost + 0.003})
    rested(desk)
    said(desk, "continue")
    told = rested(desk)
    assert told["phase"] == "making" and "paused" in told["fault"]["what"]
    desk.client.patch("/projects/default/guides/support", {"budget_usd": None})
    rested(desk)
    desk.client.post("/projects/default/guides/support/go-on", status=202)
    told = rested(desk)
    assert (told["phase"], told["made"]["rows"]) == ("done", 20) and told["cost_usd"] > cost > 0


def test_events_tell_each_turn_and_when_nothing_is_under_way(desk: Desk) -> None:
    begun(desk)
    said(desk, "A patient agent")
    rested(desk)
    kinds = [event["kind"] for event in desk.client.get("/projects/default/events")["items"] if event["kind"].startswith("guide.")]
    assert kinds[0] == "guide.begun" and {"guide.turned", "guide.rested"} <= set(kinds)
