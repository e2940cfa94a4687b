"""Every option of every command changes what happens. `shows` names what a test proves; an option without a test fails the last one."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import checked as plug_in
import keyring
import pytest
from argilla_server import argilla_server
from dataset_hub import DatasetHub, dataset_hub, lines
from forge_server import committed
from guided import NEEDED, Mind, shown
from keyring.backends.fail import Keyring as NoKeyring
from keyrings import FOLDER, FileKeyring
from running import Bench, ask, called, texts
from serving_process import COMMAND, browser, process
from terminal import commands
from tiny_tokenizer import tokenizer
from weak_prompt import WEAK, labelled
from weak_prompt import Model as WeakPrompt
from workbooks import workbook

from rowsmith import Lab
from rowsmith.testing import CommandLine
from rowsmith.worker.worker import Worker

SHOWN: set[str] = set()
Test = Callable[..., None]


def shows(*options: str) -> Callable[[Test], Test]:
    """The options that a test proves, each as `command --option`."""
    SHOWN.update(options)
    return lambda test: test


class Terminal(Bench):
    """A Bench that is reached by commands."""

    def say(self, *arguments: Any, home: str = "home", code: int = 0, stdin: str = "") -> str:
        """What a command prints."""
        env = {"ROWSMITH_HOME": str(self.folder / home), "COLUMNS": "200"}
        done = called([str(word) for word in arguments], env, self.folder, stdin)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout

    def tell(self, *arguments: Any, home: str = "home", code: int = 0) -> Any:
        """The last line with --json."""
        return json.loads(self.say(*arguments, "--json", home=home, code=code).splitlines()[-1])

    def rows_of(self, spoken: str, *more: str) -> list[Any]:
        return [json.loads(line) for line in self.say("rows", spoken, *more).splitlines()]


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(tmp_path) as found:
        yield found


SIX = texts(*"abcdef")
HUB_TOKEN = "hf_writes0123456789"


@pytest.fixture
def weak(t: Terminal) -> list[Any]:
    """A planted weak prompt, rows with labels, and a model that answers well where the prompt names them; the words that optimise it."""
    t._reply = WeakPrompt(strong=1.0)
    t.say("run", t.recipe({"kind": "read.rows", "rows": labelled(60)}))
    put(t, "weak.md", WEAK)
    t.say("prompts", "add", "weak.md")
    return ["optimize", "weak", "--dataset", "t", "--model", "openai/m", "--base-url", t.server.url]


@shows("optimize --dataset", "optimize --model", "optimize --base-url", "optimize --accept", "optimize --accept-anyway", "optimize --json")
@shows("optimize --seed", "optimize --demos", "optimize --grace")
def test_a_prompt_is_optimised_and_accepted(t: Terminal, weak: list[Any]) -> None:
    found = t.tell(*weak, "--demos", 0, "--grace", 5)
    assert (found["verdict"], found["accepted"], found["pairs"]) == ("better", None, 30)
    before = len(t.asked)
    said = t.say(*weak, "--demos", 0)
    assert "better: 0." in said and "The best candidate:" in said and "rewritten" in said and len(t.asked) == before
    assert any(one["how"] == "examples" for one in t.tell(*weak)["candidates"])
    assert t.tell(*weak, "--demos", 0, "--seed", 5)["baseline"] != found["baseline"]
    kept = t.tell(*weak, "--demos", 0, "--accept")["accepted"]
    assert t.tell("prompts", "show", "weak")["version"] == kept and "Optimised on t@" in t.say("prompts", "log", "weak")
    t._reply = WeakPrompt(weak=0.4, strong=0.4)
    one = t.tell("optimize", "weak.md", *weak[2:], "--model", "openai/deaf", "--accept-anyway", "--demos", 0)
    assert one["verdict"] == "no difference shown" and (one["accepted"] is None) == (one["best"] is None)
    assert "cannot go together" in t.tell(*weak, "--accept", "--accept-anyway", code=1)["what"]


@shows("optimize --plan", "optimize --mode", "optimize --rounds", "optimize --candidates", "optimize --minibatch", "optimize --limit")
@shows("optimize --split", "optimize --by", "optimize --metric", "optimize --answer", "optimize --try-metric", "optimize --set")
def test_what_an_optimisation_will_take(t: Terminal, weak: list[Any]) -> None:
    plan = t.tell(*weak, "--plan")
    assert (plan["rows"], plan["metric"], plan["answer"]) == ({"train": 12, "dev": 18, "test": 30}, {"kind": "label"}, "label")
    assert "60 expected answers are 3 different ones" in t.say(*weak, "--plan")
    efforts = {words: t.tell(*weak, "--plan", *words)["effort"] for words in (("--mode", "heavy"), ("--rounds", "5"), ("--candidates", "3"))}
    assert [one["rounds"] for one in efforts.values()] == [3, 5, 1] and efforts["--candidates", "3"]["candidates"] == 3
    assert t.tell(*weak, "--plan", "--minibatch", 4)["calls"] < t.tell(*weak, "--plan", "--minibatch", 15)["calls"]
    assert t.tell(*weak, "--plan", "--limit", 20)["rows"] == {"train": 4, "dev": 6, "test": 10}
    assert t.tell(*weak, "--plan", "--split", "train=10,dev=10,test=rest")["rows"]["test"] == 40
    assert "part" in t.tell(*weak, "--plan", "--by", "group:label", "--split", "train=0.02,dev=0.02,test=0.96", code=1)["what"]
    assert t.tell(*weak, "--plan", "--metric", "{kind: contains}")["metric"] == {"kind": "contains"}
    put(t, "m.yaml", "{kind: composite, parts: [{kind: exact}, {kind: f1, weight: 2}]}")
    assert t.tell(*weak, "--plan", "--metric", "m.yaml")["metric"]["parts"] == [{"kind": "exact"}, {"kind": "f1", "weight": 2.0}]
    assert "uses {{ text }}, the column" in t.tell(*weak, "--plan", "--answer", "text", code=1)["what"]
    assert "no variable 'tone'" in t.tell(*weak, "--plan", "--set", "tone=kind", code=1)["what"]
    assert t.asked == []
    free = t.tell(*weak[:4], "--try-metric")
    assert [one["score"] for one in free[::2]] == [1.0] * 5 and "billing" in t.say(*weak[:4], "--try-metric")
    assert len(t.tell(*weak, "--try-metric")) == len(t.asked) == 5


@shows("optimize --with", "optimize --export")
def test_an_optimisation_elsewhere(t: Terminal, weak: list[Any]) -> None:
    assert "no optimiser 'copro'" in t.tell(*weak, "--with", "copro", "--plan", code=1)["what"]
    assert t.tell(*weak[:4], "--export", "nova", "out")["rows"] == {"train.jsonl": 30, "test.jsonl": 30}
    assert "text" not in (t.folder / "out" / "user_prompt.txt").read_text() and "30 rows in test.jsonl" in t.say(*weak[:4], "--export", "nova", "out")
    assert "no optimiser 'azure'" in t.tell(*weak[:4], "--export", "azure", "out", code=1)["what"]
    assert t.asked == []


@shows("optimize --proposer", "optimize --judge", "optimize --budget", "optimize --budget-tokens")
def test_who_proposes_and_judges_an_optimisation_and_what_it_may_cost(t: Terminal, weak: list[Any]) -> None:
    answering = t._reply
    t._reply = lambda request: {"answer": {"reason": "so", "score": 5}} if request.data["model"] == "umpire" else answering(request)
    t.say("models", "add", "openai/m", "--price-in", 1, "--price-out", 1)
    assert "is paused" in t.tell(*weak, "--budget-tokens", 3000, code=1)["what"]
    assert "is paused" in t.tell(*weak, "--budget", 0.005, code=1)["what"]
    t.say(*weak, "--demos", 0, "--proposer", "openai/big", "--metric", "judge", "--judge", "openai/umpire")
    who = {request.data["model"]: str(request.data["messages"]) for request in t.asked}
    assert set(who) == {"m", "big", "umpire"} and "to become better" in who["big"] and "says what the expected" in who["umpire"]


@shows("run --set", "run --into", "run --json")
def test_set_and_into(t: Terminal) -> None:
    recipe = t.recipe({"kind": "read.rows", "rows": [{"n": "${n}"}]}, parameters={"n": {"default": 1}})
    assert t.tell("run", recipe)["dataset"] == "t"
    assert t.tell("run", recipe, "--set", "n=2", "--into", "other")["dataset"] == "other"
    assert (t.rows_of("t"), t.rows_of("other")) == ([{"n": 1}], [{"n": 2}])
    assert "Run r1: finished" in t.say("run", recipe)


def test_a_run_into_what_cannot_be_a_dataset_asks_nothing(t: Terminal) -> None:
    recipe = t.recipe(texts("a"), ask(), models={"writer": t.model()})
    for into in ("a/b", "a@b", ""):
        assert "cannot be the name of a dataset" in t.tell("run", recipe, "--into", into, code=1)["what"]
    assert (t.server.calls.requests, t.tell("runs")) == ([], [])


@shows("run --target", "run --limit")
def test_target_and_limit(t: Terminal) -> None:
    assert t.tell("run", t.recipe(SIX), "--target", 2)["kept"] == 2
    assert t.tell("run", t.recipe(SIX, {"kind": "filter.where", "where": "text > 'b'"}), "--limit", 3)["kept"] == 1


def test_rows_beyond_a_target_are_told(t: Terminal) -> None:
    three = t.recipe({"kind": "read.rows", "rows": [{"text": text} for text in "abc"]})
    assert "beyond" not in t.say("run", three, "--target", 5, code=3)
    assert "  1 of the dropped are beyond the target, and come back with a larger one" in t.say("run", three, "--target", 2)


@pytest.fixture
def two(t: Terminal) -> tuple[str, str]:
    """Two runs over the same rows by two prompts, of which a judge prefers the second."""

    def reply(request: Any) -> Any:
        if "answer 1 ---" in request.text:
            return {"reason": "so", "better": "2" if "long" in request.text.split("answer 2 ---")[1] else "1"}
        return {"answer": f"a {'long ' if 'long' in request.text else ''}answer {request.text[-1]}"}

    t._reply = reply
    priced = {"writer": t.model(price_in=1, price_out=1), "umpire": t.model(model="openai/umpire", price_in=1, price_out=1)}
    for prompt in ("Say {{ text }}", "Say long {{ text }}"):
        t.say("run", t.recipe(SIX, ask(prompt, forward=["text"]), models=priced, name=prompt.split(" {{")[0]))
    return "r1", "r2"


@shows("compare --by", "compare --json", "compare --limit")
def test_compare_by_what_both_have(t: Terminal, two: tuple[str, str]) -> None:
    found = t.tell("compare", *two, "--by", "length(answer)")
    assert {"pairs", "difference", "low", "high", "verdict", "cost"} <= found.keys()
    assert (found["pairs"], found["difference"], found["verdict"], len(found["rows"])) == (6, 5.0, "B better", 5)
    assert t.tell("compare", *two, "--by", "0 - length(answer)")["verdict"] == "A better"
    assert t.tell("compare", *two, "--by", "length(answer)", "--by", "length(text)")["measures"][1]["by"] == "length(text)"
    said = t.say("compare", *two, "--by", "length(answer)", "--limit", 1)
    assert said.startswith("B better: B - A = +5")
    assert "The 1 of 6 differing pairs that differ most:" in said and "a long answer a" in said
    assert "no difference shown" in t.say("compare", *two, "--by", "length(text)")


@shows(
    "compare --judge", "compare --criteria", "compare --columns", "compare --budget", "compare --budget-tokens", "compare --base-url",
    "compare --grace",
)  # fmt: skip
def test_compare_by_a_judge(t: Terminal, two: tuple[str, str]) -> None:
    assert "no score in common" in t.tell("compare", *two, code=1)["what"]
    assert "is paused" in t.tell("compare", *two, "--judge", "umpire", "--budget-tokens", 100, code=1)["what"]
    assert "is paused" in t.tell("compare", *two, "--judge", "umpire", "--budget", 0.0001, code=1)["what"]
    found = t.tell("compare", *two, "--judge", "umpire", "--grace", 3)
    assert (found["judge"]["model"], found["judge"]["b"], found["verdict"], found["cost"]["judge_usd"] > 0) == ("openai/umpire", 6, "B better", True)
    assert "B 6" in t.say("compare", *two, "--judge", "umpire")
    asked = len(t.asked)
    assert t.tell("compare", *two, "--judge", "openai/other", "--base-url", t.server.url)["judge"]["model"] == "openai/other"
    assert len(t.asked) == asked + 12
    t.say("compare", *two, "--judge", "umpire", "--criteria", "It rhymes.")
    assert "It rhymes." in str(t.asked[-1].body)
    assert t.tell("compare", *two, "--judge", "umpire", "--columns", "text")["judge"]["same"] == 6
    assert "Without a judge criteria" in t.tell("compare", *two, "--by", "length(text)", "--criteria", "x", code=1)["what"]


@shows("run --budget", "resume --budget", "resume --json")
def test_budget(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(price_in=1, price_out=1, max_tokens=100)})
    told = t.tell("run", recipe, "--budget", 0.0005, code=4)
    assert told["cost_usd"] <= 0.0005
    assert (told["kept"] < 6, t.tell("resume", told["run"], "--budget", 1)["kept"]) == (True, 6)


@shows("run --budget-tokens", "resume --budget-tokens")
def test_budget_tokens(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(max_tokens=100)})
    told = t.tell("run", recipe, "--budget-tokens", 500, code=4)
    assert (told["kept"] < 6, told["tokens_in"] + told["tokens_out"] <= 500) == (True, True)
    assert t.tell("run", recipe, "--budget-tokens", 100_000)["kept"] == 6
    paused = t.tell("run", recipe, "--fresh", "--budget-tokens", 300, code=4)
    assert "--budget-tokens" in paused["reason"]
    assert t.tell("resume", paused["run"], "--budget-tokens", 30_000)["kept"] == 6


@shows("run --queue", "resume --queue")
def test_a_run_is_left_to_a_worker(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(max_tokens=100)})
    told = t.tell("run", recipe, "--queue", code=7)
    assert (told["state"], len(t.asked)) == ("queued", 0)
    assert t.tell("resume", told["run"], "--budget-tokens", 1, code=4)["state"] == "paused"
    assert t.tell("resume", told["run"], "--budget-tokens", 100_000, "--queue", code=7)["state"] == "queued"
    with Lab(t.folder / "home") as lab:
        worker = Worker(lab)
        worker.start()
        while (stands := t.tell("runs", told["run"]))["state"] in ("queued", "running"):
            time.sleep(0.1)
        worker.stop()
    assert (stands["state"], stands["kept"]) == ("finished", 6)


@shows("serve --port", "serve --host", "serve --runs", "serve --grace", "serve --open", "serve --no-open", "serve --home")
def test_serving(t: Terminal) -> None:
    opened = t.folder / "opened"
    (browse := t.folder / "browse").write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browse.chmod(0o755)
    slow = Bench(t.folder, latency=0.4)
    with slow, process(t.folder / "served", "--open", "--port", "0", "--runs", "1", "--grace", "0", BROWSER=f"{browse} %s") as (running, link):
        with browser(link) as client:
            runs = "/api/v1/projects/default/runs"
            for name in "ab":
                recipe = slow.recipe(texts(*"pqrstu"), ask(f"{name} {{{{ text }}}}"), file=f"{name}.yaml")
                assert client.post(runs, json={"recipe": str(recipe)}).status_code == 202
            while (one := client.get(f"{runs}/r1").json())["state"] == "queued":
                time.sleep(0.05)
            assert (one["state"], client.get(f"{runs}/r2").json()["state"]) == ("running", "queued")
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) in (0, -signal.SIGTERM)
    assert opened.read_text().split() == [link]
    words = ("--no-open", "--home", str(t.folder / "apart"), "--port", "0", "--host", "::1")
    with process(t.folder / "home", *words) as (_, there), browser(there) as client:
        port = urlsplit(there).port
        assert (urlsplit(there).hostname, client.get("/api/v1/projects/default/runs").json()["items"]) == ("::1", [])
        again = [*COMMAND, "--no-open", "--host", "::1", "--port", str(port)]
        taken = subprocess.run(again, capture_output=True, text=True, cwd=t.folder, check=False)
    assert (t.folder / "apart" / "serve.token").exists() and not (t.folder / "home" / "serve.token").exists()
    assert taken.returncode == 1 and "cannot be used" in taken.stderr and len(opened.read_text().split()) == 1
    refused = subprocess.run([*COMMAND, "--host", "0.0.0.0"], capture_output=True, text=True, cwd=t.folder, check=False)
    assert refused.returncode == 1 and "reached by others" in refused.stderr


@shows("run --new", "run --fresh")
def test_new_and_fresh(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask())
    told = [t.tell("run", recipe, *more) for more in ([], [], ["--new"], ["--fresh"])]
    assert [one["run"] for one in told] == ["r1", "r1", "r2", "r3"]
    assert [(one["calls"], one["calls_reused"]) for one in told] == [(6, 0), (6, 0), (0, 6), (6, 0)]
    assert len(t.asked) == 12


@shows("run --replace")
def test_replace(t: Terminal) -> None:
    first, second = t.recipe(texts("a"), file="1.yaml"), t.recipe(texts("b"), file="2.yaml", into="t")
    t.tell("run", first)
    t.tell("run", second)
    assert t.rows_of("t") == [{"text": "a"}, {"text": "b"}]
    t.tell("run", second, "--new", "--replace")
    assert t.rows_of("t") == [{"text": "b"}]


@shows("run --commit-partial", "resume --commit-partial")
def test_commit_partial(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(max_tokens=100, concurrency=1)})
    plain = t.tell("run", recipe, "--budget-tokens", 500, code=4)
    assert (plain["version"], plain["kept"] > 0) == (None, True)
    assert len(t.rows_of(f"run:{plain['run']}")) == plain["kept"]
    resumed = t.tell("resume", plain["run"], "--commit-partial", code=4)
    assert (resumed["dataset"], len(t.rows_of("t"))) == ("t", plain["kept"])
    partly = t.tell("run", recipe, "--new", "--into", "other", "--budget-tokens", 500, "--commit-partial", code=4)
    assert (partly["dataset"], len(t.rows_of("other"))) == ("other", partly["kept"])


@shows("run --grace", "resume --grace")
def test_grace(t: Terminal) -> None:
    """Without grace calls in flight are cut off and counted at their highest price."""
    t.server.change(latency=1.5)
    recipe = t.recipe(texts("a"), ask())
    for number, words in enumerate((["run", recipe, "--grace", "0"], ["resume", "r1", "--grace", "0"]), 1):
        with CommandLine(*words, "--home", t.folder / "home", "--json") as command:
            t.server.wait_for(number)
            command.process.send_signal(signal.SIGTERM)
            assert command.wait() == 5
            assert (command.result["kept"], command.result["maybe_billed"]) == (0, number)
    with CommandLine("resume", "r1", "--grace", "10", "--home", t.folder / "home", "--json") as command:
        t.server.wait_for(3)
        command.process.send_signal(signal.SIGTERM)
        assert command.wait() == 5
        assert command.result["kept"] == 1


@shows("resume --retry-failed", "resume --no-retry-failed", "runs --failed", "runs --draws", "runs --lock", "runs --limit", "runs --json")
def test_failed_rows_and_unusable_answers(t: Terminal) -> None:
    t.server.change(rules=[{"contains": "Say a", "fault": "400"}, {"contains": "Say b", "fault": "malformed", "times": 1}])
    told = t.tell("run", t.recipe(SIX, ask(), models={"writer": t.model(reasks=0)}), code=3)
    assert told["failed"].keys() <= {"http_400", "malformed", "schema"}
    failed = t.tell("runs", "r1", "--failed")
    assert failed[0]["reason"] == "http_400"
    assert "http_400" in t.say("runs", "r1", "--failed")
    assert t.tell("runs", "r1", "--failed", "--limit", 1) == failed[:1]
    assert len(t.tell("runs", "r1", "--draws")) == sum(told["refused_draws"].values())
    lock = t.say("runs", "r1", "--lock")
    assert "prompts" in lock
    assert lock != t.say("runs", "r1")
    t.server.change(rules=[])
    assert t.tell("resume", "r1", "--no-retry-failed", code=3)["failed"] == told["failed"]
    assert t.tell("resume", "r1", "--retry-failed")["kept"] == 6
    assert [one["run"] for one in t.tell("runs")] == ["r1"]


@shows("run --batch", "run --batch-only", "run --wait", "run --no-wait", "resume --batch", "resume --no-batch", "resume --wait", "resume --no-wait")
def test_batches(t: Terminal) -> None:
    t.server.change(batch_s=3600, batch_first=0.5, batch_cancel_s=0)
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(retries=0)})
    paused = t.tell("run", recipe, "--batch", "--no-wait", code=4)
    assert (paused["state"], paused["batches"][0]["state"], paused["batches"][0]["requests"]) == ("paused", "submitted", 6)
    assert t.tell("resume", "r1", "--no-wait", code=4)["batches"][0]["remote"] == t.server.batches()[0]["id"]
    told = t.say("runs", "r1")
    assert "b1" in told and "submitted" in told and t.server.batches()[0]["id"] in told
    assert "cancelled" in t.say("cancel", "r1")
    assert t.tell("runs", "r1")["batches"][0]["reason"] == "cancelled"
    t.server.change(batch_s=0.1)
    assert t.tell("resume", "r1", "--batch", "--wait")["kept"] == 6
    assert "of them in batches" in t.say("runs", "r1")
    live = t.tell("run", recipe, "--fresh")
    assert (live["kept"], live["batches"]) == (6, [])
    t.server.change(batch_lines={"expired": 1.0})
    only = t.tell("run", recipe, "--fresh", "--batch-only", "--wait", code=3)
    assert (only["failed"], only["calls"]) == ({"expired": 6}, 0)
    t.server.change(batch_s=3600, batch_first=0)
    t.say("run", recipe, "--fresh", "--batch", "--no-wait", code=4)
    t.say("cancel", "r4")
    assert t.tell("resume", "r4", "--no-batch")["kept"] == 6
    assert len(t.server.batches()) == len(t.tell("runs", "r1")["batches"]) + len(only["batches"]) + 1


@shows("run --deadline")
def test_deadline(t: Terminal) -> None:
    t.server.change(batch_s=3600)
    recipe = t.recipe(SIX, ask())
    assert (t.tell("run", recipe, "--batch", "--deadline", "0s")["kept"], t.server.batches()) == (6, [])
    assert t.say("run", recipe, "--fresh", "--batch", "--deadline", "2d", "--no-wait", code=4).count("b1") > 0
    assert len(t.server.batches()) == 1
    said = called(["run", str(recipe), "--batch", "--deadline", "soon"], {"ROWSMITH_HOME": str(t.folder / "home")}, t.folder)
    assert (said.returncode, "no span of time" in said.stderr) == (1, True)


@shows("stop --json", "cancel --json")
def test_stop_and_cancel(t: Terminal) -> None:
    t.tell("run", t.recipe(SIX, ask()), "--budget-tokens", 10, code=4)
    assert t.tell("stop", "r1")["run"] == "r1"
    assert "Run r1: " in t.say("stop", "r1")
    assert t.tell("cancel", "r1") == {"run": "r1", "state": "cancelled"}
    assert t.tell("runs", "r1")["cancelled"] == 6


@shows("run --offline", "resume --offline", "check --offline")
def test_offline(t: Terminal) -> None:
    t.tell("run", t.recipe(texts("a", "b"), ask()))
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(api_key_env="NOT_THERE")})
    assert "NOT_THERE" in str(t.tell("check", recipe, code=1))
    assert t.tell("check", recipe, "--offline")["ok"]
    told = t.tell("run", recipe, "--offline", code=3)
    assert (told["state"], told["kept"], told["failed"], told["calls"], len(t.asked)) == ("shortfall", 2, {"not_recorded": 4}, 0, 2)
    assert "not_recorded" in t.say("runs", told["run"], "--failed")
    assert t.tell("resume", told["run"], "--offline", code=3)["failed"] == {"not_recorded": 4}
    assert "NOT_THERE" in str(t.tell("resume", told["run"], code=1))
    assert len(t.asked) == 2


@shows(
    "calls list --run", "calls list --model", "calls list --profile", "calls list --since", "calls list --limit", "calls list --json",
    "calls show --json", "calls export --run", "calls export --dataset", "calls export --json", "calls import --json",
)  # fmt: skip
def test_calls(t: Terminal) -> None:
    models = {"writer": t.model(), "judge": {**t.model(), "model": "openai/j"}}
    t.say("run", t.recipe(texts("a", "b"), ask(), models=models))
    t.say("run", t.recipe(texts("c"), ask(), {"kind": "score.judge"}, models=models, name="u", file="u.yaml"))
    every = t.tell("calls", "list")
    asked = [("--run", "r1"), ("--model", "openai/j"), ("--profile", every[0]["profile"]), ("--profile", "none"), ("--limit", 1), ("--since", "1m")]
    assert [len(t.tell("calls", "list", *words)) for words in asked] == [2, 1, 4, 0, 1, 4]
    assert [len(t.tell("calls", "list", "--since", moment)) for moment in ("2001-01-31", "2999-01-31T12:00")] == [4, 0]
    assert "no time" in t.tell("calls", "list", "--since", "soon", code=1)["what"]
    printed = t.say("calls", "list")
    assert all(call["key"][:8] in printed for call in every)
    assert time.strftime("%Y-%m-%d") in printed
    story = t.tell("calls", "show", every[-1]["key"][:12])
    assert (story["key"], story["uses"][0]["run"], "choices" in story["raw"]) == (every[-1]["key"], "r1", True)
    assert "choices" in t.say("calls", "show", every[-1]["key"])
    assert [t.tell("calls", "export", "calls.jsonl", *words)["calls"] for words in (["--run", "r2"], ["--dataset", "t"], [])] == [2, 2, 4]
    assert "4 calls in calls.jsonl" in t.say("calls", "export", "calls.jsonl")
    assert t.tell("calls", "import", "calls.jsonl", home="other")["imported"] == 4
    assert "4 calls in calls.jsonl: 0 imported, 4 were there" in t.say("calls", "import", "calls.jsonl", home="other")
    assert t.tell("run", t.folder / "u.yaml", "--offline", home="other")["kept"] == 1


@shows("check --set", "check --budget", "check --json")
def test_check(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask("${tone} {{ text }}"), parameters={"tone": {}})
    t.say("check", recipe, code=1)
    told = t.tell("check", recipe, "--set", "tone=Kindly")
    assert (told["ok"], told["name"], told["steps"]) == (True, "t", ["read.rows", "generate.columns"])
    assert told["models"][0] == {"role": "writer", "model": "openai/m", "batch": 1.0} | dict.fromkeys(
        ("price_in", "price_out", "context", "rpm", "tpm", "rpd", "tier")
    )
    printed = t.say("check", recipe, "--set", "tone=Kindly")
    assert "no problems" in printed
    assert "writer: openai/m, price unknown; batches at the same price" in printed
    assert "price_in" in str(t.tell("check", recipe, "--set", "tone=Kindly", "--budget", 1, code=1))


FACTS = {
    "--price-in": ("price_in", 1.5), "--price-out": ("price_out", 2.5), "--price-cached-in": ("price_cached_in", 0.5),
    "--price-cache-write": ("price_cache_write", 3.0), "--price-reasoning-out": ("price_reasoning_out", 4.0), "--price-batch": ("price_batch", 0.5),
    "--context": ("context", 8192), "--max-output": ("max_output", 512), "--tokenizer": ("tokenizer", "cl100k"), "--can": ("can", "tools"),
    "--licence": ("licence", "Apache-2.0"), "--terms": ("terms", "own"), "--rpm": ("rpm", 7), "--tpm": ("tpm", 70), "--rpd": ("rpd", 700),
}  # fmt: skip


@shows(*(f"models add {option}" for option in FACTS), "models add --json", "models list --json")
def test_models(t: Terminal) -> None:
    told = t.tell("models", "add", "openai/other", *(word for option, (_, value) in FACTS.items() for word in (option, value)))
    assert {name: told[name] for name, _ in FACTS.values()} == {name: [value] if name == "can" else value for name, value in FACTS.values()}
    assert told["file"].endswith("models.yaml")
    (listed,) = t.tell("models", "list", "openai/other")
    assert {**listed, "file": told["file"]} == told
    assert "is written to" in t.say("models", "add", "openai/m", "--price-in", 1, "--price-out", 0)
    recipe = t.recipe(SIX, ask(), models={"writer": t.model()})
    assert "writer: openai/m, $1 in and $0 out per million tokens" in t.say("check", recipe)
    assert "0.15 in, 0.6 out, 0.075 cached, batch x0.5" in t.say("models", "list", "gpt-4o-mini")
    assert "rowsmith models add" in t.say("models", "list", "no such model")


@shows("models test --base-url", "models test --answers", "models test --embed", "models test --set", "models test --json")
def test_models_test(t: Terminal) -> None:
    (told,) = t.tell("models", "test", "openai/other", "--base-url", t.server.url, "--answers", "tools")
    assert (told["ok"], told["way"], told["place"]) == (True, "tools", t.server.url)
    (vector,) = t.tell("models", "test", "openai/other", "--base-url", t.server.url, "--embed")
    assert (vector["way"], vector["answer"]) == ("embedding", {"dimensions": 64})
    said = t.say("models", "test", "openai/other", "--base-url", t.server.url)
    assert "asked for by schema; the answer was valid as it stood" in said
    assert "no usable answer (unreachable)" in t.say("models", "test", "openai/other", "--base-url", "http://127.0.0.1:9/v1", code=1)
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(model="${name}")}, parameters={"name": {"default": "openai/m"}})
    assert [one["model"] for one in t.tell("models", "test", recipe, "--set", "name=openai/n")] == ["openai/n"]
    assert not (t.folder / "home").exists()  # nothing is kept


@shows("plan --set", "plan --target", "plan --limit", "plan --json", "plan --pilot", "plan --budget", "plan --batch")
def test_plan(t: Terminal) -> None:
    recipe = t.recipe(SIX, ask("${tone} {{ text }}"), parameters={"tone": {"default": "So"}}, models={"writer": t.model(price_in=1, price_out=1)})
    plain = t.tell("plan", recipe)
    assert set(plain) >= {"rows", "calls", "tokens_in", "tokens_out", "cost_usd", "seconds"}
    assert all(plain[name]["low"] <= plain[name]["mid"] <= plain[name]["high"] for name in ("rows", "calls", "tokens_in", "tokens_out"))
    assert plain["rows"]["high"] == 6
    assert t.tell("plan", recipe, "--limit", 2)["rows"]["high"] == 2
    assert t.tell("plan", recipe, "--target", 3)["calls"] != plain["calls"]
    assert t.tell("plan", recipe, "--set", f"tone={'very ' * 200}")["tokens_in"]["high"] > plain["tokens_in"]["high"]
    assert "tokens_in" in t.say("plan", recipe)
    assert t.tell("plan", recipe, "--batch")["seconds"] is None
    assert "Batches may take up to a day" in t.say("plan", recipe, "--batch")
    assert (t.asked, t.tell("runs")) == ([], [])
    t.tell("plan", recipe, "--pilot", 2)
    assert len(t.asked) == 2
    assert t.tell("plan", recipe, "--pilot", 6, "--budget", 0.00001, "--set", "tone=Other", code=0)["calls"]
    assert len(t.asked) == 2


@shows("steps --json", " --version")
def test_steps_and_version(t: Terminal) -> None:
    assert t.tell("steps", "read.rows")["kind"] == "read.rows"
    assert len(t.tell("steps")) >= 14
    assert "The rows, each a mapping" in t.say("steps", "read.rows")
    assert t.say("--version").startswith("rowsmith ")


@shows("datasets --json", "rows --start", "rows --limit", "rows --json", "show --json", "show --row")
def test_datasets(t: Terminal) -> None:
    t.tell("run", t.recipe(SIX, ask(forward="all")))
    assert [(one["name"], one["rows"], one["versions"]) for one in t.tell("datasets")] == [("t", 6, 1)]
    assert "newest" in t.say("datasets")
    assert [row["text"] for row in t.rows_of("t")] == list("abcdef")
    assert [row["text"] for row in t.rows_of("t", "--start", "4")] == ["e", "f"]
    assert [row["text"] for row in t.rows_of("t", "--start", "1", "--limit", "2")] == ["b", "c"]
    *lines, counted = t.rows_of("t", "--limit", "1", "--json")
    (whole,) = lines
    assert (set(whole), counted) == ({"id", "data", "scores", "origin", "reviews"}, {"total": 6, "shown": 1})
    assert t.tell("show", "t")["rows"] == 6
    assert "6 rows" in t.say("show", "t")
    history = json.loads(t.say("show", "t", "--row", whole["id"]))
    assert (history["data"], len(history["calls"])) == (whole["data"], 1)


@shows("rows --where", "rows --search", "rows --sort", "rows --sample", "rows --seed")
def test_looking_at_rows(t: Terminal) -> None:
    rows = [{"text": text, "n": n} for n, text in enumerate(["tea in Assam", "green tea", "東京の水", "شاي أخضر", "coffee", "Tea house"])]
    t.tell("run", t.recipe({"kind": "read.rows", "rows": rows}))

    def seen(*words: str) -> list[int]:
        return [row["n"] for row in t.rows_of("t", *words)]

    assert seen("--where", "n > 3") == [4, 5]
    assert seen("--search", "tea -green") == [0, 5]
    assert (seen("--search", "京の"), seen("--search", "اخضر")) == ([2], [3])
    assert seen("--sort=-n", "--limit", "2") == [5, 4]
    assert seen("--sort", "length(text)", "--sort=-n", "--start", "1") == [4, 3, 5, 1, 0]
    assert (seen("--sample", "3"), seen("--sample", "3")) == (seen("--sample", "3", "--seed", "0"), seen("--sample", "3", "--seed=0"))
    assert len({tuple(seen("--sample", "3", "--seed", str(seed))) for seed in range(6)}) > 1
    assert t.rows_of("t", "--where", "n > 1", "--limit", "1", "--json")[-1] == {"total": 4, "shown": 1}
    assert [row["n"] for row in t.rows_of("run:r1", "--where", "n > 3", "--search", "tea")] == [5]
    t.say("edit", "t", t.rows_of("t", "--json")[0]["id"], "--set", "text=coffee in Assam")
    assert (seen("--search", "coffee"), seen("--where", "text LIKE 'tea%'")) == ([0, 4], [])
    version = t.tell("datasets")[0]["version"]
    assert (seen("--search", "coffee")[0], [row["n"] for row in t.rows_of(f"t@{version}", "--search", "coffee")]) == (0, [4])


@shows("export --as", "export -o", "export --output", "export --provenance", "export --json")
def test_export(t: Terminal) -> None:
    t.tell("run", t.recipe({"kind": "read.rows", "rows": [{"input": "i", "answer": "a"}]}))
    told = t.tell("export", "t", "--as", "alpaca", "-o", "1.json", "--provenance", "none")
    assert (told["rows_out"], told["sidecar"]) == (1, None)
    t.say("export", "t", "--as", "csv", "--output", "2.csv", "--provenance", "sidecar")
    assert sorted((t.folder / "2.csv").read_text(encoding="utf-8").split("\n")[0].split(",")) == ["answer", "input"]
    assert json.loads((t.folder / "2.csv.provenance.jsonl").read_text(encoding="utf-8"))
    assert "1 of 1 rows" in t.say("export", "t", "--as", "jsonl", "-o", "3.jsonl", "--provenance", "column")
    assert {(t.folder / name).read_text(encoding="utf-8") for name in ("1.json", "3.jsonl")} != {""}


@shows("export --split-by", "export --shard-rows", "export --suffix", "export --spreadsheet-safe")
def test_export_into_a_folder(t: Terminal) -> None:
    rows = [{"input": f"={n}", "answer": "a", "part": "train" if n else "test"} for n in range(5)]
    for name in "tu":
        t.tell("run", t.recipe({"kind": "read.rows", "rows": rows}, file=f"{name}.yaml", into=name))
    told = t.tell("export", "t", "--as", "jsonl", "-o", "1", "--split-by", "part", "--shard-rows", 3, "--suffix", ".csv.gz")
    parts = [(one["path"], one["split"], one["rows"]) for one in told["parts"]]
    assert parts == [
        ("test.csv.gz", "test", 1), ("train-00000-of-00002.csv.gz", "train", 3), ("train-00001-of-00002.csv.gz", "train", 1),
    ]  # fmt: skip
    t.say("export", "t", "--as", "csv", "-o", "2.csv", "--spreadsheet-safe")
    assert "'=1," in (t.folder / "2.csv").read_text(encoding="utf-8")
    said = t.say("export", "t", "u", "--as", "llama-factory", "-o", "3")
    assert "10 of 10 rows" in said
    assert "5 in u.jsonl" in said
    assert set(json.loads((t.folder / "3" / "dataset_info.json").read_text(encoding="utf-8"))) == {"t", "u"}
    assert "named twice" in t.tell("export", "t", "t", "--as", "jsonl", "-o", "4", code=1)["what"]
    assert "of one dataset" in t.tell("export", "t", "u", "--as", "jsonl", "-o", "4", "--lock", code=1)["what"]


@shows("export --policy", "export --drop-uncleared", "licences --json")
def test_licences(t: Terminal) -> None:
    t.tell("run", t.recipe({**texts("free"), "licence": "CC0-1.0"}, file="1.yaml", into="u"))
    t.tell("run", t.recipe(texts("bound"), file="2.yaml", into="u"))
    told = t.tell("licences", "u")
    assert (told["rows"], told["cleared"], len(told["sources"])) == (2, 1, 2)
    said = t.say("licences", "u")
    assert "1 of 2 rows are cleared for commercial training" in said
    assert "CC0-1.0" in said
    words = ("export", "u", "--as", "jsonl", "-o", "1.jsonl", "--policy", "commercial-training")
    told = t.tell(*words, code=1)
    assert ("does not let 1 rows out" in told["what"], told["problems"][0]["what"]) == (True, "1 rows: source read.rows: its licence is not known.")
    assert not (t.folder / "1.jsonl").exists()
    assert "--drop-uncleared needs --policy" in t.tell(*words[:-2], "--drop-uncleared", code=1)["what"]
    told = t.tell(*words, "--drop-uncleared")
    assert (told["rows_out"], told["uncleared"], told["policy"]) == (1, 1, "commercial-training")
    assert "1 of 1 rows" in t.say(*words, "--drop-uncleared")


@shows("origin --json", "trace --json", "forget --json", "forget --yes", "forget --dry-run", "forget --lift")
def test_provenance(t: Terminal) -> None:
    (t.folder / "tea.txt").write_text("Tea grows in Assam.", encoding="utf-8")
    t.tell("run", t.recipe({"kind": "read.files", "paths": ["tea.txt"]}, ask("Ask of {{ text }}", forward=["text"])))
    row = json.loads(t.say("rows", "t", "--json").splitlines()[0])
    told = t.tell("origin", row["id"][:10])
    assert (told["id"], told["sources"][0]["span"], told["made"][1]["prompt"], len(told["calls"])) == (row["id"], [0, 19], "Ask of {{ text }}", 1)
    said = t.say("origin", row["id"])
    assert "from tea.txt, characters 0 to 19" in said
    assert "model openai/m" in said
    lines = [json.loads(line) for line in t.say("trace", "tea.txt", "--json").splitlines()]
    assert ([line["id"] for line in lines[:-1]], lines[-1]["rows"], lines[-1]["versions"]) == ([row["id"]], 1, 1)
    assert "1 rows in 1 versions of t; read by r1" in t.say("trace", "tea.txt")
    assert t.tell("forget", "tea.txt", "--dry-run")["dry_run"]
    assert "would go" in t.say("forget", "tea.txt", stdin="n\n", code=130)
    assert json.loads(t.say("rows", "t", "--json").splitlines()[0]) == row
    gone = t.tell("forget", "tea.txt", "--yes")
    assert {name: gone[name] for name in ("versions", "rows", "calls", "vectors")} == {"versions": 1, "rows": 1, "calls": 1, "vectors": 0}
    assert [copy for copy in gone["unreachable"] if copy["kind"] != "temporary"] == [], "in the temporary folder others may be at work"
    assert t.rows_of("t") == []
    assert "erased" in t.say("origin", row["id"])
    assert len(t.tell("verify")["erased"]) == 2
    assert "erased by request: version" in (said := t.say("verify")), said
    t.say("run", "recipe.yaml", code=1)
    assert "cannot go together" in t.tell("forget", "tea.txt", "--lift", "--dry-run", code=1)["what"]
    assert t.tell("forget", "tea.txt", "--lift") == {"source": "tea.txt", "rows": 1}
    assert t.tell("run", "recipe.yaml")["kept"] == 1
    assert "are gone" in t.say("forget", "tea.txt", stdin="y\n")


@shows("verify --json", "verify --rebuild", "verify --no-rebuild", "doctor --json", "doctor --offline", "backup --json")
def test_the_home(t: Terminal) -> None:
    t.tell("run", t.recipe(SIX, ask()))
    proof = t.tell("verify")
    assert (proof["ok"], proof["problems"], proof["checked"]["rebuilt"], proof["checked"]["rows"]) == (True, [], 1, 6)
    assert t.tell("verify", "--rebuild")["checked"] == proof["checked"]
    assert "rebuilt" not in t.tell("verify", "--no-rebuild")["checked"]
    assert "ok" in t.say("verify")
    assert t.tell("doctor")["problems"] == []
    assert "profile: " in t.say("doctor")
    assert "server ollama" in t.say("doctor")
    assert "server ollama" not in t.say("doctor", "--offline")
    assert t.tell("backup", "one.backup")
    assert "copied" in t.say("backup", "two.backup")
    t.say("restore", "one.backup", "--home", t.folder / "again")
    assert [one["rows"] for one in t.tell("datasets", home="again")] == [6]
    assert "up to date" in t.say("upgrade", home="again")


@shows("project list --json", "project budget --usd", "project budget --tokens", "project delete --yes")
def test_projects(t: Terminal) -> None:
    t.say("project", "create", "other")
    recipe = t.recipe(SIX, ask(), models={"writer": t.model(price_in=1, price_out=1)})
    t.say("project", "budget", "other", "--tokens", 10)
    assert "project" in t.tell("run", recipe, "--project", "other", code=4)["reason"]
    t.say("project", "budget", "other", "--usd", 0.000001)
    assert "project" in t.tell("run", recipe, "--project", "other", code=4)["reason"]
    t.say("project", "budget", "other")
    assert t.tell("run", recipe, "--project", "other")["kept"] == 6
    assert t.tell("datasets") == []
    assert [one["name"] for one in t.tell("project", "list")] == ["default", "other"]
    assert "other" in t.say("project", "list")
    assert "is called mine now" in t.say("project", "rename", "other", "mine")
    assert [one["name"] for one in t.tell("project", "list")] == ["default", "mine"]
    assert [one["rows"] for one in t.tell("datasets", "--project", "mine")] == [6]
    t.say("project", "delete", "mine", "--yes")
    assert [one["name"] for one in t.tell("project", "list")] == ["default"]


@shows("keys add --url", "keys add --keyring", "keys list --json", "keys remove --url")
def test_keys(t: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(t.folder / "config"))
    monkeypatch.setenv(FOLDER, str(t.folder / "keyring"))
    keyring.set_keyring(FileKeyring())
    for words in ([], ["--url", "http://h:1/v1"], ["--keyring"]):
        t.say("keys", "add", "openai", *words, stdin="sk-0123456789abcdef\n")
    t.say("keys", "allow", "OPENAI_API_KEY", "http://h:2/v1")
    told = t.tell("keys", "list")
    assert told["allowed"] == {"OPENAI_API_KEY": ["http://h:2"]}
    assert [(key["where"], key["address"]) for key in told["keys"]] == [
        ("keyring", "https://api.openai.com"), ("store", "http://h:1"), ("store", "https://api.openai.com")
    ]  # fmt: skip
    shown = t.say("keys", "list")
    assert "cdef" in shown
    assert "0123" not in shown + json.dumps(told)
    assert "2 keys are encrypted under" in t.say("keys", "rotate")
    t.say("keys", "remove", "openai", "--url", "http://h:1")
    assert len(t.tell("keys", "list")["keys"]) == 2
    t.say("keys", "disallow", "OPENAI_API_KEY", "http://h:2/v1")
    t.say("keys", "remove", "OPENAI_API_KEY")
    assert t.tell("keys", "list") == {"keys": [], "allowed": {}}
    keyring.set_keyring(NoKeyring())


WITH_HOME = sorted(name for name, options in commands().items() if "--home" in options and name != "serve")  # test_serving
WITH_PROJECT = sorted(name for name, options in commands().items() if "--project" in options)
ARGUMENTS: dict[str, list[str]] = {
    "quality": ["t", "--checks", "injection"], "worth": ["t"],
    "compare": ["r1", "r2"], "optimize": ["p", "--dataset", "t", "--answer", "text"], "guide": ["support"],
    "run": ["RECIPE"], "plan": ["RECIPE"], "resume": ["r1"], "stop": ["r1"], "cancel": ["r1"], "rows": ["t"], "show": ["t"],
    "export": ["t", "--as", "jsonl", "-o", "out"], "export-check": ["t", "--as", "text"],
    "backup": ["made.backup"], "restore": ["there.backup"], "project create": ["new"], "project rename": ["other", "new"],
    "project budget": ["other"], "project delete": ["other", "--yes"], "calls list": ["--run", "r1"], "calls show": ["abc"],
    "calls export": ["out.calls", "--dataset", "t"], "calls import": ["there.calls"],
    "check": ["RECIPE"], "keys add": ["OPENAI_API_KEY"], "keys remove": ["MINE"], "models add": ["openai/x", "--context", "5"],
    "models test": ["RECIPE"], "licences": ["t"], "origin": ["ROW"], "trace": ["read.rows"], "forget": ["read.rows", "--yes"],
    "log": ["t"], "diff": ["t"], "commit": ["t", "-m", "now"], "branch": ["t"], "tag": ["t"], "merge": ["t", "draft"],
    "split": ["t", "--parts", "a=0.5,b=rest"], "sample": ["t", "-n", "1"], "balance": ["t", "--by", "text"], "shuffle": ["t"],
    "columns": ["t", "--drop", "text"], "combine": ["t", "t@v1", "--into", "u"],
    "cherry-pick": ["t", "draft"], "rollback": ["t", "main", "--discard"], "edit": ["t", "--discard"], "verify": ["t"], "lock": ["t"],
    "redact": ["t", "-o", "out.jsonl"], "push": ["t", "hf:acme/qa"], "pull": ["hf:acme/qa", "--into", "t"],
    "coverage": ["e"], "prompts show": ["p"], "prompts add": ["PROMPT"], "prompts log": ["p"], "prompts diff": ["p"], "prompts fork": ["p", "q"],
    "prompts restore": ["p", "v1"], "prompts tag": ["p"], "prompts export": ["p"], "prompts test": ["p", "--rows", "t"],
    "prompts lint": ["p"], "prompts infer": ["t"], "prompts refine": ["p"],
    "import": ["ROWS", "--into", "t"], "bundle": ["t", "-o", "out.zip"], "review add": ["t", "ROW", "--accept"], "review list": ["t"],
    "review calibrate": ["t", "--score", "length(text)"], "review drift": ["t", "--score", "length(text)", "--to", "length(text) + 1"],
    "review queue": ["t"], "review next": ["t"], "review agree": ["t"],
    "review export": ["t", "-o", "r.jsonl"], "review import": ["t", "there.jsonl"], "review diff": ["t", "--versions", "v1,main"],
}  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A home in which something is, and one (`apart`) where all of it is in the project `other`; each test has a copy of its own."""
    with Terminal(tmp_path_factory.mktemp("lived-in")) as t, dataset_hub() as hub, pytest.MonkeyPatch.context() as patch:
        for name, value in hub.environ(t.folder / "cache").items():
            patch.setenv(name, value)
        hub.writes = {HUB_TOKEN: ("acme",)}
        recipe = t.recipe(texts("a"), ask(), models={"writer": t.model(max_tokens=100, api_key_env="MINE")})
        for home, project in (("home", "default"), ("apart", "other")):
            t.say("project", "create", "other", home=home)
            scope = ["--project", project] if home == "apart" else []
            t.say("keys", "add", "MINE", "--url", t.server.url, *scope, stdin="a-key-of-mine", home=home)
            t.say("keys", "add", "HF_TOKEN", "--url", hub.environ(t.folder)["HF_ENDPOINT"], stdin=HUB_TOKEN, home=home)
            t.say("run", t.recipe(texts("x"), file="x.yaml"), "--project", project, home=home)
            t.say("run", recipe, "--project", project, home=home)
            for act in (("commit", "t"), ("branch", "t", "draft"), ("tag", "t", "v1")):
                t.say("edit", "t", "--add", '{"text": "by hand"}', "--project", project, home=home)
                t.say(*act, "--project", project, home=home)
            for words in ("Say {{ text }}", "Shout {{ text }}"):
                put(t, "p.md", words)
                t.say("prompts", "add", "p.md", "--project", project, home=home)
                if words.startswith("Say"):
                    t.say("prompts", "tag", "p", "v1", "--project", project, home=home)
            t.say("review", "queue", "t", "--by", "audit", "--sample", 1, "--project", project, home=home)
            t.say("review", "export", "t", "-o", "there.jsonl", "--project", project, home=home)
            t.say("guide", "--name", "support", "--project", project, home=home)
            put(t, "p.md", "Whisper {{ text }}")
            put(t, "a.md", "Tea is a drink.\n")
            with closing(sqlite3.connect(t.folder / "x.db")) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS t (text TEXT)")
                db.execute("INSERT INTO t VALUES ('one')")
            sources = {"kind": "read.files", "paths": ["a.md"]}, {"kind": "read.database", "url": "sqlite:///x.db", "table": "t"}
            for source in sources:
                t.say("run", t.recipe(source, file="sources.yaml"), "--into", "e", "--project", project, home=home)
        t.say("run", recipe, "--new", "--fresh", "--budget-tokens", 10, "--commit-partial", code=4)
        t.say("backup", "there.backup")
        t.say("calls", "export", "there.calls")
        t.say("models", "add", "openai/m", "--price-in", 1, "--price-out", 1)
        t.say("push", "t", "hf:acme/qa")
        put(t, "rows.jsonl", '{"text": "x"}\n')
        (t.folder / "row").write_text(ids(t)[0], encoding="utf-8")
        yield t


