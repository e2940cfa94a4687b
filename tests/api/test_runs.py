"""Runs over HTTP: started, watched, stopped, gone on with; and a server that ends and comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from running import ask, texts
from served import Desk, serving

from rowsmith import Lab

SIX = texts(*"abcdef")


def test_a_run_is_carried_out_though_nobody_waits(desk: Desk) -> None:
    made = desk.started(SIX, ask(), target=4, into="answers")
    assert made["state"] in ("queued", "running")
    told = desk.client.ended(made["run"])
    assert (told["state"], told["kept"], told["dataset"]) == ("finished", 4, "answers")
    assert [one["run"] for one in desk.client.get("/projects/default/runs")["items"]] == [made["run"]]
    page = desk.client.get("/projects/default/datasets/answers/rows", limit=3)
    assert (len(page["items"]), page["total"], page["next"]) == (3, 4, 3)
    assert desk.client.get("/projects/default/datasets")["items"][0]["rows"] == 4
    desk.client.ended(desk.started(SIX, ask(), new=True)["run"])
    newest = desk.client.get("/projects/default/runs", limit=1)
    assert ([one["run"] for one in newest["items"]], newest["total"], newest["next"]) == (["r2"], None, 1)
    assert desk.client.get("/projects/default/runs", limit=1, start=1)["total"] == 2


def test_the_same_again_is_the_same_run_and_calls_nothing(desk: Desk) -> None:
    first = desk.client.ended(desk.started(SIX, ask())["run"])
    again = desk.started(SIX, ask())
    assert (again["run"], again["state"], len(desk.asked)) == (first["run"], "finished", 6)
    assert desk.client.ended(desk.started(SIX, ask(), new=True)["run"])["calls_reused"] == 6


def test_a_run_that_paused_goes_on_under_a_higher_cap(desk: Desk) -> None:
    top: Any = {"models": {"writer": desk.model(price_in=1, price_out=1, max_tokens=100)}}
    paused = desk.client.ended(desk.started(SIX, ask(), top=top, budget_usd=0.0005)["run"])
    assert paused["state"] == "paused" and paused["kept"] < 6
    going = desk.client.post(f"/projects/default/runs/{paused['run']}/resume", {"budget_usd": 1}, status=202)
    assert desk.client.ended(going["run"])["kept"] == 6


def test_a_run_is_stopped_and_cancelled(desk: Desk) -> None:
    made = desk.started(SIX, ask())
    desk.client.ended(made["run"])
    assert desk.client.post(f"/projects/default/runs/{made['run']}/stop", status=409)["error"] == "Conflict"
    assert desk.client.post("/projects/default/runs/r99/cancel", status=404)["fix"]


def test_a_run_outlives_its_server(tmp_path: Path) -> None:
    with Desk(tmp_path, latency=0.2) as desk:
        run = desk.started(texts(*map(str, range(30))), ask(), top={"models": {"writer": desk.model(concurrency=2)}})["run"]
        while desk.client.get(f"/projects/default/runs/{run}")["kept"] < 2:
            pass
        desk.end()
        with Lab(tmp_path / "home") as lab:
            left = lab.project().runs.result(run)
        assert (left.state, left.kept < 30) == ("queued", True)
        with serving(tmp_path / "home") as client:
            told = client.ended(run)
        assert (told["state"], told["kept"], len(desk.asked)) == ("finished", 30, 30)
