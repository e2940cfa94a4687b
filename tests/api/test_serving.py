"""A server that is killed, as a real process."""

from __future__ import annotations

import json
import time
from pathlib import Path

from running import Bench, ask, texts
from serving_process import browser, process


def test_a_killed_server_comes_back_with_its_run(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.1) as bench:
        recipe = bench.recipe(texts(*map(str, range(40))), ask(), models={"writer": bench.model(concurrency=2)})
        with process(tmp_path / "home") as (running, link), browser(link) as client:
            run = client.post("/api/v1/projects/default/runs", json={"recipe": str(recipe)}).json()["run"]
            while client.get(f"/api/v1/projects/default/runs/{run}").json()["kept"] < 5:
                time.sleep(0.05)
            running.kill()
            running.wait()
        with process(tmp_path / "home") as (_, link), browser(link, client.cookies) as again:
            until = time.monotonic() + 100
            while (told := again.get(f"/api/v1/projects/default/runs/{run}").json())["state"] in ("queued", "running"):
                assert time.monotonic() < until, json.dumps(told)
                time.sleep(0.1)
        assert (told["state"], told["kept"]) == ("finished", 40)
        assert len(bench.asked) <= 42  # those in flight at the kill