def spoken(lived_in: Terminal, folder: Path, command: str, home: str = "home") -> tuple[list[str], Path]:
    """The command with what it takes, and a copy of the home."""
    shutil.copytree(lived_in.folder / home, folder / "home")
    for name in ("there.backup", "there.calls", "there.jsonl"):
        shutil.copy(lived_in.folder / name, folder / name)
    recipe = str(lived_in.folder / "recipe.yaml")
    known = {"RECIPE": recipe, "ROWS": str(lived_in.folder / "rows.jsonl"), "ROW": (lived_in.folder / "row").read_text(encoding="utf-8")}
    known["PROMPT"] = str(lived_in.folder / "p.md")
    return [*command.split(), *(known.get(word, word) for word in ARGUMENTS.get(command, []))], folder / "home"


@shows(*(f"{name} --home" for name in WITH_HOME))
@pytest.mark.parametrize("command", WITH_HOME)
def test_home(lived_in: Terminal, tmp_path: Path, command: str) -> None:
    """What a command says of an empty home is not what it says of one in which something is."""
    words, home = spoken(lived_in, tmp_path, command)
    here = called([*words, "--home", str(home)], {"COLUMNS": "500"}, tmp_path)
    empty = called([*words, "--home", str(tmp_path / "empty")], {"COLUMNS": "500"}, tmp_path)
    if command in ("upgrade", "plan", "project create", "calls import", "import", "pull", "keys add", "prompts add"):
        assert (tmp_path / "empty" / "rowsmith.db").exists()
    else:
        assert (here.returncode, here.stdout, here.stderr) != (empty.returncode, empty.stdout, empty.stderr)


