"""Stories of exactness: targets, budgets, bad answers, and what the same command means the second time."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

from proofs import Outcome, counted, rows_of, sound
from stage import server, stage

from rowsmith.testing import ModelServer, Request, when

TROUBLE = {"429": 0.05, "500": 0.05, "malformed": 0.05, "cut": 0.03}
"""10 % errors, 5 % malformed and 3 % cut answers."""
TOPICS = """
name: topics
target: 50
parameters:
  model: {help: the model}
  base_url: {help: the server}
  concurrency: {default: 8}
models:
  writer: {model: "openai/${model}", base_url: "${base_url}", concurrency: "${concurrency}", reasks: 0}
steps:
  - kind: read.rows
    rows: [%s]
  - kind: generate.columns
    name: write
    count: 3
    prompt: Write {{ count }} questions about {{ topic }}.
    output: {input: string, answer: string}
"""
PRICES = {"price_in": 1.0, "price_out": 4.0}


def target(folder: Path, kind: str, *, seed: int, wanted: int, rows: int, places: int = 16) -> Outcome:
    """Ask for N through a server that fails, garbles and cuts: exactly N rows come, and every failed draw has its reason."""
    with stage(folder, kind) as home, server(latency=0.01, seed=seed, faults=TROUBLE, retry_after="ms", retry_after_s=0.02) as model:
        home.items(rows)
        result = home.result(*home.run(model, "--target", str(wanted), places=places))
        assert (result["state"], result["kept"]) == ("finished", wanted), result
        parts = result["kept"] + sum(result["dropped"].values()) + sum(result["failed"].values()) + result["cancelled"] + result["pending"]
        assert result["requested"] == parts and result["pending"] == 0, result
        draws = json.loads(home.finish("runs", "r1", "--draws", "--limit", "100000", "--json").stdout.splitlines()[-1])
        served = Counter(call.fault for call in model.calls.billed)
        with home.database() as db:
            sound(db)
            kept = rows_of(db)
        assert len(kept) == wanted
        reasons = Counter(draw["reason"] for draw in draws)
        assert reasons["cut"] == served["cut"], (reasons, served)
        assert all(draw["reason"] and draw["call"] for draw in draws)
        assert sum(reasons.values()) <= served["cut"] + served["malformed"], (reasons, served)
        assert all(row["data"]["input"] and row["data"]["answer"] for row in kept)
        note = f"{wanted} of {wanted}; refused {dict(reasons)}"
        return Outcome(f"target with errors, {kind}", 1, wanted - len(kept), len(kept) - len({row["id"] for row in kept}), 0, 0, note)


def topics_server(seed: int, faults: dict[str, float]) -> ModelServer:
    """A server that refuses to speak of one topic."""
    return ModelServer(rows_by_count, seed=seed, faults=faults, latency=(0.005, 0.03), rules=[when("about topic 3.", fault="400")])


def few_inputs(folder: Path, *, seed: int, topics: int = 10, wanted: int = 50) -> Outcome:
    """Fewer inputs than rows wanted: the same parents are asked again, in waves, until there are exactly so many."""
    recipe = folder / "topics.yaml"
    recipe.write_text(TOPICS % ", ".join(f"{{topic: topic {i}}}" for i in range(topics)), encoding="utf-8")
    with stage(folder) as home, topics_server(seed, {"500": 0.05, "cut": 0.05}) as model:
        result = home.result(*home.run(model, "--target", str(wanted), recipe=recipe, input=None))
        assert (result["state"], result["kept"], result["pending"]) == ("finished", wanted, 0), result
        calls = len(model.calls)
        assert home.result(*home.run(model, "--target", str(wanted), recipe=recipe, input=None))["version"] == result["version"]
        assert len(model.calls) == calls
        more = home.result(*home.run(model, "--target", str(wanted + 7), recipe=recipe, input=None))
        assert (more["run"], more["kept"]) == (result["run"], wanted + 7), more
        with home.database() as db:
            sound(db)
            kept = rows_of(db, "topics")
        twice = len(kept) - len({row["id"] for row in kept})
        return Outcome("target with too few inputs", 2, wanted + 7 - len(kept), twice, 0, 0, f"{result['requested']} asked for")


def rows_by_count(request: Request) -> Any:
    """As many rows as the prompt asks for; the same request always gets the same, now and then one that lacks a row."""
    mark, count = request.digest.hex(), int((re.search(r"Write (\d+) questions", request.text) or ["", "1"])[1])
    poor = count > 1 and request.digest[0] < 40
    return {"rows": [{"input": f"Question {k} of {mark[:12]}?", "answer": f"Answer {k} of {mark}."} for k in range(count - poor)]}


def never_parses(folder: Path, kind: str) -> Outcome:
    """A model that never gives what is asked: a shortfall with reasons, no row, no version."""
    with stage(folder, kind) as home, server(faults={"wrong_schema": 0.5, "cut": 0.5}) as model:
        home.items(20)
        result = home.result(*home.run(model, "--target", "10"), code=3)
        assert (result["state"], result["kept"], result["version"]) == ("shortfall", 0, None), result
        assert "10 of 10 rows are missing" in result["reason"], result
        assert sum(result["failed"].values()) == result["requested"] and set(result["failed"]) <= {"schema", "cut"}, result
        draws = json.loads(home.finish("runs", "r1", "--draws", "--limit", "1000", "--json").stdout.splitlines()[-1])
        assert len(draws) == len(model.calls.billed) == sum(result["refused_draws"].values()), (len(draws), result)
        with home.database() as db:
            sound(db)
        assert home.finish("show", "one_call", "--json").returncode == 1
        return Outcome(f"a model that never parses, {kind}", 1, note=str(result["failed"]))


def budget(
    folder: Path, kind: str, *, seed: int, rows: int = 300, places: int = 64, kills: int = 0, faults: dict[str, float] | None = None
) -> Outcome:
    """R40. The money spent, by the server's own log, never passes --budget; the paused run goes on with a higher one, to the end.
    `kills`: so many kill -9 on the way."""
    chance, cap, hits = random.Random(seed), 0.0, 0
    with stage(folder, kind) as home, server(latency="0.01-0.05", seed=seed, faults=faults or {}, **PRICES) as model:
        home.items(rows)
        steps = 0
        while True:
            cap += chance.uniform(0.012, 0.03)
            words, steps = home.run(model, "--budget", f"{cap:.6f}", places=places, **PRICES), steps + 1
            while True:
                with home.start(*words) as command:
                    if hits < kills and command.kill_within(0.9, 1.6, chance):
                        hits += 1
                        continue
                    code, result = command.wait(90), command.result
                    break
            spent = model.calls.cost()
            assert spent <= round(cap, 6), f"{spent} USD spent of {cap:.6f}"
            if code == 0:
                break
            assert (code, result["state"]) == (4, "paused") and result["reason"].startswith("budget"), result
            assert result["pending"] > 0, result
            seen = len(model.calls)
            again = home.result(*words, code=4)
            assert (again["kept"], len(model.calls)) == (result["kept"], seen), "a paused run bought something with the same budget"
            with home.database() as db:
                sound(db)
        if not kills and not faults:
            assert abs(result["cost_usd"] - spent) < 1e-12, (result["cost_usd"], spent)
        else:
            assert result["cost_usd"] >= spent, (result["cost_usd"], spent)
        return counted(f"R40 budget, {kind}", home, model.calls, rows, runs=steps + hits, bound=hits * places + (rows if faults else 0))


def token_cap(folder: Path, kind: str) -> Outcome:
    """The same with a cap of tokens."""
    with stage(folder, kind) as home, server(latency=0.01) as model:
        home.items(60)
        for cap in (5000, 8000):
            result = home.result(*home.run(model, "--budget-tokens", str(cap)), code=4)
            used = sum(call.tokens_in + call.tokens_out for call in model.calls.billed)
            assert used <= cap and result["tokens_in"] + result["tokens_out"] == used, (used, result)
        home.result(*home.run(model, "--budget-tokens", "1000000"))
        return counted(f"R40 token cap, {kind}", home, model.calls, 60, runs=3, bound=0)
