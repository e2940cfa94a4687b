"""The commands as a user and a script see them, one after the other in one home; what is stopped is a process of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from running import called
from stage import ITEM, ONE_CALL, Stage, stage

from rowsmith.testing import ModelServer

COUNTS = {"low", "mid", "high"}
RESULT = {
    "run", "state", "requested", "kept", "dropped", "failed", "cancelled", "pending", "calls", "calls_reused", "tokens_in", "tokens_out",
    "cost_usd", "seconds", "dataset", "version",
}  # fmt: skip


@pytest.fixture
def home(kind: str, tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path, kind) as made:
        yield made


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(key=ITEM, price_in=1, price_out=2) as made:
        yield made


def said(home: Stage, *words: str | Path, code: int = 0) -> list[str]:
    """The lines that a command prints."""
    done = finished(home, *words)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout.splitlines()


def finished(home: Stage, *words: str | Path) -> CompletedProcess[str]:
    """A command, carried out to its end."""
    return called([*map(str, words), "--home", home.home], {**home.env, "COLUMNS": "200"}, home.folder)


def told(home: Stage, *words: str | Path, code: int = 0) -> Any:
    """What it says with --json: the last line."""
    return json.loads(said(home, *words, "--json", code=code)[-1])


def test_from_a_check_to_an_export(home: Stage, model: ModelServer) -> None:
    """check, plan, run, runs, datasets, show, rows, export, verify, backup, restore: on either database."""
    home.items(6)
    sets = home.sets(model, price_in=1, price_out=2)
    done = finished(home, "plan", ONE_CALL, *sets, "--json")
    plan = json.loads(done.stdout.splitlines()[-1])
    assert set(plan) >= {"rows", "calls", "tokens_in", "tokens_out", "cost_usd", "seconds"}
    assert all(set(plan[name]) == COUNTS for name in ("rows", "calls", "tokens_in", "tokens_out", "cost_usd", "seconds"))
    assert (plan["rows"]["mid"], plan["calls"]["mid"], len(model.calls)) == (6, 6, 0)

    result = told(home, "run", ONE_CALL, *sets)
    assert set(result) >= RESULT
    assert (result["state"], result["kept"], result["requested"], result["calls"], len(model.calls)) == ("finished", 6, 6, 6, 6)
    assert result["cost_usd"] == pytest.approx(model.calls.cost())
    assert plan["cost_usd"]["low"] <= result["cost_usd"] <= plan["cost_usd"]["high"]
    assert told(home, "run", ONE_CALL, *sets) == result  # the same command again
    assert (told(home, "runs")[0], told(home, "runs", "r1"), len(model.calls)) == (result, result, 6)

    lock = json.loads(said(home, "runs", "r1", "--lock")[-1])
    assert {"run", "identity", "recipe", "inputs", "prompts", "code", "options"} <= set(lock)
    (files,) = next(iter(lock["inputs"].values())).values()
    assert [name for name, _ in files] == ["input.jsonl"]

    (dataset,) = told(home, "datasets")
    assert dataset.pop("committed_at") <= result["ended_at"]
    assert dataset == {"name": "one_call", "rows": 6, "versions": 1, "version": result["version"]}
    shown = told(home, "show", "one_call")
    assert (shown["rows"], [c["name"] for c in shown["columns"]], shown["versions"][0]["id"]) == (6, ["answer", "input"], result["version"])
    rows = [json.loads(line) for line in said(home, "rows", "one_call", "--json")[:-1]]
    assert [row["origin"]["source"]["key"] for row in rows] == [str(n) for n in range(6)]
    (one,) = (json.loads(line) for line in said(home, "show", "one_call", "--row", rows[2]["id"]))
    assert (one["data"], one["calls"][0]["model"]) == (rows[2]["data"], "openai/scripted")
    assert json.loads(json.loads(one["calls"][0]["raw"])["choices"][0]["message"]["content"]) == rows[2]["data"]

    out = home.folder / "out" / "train.jsonl"
    exported = told(home, "export", "one_call", "--as", "openai", "-o", out)
    assert (exported["rows_in"], exported["rows_out"], exported["path"]) == (6, 6, str(out))
    assert len(out.read_text(encoding="utf-8").splitlines()) == 6

    proof = told(home, "verify")
    assert (list(proof), proof["ok"], proof["checked"]["rebuilt"]) == (["ok", "checked", "erased", "problems"], True, 1)
    assert told(home, "backup", home.folder / "one.backup")["rows"] > 0
    again = Stage(home.folder / "again")
    said(again, "restore", home.folder / "one.backup")
    assert told(again, "runs") == [result]
    assert told(again, "verify")["ok"]
    assert told(again, "doctor")["problems"] == []
    assert said(again, "upgrade") == ["The home is up to date."]
    assert len(model.calls) == 6


def test_stop_resume_and_cancel(home: Stage, model: ModelServer) -> None:
    home.items(40)
    model.change(latency=(0.15, 0.15))
    asked = 0
    for act, state, code in (("stop", "stopped", 5), ("cancel", "cancelled", 6)):
        words = ["run", ONE_CALL, *home.sets(model, 2), "--json"] if act == "stop" else ["resume", "r1", "--json"]
        with home.start(*words) as running:
            model.wait_for(asked + 4)
            assert told(home, act, "r1") == {"run": "r1", "state": state}
            assert running.wait(30) == code
            assert (running.result["state"], running.result["requested"]) == (state, running.result["kept"] + left(running.result))
        asked = len(model.calls)
        assert told(home, "runs", "r1")["state"] == state
    assert told(home, "runs", "r1")["pending"] == 0
    assert "cancelled already" in finished(home, "cancel", "r1").stderr
    model.change(latency=(0.0, 0.0))
    done = told(home, "resume", "r1")
    assert (done["state"], done["kept"], done["cancelled"], len(model.calls)) == ("finished", 40, 0, 40)
    assert finished(home, "stop", "r1").returncode == 1
    assert model.calls.repeated() == {}


def left(result: dict[str, Any]) -> int:
    """Slots that are open or cancelled."""
    return int(result["pending"] + result["cancelled"])


def test_what_failed_and_why(home: Stage, model: ModelServer) -> None:
    home.items(4)
    model.change(faults={"cut": 1.0})
    result = told(home, "run", ONE_CALL, *home.sets(model), code=3)
    assert (result["state"], result["kept"], result["version"], sum(result["failed"].values())) == ("shortfall", 0, None, 4)
    failed = told(home, "runs", "r1", "--failed")
    assert len(failed) == 4
    assert {(f["reason"], bool(f["detail"]), f["step"]) for f in failed} == {(next(iter(result["failed"])), True, 1)}
    draws = told(home, "runs", "r1", "--draws")
    assert len({d["row"] for d in draws}) == 4  # the rows that were asked about
    assert all(d["reason"] and d["call"] for d in draws)
    assert len(draws) == result["calls"] == len(model.calls)
    assert any("write" in line for line in said(home, "runs", "r1", "--failed"))
    model.change(faults={})
    assert told(home, "resume", "r1")["kept"] == 4
    assert told(home, "runs", "r1", "--failed") == []
    assert len(told(home, "runs", "r1", "--draws")) == len(draws)


def test_projects(home: Stage, model: ModelServer) -> None:
    home.items(3)
    assert said(home, "project", "create", "tea") == ["Project tea is made."]
    assert said(home, "project", "create", "tea", code=1) == []
    said(home, "project", "budget", "tea", "--usd", "5", "--tokens", "100000")
    said(home, "run", ONE_CALL, *home.sets(model, price_in=1, price_out=2), "--project", "tea", "--into", "mine")
    (tea,) = (p for p in told(home, "project", "list") if p["name"] == "tea")
    assert (tea["budget_usd"], tea["budget_tokens"]) == (5.0, 100000)
    assert tea["spent_usd"] == pytest.approx(model.calls.cost())
    assert [d["name"] for d in told(home, "datasets", "--project", "tea")] == ["mine"]
    assert told(home, "datasets") == []
    assert finished(home, "project", "delete", "tea").returncode != 0  # it asks, and nobody answers
    assert "tea" in [p["name"] for p in told(home, "project", "list")]
    said(home, "project", "delete", "tea", "--yes")
    assert "tea" not in [p["name"] for p in told(home, "project", "list")]


def test_what_needs_no_home(tmp_path: Path) -> None:
    """check, steps, schema: nothing is made and nothing spent."""
    home = Stage(tmp_path)
    home.items(2)

    def alone(*words: str | Path) -> str:
        done = called([*map(str, words)], {}, tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    sets = home.sets("http://127.0.0.1:1/v1")
    checked = json.loads(alone("check", ONE_CALL, *sets, "--json"))
    assert [model["model"] for model in checked.pop("models")] == ["openai/scripted"]
    assert checked == {"ok": True, "name": "one_call", "steps": ["read.files", "write"], "notes": []}
    assert "no problems; 2 steps" in alone("check", ONE_CALL, *sets)
    kinds = [step["kind"] for step in json.loads(alone("steps", "--json"))]
    assert len(kinds) == len(set(kinds)) >= 14
    one = json.loads(alone("steps", "filter.where", "--json"))
    assert (one["kind"], "where" in [setting["name"] for setting in one["settings"]]) == ("filter.where", True)
    schema = json.loads(alone("schema"))
    assert set(kinds) <= set(str(schema).replace("'", " ").split())
    assert {path.name for path in tmp_path.iterdir()} == {"input.jsonl"}