@shows(*(f"{name} --project" for name in WITH_PROJECT))
@pytest.mark.parametrize("command", WITH_PROJECT)
def test_project(lived_in: Terminal, tmp_path: Path, command: str) -> None:
    """What a command says of one project is not what it says of another."""
    words, home = spoken(lived_in, tmp_path, command, "apart")
    words = ["restore", "t", "main"] if command == "restore" else words  # a backup is of the whole home
    nowhere = called([*words, "--home", str(home), "--project", "nowhere"], {}, tmp_path)
    assert (nowhere.returncode, "nowhere" in nowhere.stderr) == (1, True)
    there, here = (called([*words, "--home", str(home), *more], {}, tmp_path, "sk-another") for more in (["--project", "other"], []))
    assert (there.returncode, there.stdout, there.stderr) != (here.returncode, here.stdout, here.stderr)


def test_every_option_is_shown() -> None:
    every = {f"{command} {option}" for command, options in commands().items() for option in options if option != "--help"}
    assert every - SHOWN == set()
    assert SHOWN - every == set()


ROWS = ({"kind": "read.rows", "rows": [{"text": letter, "n": n} for n, letter in enumerate("abc")]},)


def ids(t: Terminal, spoken: str = "t") -> list[str]:
    return [json.loads(line)["id"] for line in t.say("rows", spoken, "--json").splitlines() if "id" in json.loads(line)]


@shows("edit --set", "edit --unset", "edit --where", "edit --add", "edit --remove", "edit --seen", "edit --discard", "edit --json")
@shows("diff --json", "diff --limit")
def test_edits_and_what_they_change(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    a, b, c = ids(t)
    token = t.tell("edit", "t", a)["token"]
    assert t.tell("edit", "t", a, "--set", "text=A", "--set", "n=7")["data"] == {"text": "A", "n": 7}
    stale = t.tell("edit", "t", a, "--set", "text=B", "--seen", token, code=1)
    assert (stale["error"], stale["current"]) == ("Stale", {"text": "A", "n": 7})
    assert t.tell("edit", "t", a, "--set", "text=B", "--seen", stale["token"])["data"]["text"] == "B"
    assert t.tell("edit", "t", b, "--unset", "n")["data"] == {"text": "b"}
    assert t.tell("edit", "t", c, "--remove")["data"] is None
    assert t.tell("edit", "t", "--add", '{"text": "new"}')["data"] == {"text": "new"}
    assert t.tell("edit", "t", "--where", "text IN ('B', 'new')", "--set", "label=x") == {"edited": 2}
    told = t.tell("diff", "t")
    assert {name: told[name] for name in ("added", "removed", "changed", "fields", "new")} == {
        "added": 1, "removed": 1, "changed": 2, "fields": {"n": 2, "label": 1, "text": 1}, "new": None,
    }  # fmt: skip
    assert len(t.tell("diff", "t", "--limit", 1)["rows"]) == 1
    shown = t.say("diff", "t")
    assert "uncommitted edits: 1 added, 1 removed, 2 changed" in shown and f"~ {a}" in shown and "text: [-a-][+B+]" in shown
    assert t.tell("edit", "t", a, "--discard") == {"discarded": 1}
    assert t.tell("edit", "t", "--discard") == {"discarded": 3}
    assert t.tell("diff", "t")["rows"] == []
    assert t.tell("edit", "t", "--where", "n >= 1", "--set", "n=7", "--set", "text=8") == {"edited": 2}
    assert [(row["n"], row["text"]) for row in t.rows_of("t")] == [(0, "a"), (7, "8"), (7, "8")]  # each value of the kind that was there


@shows("edit --undo", "edit --redo", "edit --skip-changed", "edit --acts")
def test_edits_are_undone_and_done_again(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    a, b, _ = ids(t)
    t.say("edit", "t", a, "--set", "text=A")
    assert t.tell("edit", "t", "--where", "n >= 1", "--remove") == {"removed": 2}
    assert [(act["kind"], act["rows"], act["undone"]) for act in t.tell("edit", "t", "--acts")] == [("remove", 2, False), ("set", 1, False)]
    assert "undone: remove, 2 rows" in t.say("edit", "t", "--undo") and len(t.rows_of("t")) == 3
    assert t.tell("edit", "t", "--undo")["kind"] == "set" and t.tell("diff", "t")["rows"] == []
    assert t.tell("edit", "t", "--undo", code=1)["error"] == "NotFound"
    assert t.tell("edit", "t", "--redo")["rows"] == 1 and "done again: remove" in t.say("edit", "t", "--redo")
    assert "2 rows" in t.say("edit", "t", "--acts")
    assert "Look at" in t.tell("edit", "t", b, "--set", "text=x", "--seen", "0", code=1)["fix"]
    assert "Leave the row out" in t.tell("edit", "t", a, "--undo", code=1)["fix"]
    assert "needs --undo or --redo" in t.tell("edit", "t", a, "--skip-changed", code=1)["what"]
    t.say("edit", "t", "--discard")
    t.say("edit", "t", "--where", "n >= 0", "--set", "text=all")
    project = Lab(t.folder / "home", who="somebody else").project()
    project.edits.set("t", a, {"text": "theirs"})
    project.lab.close()
    refused = t.tell("edit", "t", "--undo", code=1)
    assert (refused["error"], refused["current"]["text"], refused["made"]["text"]) == ("NotAsMade", "theirs", "all")
    turned = t.tell("edit", "t", "--undo", "--skip-changed")
    assert (turned["left"], [row["text"] for row in t.rows_of("t")].count("all")) == (1, 0)


def test_a_name_that_no_row_has_is_told_with_what_may_be_meant(t: Terminal) -> None:
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"answer": "yes", "topic": "tea"}, {"answer": "no"}]}))
    env = {"ROWSMITH_HOME": str(t.folder / "home")}
    for words, rows in (
        (["rows", "t", "--where", "topci = 'tea'"], 0), (["rows", "t", "--where", "topci IS NULL"], 2), (["rows", "t", "--where", "topic = 'x'"], 0),
        (["edit", "t", "--where", "topci = 'tea'", "--set", "a=b"], 0),
        (["export", "t", "--as", "jsonl", "-o", "out.jsonl", "--where", "topci = 'tea'"], 0),
    ):  # fmt: skip
        done = called(words, env, t.folder)
        assert done.returncode == 0 and (words[0] != "rows" or len(done.stdout.splitlines()) == rows)
        said = "Note: No row has a column 'topci'; it is NULL. Did you mean 'topic'?"
        assert (said in done.stderr) == any("topci" in word for word in words), done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Which row?"), (("abc",), "There is no row 'abc'"), (("ab" * 16,), "has no row"), (("--add", "[1]"), "no JSON object"),
        (("--add", "{"), "no JSON"), (("--add", "{}"), "says nothing"),
        (("--where", "n >", "--set", "n=1"), "expression"),
        (("--where", "n > 1"), "--where goes with"),
        (("--add", '{"a": 1}', "--remove"), "--add and --remove cannot go together"), (("ROW", "--unset", "zz"), "has no column 'zz'"),
        (("ROW", "--set", "n"), "gives no value"), (("ROW", "--add", '{"a": 1}'), "gets its id by itself"),
        (("--where", "n > 1", "--discard"), "--where goes with"),
        (("ROW", "--seen", "abc"), "--seen goes with"), (("--add", '{"a": 1}', "--seen", "abc"), "--seen goes with"),
        (("--where", "n > 1", "--set", "n=1", "--seen", "abc"), "--seen goes with"), (("ROW", "--discard", "--seen", "abc"), "--seen goes with"),
    ],
)  # fmt: skip
def test_edits_that_cannot_be(t: Terminal, words: tuple[str, ...], says: str) -> None:
    t.say("run", t.recipe(*ROWS))
    row = ids(t)[0]
    assert says in t.tell("edit", "t", *(row if word == "ROW" else word for word in words), code=1)["what"]
    assert t.tell("diff", "t")["rows"] == []


@shows("commit --message", "commit -m", "commit --author", "commit --json", "log --json", "log --limit")
def test_commits_and_the_log(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    assert "no uncommitted edits" in t.tell("commit", "t", code=1)["what"]
    for number, words in enumerate((("-m", "first"), ("--message", "second"), ("--author", "ann"))):
        t.say("edit", "t", ids(t)[0], "--set", f"text={number}")
        told = t.tell("commit", "t", *words)
        assert (told["added"], told["removed"], told["changed"], told["conflicts"]) == (0, 0, 1, [])
    log = t.tell("log", "t")
    assert [v["message"] for v in log["versions"]][:3] == ["", "second", "first"]
    assert (log["versions"][0]["author"], log["versions"][0]["refs"], log["versions"][0]["version"]) == ("ann", ["main"], told["version"])
    assert (log["total"], len(t.tell("log", "t", "--limit", 2)["versions"]), log["versions"][-1]["run"]) == (4, 2, "r1")
    assert t.tell("log", f"t@{log['versions'][2]['version'][:8]}")["total"] == 2
    assert "second" in t.say("log", "t")
    shown = t.tell("diff", "t", log["versions"][-1]["version"][:8])
    assert (shown["changed"], shown["rows"][0]["fields"]) == (1, {"text": {"old": "a", "new": "2"}})
    back = t.tell("diff", "t", "main", log["versions"][-1]["version"][:8])
    assert back["rows"][0]["fields"] == {"text": {"old": "2", "new": "a"}}


@shows("branch --at", "branch --delete", "branch --discard", "branch --json")
@shows("tag --at", "tag --message", "tag -m", "tag --release", "tag --delete", "tag --json")
def test_branches_tags_and_releases(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    first = t.tell("log", "t")["versions"][0]["version"]
    t.say("edit", "t", ids(t)[0], "--set", "text=A")
    second = t.tell("commit", "t")["version"]
    assert t.tell("branch", "t", "old", "--at", first[:8])["version"] == first
    assert t.tell("branch", "t", "new")["version"] == second
    assert t.tell("tag", "t", "v1", "--at", "old", "--message", "good")["message"] == "good"
    assert t.tell("tag", "t", "v2", "-m", "better", "--release")["kind"] == "release"
    assert [ref["name"] for ref in t.tell("branch", "t")["branches"]] == ["main", "new", "old"]
    assert [(ref["name"], ref["kind"], ref["version"]) for ref in t.tell("tag", "t")["tags"]] == [("v1", "tag", first), ("v2", "release", second)]
    assert t.rows_of("t@v1")[0]["text"] == "a" and t.rows_of("t@v2")[0]["text"] == "A"
    t.say("edit", "t@new", ids(t)[0], "--set", "text=B")
    assert "uncommitted" in t.tell("branch", "t", "new", "--delete", code=1)["what"]
    t.say("branch", "t", "new", "--delete", "--discard")
    t.say("tag", "t", "v1", "--delete")
    assert "is a release" in t.tell("tag", "t", "v2", "--delete", code=1)["what"]
    assert "stays" in t.tell("branch", "t", "main", "--delete", code=1)["what"]
    assert [ref["name"] for ref in (*t.tell("branch", "t")["branches"], *t.tell("tag", "t")["tags"])] == ["main", "old", "v2"]
    for words, says in (
        (("branch", "t", "v2", "--delete"), "is a release"), (("tag", "t", "old", "--delete"), "is a branch, not a tag"),
        (("branch", "t", "new", "--discard"), "--discard needs --delete"), (("branch", "t", "old", "--delete", "--at", "v2"), "cannot go together"),
        (("branch", "t", "--delete"), "needs the name of a branch"), (("branch", "t", "--at", "v2"), "--at needs"),
        (("tag", "t", "--release"), "--release needs the name of a tag"), (("tag", "t", "v2", "--delete", "-m", "x"), "cannot go together"),
    ):  # fmt: skip
        assert says in t.tell(*words, code=1)["what"]


def test_names_of_a_dataset_name_its_own_versions(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    t.say("sample", "t", "-n", 2, "--into", "other")
    for words in (("rollback", "t", "other@main"), ("tag", "t", "v1", "--at", "other@main"), ("branch", "t", "b", "--at", "other@main")):
        assert "is a version of another dataset" in t.tell(*words, code=1)["what"]
    assert len(said(t)) == 3 and t.tell("restore", "t", "other@main")["removed"] == 1
    assert t.tell("verify")["ok"]


def forked(t: Terminal) -> list[str]:
    """Both branches have changed the text of the first row, main that of the second, draft that of the third."""
    t.say("run", t.recipe(*ROWS))
    a, b, c = ids(t)
    t.say("branch", "t", "draft")
    for branch, row, text in (("main", a, "main's"), ("main", b, "main's"), ("draft", a, "draft's")):
        t.say("edit", f"t@{branch}", row, "--set", f"text={text}")
    t.say("commit", "t")
    t.say("commit", "t@draft")
    t.say("edit", "t@draft", c, "--set", "text=picked")
    t.say("commit", "t@draft", "-m", "a good one")
    return [a, b, c]


def said(t: Terminal, spoken: str = "t") -> list[str]:
    return [row["text"] for row in t.rows_of(spoken)]


@shows("merge --message", "merge -m", "merge --rows", "merge --prefer", "merge --resolve", "merge --json")
def test_merges(t: Terminal) -> None:
    a, _b, c = forked(t)
    told = t.tell("merge", "t", "draft", code=1)
    assert told["conflicts"] == [{"row": a, "field": "text", "base": "a", "ours": "main's", "theirs": "draft's"}]
    assert (told["version"], said(t)) == (None, ["main's", "main's", "c"])
    assert "no conflict in field 'n'" in t.tell("merge", "t", "draft", "--prefer", "ours", "--resolve", f"{a}:n=ours", code=1)["what"]
    assert "settles no conflict" in t.tell("merge", "t", "draft", "--resolve", "x=1", code=1)["what"]
    assert "no side to prefer" in t.tell("merge", "t", "draft", "--prefer", "mine", code=1)["what"]
    for number, (words, first) in enumerate({
        ("--prefer", "ours"): "main's", ("--prefer", "theirs"): "draft's", ("--resolve", f"{a}:text=theirs"): "draft's",
        ("--resolve", f"{a}:text=base"): "a", ("--resolve", f'{a}:text=value:"both"'): "both",
    }.items()):  # fmt: skip
        t.say("branch", "t", f"try{number}")
        done = t.tell("merge", f"t@try{number}", "draft", *words)
        assert (said(t, f"t@try{number}"), done["changed"]) == ([first, "main's", "picked"], 1 + (first != "main's"))
    t.say("edit", "t@draft", c, "--remove")
    t.say("commit", "t@draft")
    t.say("merge", "t", "draft", "--rows", "union", "--prefer", "ours", "-m", "all of them")
    assert (said(t), t.tell("log", "t")["versions"][0]["message"]) == (["main's", "main's", "c"], "all of them")
    t.say("merge", "t@try0", "draft", "--rows", "intersection", "--prefer", "ours", "--message", "some")
    assert (said(t, "t@try0"), t.tell("log", "t@try0")["versions"][0]["message"]) == (["main's", "main's"], "some")


@shows("cherry-pick --message", "cherry-pick -m", "cherry-pick --prefer", "cherry-pick --resolve", "cherry-pick --json")
def test_picking(t: Terminal) -> None:
    a, *_ = forked(t)
    assert t.tell("cherry-pick", "t", "draft", "-m", "picked")["changed"] == 1
    assert (said(t), t.tell("log", "t")["versions"][0]["message"]) == (["main's", "main's", "picked"], "picked")
    before = t.tell("log", "t@draft")["versions"][1]["version"]
    assert t.tell("cherry-pick", "t", before, code=1)["conflicts"][0]["row"] == a
    t.say("branch", "t", "other")
    assert t.tell("cherry-pick", "t", before, "--prefer", "theirs", "--message", "theirs")["changed"] == 1
    assert t.tell("cherry-pick", "t@other", before, "--resolve", f"{a}:text=value:mine")["changed"] == 1
    assert (said(t)[0], said(t, "t@other")[0], t.tell("log", "t")["versions"][0]["message"]) == ("draft's", "mine", "theirs")


@shows("commit --prefer", "commit --resolve")
def test_a_commit_over_a_branch_that_moved(t: Terminal) -> None:
    a, *_ = forked(t)
    for branch in ("one", "two", "three"):
        t.say("branch", "t", branch)
        t.say("edit", f"t@{branch}", a, "--set", "text=edited")
        t.say("restore", f"t@{branch}", "draft")
    assert t.tell("commit", "t@one", code=1)["conflicts"] == [{"row": a, "field": "text", "base": "main's", "ours": "draft's", "theirs": "edited"}]
    for branch, words, text in (("one", ("--prefer", "theirs"), "edited"), ("two", ("--prefer", "ours"), "draft's")):
        t.say("commit", f"t@{branch}", *words)
        assert said(t, f"t@{branch}")[0] == text
    t.say("commit", "t@three", "--resolve", f"{a}:text=value:neither")
    assert said(t, "t@three")[0] == "neither"


@shows("rollback --discard", "rollback --json", "restore --message", "restore -m", "restore --json")
def test_restoring_and_rolling_back(t: Terminal) -> None:
    a, *_ = forked(t)
    first = t.tell("log", "t")["versions"][-1]["version"]
    told = t.tell("restore", "t", first[:8], "--message", "as it was")
    assert (told["changed"], said(t), t.tell("log", "t")["total"]) == (2, ["a", "b", "c"], 3)
    assert t.tell("log", "t")["versions"][0]["message"] == "as it was"
    t.say("restore", "t", "draft", "-m", "draft's")
    assert (said(t)[2], t.tell("log", "t")["versions"][0]["message"]) == ("picked", "draft's")
    t.say("edit", "t", a, "--set", "text=open")
    assert "uncommitted" in t.tell("rollback", "t", first[:8], code=1)["what"]
    assert t.tell("rollback", "t", first[:8], "--discard")["name"] == "main"
    assert (said(t), t.tell("log", "t")["total"]) == (["a", "b", "c"], 1)
    t.say("backup", "a.backup")
    assert "--message needs" in t.tell("restore", "a.backup", "-m", "x", home="elsewhere", code=1)["what"]
    assert t.tell("restore", "a.backup", home="elsewhere")["to_do"] == []


@shows("diff --moved")
def test_what_people_changed_stands_and_where_the_base_moved_is_shown(t: Terminal) -> None:
    t.say("run", t.recipe(ROWS[0], {"kind": "transform.columns", "compute": {"made": "text || '1'"}}))
    a, *_ = ids(t)
    t.say("edit", "t", a, "--set", "made=mine")
    t.say("commit", "t")
    assert t.tell("diff", "t", "--moved") == {"total": 0, "rows": []}
    t.say("run", t.recipe(ROWS[0], {"kind": "transform.columns", "compute": {"made": "text || '2'"}}))
    assert [row["made"] for row in t.rows_of("t")] == ["mine", "b2", "c2"]
    assert t.tell("diff", "t", "--moved")["rows"] == [{"row": a, "field": "made", "base": "a1", "ours": "mine", "theirs": "a2"}]
    assert '"mine"' in t.say("diff", "t", "--moved")
    assert "cannot go together" in t.tell("diff", "t", "main", "main", "--moved", code=1)["what"]
    assert "no branch called" in t.tell("diff", f"t@{t.tell('log', 't')['versions'][0]['version'][:8]}", code=1)["what"]
    assert t.tell("verify")["ok"]


MANY = {"kind": "read.rows", "rows": [{"text": f"{n} says {n * 31}", "n": n, "label": "ab"[n % 3 == 0], "pair": n // 2} for n in range(60)]}


def parts(t: Terminal, spoken: str, column: str = "split") -> dict[str, int]:
    """How many rows of each part there are."""
    found = [row.get(column) for row in t.rows_of(spoken, "--limit", "1000")]
    return {part: found.count(part) for part in found if part}


@shows("split --parts", "split --by", "split --stratify", "split --seed", "split --column", "split --into", "split --json")
def test_splits(t: Terminal) -> None:
    t.say("run", t.recipe(MANY))
    told = t.tell("split", "t", "--parts", "train=0.8,test=0.2")
    assert (told["parts"]["train"], told["overlap"]["clean"], told["rows"]) == ({"wanted": 48, "got": 48}, True, 60)
    assert parts(t, "t") == {"train": 48, "test": 12}
    first = t.rows_of("t", "--limit", "60")
    t.say("split", "t", "--parts", "train=0.8,test=0.2", "--seed", 7)
    assert t.rows_of("t", "--limit", "60") != first
    paired = t.tell("split", "t", "--parts", "a=30,b=rest", "--by", "group:pair", "--by", "source", "--column", "half", "--into", "u")
    assert (paired["components"], paired["dataset"], parts(t, "u", "half"), parts(t, "t", "half")) == (30, "u", {"a": 30, "b": 30}, {})
    strata = t.tell("split", "t", "--parts", "a=0.5,b=0.5", "--stratify", "label", "--into", "u")["strata"]
    assert strata == {name: {part: {"wanted": n, "got": n} for part in "ab"} for name, n in (("a", 20), ("b", 10))}
    shown = t.say("split", "t", "--parts", "a=0.5,b=0.5", "--stratify", "label", "--by", "source", "--into", "u")
    assert "10 of 10" in shown
    assert "The parts share nothing." in shown
    t.say("split", "t", code=1)
    t.say("split", "t", "--parts", "a=0.5,b=0.4", code=1)


@shows("split --preview")
def test_a_split_is_looked_at_first(t: Terminal) -> None:
    t.say("run", t.recipe(MANY))
    told = t.tell("split", "t", "--parts", "train=0.8,test=0.2", "--preview")
    assert (told["parts"]["train"], parts(t, "t")) == ({"wanted": 48, "got": 48}, {})
    assert "48" in t.say("split", "t", "--parts", "train=0.8,test=0.2", "--preview")
    done = t.tell("split", "t", "--parts", "train=0.8,test=0.2")
    assert {name: done[name] for name in told} == told


@shows("split --report", "split --similarity", "split --compare")
def test_reports_of_splits(t: Terminal) -> None:
    long = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again"
    rows = [{"text": long, "note": "one thing", "split": "a"}, {"text": long.replace("coast", "hills"), "note": "quite another", "split": "b"}]
    t.say("run", t.recipe({"kind": "read.rows", "rows": rows}))
    assert t.tell("split", "t", "--report")["pairs"][0]["near"] == 1
    for more in (("--parts", "a=1,b=rest"), ("--into", "u"), ("--stratify", "text"), ("--seed", 7)):
        assert "cannot go together" in t.tell("split", "t", "--report", *more, code=1)["what"]
    assert t.tell("split", "t", "--report", "--similarity", 0.95)["clean"]
    assert t.tell("split", "t", "--report", "--compare", "note")["clean"]
    assert t.tell("split", "t", "--report", "--by", "group:text", "--by", "group:note")["pairs"][0]["groups"] == {}
    shown = t.say("split", "t", "--report")
    assert "0.71 similar" in shown
    assert "leak" in shown
    assert len(t.tell("show", "t")["versions"]) == 1, "nothing has changed"


@shows(
    "sample -n", "sample --rows", "sample --how", "sample --by", "sample --equal-strata", "sample --seed", "sample --into", "sample --json",
)  # fmt: skip
def test_samples(t: Terminal) -> None:
    t.say("run", t.recipe(MANY))
    assert t.tell("sample", "t", "-n", 9, "--into", "u")["rows"] == len(t.rows_of("u")) == 9
    one, other = (t.say("sample", "t", "--rows", 9, "--seed", seed, "--into", "u") and t.rows_of("u") for seed in (1, 2))
    assert one != other
    t.say("sample", "t", "-n", 2, "--how", "top", "--by", "n % 10", "--into", "u")
    assert [row["n"] for row in t.rows_of("u")] == [9, 19]
    stratified = ("sample", "t", "-n", 12, "--how", "stratified", "--by", "label", "--into", "u")
    assert [t.tell(*stratified, *more)["strata"]["a"]["taken"] for more in ((), ("--equal-strata",))] == [8, 6]
    assert "stratum" in t.say(*stratified)
    assert t.tell("sample", "t", "-n", 5)["dataset"] == "t"
    assert len(t.rows_of("t")) == 5
    assert "5 rows, and 6 are to be taken" in t.tell("sample", "t", "-n", 6, code=1)["what"]
    assert "-n' / '--rows': Input should be greater than or equal to 1" in t.tell("sample", "t", "-n", 0, code=2)["what"]


@shows("balance --by", "balance --cap", "balance --shares", "balance --seed", "balance --into", "balance --json")
def test_balancing(t: Terminal) -> None:
    t.say("run", t.recipe(MANY))
    assert t.tell("balance", "t", "--by", "label", "--into", "u")["after"] == {"a": 20, "b": 20}
    one, other = (t.say("balance", "t", "--by", "label", "--seed", seed, "--into", "u") and t.rows_of("u") for seed in (1, 2))
    assert one != other
    assert t.tell("balance", "t", "--by", "label", "--cap", 7, "--into", "u")["after"] == {"a": 7, "b": 7}
    assert t.tell("balance", "t", "--by", "label", "--shares", "a=0.8,b=0.2", "--into", "u")["after"] == {"a": 40, "b": 10}
    assert "before" in t.say("balance", "t", "--by", "label", "--into", "u")
    assert "no number" in t.tell("balance", "t", "--by", "label", "--shares", "a=x,b=0.2", code=1)["what"]
    assert "gives no value" in t.tell("balance", "t", "--by", "label", "--shares", "a", code=1)["what"]


@shows("shuffle --seed", "shuffle --into", "shuffle --json")
def test_shuffling(t: Terminal) -> None:
    t.say("run", t.recipe(MANY))
    one, other = (t.say("shuffle", "t", "--seed", seed, "--into", "u") and [row["n"] for row in t.rows_of("u", "--limit", "60")] for seed in (1, 2))
    assert sorted(one) == sorted(other) == list(range(60))
    assert one != other
    assert t.tell("shuffle", "t")["seed"] == 42
    assert [row["n"] for row in t.rows_of("t", "--limit", "60")] != list(range(60))


@shows("columns --rename", "columns --set", "columns --compute", "columns --keep", "columns --drop", "columns --into", "columns --json")
def test_columns_of_a_dataset(t: Terminal) -> None:
    t.say("run", t.recipe(SIX))
    t.say("columns", "t", "--rename", "text=said", "--set", "line=It says {{ said }}", "--compute", "n=length(line)", "--compute", "same=said = 'a'")
    assert t.rows_of("t")[0] == {"said": "a", "line": "It says a", "n": 9, "same": True}
    t.say("columns", "t", "--drop", "line", "--drop", "same", "--into", "u")
    assert t.rows_of("u")[0] == {"said": "a", "n": 9}
    assert t.tell("columns", "t", "--keep", "n", "--into", "u")["rows"] == 6
    assert t.rows_of("u")[0] == {"n": 9}
    assert "No row has a column 'gone'" in t.tell("columns", "t", "--drop", "gone", code=1)["what"]
    assert "gives no value" in t.tell("columns", "t", "--rename", "gone", code=1)["what"]


@shows("combine --into", "combine --dedup", "combine --similarity", "combine --compare", "combine --json")
def test_combining(t: Terminal) -> None:
    long = "the old mill by the river was sold last spring to a family from the coast who mean to grind flour there again"
    for name, said in (("one", [long, "b"]), ("two", [long, long.replace("coast", "hills"), "c"])):
        rows = [{"text": text, "from": name} for text in said]
        t.say("run", t.recipe({"kind": "read.rows", "name": name, "rows": rows}, name=name, file=f"{name}.yaml"))
    assert t.tell("combine", "one", "two", "--into", "u")["rows"] == len(t.rows_of("u")) == 5
    for more in (("--compare", "text"), ("--similarity", 0.5), ("--dedup", "exact", "--similarity", 0.5)):
        assert "needs --dedup" in t.tell("combine", "one", "two", "--into", "u", *more, code=1)["what"]
    dropped = [
        t.tell("combine", "one", "two", "--into", "u", "--dedup", *more)["dropped"]
        for more in (("exact",), ("exact", "--compare", "text"), ("near", "--compare", "text"), ("near", "--compare", "text", "--similarity", 0.95))
    ]
    assert dropped == [{}, {"duplicate": 1}, {"near_duplicate": 2}, {"near_duplicate": 1}]
    assert "1 rows left out: duplicate" in t.say("combine", "one", "two", "--into", "u", "--dedup", "exact", "--compare", "text")


@shows("review add --score", "review add --label", "review add --note", "review add --accept", "review add --reject", "review add --set")
@shows("review add --author", "review add --seen", "review add --json", "review list --row", "review list --by", "review list --verdict")
@shows("review calibrate --score", "review calibrate --precision", "review calibrate --confidence", "review calibrate --json")
def test_a_score_is_held_against_reviews(t: Terminal) -> None:
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"n": n} for n in range(60)]}))
    rows = [json.loads(line) for line in t.say("rows", "t", "--limit", 60, "--json").splitlines()]
    for row in rows[:-1]:
        t.say("review", "add", "t", row["id"], "--accept" if row["data"]["n"] >= 15 else "--reject")
    found = t.tell("review", "calibrate", "t", "--score", "n", "--precision", 0.8)
    assert found["where"].startswith("n >= ") and found["calibration"]["labelled"] == 60
    assert "at least 80% are accepted" in t.say("review", "calibrate", "t", "--score", "n", "--precision", 0.8)
    assert "No threshold" in t.say("review", "calibrate", "t", "--score", "n", "--precision", 0.99)
    surer = t.tell("review", "calibrate", "t", "--score", "n", "--precision", 0.8, "--confidence", 0.999)
    assert surer["calibration"]["tested"][0]["low"] < found["calibration"]["tested"][0]["low"]


@shows("review drift --score", "review drift --to", "review drift --against", "review drift --threshold", "review drift --precision")
@shows("review drift --confidence", "review drift --json", "runs --judges", "rubrics --json")
def test_a_judge_that_changes(t: Terminal) -> None:
    models = {"judge": t.model()}
    judge = {"kind": "score.judge", "rubric": "answer"}
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"text": f"row {n}"} for n in range(6)]}, judge, models=models))
    again = t.recipe({"kind": "read.dataset", "dataset": "t"}, {**judge, "into": "new"}, models=models, name="u", file="u.yaml")
    assert t.tell("run", again)["judges"]["scores"][0]["rows"] == 6
    old, new = "scores.judge.overall", "scores.new.overall"
    found = t.tell("review", "drift", "u", "--score", old, "--to", new, "--threshold", 1)
    assert (found["rows"], found["crossing"]["threshold"], found["after"]) == (6, 1.0, None)
    other = t.tell("review", "drift", "t", "--score", old, "--against", "u", "--to", new, "--threshold", 99)
    assert other["crossing"]["up"] == 0 and found["crossing"]["rows"] == 6
    assert "verdicts turn" in t.say("review", "drift", "t", "--score", old, "--against", "u", "--threshold", 1)
    assert "no share" in t.tell("review", "drift", "t", "--score", old, "--to", old, "--precision", 2, code=1)["what"]
    assert "no share" in t.tell("review", "drift", "t", "--score", old, "--to", old, "--confidence", 0, code=1)["what"]
    (score,) = t.tell("runs", "r1", "--judges")["scores"]
    assert (score["score"], score["rows"]) == ("judge", 6) and "scores.judge: 6 rows" in t.say("runs", "r1", "--judges")
    assert [one["name"] for one in t.tell("rubrics")] == ["answer", "grounded", "training", "writing"]
    assert "5 = Nothing in it is wrong." in t.say("rubrics", "answer") and t.tell("rubrics", "answer")["lint"] == []


@shows("review queue --by", "review queue --reviewers", "review queue --each", "review queue --limit", "review queue --score", "review queue --json")
@shows("review queue --threshold", "review queue --noise", "review queue --sample", "review queue --seed", "review next --queue")
@shows("review next --reviewer", "review next --json", "review agree --json", "review export --output", "review export -o", "review export --json")
@shows("review import --json", "review diff --versions", "review diff --times", "review diff --reviewers", "review diff --json")
def test_rows_are_worked_through_with_the_keyboard(t: Terminal) -> None:
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"n": n} for n in range(10)]}))
    rows = [json.loads(line)["id"] for line in t.say("rows", "t", "--json").splitlines()[:-1]]

    def queued(*words: Any) -> Any:
        (found,) = t.tell("review", "queue", "t", "--by", *words)["queues"]
        return found

    assert [rows.index(row) for row in queued("uncertain", "--score", "n", "--threshold", 7.2, "--limit", 2)["rows"]] == [7, 8]
    assert queued("uncertain", "--noise", "n", "--limit", 1)["rows"] == [rows[9]]
    assert queued("audit", "--sample", 5, "--seed", 1)["rows"] != queued("audit", "--sample", 5, "--seed", 2)["rows"]
    assert queued("audit", "--sample", 0.4, "--reviewers", "bob,eve", "--each", 1)["left"] == {"bob": 2, "eve": 2}
    assert "audit: 4 rows" in t.say("review", "queue", "t")
    n = queued("audit", "--sample", 3, "--reviewers", "bob,eve")["n"]
    said = t.say("review", "next", "t", "--reviewer", "bob", stdin="s\nb\nx\nscore high\nscore 0.5\nnote so-so\na\nb\nr\nq\n")
    assert "(3 left)" in said and "(2 left)" in said and "reviewed before" in said and "2 reviewed, 2 left" in said
    said = t.say("review", "next", "t", "--queue", n, "--reviewer", "bob", stdin="label x\nset n=70\na\na\n")
    assert "2 reviewed, 0 left" in said
    said = t.say("review", "next", "t", "--queue", n, "--reviewer", "eve", stdin="a\n")
    assert said.index("bob: ") > said.index("[a accept") and "1 reviewed, 2 left" in said
    assert t.tell("review", "next", "t", "--reviewer", "eve")["left"] == 2
    t.say("review", "next", "t", "--queue", n, "--reviewer", "eve", stdin="a\na\n")
    (told,) = [one for one in t.tell("review", "queue", "t")["queues"] if one["n"] == n]
    assert told["audit"]["judged"] <= 3 and told["left"] == {"bob": 0, "eve": 0}
    assert t.tell("review", "agree", "t")["verdicts"]["cohen"]["bob > eve"]["rows"] == 3
    assert "Krippendorff" in t.say("review", "agree", "t")
    assert t.tell("review", "export", "t", "-o", "r.csv")["reviews"] == 7
    assert "0 reviews taken; 7 were here" in t.say("review", "import", "t", "r.csv")
    assert t.tell("review", "import", "t", "r.csv") == {"added": 0, "known": 7, "wrong": []}
    assert t.tell("review", "diff", "t", "--times", "0,1e10")["counts"]["new"] == 6
    people = t.tell("review", "diff", "t", "--reviewers", "bob,eve")["counts"]
    assert people["changed"] >= 1 and "bob > eve" in t.say("review", "diff", "t", "--reviewers", "bob,eve")
    t.say("tag", "t", "old")
    t.say("commit", "t")
    assert t.tell("review", "diff", "t", "--versions", "old,main")["counts"]["new"] == 2
    assert "no times" in t.tell("review", "diff", "t", "--times", "a,b", code=1)["what"]
    chat = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None, "tool_calls": []}]
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"messages": chat, "n": [1]}]}, name="c", file="c.yaml"))
    assert ", active: 1 row\n" in t.say("review", "queue", "c", "--by", "active")
    assert ", audit: 1 row\n" in t.say("review", "queue", "c", "--by", "audit", "--sample", 1)
    assert "  messages:\n    user: Hi\n    assistant:  tool_calls []\n  n: [1]\n" in t.say("review", "next", "c", stdin="q\n")


@shows("review list --limit", "review list --json", "review list --reviewer", "review list --unblind", "export --where")
def test_reviews(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    a, b, _ = ids(t)
    told = t.tell("review", "add", "t", a, "--accept", "--score", 0.5, "--label", "good", "--note", "fine", "--set", "text=better", "--author", "bob")
    assert {name: told[name] for name in ("verdict", "score", "label", "note", "fields", "author", "current")} == {
        "verdict": "accept", "score": 0.5, "label": "good", "note": "fine", "fields": {"text": "better"}, "author": "bob", "current": True,
    }  # fmt: skip
    assert t.tell("edit", "t", a)["data"]["text"] == "better"
    assert "rejected" in t.say("review", "add", "t", b, "--reject", "--seen", t.tell("edit", "t", b)["token"])
    assert "not what you saw" in t.tell("review", "add", "t", a, "--accept", "--seen", "0" * 32, code=1)["what"]
    assert "at once" in t.tell("review", "add", "t", a, "--accept", "--reject", code=1)["what"]
    listed = t.tell("review", "list", "t")
    assert (listed["total"], [review["row"] for review in listed["reviews"]]) == (2, [b, a])
    for words, rows in ((["--row", a], [a]), (["--by", "bob"], [a]), (["--verdict", "reject"], [b]), (["--limit", 1], [b])):
        assert [review["row"] for review in t.tell("review", "list", "t", *words)["reviews"]] == rows
    assert "what it says" in t.say("review", "list", "t")
    t.say("review", "queue", "t", "--by", "audit", "--sample", 3, "--reviewers", "zoe")
    held = t.tell("review", "list", "t", "--reviewer", "zoe")
    assert (held["reviews"], held["total"], held["held_back"], listed["held_back"]) == ([], 0, 2, 0)
    assert t.tell("review", "list", "t", "--unblind")["total"] == 2
    assert "leave one of them out" in t.tell("review", "list", "t", "--unblind", "--reviewer", "zoe", code=1)["fix"].lower()
    t.say("edit", "t", b, "--set", "text=changed")
    assert "an older text" in t.say("review", "list", "t")
    t.say("commit", "t")
    assert t.tell("export", "t", "--as", "jsonl", "-o", "out.jsonl", "--where", "reviews.accepted >= 1")["rows_out"] == 1
    rows = [json.loads(line) for line in t.say("rows", "t", "--json").splitlines()]
    assert [len(row["reviews"]) for row in rows[:-1]] == [1, 1, 0]
    assert [row["n"] for row in t.rows_of("t", "--where", "reviews.accepted >= 1")] == [0]


@shows("rows --marked")
def test_rows_behind_a_mark_of_the_quality(t: Terminal) -> None:
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"text": "the same words"}, {"text": "the same words"}, {"text": "other words"}]}))
    run = t.tell("quality", "t", "--checks", "duplicates")["run"]
    assert [row["text"] for row in t.rows_of("t", "--marked", f"{run}:flag:duplicates")] == ["the same words"]
    assert "no mark" in t.tell("rows", "t", "--marked", f"{run}:colour:red", code=1)["what"]


@shows("review add --where")
def test_all_rows_that_match_are_reviewed(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    assert t.tell("review", "add", "t", "--where", "n >= 1", "--accept", "--label", "fine")["rows"] == 2
    assert "2 rows reviewed" in t.say("review", "add", "t", "--where", "n >= 1", "--note", "seen", "--author", "bob")
    assert [row["n"] for row in t.rows_of("t", "--where", "reviews.label = 'fine' AND reviews.people = 2")] == [1, 2]
    for words in (["--accept"], [ids(t)[0], "--where", "n = 1", "--accept"]):
        assert "--where" in t.tell("review", "add", "t", *words, code=1)["fix"]
    assert "one row" in t.tell("review", "add", "t", "--where", "n = 1", "--set", "text=x", code=1)["what"]


@shows("push --where", "push --json", "pull --into", "pull --dry-run", "pull --json")
def test_reviewers(t: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with argilla_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        t.say("run", t.recipe(*ROWS))
        assert t.tell("push", "t", "argilla:team/t", "--where", "text = 'a'")["added"] == 1
        said = t.say("push", "t", "argilla:team/t")
        assert "2 rows of t went to argilla:team/t; 1 were there." in said
        server.respond(server.every()[0], verdict="accept", correction="A")
        assert t.tell("pull", "argilla:team/t", "--into", "t", "--dry-run")["added"] == 1
        assert "1 reviews of t would be taken" in t.say("pull", "argilla:team/t", "--into", "t", "--dry-run")
        assert t.tell("review", "list", "t")["total"] == 0
        t.say("branch", "t", "other")
        told = t.tell("pull", "argilla:team/t", "--into", "t@other")
        assert (told["added"], told["edited"]) == (1, 1)
        assert (t.rows_of("t@other")[0]["text"], t.rows_of("t")[0]["text"]) == ("A", "a")
        assert "0 reviews of t taken from argilla:team/t; 1 were here." in t.say("pull", "argilla:team/t", "--into", "t")
        wrong = t.tell("push", "t", "foo:x", code=1)
        assert "'foo:x' is no place to push to" in wrong["what"]
        assert "hf:, argilla:, label-studio:" in wrong["fix"]
        assert "Did you mean" not in wrong["fix"]


@shows("show --columns")
def test_what_is_in_each_column(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    told = {one["name"]: one for one in t.tell("show", "t", "--columns")}
    assert told["text"]["types"] == {"text": 3} and [one["count"] for one in told["text"]["values"]] == [1, 1, 1]
    assert "text: text 3; missing in 0 rows (0.0%)" in t.say("show", "t", "--columns")
    assert "cannot go together" in t.tell("show", "t", "--columns", "--html", "a.html", code=1)["what"]


@shows("show --html", "lock -o", "lock --output", "lock --json", "export --lock", "verify --lock")
@shows("bundle -o", "bundle --output", "bundle --json", "bundle --without-reviews", "bundle --unblind", "verify --bundle", "verify --signer")
def test_what_is_told_and_proven_of_a_version(t: Terminal) -> None:
    t.say("run", t.recipe(*ROWS))
    assert "tokens of a row" in t.say("show", "t", "--html", "page.html")
    assert "<svg" in (t.folder / "page.html").read_text(encoding="utf-8")
    assert t.tell("lock", "t") == {**json.loads(t.say("lock", "t")), "written_by": t.tell("lock", "t")["written_by"]}
    assert t.tell("lock", "t", "--output", "1.json")["path"] == "1.json"
    assert "are locked in 2.json" in t.say("lock", "t", "-o", "2.json")
    assert (t.folder / "1.json").read_bytes() == (t.folder / "2.json").read_bytes()
    assert t.tell("export", "t", "--as", "jsonl", "-o", "3.jsonl", "--lock")["lock"] == "3.jsonl.lock.json"
    assert t.tell("verify", "--lock", "3.jsonl.lock.json")["checked"]["files"] == 1
    signer = t.tell("bundle", "t", "-o", "4.zip")["signer"]
    assert f"sealed by {signer}" in t.say("bundle", "t", "--output", "5.zip")
    assert t.tell("verify", "--bundle", "5.zip", "--signer", signer)["ok"]
    assert not t.tell("verify", "--bundle", "5.zip", "--signer", "0" * 32, code=1)["ok"]
    assert "version" not in t.say("verify", "--bundle", "1.json", code=1)  # a file that is no bundle is of no version
    t.say("review", "add", "t", ids(t)[0], "--accept")
    assert "with 1 reviews of its rows" in t.say("bundle", "t", "-o", "6.zip")
    assert t.tell("bundle", "t", "-o", "7.zip", "--without-reviews")["reviews"] == 0
    t.say("review", "queue", "t", "--by", "audit", "--sample", 3, "--reviewers", "zoe")
    assert {name: t.tell("bundle", "t", "-o", "8.zip")[name] for name in ("reviews", "held_back")} == {"reviews": 0, "held_back": 1}
    assert t.tell("bundle", "t", "-o", "9.zip", "--unblind")["reviews"] == 1
    assert "or --unblind out" in t.tell("bundle", "t", "-o", "9.zip", "--unblind", "--without-reviews", code=1)["fix"]
    assert "0 reviews taken; 1 were here" in t.say("review", "import", "t", "9.zip")
    t.say("edit", "t", ids(t)[0], "--set", "text=x")
    t.say("commit", "t", "-m", "later")
    assert t.tell("verify", "t")["checked"]["versions"] == 2
    for words, says in (
        (["t", "--lock", "1.json"], "DATASET and --lock cannot go together"), (["t", "--bundle", "5.zip"], "DATASET and --bundle"),
        (["--lock", "1.json", "--bundle", "5.zip"], "--bundle and --lock"), (["--lock", "1.json", "--no-rebuild"], "--no-rebuild and --lock"),
        (["--signer", signer], "there is none"),
    ):  # fmt: skip
        assert says in t.tell("verify", *words, code=1)["what"]


@shows("gc --grace", "gc --dry-run", "gc --json")
def test_sweeping(t: Terminal) -> None:
    forked(t)
    t.say("branch", "t", "draft", "--delete")
    assert t.tell("gc")["versions"] == 0
    assert t.tell("gc", "--grace", "0m", "--dry-run")["versions"] == 2
    assert "2 versions" in t.say("gc", "--grace", "0m")
    assert t.tell("gc", "--grace", "0m")["versions"] == 0
    assert t.tell("verify")["ok"]


@shows("events --after", "events --run", "events --limit", "events --json")
def test_events(t: Terminal) -> None:
    t.say("run", t.recipe(SIX))
    t.say("run", t.recipe(texts("g")), "--new")
    told = t.tell("events")
    assert {event["run"] for event in told} == {None, "r1", "r2"}
    assert {event["run"] for event in t.tell("events", "--run", "r2")} == {"r2"}
    assert t.tell("events", "--after", told[1]["n"]) == told[2:]
    assert t.tell("events", "--limit", 1) == told[-1:]
    printed = t.say("events")
    assert "dataset.committed" in printed
    assert "kept 6" in printed


ALPACA = "".join(json.dumps({"instruction": f"{n}?", "input": "", "output": f"{n}.", "n": n}) + "\n" for n in range(3))


def put(t: Terminal, name: str, text: str) -> str:
    (t.folder / name).write_bytes(text.encode("latin-1"))
    return name


@shows("formats --json")
def test_formats(t: Terminal) -> None:
    told = {one["name"]: one for one in t.tell("formats")}
    assert (told["alpaca"]["carries"]["system prompt"], told["sharegpt"]["carries"]["tool calls"], told["alpaca"]["reads"]) == ("no", "whole", True)
    assert "alpaca" in t.say("formats")


@shows("detect --sheet", "detect --no-header", "convert --sheet", "convert --no-header", "import --sheet", "import --no-header")
def test_how_a_table_is_read(t: Terminal) -> None:
    (t.folder / "a.xlsx").write_bytes(workbook([["input", "answer"], ["a", "b"]], [["input", "answer"], ["c", "d"]]))
    assert t.tell("detect", "a.xlsx", "--sheet", "Sheet2")["preview"][0]["row"] == {"input": "c", "answer": "d"}
    assert "Did you mean 'Sheet2'" in t.tell("detect", "a.xlsx", "--sheet", "Sheat2", code=1)["fix"]
    told = t.tell("detect", "a.xlsx", "--no-header", "--sheet", "Sheet2", "--save-map", "map.yaml")
    assert (told["columns"], told["rows"]) == (["column_1", "column_2"], 2)
    text = (t.folder / "map.yaml").read_text(encoding="utf-8")
    assert "sheet: Sheet2\nheader: false\n" in text
    t.say("convert", "a.xlsx", "b.csv", "--to", "csv", "--sheet", "Sheet2")
    assert (t.folder / "b.csv").read_text(encoding="utf-8") == "input,answer\nc,d\n"
    t.say("convert", "a.xlsx", "b.csv", "--to", "csv", "--from", "csv", "--no-header")
    assert (t.folder / "b.csv").read_text(encoding="utf-8") == "column_1,column_2\ninput,answer\na,b\n"
    t.say("import", "a.xlsx", "--into", "second", "--sheet", "Sheet2")
    assert t.rows_of("second") == [{"input": "c", "answer": "d"}]
    t.say("import", "a.xlsx", "--into", "bare", "--as", "csv", "--no-header")
    assert t.rows_of("bare") == [{"column_1": "input", "column_2": "answer"}, {"column_1": "a", "column_2": "b"}]
    (t.folder / "map.yaml").write_text(text.replace("column_1: column_1", "column_1: text"), encoding="utf-8")
    t.say("import", "a.xlsx", "--into", "mapped", "--as", "csv", "--map", "map.yaml")
    assert t.rows_of("mapped")[1] == {"text": "c", "column_2": "d"}


@shows("detect --map", "detect --encoding", "detect --delimiter", "detect --save-map", "detect --json")
def test_detect(t: Terminal) -> None:
    put(t, "a.jsonl", ALPACA + "{broken\n")
    told = t.tell("detect", "a.jsonl")
    assert set(told) >= {"container", "encoding", "delimiter", "rows", "broken", "candidates", "preview"}
    assert (told["rows"], [one["line"] for one in told["broken"]], told["candidates"][0]["format"]) == (3, [4], "alpaca")
    assert told["preview"][0]["row"] == {"input": "0?", "answer": "0.", "n": 0}
    assert "answer: 0." in t.say("detect", "a.jsonl")
    put(t, "b.csv", "Frage,Antwort;x\nWas?,Tee;y\n")
    assert [t.tell("detect", "b.csv", "--delimiter", one)["columns"] for one in ",;"] == [["Frage", "Antwort;x"], ["Frage,Antwort", "x"]]
    put(t, "c.csv", "input,answer\nWas?,Gr\xfc\xdfe\n")
    assert [t.tell("detect", "c.csv", "--encoding", one)["preview"][0]["row"]["answer"] for one in ("latin-1", "cp1251")] == ["Grüße", "GrьЯe"]
    put(t, "d.jsonl", '{"frage": "Was?", "antwort": "Tee"}\n')
    assert t.tell("detect", "d.jsonl", "--save-map", "map.yaml")["candidates"][0]["score"] < 0.4
    text = (t.folder / "map.yaml").read_text(encoding="utf-8")
    (t.folder / "map.yaml").write_text(text.replace("frage: frage", "frage: input").replace("antwort: antwort", "antwort: answer"), encoding="utf-8")
    assert t.tell("detect", "d.jsonl", "--map", "map.yaml")["candidates"][0]["format"] == "input-answer"


@shows("convert --to", "convert --from", "convert --map", "convert --strict", "convert --json")
def test_convert(t: Terminal) -> None:
    put(t, "a.jsonl", ALPACA + "{broken\n")
    told = t.tell("convert", "a.jsonl", "b.jsonl", "--to", "sharegpt")
    assert {name: told[name] for name in ("read", "written", "consumer_keeps")} == {"read": 4, "written": 3, "consumer_keeps": 3}
    assert [(one["file"], one["line"], one["reason"]) for one in told["rejected"]] == [("a.jsonl", 4, "broken_record")]
    assert json.loads((t.folder / "b.jsonl").read_text(encoding="utf-8").splitlines()[0])["conversations"][1] == {"from": "gpt", "value": "0."}
    assert len((t.folder / "b.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    t.say("convert", "a.jsonl", "c.csv", "--to", "csv", "--from", "jsonl")
    assert (t.folder / "c.csv").read_text(encoding="utf-8").startswith("instruction,input,output,n\n0?,")
    (t.folder / "map.yaml").write_text("format: alpaca\nrename: {n: level}\n", encoding="utf-8")
    t.say("convert", "a.jsonl", "d.csv", "--to", "csv", "--map", "map.yaml")
    assert (t.folder / "d.csv").read_text(encoding="utf-8").startswith("input,answer,level\n")
    assert "Nothing has been written" in t.tell("convert", "a.jsonl", "e.jsonl", "--to", "alpaca", "--strict", code=1)["what"]
    assert not (t.folder / "e.jsonl").exists()


@shows(
    "redact -o", "redact --output",
    "redact --kinds", "redact --skip", "redact --how", "redact --key-from", "redact --names", "redact --as", "redact --json",
)  # fmt: skip
def test_redact(t: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    put(t, "a.jsonl", '{"input": "ada@north-mill.co.uk?", "answer": "10.1.2.3"}\n')
    told = t.tell("redact", "a.jsonl", "-o", "b.jsonl")
    assert {name: told[name] for name in ("rows", "changed", "counts")} == {"rows": 1, "changed": 1, "counts": {"email": 1, "ip": 1}}
    assert (t.folder / "b.jsonl").read_text(encoding="utf-8") == '{"input": "[email]?", "answer": "[ip]"}\n'
    assert t.tell("redact", "a.jsonl", "--output", "b.jsonl", "--kinds", "ip")["counts"] == {"ip": 1}
    assert t.tell("redact", "a.jsonl", "-o", "b.jsonl", "--skip", "*@north-mill.co.uk")["counts"] == {"ip": 1}
    monkeypatch.setenv("MY_KEY", "k")
    made = []
    for how in ("replace", "hash", "hash"):
        t.say("redact", "a.jsonl", "-o", "b.jsonl", "--how", how, "--key-from", "MY_KEY")
        made.append((t.folder / "b.jsonl").read_text(encoding="utf-8"))
    assert "@example.org" in made[0] and made[1] == made[2] and '"input": "email_' in made[1]
    assert "not installed" in t.tell("redact", "a.jsonl", "-o", "b.jsonl", "--names", "xx_none", code=1)["what"]
    t.say("project", "create", "p", home="other")
    t.say("import", "a.jsonl", "--into", "q", "--project", "p", home="other")
    t.say("redact", "q", "-o", "c.csv", "--as", "csv", "--project", "p", "--home", t.folder / "other")
    assert (t.folder / "c.csv").read_text(encoding="utf-8").splitlines() == ["answer,input", "[ip],[email]?"]


@shows("convert --split-by", "convert --shard-rows", "convert --suffix", "convert --spreadsheet-safe")
def test_convert_into_a_folder(t: Terminal) -> None:
    put(t, "a.jsonl", "".join(json.dumps({"input": f"={n}", "answer": "a", "part": "train" if n else "test"}) + "\n" for n in range(4)))
    told = t.tell("convert", "a.jsonl", "1", "--to", "alpaca", "--from", "jsonl", "--split-by", "part", "--shard-rows", 2, "--suffix", ".json")
    assert (told["read"], told["written"]) == (4, 4)
    names = {path.name for path in (t.folder / "1").iterdir() if not path.name.startswith(".")}
    assert names == {"test.json", "train-00000-of-00002.json", "train-00001-of-00002.json"}
    t.say("convert", "a.jsonl", "2.csv", "--to", "csv", "--from", "jsonl", "--spreadsheet-safe")
    assert "'=1," in (t.folder / "2.csv").read_text(encoding="utf-8")
    t.say("convert", "a.jsonl", "3/", "--to", "openai")
    assert json.loads((t.folder / "3" / "a.jsonl").read_text(encoding="utf-8").splitlines()[0])["messages"][1]["content"] == "a"
    assert "which no export wrote" in t.tell("convert", "a.jsonl", ".", "--to", "openai", code=1)["what"]


@shows(
    "export-check --as", "export-check --for", "export-check --tokenizer", "export-check --max-length", "export-check --json", "convert --for",
    "convert --tokenizer", "convert --max-length", "convert --anyway", "export --for", "export --tokenizer", "export --max-length", "export --anyway",
)  # fmt: skip
def test_the_export_check(t: Terminal) -> None:
    letters = tokenizer(t.folder / "letters")
    put(t, "a.jsonl", "".join(json.dumps({"prompt": text, "completion": "y"}) + "\n" for text in ("x" * 50, "x")))
    told = t.tell("export-check", "a.jsonl")
    assert (told["consumer"], told["rows_in"], told["consumer_keeps"], told["ok"], told["max_length"]) == ("trl-sft", 2, 2, True, 1024)
    assert t.tell("export-check", "a.jsonl", "--for", "llama-factory")["consumer"] == "llama-factory"
    measured = ("--tokenizer", letters, "--max-length", 40)
    told = t.tell("export-check", "a.jsonl", *measured, code=1)
    assert (told["consumer_keeps"], [one["code"] for one in told["findings"]], told["ok"]) == (1, ["L01"], False)
    assert t.tell("export-check", "a.jsonl", *measured[:3], 60)["consumer_keeps"] == 2
    assert "trl-sft keeps 1 of 2 rows" in t.say("export-check", "a.jsonl", *measured, code=1)
    t.say("import", "a.jsonl", "--into", "t")
    for act in (("convert", "a.jsonl", "b.jsonl", "--to", "prompt-completion"), ("export", "t", "--as", "prompt-completion", "-o", "b.jsonl")):
        told = t.tell(*act, *measured, code=1)
        assert "keep 1 of 2 rows" in told["what"] and "L01 lost, 1 row" in told["problems"][0]["what"]
        assert not list(t.folder.glob("b.jsonl*"))
        told = t.tell(*act, *measured, "--anyway")
        assert (told["check"]["consumer_keeps"], told["check"]["max_length"]) == (1, 40)
        report = json.loads((t.folder / "b.jsonl.report.json").read_text(encoding="utf-8"))
        assert report["check"]["findings"][0]["code"] == "L01"
        assert t.tell(*act, "--for", "mlx-lm")["check"]["consumer"] == "mlx-lm"
        for path in t.folder.glob("b.jsonl*"):
            path.unlink()
    assert "None of the 2 rows goes into dpo: no_preference." in t.tell("export-check", "t", "--as", "dpo", code=1)["what"]
    assert "There is no file 'gone.jsonl'" in t.tell("export-check", "gone.jsonl", code=1)["what"]
    assert "a.jsonl is a file" in t.tell("export-check", "a.jsonl", "--as", "alpaca", code=1)["what"]
    told = t.tell("export-check", "t", "--as", "alpaca")
    assert (told["consumer"], told["rows_in"], told["consumer_keeps"]) == ("llama-factory", 2, 2)


@shows("import --into", "import --as", "import --map", "import --strict", "import --key", "import --rejects", "import --json")
def test_import(t: Terminal) -> None:
    put(t, "a.jsonl", ALPACA + "{broken\n")
    told = t.tell("import", "a.jsonl", "--into", "t", "--rejects", "r.jsonl")
    assert {name: told[name] for name in ("read", "kept")} == {"read": 4, "kept": 3}
    assert [(one["file"], one["line"], one["reason"]) for one in told["rejected"]] == [("a.jsonl", 4, "broken_record")]
    assert told["version"] == t.tell("datasets")[0]["version"]
    assert t.rows_of("t")[0] == {"input": "0?", "answer": "0.", "n": 0}
    assert json.loads((t.folder / "r.jsonl").read_text(encoding="utf-8"))["line"] == 4
    assert "3 of 4 records in t" in t.say("import", "a.jsonl", "--into", "t", "--rejects", "r.jsonl")
    assert "Nothing has been committed" in t.tell("import", "a.jsonl", "--into", "u", "--strict", code=1)["what"]
    assert [one["name"] for one in t.tell("datasets")] == ["t"]
    t.say("import", "a.jsonl", "--into", "plain", "--as", "jsonl", "--rejects", "r.jsonl")
    assert "instruction" in t.rows_of("plain")[0]
    (t.folder / "map.yaml").write_text("rename: {n: level}\n", encoding="utf-8")
    t.say("import", "a.jsonl", "--into", "mapped", "--map", "map.yaml", "--rejects", "r.jsonl")
    assert t.rows_of("mapped")[0] == {"input": "0?", "answer": "0.", "level": 0}
    t.say("import", "a.jsonl", "--into", "keyed", "--key", "n", "--rejects", "r.jsonl")
    put(t, "a.jsonl", ALPACA.replace('"0."', '"zero."'))
    t.say("import", "a.jsonl", "--into", "keyed", "--key", "n")
    assert [row["answer"] for row in t.rows_of("keyed")] == ["zero.", "1.", "2."]
    assert t.tell("import", "a.jsonl", "--into", "whole", "--strict")["kept"] == 3


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    with dataset_hub() as made:
        made.writes = {HUB_TOKEN: ("acme",)}
        for name, value in made.environ(tmp_path / "cache", HF_TOKEN=HUB_TOKEN).items():
            monkeypatch.setenv(name, value)
        yield made


@shows("import --split", "import --columns", "import --sample", "import --seed")
def test_import_of_a_hub(t: Terminal, hub: DatasetHub) -> None:
    rows = [{"input": f"{n}?", "answer": f"{n}.", "n": n} for n in range(50)]
    hub.add("acme/qa", {"train.jsonl": lines(rows), "test.jsonl": lines(rows[:2])})
    hub.convert("acme/qa", {("default", "train"): rows, ("default", "test"): rows[:2]})
    assert "several splits: train, test" in t.tell("import", "hf:acme/qa", "--into", "t", code=1)["what"]
    assert t.tell("import", "hf:acme/qa", "--split", "test", "--into", "t", "--columns", "input,answer")["kept"] == 2
    assert t.rows_of("t") == [{"input": "0?", "answer": "0."}, {"input": "1?", "answer": "1."}]
    some = ["import", "hf:acme/qa/default/train", "--sample", 5, "--into"]
    t.say(*some, "a")
    t.say(*some, "b", "--seed", 9)
    assert (len(t.rows_of("a")), len(t.rows_of("b")), t.rows_of("a") != t.rows_of("b")) == (5, 5, True)
    assert "There are no more than 2 rows." in t.tell("import", "hf:acme/qa/default/test", "--sample", 5, "--into", "c")["notes"]
    for words, what in ((["--seed", 3], "--seed needs --sample"), (["--columns", "input,"], "does not list columns")):
        assert what in t.tell("import", "hf:acme/qa/default/train", "--into", "d", *words, code=1)["what"]


@shows("push --public", "push --split-by", "push --message", "push --tag", "push --json", "pull --into", "pull --json")
def test_push_and_pull(t: Terminal, hub: DatasetHub) -> None:
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"text": one, "part": part} for one, part in ("ax", "bx", "cy")]}))
    told = t.tell("push", "t", "hf:acme/qa", "--split-by", "part", "--message", "mine", "--tag", "v1")
    repo = hub.repos["acme/qa"]
    assert (told["splits"], told["private"], repo.private, repo.log[-1]) == ({"x": 2, "y": 1}, True, True, (repo.refs["v1"], "mine"))
    assert t.tell("push", "t", "hf:acme/open", "--public")["private"] is hub.repos["acme/open"].private is False
    assert f"3 rows (train 3) in {told['url'].replace('qa', 'open')}, commit" in t.say("push", "t", "hf:acme/open")
    assert t.tell("pull", "hf:acme/qa@v1", "--into", "back", home="other")["rows"] == 3
    assert t.say("rows", "back", "--json", home="other") == t.say("rows", "t", "--json")
    assert "3 rows in back, version" in t.say("pull", "hf:acme/qa", "--into", "back", home="other")


def test_lists_say_when(t: Terminal) -> None:
    t.say("run", t.recipe(SIX))
    today = time.strftime("%Y-%m-%d")
    for command in (["runs"], ["datasets"], ["show", "t"]):
        assert today in t.say(*command)
    assert t.tell("runs")[0]["created_at"] <= t.tell("runs")[0]["ended_at"]


# -- sources ---------------------------------------------------------------------------------------------------------------------------


def printed(t: Terminal, *words: Any, code: int = 0) -> tuple[list[Any], Any]:
    """The rows that a command prints, and its summary."""
    *rows, summary = [json.loads(line) for line in t.say(*words, "--json", code=code).splitlines()]
    return rows, summary


@shows("read --set", "read --text", "read --context", "read --limit", "read --json")
def test_read(t: Terminal) -> None:
    (t.folder / "docs").mkdir()
    (t.folder / "docs" / "a.md").write_text("# A\n\nTea is a drink.\n")
    (t.folder / "docs" / "b.txt").write_text("")
    rows, summary = printed(t, "read", "docs")
    assert [(row["text"], row["origin"]["source"]["span"]) for row in rows] == [("# A\n\nTea is a drink.\n", [0, 21])]
    assert summary["rows"] == 1
    assert [(one["source"], one["reason"]) for one in summary["skipped"]] == [("b.txt", "empty_file")]
    (t.folder / "t.csv").write_text("id,body,title,n\n1,hello,T1,3\n2,bye,T2,4\n")
    plain = t.say("read", "t.csv", "--text", "body", "--context", "title", "--limit", 1).splitlines()
    assert [{name: row[name] for name in row if name != "origin"} for row in map(json.loads, plain)] == [{"text": "hello", "title": "T1"}]
    assert printed(t, "read", "t.csv", "--set", "key=n")[0][0]["origin"]["source"]["key"] == "3"
    assert "The path is empty" in t.tell("read", "", code=1)["what"]
    assert "no file or folder 'nope.pdf'" in t.tell("read", "nope.pdf", code=1)["what"]
    assert printed(t, "read", "docs/b.txt", code=1) == ([], {"rows": 0, "skipped": summary["skipped"], "warnings": []})
    for options in (("--text", "nope"), ("--text", "body", "--context", "nope")):
        assert printed(t, "read", "t.csv", *options)[1]["warnings"] == ["No row has a column 'nope'."]
    assert not (t.folder / "home").exists()


@shows("read --table", "read --query", "chunk --table", "chunk --query", "chunk --text", "chunk --context", "chunk --set", "read --schema")
def test_read_a_database(t: Terminal) -> None:
    with closing(sqlite3.connect(t.folder / "x.db")) as db, db:
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, n INT)")
        db.executemany("INSERT INTO t VALUES (?, ?, ?)", [(1, "one", 5), (2, "two", 6)])
    assert [row["body"] for row in printed(t, "read", "sqlite:///x.db", "--table", "t")[0]] == ["one", "two"]
    assert [row["n"] for row in printed(t, "read", "sqlite:///x.db", "--query", "SELECT n FROM t WHERE n > 5")[0]] == [6]
    assert "either `table` or `query`" in t.tell("read", "sqlite:///x.db", code=1)["what"]
    for source in ("x.db", "https://a.example/x", "hf:a/b", "git+x"):
        assert f"{source!r} is no address of" in t.tell("read", source, "--table", "t", code=1)["what"]
    assert "names no port" in t.tell("read", "elephant://8.8.8.8/x", "--table", "t", code=1)["what"]
    assert "'elephant'" in t.tell("read", "elephant://8.8.8.8:443/x", "--table", "t", code=1)["what"]
    assert printed(t, "read", "sqlite:///x.db", "--table", "t", "--set", "where=n > 9", code=1)[1]["skipped"][0]["reason"] == "no_rows"
    assert "max_bytes (5)" in t.tell("read", "sqlite:///x.db", "--table", "t", "--set", "max_bytes=5", code=1)["what"]
    (table,) = t.tell("read", "sqlite:///x.db", "--schema")["tables"]
    assert (table["table"], [column["name"] for column in table["columns"]]) == ("t", ["id", "body", "n"])
    chunks = printed(t, "chunk", "sqlite:///x.db", "--table", "t", "--text", "body", "--context", "n", "--set", "limit=1")[0]
    assert [(row["text"], row["n"], "id" in row) for row in chunks] == [("one", 5, False)]
    assert printed(t, "chunk", "sqlite:///x.db", "--query", "SELECT body AS text FROM t ORDER BY id DESC")[0][0]["text"] == "two"


def test_read_a_clone(t: Terminal) -> None:
    committed(t.folder / "tea.git", {"a.md": b"# Tea\n"})
    for source in ("tea.git", "git+tea.git"):
        assert [(row["text"], row["origin"]["source"]["repository"]) for row in printed(t, "read", source)[0]] == [("# Tea\n", "tea.git")]
    (said,) = printed(t, "read", "tea.git", "--set", "files=false", "--set", "commits=true")[0]
    assert (said["kind"], said["paths"], said["origin"]["source"]["span"]) == ("commit", ["a.md"], [0, len(said["text"])])
    for source in ("git+nope", "git+tea.git@main"):
        told = t.tell("read", source, code=1)
        assert f"no folder {source[4:]!r}" in told["what"] and "git+FOLDER" in told["fix"]


LONG = "# Tea\n\n" + "Tea is a drink made from leaves. " * 20 + "\n\n# Rails\n\n" + "Trains run on rails of steel. " * 20


@shows(
    "chunk --by", "chunk --max-tokens", "chunk --overlap", "chunk --embedder", "chunk --chunk-set", "chunk --limit", "chunk --sizes", "chunk --json",
    "chunk --model",
)
def test_chunk(t: Terminal) -> None:
    (t.folder / "a.md").write_text(LONG)
    few, many = (printed(t, "chunk", "a.md", "--max-tokens", size)[0] for size in (200, 40))
    assert len(few) < len(many)
    assert all(LONG[slice(*row["origin"]["source"]["span"])] == row["text"] for row in many)
    assert [row["heading"] for row in printed(t, "chunk", "a.md", "--by", "markdown", "--max-tokens", 200)[0]] == ["Tea", "Rails"]
    apart, shared = (printed(t, "chunk", "a.md", "--max-tokens", 40, "--overlap", n)[0] for n in (0, 20))
    assert shared[1]["origin"]["source"]["span"][0] < apart[0]["origin"]["source"]["span"][1]
    assert len(printed(t, "chunk", "a.md", "--max-tokens", 40, "--limit", 2)[0]) == 2
    tokens = [printed(t, "chunk", "a.md", "--by", "whole", "--model", name)[0][0]["origin"]["chunk"]["tokens"]
              for name in ("gpt-4o", "gpt-2", tokenizer(t.folder / "letters"))]  # fmt: skip
    assert (tokens[0] < tokens[1], tokens[2]) == (True, len(LONG.rstrip()))
    assert "heading" not in printed(t, "chunk", "a.md", "--by", "markdown", "--chunk-set", "heading=")[0][0]
    by_words, by_vectors = (printed(t, "chunk", "a.md", "--by", "semantic", *more)[0] for more in ((), ("--embedder", "builtin/hashing")))
    assert len(by_words) == len(by_vectors) == 2
    windows = [("--by", "semantic", "--chunk-set", "window=1"), ("--by", "semantic", "--chunk-set", "window=1", "--embedder", "builtin/hashing")]
    assert "there is no `embedder`" in t.tell("chunk", "a.md", *windows[0], code=1)["what"]
    assert len(printed(t, "chunk", "a.md", *windows[1])[0]) == 2
    assert "--embedder MODEL" in t.tell("chunk", "a.md", "--by", "semantic", "--chunk-set", "embedder=x", code=1)["fix"]
    assert "--embedder needs" in t.tell("chunk", "a.md", "--embedder", "builtin/hashing", code=1)["what"]
    assert "There is no key for" in t.tell("chunk", "a.md", "--by", "semantic", "--embedder", "openai/text-embedding-3-small", code=1)["what"]
    sizes = printed(t, "chunk", "a.md", "--max-tokens", 40, "--sizes")[0][0]
    assert (sizes["count"], sizes["max"] <= 40) == (len(printed(t, "chunk", "a.md", "--max-tokens", 40, "--overlap", 5)[0]), True)
    assert "Nothing cuts by 'words'" in t.tell("chunk", "a.md", "--by", "words", code=1)["what"]


@shows("clean --step", "clean --step-set", "clean --set", "clean --limit", "clean --json")
def test_clean(t: Terminal) -> None:
    (t.folder / "a.txt").write_text("Skip to content\n\nTea is  good.\n")
    (t.folder / "b.txt").write_text("Coffee is good.\n")
    found, summary = printed(t, "clean", "*.txt", "--step", "transform.boilerplate")
    assert [(one["name"], one["before"] != one["after"], len(one["changes"])) for one in found] == [("a.txt", True, 1), ("b.txt", False, 0)]
    assert summary["rows"] == 2
    assert "1 changes" in t.say("clean", "*.txt", "--step", "transform.boilerplate", "--limit", 1)
    kept = printed(t, "clean", "a.txt", "--step", "transform.boilerplate", "--step-set", "rules=[cookies]")[0]
    assert kept[0]["changes"] == []
    assert printed(t, "clean", "a.txt", "--step", "filter.where", "--step-set", "where=1 = 2", "--set", "format=txt")[0][0]["dropped"] == "where"
    assert "neither cleans nor filters" in t.tell("clean", "a.txt", "--step", "chunk.tokens", code=1)["what"]
    unknown = t.tell("clean", "a.txt", "--step", "filter.language", "--step-set", "languages=[xx]", code=1)
    assert "'xx'" in unknown["what"] and unknown["fix"] == "See rowsmith steps filter.language."
    (t.folder / "c.txt").write_text("Coffee is good.\n")
    twins = printed(t, "clean", "[bc].txt", "--step", "filter.near_duplicates")[0]
    assert [(one["name"], one["detail"]) for one in twins] == [("b.txt", ""), ("c.txt", "1.00 similar to b.txt")]


@shows("sources --refresh", "sources --json", "run --refresh", "coverage --json")
def test_sources(t: Terminal) -> None:
    def table(*rows: tuple[int, str]) -> None:
        with closing(sqlite3.connect(t.folder / "x.db")) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)")
            db.execute("DELETE FROM t")
            db.executemany("INSERT INTO t VALUES (?, ?)", rows)

    table((1, "one"), (2, "two"))
    recipe = t.recipe({"kind": "read.database", "url": "sqlite:///x.db", "table": "t"})
    t.say("run", recipe, "--into", "d")
    assert [(one["address"], one["files"]) for one in t.tell("sources")] == [("sqlite:///x.db t", 1)]
    assert "sqlite:///x.db t" in t.say("sources")
    assert t.tell("sources", "sqlite:///x.db t")["files"][0]["facts"]["rows"] == 2
    table((1, "ONE"))
    t.say("run", recipe, "--into", "d")
    assert [row["text"] for row in t.rows_of("d")] == ["one", "two"]
    assert "1 changed" in t.say("run", recipe, "--into", "d", "--refresh")
    assert [row["text"] for row in t.rows_of("d")] == ["ONE"]
    table((3, "three"))
    assert t.tell("sources", "--refresh", "all")[0]["changed"] == ["x.db/t.jsonl"]
    assert "0 changed" in t.say("sources", "--refresh", "sqlite:///x.db t")
    (t.folder / "a.md").write_text("Tea is a drink.\n")
    t.say("run", t.recipe({"kind": "read.files", "paths": ["a.md"]}), "--into", "e")
    assert [(one["name"], one["share"]) for one in t.tell("coverage", "e")] == [("a.md", 1.0)]
    assert "100%" in t.say("coverage", "e")
    (t.folder / "r.jsonl").write_text('{"input": "How is black tea made?", "answer": "By withering the leaves."}\n')
    t.say("run", t.recipe({"kind": "read.gaps", "files": ["r.jsonl"], "topics": ["Black tea", "Coffee"]}), "--into", "g")
    found = t.tell("coverage", "g")
    assert (found["divergence"], found["places"]) == (0.0, [{"name": "Coffee", "asked": 1, "got": 1, "before": 0}])
    assert "divergence 0.000" in t.say("coverage", "g")


MINE = """---
name: mine
title: Short
tags: [demo]
variables: {text: {}, tone: {default: plain}}
---
Say {{ text }} in a {{ tone }} way
"""


@shows("prompts add --name", "prompts add --message", "prompts add -m", "prompts add --onto", "prompts add --json", "prompts list --tag")
@shows("prompts list --json", "prompts show --json", "prompts log --limit", "prompts log --json", "prompts diff --json")
def test_prompts_and_their_versions(t: Terminal) -> None:
    put(t, "m.md", MINE)
    one = t.tell("prompts", "add", "m.md", "-m", "first")
    assert (one["name"], one["message"], one["used"]) == ("mine", "first", ["text", "tone"])
    put(t, "m.md", MINE.replace("Say", "Shout"))
    two = t.tell("prompts", "add", "m.md", "--message", "second", "--onto", one["version"][:8])
    assert "newest version of 'mine'" in t.tell("prompts", "add", "m.md", "--onto", one["version"], code=1)["what"]
    assert t.tell("prompts", "add", "m.md", "--name", "other")["name"] == "other"
    assert "Prompt mine, version" in t.say("prompts", "add", "m.md")
    put(t, "plain.md", "Go {{ x }}")
    t.say("prompts", "add", "plain.md")
    assert [kept["name"] for kept in t.tell("prompts", "list")["prompts"]] == ["mine", "other", "plain"]
    assert [kept["name"] for kept in t.tell("prompts", "list", "--tag", "demo")["prompts"]] == ["mine", "other"]
    assert "Short" in t.say("prompts", "list")
    shown = t.say("prompts", "show", "mine")
    assert all(words in shown for words in ("title: Short", "tags: demo", "default plain", "required", "Shout {{ text }}")), shown
    assert t.tell("prompts", "show", f"mine@{one['version'][:8]}")["prompt"]["text"].startswith("Say")
    assert "not declared" in t.say("prompts", "show", "plain")
    log = t.tell("prompts", "log", "mine", "--limit", 1)
    assert ([one["message"] for one in log["versions"]], log["total"], log["versions"][0]["refs"]) == (["second"], 2, ["main"])
    assert "first" in t.say("prompts", "log", "mine")
    found = t.tell("prompts", "diff", "mine")
    assert (found["old"], found["new"], list(found["fields"])) == (one["version"], two["version"], ["text"])
    assert "+Shout" in t.say("prompts", "diff", "mine") and "no difference" in t.say("prompts", "diff", "mine", "other")


@shows("prompts fork --message", "prompts fork -m", "prompts fork --json", "prompts restore --message", "prompts restore -m")
@shows("prompts restore --json", "prompts tag --at", "prompts tag --message", "prompts tag -m", "prompts tag --release", "prompts tag --delete")
@shows("prompts tag --json")
def test_forks_tags_and_restores_of_prompts(t: Terminal) -> None:
    put(t, "m.md", MINE)
    one = t.tell("prompts", "add", "m.md")["version"]
    put(t, "m.md", MINE.replace("Say", "Shout"))
    two = t.tell("prompts", "add", "m.md")["version"]
    assert t.tell("prompts", "tag", "mine", "v1", "--at", one[:8], "--message", "good")["message"] == "good"
    assert t.tell("prompts", "tag", "mine", "r", "-m", "kept", "--release")["version"] == two
    assert [(ref["name"], ref["kind"], ref["message"]) for ref in t.tell("prompts", "tag", "mine")["tags"]] == [
        ("r", "release", "kept"), ("v1", "tag", "good"),
    ]  # fmt: skip
    assert "v1" in t.say("prompts", "tag", "mine")
    for number, flag in enumerate(("-m", "--message")):
        assert t.tell("prompts", "fork", "mine@v1", f"fork{number}", flag, "mine now")["message"] == "mine now"
        assert t.tell("prompts", "restore", "mine", ("v1", "r")[number], flag, "back")["message"] == "back"
    t.say("prompts", "tag", "mine", "v1", "--delete")
    assert "is a release, and stays" in t.tell("prompts", "tag", "mine", "r", "--delete", code=1)["what"]
    assert "--release needs the name of a tag" in t.tell("prompts", "tag", "mine", "--release", code=1)["what"]
    assert "cannot go together" in t.tell("prompts", "tag", "mine", "r", "--delete", "-m", "x", code=1)["what"]


@shows("prompts export --output", "prompts export -o", "prompts export --as", "prompts export --json")
def test_prompts_as_files(t: Terminal) -> None:
    put(t, "m.md", MINE)
    one = t.tell("prompts", "add", "m.md")["version"]
    for option, name in (("-o", "out.md"), ("--output", "out.yaml")):
        t.say("prompts", "export", "mine", option, name)
        assert t.tell("prompts", "add", name)["version"] == one
    assert t.say("prompts", "export", "mine") == (t.folder / "out.md").read_text(encoding="utf-8")
    told = t.tell("prompts", "export", "mine", "--as", "yaml")
    assert told == {"path": None, "text": (t.folder / "out.yaml").read_text(encoding="utf-8")}
    assert "Choose one of: md, yaml" in t.tell("prompts", "export", "mine", "--as", "xml", code=1)["fix"]
    assert "Markdown or YAML" in t.tell("prompts", "export", "mine", "-o", "x.txt", code=1)["what"]


def test_a_recipe_takes_a_prompt_by_name(t: Terminal) -> None:
    put(t, "m.md", MINE)
    recipe = t.recipe(texts("a"), ask({"name": "mine", "with": {"tone": "warm"}}))  # type: ignore[arg-type]
    assert "There is no home" in t.tell("check", recipe, code=1)["problems"][0]["what"]
    one = t.tell("prompts", "add", "m.md")["version"]
    assert t.tell("check", recipe)["ok"] and t.tell("plan", recipe)["calls"]["mid"] == 1
    t.say("run", recipe)
    assert t.texts == ["Say a in a warm way"]
    row = ids(t)[0]
    assert f"prompt mine@{one}" in t.say("origin", row)


def wrote(request: Any) -> Any:
    """What the scripted model says of a prompt or of rows: a fault, or a prompt; else an answer."""
    properties = (request.schema or {}).get("properties", {})
    if "faults" in properties:
        return {"faults": [{"fault": "ambiguity", "words": "a tone way", "why": "Which?", "instead": "Name it."}]}
    if "title" in properties:
        return {"title": "T", "description": "D", "system": "", "text": "Give {{ n }} for {{ text }}" if "n" in request.text else "Say {{ text }}"}
    return f"answer to {request.text[-20:]}"


@shows("prompts test --rows", "prompts test --with", "prompts test --limit", "prompts test --seed", "prompts test --model", "prompts test --base-url")
@shows("prompts test --budget", "prompts test --json")
def test_prompts_are_tried_on_rows(t: Terminal) -> None:
    t._reply = wrote
    put(t, "m.md", MINE)
    t.say("run", t.recipe(texts(*"abcdefghij")))
    tried = t.tell("prompts", "test", "m.md", "--rows", "t", "--with", "tone=warm", "--limit", 3)
    assert ([one["text"][6:] for one in tried["rows"]], tried["asked"]) == (["in a warm way"] * 3, None)
    others = {tuple(one["text"] for one in t.tell("prompts", "test", "m.md", "--rows", "t", "--seed", seed)["rows"]) for seed in range(4)}
    assert len(others) > 1
    assert "The row has no 'text'" in t.tell("prompts", "test", "m.md")["rows"][0]["problem"]
    put(t, "list.md", "{% for one in many %}{{ one }};{% endfor %}{{ some.key }}")
    listed = t.tell("prompts", "test", "list.md", "--with", "many=[a, 1]", "--with", "some={key: v}")
    assert listed["rows"][0]["text"] == "a;1;v"
    asked = ("--model", "openai/m", "--base-url", t.server.url)
    told = t.tell("prompts", "test", "m.md", "--with", "text=tea", *asked)
    assert (told["rows"][0]["answer"], told["asked"]["calls"], told["asked"]["state"]) == ("answer to y tea in a plain way", 1, "finished")
    assert "answer to y tea" in t.say("prompts", "test", "m.md", "--with", "text=tea", *asked)
    assert len(t.asked) == 1
    refused = t.tell("prompts", "test", "m.md", "--with", "text=milk", *asked, "--budget", 1, code=1)
    assert "price" in str(refused) and len(t.asked) == 1
    assert "gives no value" in t.tell("prompts", "test", "m.md", "--with", "text", code=1)["what"]


@shows("prompts lint --for", "prompts lint --model", "prompts lint --base-url", "prompts lint --budget", "prompts lint --json")
def test_prompts_are_looked_over(t: Terminal) -> None:
    t._reply = wrote
    put(t, "m.md", MINE.replace("Say", "Say several"))
    t.say("prompts", "add", "m.md")
    found = t.tell("prompts", "lint", "mine")
    assert [(one["rule"], one["line"], one["evidence"]) for one in found["findings"]] == [("ambiguity", 1, "several")]
    assert found["rules"]["ambiguity"]["misses"]
    assert [one["rule"] for one in t.tell("prompts", "lint", "m.md", "--for", "generate.qa")["findings"]].count("missing") == 1
    said = t.say("prompts", "lint", "mine")
    assert "text:1: ambiguity (low): 'several' can be read" in said and "1 finding in mine@" in said
    asked = ("--model", "openai/m", "--base-url", t.server.url)
    told = t.tell("prompts", "lint", "m.md", *asked)
    assert (told["unproven"], told["asked"]["calls"], told["asked"]["cost_usd"]) == (1, 1, None)
    assert "price" in str(t.tell("prompts", "lint", "m.md", *asked, "--budget", 1, code=1))


def refined(request: Any) -> Any:
    """A model that groups one note, mends a prompt, answers the questions of detectors, and writes as its prompt says."""
    properties = (request.schema or {}).get("properties", {})
    if "themes" in properties:
        return {"themes": [{"name": "formal", "definition": "Is formal.", "notes": [{"number": 1, "words": "formal"}], "where": "",
                            "question": "Is it formal?"}]}  # fmt: skip
    if "why" in properties:
        return {"why": "Friendlier.", "system": "", "text": "Say hi to {{ text }} in a {{ tone }} way"}
    if "q1" in properties:
        return {"q1": {"reason": "seen", "yes": "Dear" in request.text}}
    return "Hi" if "hi" in request.text else "Dear"


@shows("prompts refine --rows", "prompts refine --notes", "prompts refine --model", "prompts refine --base-url", "prompts refine --json")
@shows("prompts refine --accept-anyway", "prompts refine --change", "prompts refine --judge", "prompts refine --limit", "prompts refine --seed")
@shows("prompts refine --answer", "prompts refine --with", "prompts refine --budget", "prompts refine --budget-tokens", "prompts refine --grace")
def test_prompts_are_refined_by_notes(t: Terminal) -> None:
    t._reply = refined
    put(t, "m.md", "Say {{ text }} in a {{ tone }} way")
    put(t, "better.md", "Say hi, {{ text }}, in a {{ tone }} way")
    t.say("prompts", "add", "m.md", "--name", "mine")
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"text": letter, "said": "Dear"} for letter in "abcdefghij"]}))
    first = ids(t)[0]
    put(t, "notes.yaml", f"notes: [{{row: {first}, note: too formal}}]")
    put(t, "themes.yaml", f"notes: [{{row: {first}, note: formal}}]\nthemes: [{{name: formal, notes: [formal], where: said = 'Dear'}}]")
    wish = ("prompts", "refine", "mine", "--rows", "t", "--answer", "said", "--with", "tone=warm", "--seed", 1)
    asked = ("--model", "openai/m", "--base-url", t.server.url)
    assert "Nothing is noted" in t.tell(*wish, code=1)["what"]
    assert "is paused" in t.tell(*wish, *asked, "--notes", "notes.yaml", "--budget-tokens", 50, code=1)["what"]
    assert "price" in str(t.tell(*wish, *asked, "--notes", "notes.yaml", "--budget", 1, code=1))
    few = t.tell(*wish, *asked, "--notes", "notes.yaml", "--limit", 3, "--grace", 3, code=3)
    assert (few["verdict"], few["test"]["verdict"], few["test"]["needed"], few["version"]) == ("refused", "too few to tell", 6, None)
    shown = t.say(*wish, *asked, "--notes", "notes.yaml", "--limit", 3, code=3)
    assert "the change is refused (--accept-anyway keeps it)" in shown and "about 6 inputs are needed" in shown
    seeds = [t.tell(*wish, "--seed", n, *asked, "--notes", "notes.yaml", "--limit", 3, code=3)["test"]["rows"] for n in range(4)]
    assert len({tuple(sorted(row["input"]["text"] for row in rows)) for rows in seeds}) > 1
    by_hand = t.tell(*wish, "--notes", "themes.yaml", "--change", "better.md", code=3)
    assert (by_hand["test"], by_hand["themes"][0]["by"], "+Say hi" in by_hand["change"]["diff"]) == (None, "expression", True)
    shown = t.say(*wish, "--notes", "themes.yaml", "--change", "better.md", "--accept-anyway")
    assert "version" in shown and "(overruled)" in shown
    t.say("prompts", "restore", "mine", t.tell("prompts", "log", "mine")["versions"][1]["version"][:12])
    judged = t.tell(*wish, *asked, "--judge", "openai/umpire", "--notes", "notes.yaml")
    assert (judged["verdict"], judged["themes"][0]["by"]) == ("accepted", "judge")
    assert {request.model for request in t.asked if "q1" in ((request.schema or {}).get("properties") or {})} == {"m", "umpire"}
    assert "fell from 100% to 0%" in t.tell("prompts", "log", "mine")["versions"][0]["message"]


@shows("prompts infer --answer", "prompts infer --limit", "prompts infer --seed", "prompts infer --model", "prompts infer --base-url")
@shows("prompts infer --budget", "prompts infer --name", "prompts infer --json")
def test_prompts_are_found_from_rows(t: Terminal) -> None:
    t._reply = wrote
    rows = [{"text": letter, "n": letter * 2} for letter in "abcdef"]
    t.say("run", t.recipe({"kind": "read.rows", "rows": rows}))
    assert "and none is given" in t.tell("prompts", "infer", "t", "--answer", "n", code=1)["what"]
    asked = ("--model", "openai/m", "--base-url", t.server.url)
    assert "no column 'answer'" in t.tell("prompts", "infer", "t", *asked, code=1)["what"]
    found = t.tell("prompts", "infer", "t", "--answer", "text", "--limit", 2, *asked, code=1)
    assert "with text, and the rows have n" in found["what"]
    found = t.tell("prompts", "infer", "t", "--answer", "n", "--limit", 2, *asked, code=1)
    assert "a prompt with n, and the rows have text" in found["what"]
    t._reply = lambda request: {"title": "T", "description": "D", "system": "", "text": "Double {{ text }}"}
    t.say("run", t.recipe({"kind": "read.rows", "rows": rows[:4]}, file="u.yaml"), "--into", "u")
    found = t.tell("prompts", "infer", "u", "--answer", "n", "--limit", 3, *asked)
    assert (found["rows"], found["prompt"]["text"], found["name"], found["asked"]["calls"]) == (3, "Double {{ text }}", None, 1)
    assert sum(f'"n":"{letter * 2}"' in t.texts[-1] for letter in "abcd") == 3
    kept = t.tell("prompts", "infer", "u", "--answer", "n", "--limit", 3, *asked, "--name", "double")
    assert (kept["name"], kept["asked"]["calls_reused"] + kept["asked"]["calls"] > 0) == ("double", True)
    assert t.tell("prompts", "show", "double")["used"] == ["text"]
    before = len(t.asked)
    for seed in range(1, 5):
        assert "Double {{ text }}" in t.say("prompts", "infer", "u", "--answer", "n", "--limit", 3, "--seed", seed, *asked)
    assert len(t.asked) > before
    assert "price" in str(t.tell("prompts", "infer", "u", "--answer", "n", *asked, "--budget", 1, code=1))


def guided(t: Terminal, *words: Any, said: str = "", code: int = 0, **replies: Any) -> Any:
    """What `rowsmith guide --json` tells, with a file of replies or with what is typed."""
    import yaml

    if replies:
        put(t, "replies.yaml", yaml.safe_dump(replies))
        words = ("--answers", "replies.yaml", *words)
    out = t.say("guide", *words, "--json", stdin=said, code=code)
    return json.loads(out.splitlines()[-1])


@shows("guide --answers", "guide --model", "guide --base-url", "guide --rows", "guide --name", "guide --format", "guide -o", "guide --output")
@shows("guide --json", "guide --budget", "guide --list")
def test_a_guided_session_from_a_file_of_replies(t: Terminal) -> None:
    t._reply = Mind()
    asks = ("--model", "openai/m", "--base-url", t.server.url)
    whole = {"items": NEEDED, "replies": ["done", "looks good", {"edit": 1, "answer": "mine"}, "continue"]}
    made = guided(t, *asks, "--name", "support", "--rows", 7, **whole)
    assert (made["dataset"], made["made"]["rows"], made["brief"]["rows"]) == ("support", 7, 7)
    assert next(row["answer"] for row in t.rows_of("support")) == "mine"
    assert Path(made["path"]) == t.folder / "support.jsonl" and Path(made["recipe"]) == t.folder / "support.recipe.yaml"
    assert t.tell("run", made["recipe"])["version"] == made["version"]
    table = guided(t, *asks, "--name", "table", "--rows", 5, "--format", "csv", "-o", "out/t.csv", **whole)
    assert (t.folder / "out" / "t.csv").read_text(encoding="utf-8").startswith("input,answer") and table["path"].endswith("t.csv")
    assert guided(t, *asks, "--name", "two", "--rows", 5, "--output", "two.jsonl", **whole)["path"] == str(t.folder / "two.jsonl")
    assert [one["guide"] for one in t.tell("guide", "--list")["sessions"]] == ["two", "table", "support"]
    assert "support" in t.say("guide", "--list")
    t.say("models", "add", "openai/m", "--price-in", 1000, "--price-out", 1000)
    poor = guided(t, *asks, "--name", "poor", "--budget", 0.01, code=1, **whole)
    assert "paused" in poor["what"] or "no answer" in poor["what"]
    assert guided(t, "poor", *asks, "--budget", 1000, "--answers", "replies.yaml")["made"]["rows"] == 50


@shows("guide --prompt", "guide --brief")
def test_a_guided_session_with_a_prompt_and_a_brief(t: Terminal) -> None:
    mind = Mind()
    mind.analysis = [shown("role_persona", "a nurse")]
    t._reply = mind
    put(t, "nurse.md", "You are a nurse.")
    asks = ("--model", "openai/m", "--base-url", t.server.url)
    begun = guided(t, *asks, "--name", "a", "--prompt", "nurse.md", said="hmm\nquit\n")
    assert (begun["items"]["role_persona"]["evidence"][0], begun["items"]["task_goal"]["state"]) == ({"source": "prompt", "quote": "a nurse"}, "open")
    assert "told" in guided(t, "a", said="") and "is kept as it stands" in called(
        ["guide", "a"], {"ROWSMITH_HOME": str(t.folder / "home"), "COLUMNS": "50"}, t.folder, "").stderr  # fmt: skip
    put(t, "b.yaml", "rows: 6\nitems:\n" + "".join(f"  {name}: {value}\n" for name, value in NEEDED.items()))
    assert guided(t, *asks, "--name", "b", "--brief", "b.yaml", said="continue\nkeep 1\nnonsense\nedit 9 answer x\ncontinue\n")["made"]["rows"] == 6
    assert guided(t, "a", "--brief", "b.yaml", said="brief\nread\nquit\n")["brief"]["rows"] == 6
    assert "needs a new session" in guided(t, "b", "--prompt", "nurse.md", code=1)["what"]
    assert "No session is called" in guided(t, "nowhere", code=1)["what"]


def test_a_guided_session_without_a_model_says_what_to_do(t: Terminal) -> None:
    said = "".join(f"{value}\n" for value in NEEDED.values()) + "done\ncontinue\n"
    done = called(["guide", "--name", "form"], {"ROWSMITH_HOME": str(t.folder / "home"), "COLUMNS": "60"}, t.folder, said)
    assert done.returncode == 0
    told = " ".join(done.stderr.split())
    assert "rowsmith guide form --model provider/name" in told and "rowsmith run form.recipe.yaml --set model=provider/name" in told
    assert max(len(line) for line in done.stderr.splitlines() if not line.startswith("  rowsmith ")) <= 60
    t._reply = Mind()
    assert t.tell("run", "form.recipe.yaml", "--set", "model=openai/m", "--set", f"base_url={t.server.url}", "--set", "rows=6")["kept"] == 6


@pytest.fixture
def checked(t: Terminal, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A file of rows, some of which swear and say what others say, and the words that check it."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(t.folder / "config"))
    plug_in.trusted(t.folder)
    plug_in.lines(t.folder / "a.jsonl", plug_in.alpaca())
    return ["quality", "a.jsonl", "--checks", ",".join(plug_in.CHECKS)]


@shows("quality --json", "quality --checks", "quality --flags", "quality --set", "quality --from", "quality --weights", "quality --home")
def test_quality_of_a_file(t: Terminal, checked: list[Any]) -> None:
    found = t.tell(*checked)
    assert (found["rows"], found["grade"], len(found["flags"]), found["gate"]) == (8, "F", 7, None)
    said = t.say(*checked)
    assert said.startswith("Grade F  0.00, a.jsonl, 8 rows, run r1\n") and "\u2591" * 24 + " 0.00" in said
    assert "4 of 8 rows are flagged: answer 4, question 1" in said and "acme.twins: 3 rows, 2, 4, 7: Who wrote Emma? Jane Austen" in said
    assert "rowsmith quality a.jsonl --remove acme.twins --into NAME" in said
    assert t.tell(*checked, "--flags", "flags.jsonl")["flags"] == []
    assert [json.loads(line)["row"] for line in (t.folder / "flags.jsonl").read_text().splitlines()] == [2, 4, 4, 6, 6, 7, 7]
    assert t.tell(*checked, "--set", "acme.swearing.word=Emma")["counts"]["acme.swearing"] == {"question": 3}
    assert "names no check" in t.tell(*checked, "--set", "word=Emma", code=1)["what"]
    plug_in.lines(t.folder / "odd.jsonl", [{"instruction": "x", "output": "damn"}])
    named = ("quality", "odd.jsonl", "--checks", "acme.swearing", "--from")
    assert [t.tell(*named, name)["flags"][0]["path"] for name in ("alpaca", "jsonl")] == ["answer", "output"]
    put(t, "w.yaml", "{slack: 1, other: {weight: 1, worst: 1}}")
    assert t.tell(*checked, "--weights", "w.yaml")["score"] == (0.5 + 0.75) / 2
    default = t.tell("quality", "a.jsonl", "--set", "form.language=de", "--set", "form.json=true")  # the checks that ship
    assert {"duplicates", "pii", "form", "injection"} <= set(default["checks"])
    assert default["counts"]["form"]["json"] == 8
    fits = t.tell("quality", "a.jsonl", "--checks", "form", "--set", 'form.schema={"type": "object"}')
    assert fits["counts"]["form"]["schema"] == 8  # no answer is an object
    assert t.tell(*checked, home="elsewhere")["run"] == "r1" and (t.folder / "elsewhere").is_dir()
    assert "no dataset and no file" in t.tell("quality", "nothing", code=1)["what"]


def test_what_few_rows_leave_open_is_told(t: Terminal, checked: list[Any]) -> None:
    plug_in.lines(t.folder / "few.jsonl", [{"text": f"word{n}", **({"label": "x"} if n < 8 else {})} for n in range(40)])
    few = ["quality", "few.jsonl", "--checks", "acme.twins,acme.labelled"]
    said, found = t.say(*few), t.tell(*few)
    low, high = found["interval"]
    assert said.startswith(f"Grade A  1.00, between B and A ({low:.2f} to {high:.2f}), few.jsonl, 40 rows") and found["between"] == ["B", "A"]
    assert "8 of 40 rows" in said and "2 of 10" in said and "(0.00 to 1.00)" in said
    part = next(one for one in found["parts"] if one["name"] == "acme.labelled")
    assert (part["rows"], part["of"], part["high"]) == (8, 40, 1.0) and 0 <= part["low"] < 0.2


@shows("quality --topics", "quality --gaps")
def test_topics_that_were_asked_for(t: Terminal) -> None:
    plug_in.lines(t.folder / "a.jsonl", [{"text": f"Tea number {n}."} for n in range(12)] + [{"text": "A tide."}])
    put(t, "topics.txt", "Tea\nBread\n")
    asks = ["quality", "a.jsonl", "--checks", "topics", "--topics", "topics.txt"]
    said = t.say(*asks, "--gaps", "gaps.yaml")
    assert "topics of topics.txt, by words: covered 1, thin 0, missing 1; 1 of 13 rows belong to none" in said
    assert "Bread  missing  0     2.17" in said and "of no topic: 13: A tide." in said and "The recipe for the gaps: gaps.yaml" in said
    assert "Bread" in (t.folder / "gaps.yaml").read_text() and t.tell(*asks)["topics"]["counts"]["missing"] == 1
    assert "--gaps needs --topics" in t.tell("quality", "a.jsonl", "--gaps", "gaps.yaml", code=1)["what"]


def test_groups_and_labels_are_tables(t: Terminal) -> None:
    put(t, "g.yaml", "{gender: {female: [she, woman], male: [he, man]}}")
    said = ("She is a wonderful kind woman", "He is an awful man")
    plug_in.lines(t.folder / "b.jsonl", [{"text": f"{one} {n}."} for n in range(20) for one in said])
    said = t.say("quality", "b.jsonl", "--checks", "bias", "--groups", "g.yaml")
    assert "gender male: 0% of its rows with a mood are good, of the others' 100%" in said
    assert "gender  rows  share" in said and "female  20    50% (" in said and "good, of those with a mood" in said
    words = {"tea": "leaf cup kettle steep", "sea": "wave boat salt tide"}
    rows = [{"text": f"the {words[name]} {n}", "label": name} for n in range(20) for name in words]
    rows[4]["label"] = "sea"
    plug_in.lines(t.folder / "l.jsonl", rows)
    assert "label  likely  rows\nsea    tea     1" in t.say("quality", "l.jsonl", "--checks", "labels")


@shows("quality --gate", "quality --against", "quality --report", "quality --groups", "quality --project")
def test_quality_beside_another_and_at_a_gate(t: Terminal, checked: list[Any]) -> None:
    put(t, "gate.yaml", "{name: release, grade: B, rules: [{name: polite, lacks: damn, message: Do not swear.}]}")
    failed = t.tell(*checked, "--gate", "gate.yaml", code=8)
    assert failed["gate"]["passed"] is False and failed["gate"]["rules"][-1]["rows"] == [2, 4, 6, 7]
    said = t.say(*checked, "--gate", "gate.yaml", code=8)
    assert "Gate release: fail" in said and "polite: Do not swear. broken by 2, 4, 6, 7" in said
    put(t, "gate.yaml", "{flags: {acme.twins: 2}}")
    assert "Gate: pass" in t.say(*checked, "--gate", "gate.yaml")
    t.say("run", t.recipe({"kind": "read.rows", "rows": [{"text": "damn"}]}))
    assert (other := t.tell(*checked, "--against", "t")["against"])["name"] == "t" and other["parts"][0]["flagged"] == 1
    assert "t has F (0.30), 1 rows" in t.say(*checked, "--against", "t")
    put(t, "eval.jsonl", '{"text": "x"}\n')
    assert "contamination is not carried out" in t.tell(*checked, "--against", "eval.jsonl", code=1)["what"]
    put(t, "groups.yaml", "{a: {b: [c], d: [e]}}")
    assert "bias is not carried out" in t.tell(*checked, "--groups", "groups.yaml", code=1)["what"]
    if find_spec("rowsmith.app.quality_report"):
        assert "The report: out.html" in t.say(*checked, "--report", "out.html") and "a.jsonl" in (t.folder / "out.html").read_text()
    t.say("project", "create", "other")
    assert "no dataset and no file" in t.tell("quality", "t", "--checks", "acme.twins", "--project", "other", code=1)["what"]


@shows("quality --model", "quality --base-url", "quality --budget", "quality --budget-tokens", "quality --offline", "quality --grace")
@shows("quality --embedder", "quality --embedder-url")
def test_quality_by_models(t: Terminal, checked: list[Any]) -> None:
    t._reply = lambda request: "bad" if "moon" in request.text else "good"
    asks = ["quality", "a.jsonl", "--checks", "acme.asked", "--model", "openai/m"]
    assert t.tell(*asks, "--base-url", t.server.url, "--offline", code=1)["what"].endswith("not_recorded 8.")
    assert t.tell(*asks, "--base-url", t.server.url, "--budget-tokens", 1, code=4)["state"] == "paused"
    t.say("models", "add", "openai/priced", "--price-in", 1, "--price-out", 1)
    asks[-1] = "openai/priced"
    assert "is paused" in t.tell(*asks, "--base-url", t.server.url, "--budget", 1e-9, code=4)["what"]
    found = t.tell(*asks, "--base-url", t.server.url, "--budget", 1, "--grace", 3)
    assert [one["row"] for one in found["flags"]] == [1] and "priced" in str(t.asked[0].body)
    embeds = ["quality", "a.jsonl", "--checks", "acme.embedded", "--embedder", "openai/text-embedding-3-small"]
    assert t.tell(*embeds, "--embedder-url", t.server.url)["measures"]["size"]["count"] == 8
    assert "--embedder-url needs a model" in t.tell(*checked, "--embedder-url", t.server.url, code=1)["what"]


@shows("quality --fix", "quality --tries", "quality --plan")
def test_flagged_rows_are_repaired_into_a_new_version(t: Terminal, checked: list[Any]) -> None:
    t._reply = lambda request: {"answer": "Jane Austen."} if "Emma" in request.text else None
    asks = [*checked, "--fix", "acme.swearing.answer", "--into", "d"]
    assert "A repair asks a model" in t.tell(*asks, code=1)["what"]
    asks += ["--model", "openai/m", "--base-url", t.server.url]
    assert "A repair of 4 flagged rows, each asked up to 3 times." in t.say(*asks, "--plan", "--tries", 3)
    assert [t.tell(*asks, "--plan", "--tries", tries)["calls"]["mid"] for tries in (1, 2)] == [4, 6] and not t.asked
    done = t.tell(*asks, "--tries", 1)["committed"]
    assert (done["rows"], done["fixed"] + done["still_flagged"] + done["refused"]) == (8, 4) and done["fixed"] >= 1
    said = t.say(*asks, "--tries", 1, "--remove", "acme.swearing")
    assert f"Repaired {done['fixed']}, still flagged" in said and "which rows: rowsmith diff d" in said
    assert "--tries needs --fix" in t.tell(*checked, "--tries", 3, code=1)["what"]


@shows("quality --remove", "quality --keep", "quality --into")
def test_flagged_rows_are_removed_into_a_new_version(t: Terminal, checked: list[Any]) -> None:
    assert "A file has no versions" in t.tell("quality", "a.jsonl", "--remove", "acme.twins", code=1)["what"]
    done = t.tell("quality", "a.jsonl", "--remove", "acme.twins", "--into", "d")["committed"]
    assert (done["dataset"], done["rows_before"], done["rows"], done["removed"]) == ("d", 8, 6, {"acme.twins.twin": 2})
    rows = list(t.lab.project().datasets.rows("d"))
    assert [row.origin["source"]["line"] for row in rows] == [1, 2, 3, 5, 6, 8] and not any("flags" in row.origin for row in rows)
    said = t.say("quality", "d", "--remove", "acme.swearing.question", "--keep", rows[4].id[:9])
    assert "Removed 0 of 6 rows (none): d" in said
    assert "is no row that would be removed" in t.tell("quality", "d", "--remove", "acme.swearing", "--keep", rows[0].id, code=1)["what"]
    told = t.say("quality", "d", "--remove", "acme.swearing.question")
    assert "Removed 1 of 6 rows (acme.swearing.question 1): d, version" in told
    assert "quality: 1 of 6 rows removed (acme.swearing.question 1)" in t.say("log", "d")
    assert t.tell("quality", "d", "--remove", "acme.twins")["committed"]["rows"] == 5
    assert t.tell("quality", "d", "--remove", "acme.swearing", "--into", "e")["committed"]["rows"] == 4 and len(t.rows_of("d")) == 5
    assert "--keep needs --remove" in t.tell("quality", "d", "--keep", "1", code=1)["what"]
    assert "--into needs --remove or --fix" in t.tell("quality", "d", "--into", "x", code=1)["what"]
    assert "was not checked" in t.tell(*checked, "--remove", "acme.broken", "--into", "f", code=1)["what"]


def labelled_lines(t: Terminal, name: str, start: int, count: int) -> str:
    """A file of rows of two classes, each with words of its own."""
    numbers = range(start, start + count)
    texts = [f"kind{n % 2}x{n % 7} kind{n % 2}x{n % 11} word{n} more{n * 7}" for n in numbers]
    plug_in.lines(t.folder / name, [{"text": text, "label": f"l{n % 2}", "odd": n % 2} for n, text in zip(numbers, texts, strict=True)])
    return name


@shows("worth --test", "worth --subset", "worth --probe", "worth --seeds", "worth --by", "worth --from", "worth --json")
def test_worth_of_a_file(t: Terminal) -> None:
    path, test = labelled_lines(t, "labelled.jsonl", 0, 90), labelled_lines(t, "held-out.jsonl", 500, 30)
    asked = ["worth", path, "--test", test, "--seeds", "3", "--by", "near_duplicates"]
    found = t.tell(*asked, "--subset", "odd = 1")
    assert (found["probe"], found["rows"], found["test_rows"], found["seeds"]) == ("classifier", 90, 30, 3)
    assert [one["name"] for one in found["comparisons"]] == ["whole", "whole", "whole", "odd = 1"]
    said = t.say(*asked)
    assert said.startswith("labelled.jsonl: classifier, 90 rows to learn from, 30 to test with, 3 seeds\n")
    assert "shuffled labels" in said and "most frequent label" in said and "random halves" in said
    assert "There are 0 rows with pairs" in t.tell(*asked, "--probe", "retrieval", code=1)["what"]
    assert "No probe is called 'x'" in t.tell(*asked, "--probe", "x", code=1)["what"]
    assert t.tell("worth", path, "--by", "group:odd", code=1)["what"].endswith("10 are needed.")
    assert "nofmt" in str(t.tell(*asked, "--from", "nofmt", code=1))


@shows("recipes --group", "recipes --json", "recipes show --json", "recipes copy --output", "recipes copy -o", "recipes copy --force")
@shows("recipes copy --json")
def test_recipes_of_the_catalogue_are_listed_shown_and_copied(t: Terminal) -> None:
    every = {one["name"]: one["group"] for one in t.tell("recipes")}
    assert {one["name"] for one in t.tell("recipes", "--group", "nothing")} == {name for name, group in every.items() if group == "nothing"}
    assert "The catalogue has no group 'nothin'. Did you mean 'nothing'?" in " ".join(
        str(t.tell("recipes", "--group", "nothin", code=1)[key]) for key in ("what", "fix")
    )
    assert t.tell("recipes", "show", "raw-text")["command"] == "rowsmith run raw-text --set model=MODEL"
    assert "rowsmith recipes copy raw-text" in t.say("recipes", "show", "raw-text")
    shown = t.say("recipes", "show", "magpie")
    assert max(map(len, shown.splitlines())) < 260 and '{"violent_crimes": "helps' in shown, "long defaults are cut"
    assert "Choose one of" in t.tell("recipes", "show", "nothing", code=1)["fix"]
    assert t.tell("recipes", "copy", "raw-text")["file"] == "raw-text.yaml"
    assert "domains/support.yaml" in t.tell("recipes", "copy", "domain")["tables"] and (t.folder / "domains/support.yaml").is_file()
    assert "Its tables, to be changed as well: packs/domains/business.yaml" in t.say("recipes", "copy", "domain", "-o", "packs/own.yaml")
    assert "There" not in t.say("recipes", "copy", "raw-text", "-o", "mine/own.yaml") and (t.folder / "mine/own.yaml").is_file()
    assert "is there already" in t.tell("recipes", "copy", "raw-text", "--output", "mine/own.yaml", code=1)["what"]
    (t.folder / "mine/own.yaml").write_text("name: other")
    t.say("recipes", "copy", "raw-text", "-o", "mine/own.yaml", "--force")
    assert t.tell("recipes", "copy", "domain", "-o", "fields/")["file"] == "fields/domain.yaml" and (t.folder / "fields/domains/legal.yaml").is_file()
    sets = ["--set", "model=openai/a", "--set", f"base_url={t.server.url}"]
    assert t.tell("check", "mine/own.yaml", *sets)["steps"] == t.tell("check", "raw-text", *sets)["steps"]
