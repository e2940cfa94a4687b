"""What no other test shows by itself: how much is held at once, that arrival decides nothing, what a row costs, what a run rests on."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from running import Bench, ask, called, jsonl, texts

import rowsmith
from rowsmith.core.prompt import parse
from rowsmith.engine.terms import Stopping

# -- how much is held at once ---------------------------------------------------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from rowsmith.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")))
"""
STREAMED = """name: streamed
steps:
  - {kind: read.files, paths: in.jsonl}
  - {kind: filter.where, where: "length(text) > 10"}
  - {kind: transform.columns, set: {line: "{{ id }}: {{ text }}"}}
"""
GATHERED = STREAMED + "  - {kind: filter.duplicates, columns: [text]}\n"


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [STREAMED, GATHERED], ids=["row steps", "a set step"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, recipe: str) -> None:
    """17 times the rows: held as Row objects, the 47,000 more would take 90 MB. Caches and what waits for a commit take some, and no more."""
    (tmp_path / "recipe.yaml").write_text(recipe, encoding="utf-8")
    few, many = (peak_kb(tmp_path, rows) for rows in (3_000, 50_000))
    assert many - few < 50_000, (few, many)


def peak_kb(folder: Path, rows: int) -> int:
    """The most memory that a run over so many rows of 300 characters takes, in a process of its own, in kilobytes."""
    words = "the river keeps its own slow counsel while boats pass under an old bridge " * 4
    jsonl(folder / "in.jsonl", [{"id": str(n), "text": f"Text {n}: {words}"} for n in range(rows)])
    command = [sys.executable, "-c", CHILD, "run", "recipe.yaml", "--home", f"home{rows}", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    told, peak = done.stdout.splitlines()[-2:]
    assert json.loads(told)["kept"] == rows
    return int(peak)  # not ru_maxrss, in which the memory of the process that started this one counts, too


def test_rows_are_taken_in_few_at_a_time_and_the_oldest_first(tmp_path: Path) -> None:
    """Of 2,000 rows a run that is stopped early has taken in hardly more than its window, and asked for the first ones in their order."""
    with Bench(tmp_path, latency=0.02) as bench:
        stopping = Stopping()
        waiting = Thread(target=lambda: (bench.server.wait_for(20), stopping.stop()))
        waiting.start()
        models = {"writer": bench.model(concurrency=1)}
        result = bench.run(texts(*(f"t{n}" for n in range(2_000))), ask(), top={"models": models}, stopping=stopping)
        waiting.join()
        assert result.state == "stopped"
        assert result.kept <= result.requested <= len(bench.asked) + 2 * 64  # a window in flight, and one that is being handed over
        assert [said.removeprefix("Say ").strip() for said in bench.texts] == [f"t{n}" for n in range(len(bench.asked))]
        assert len(bench.asked) < 2_000


# -- arrival decides nothing ----------------------------------------------------------------------------------------------------------------


def test_ids_and_order_are_the_same_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    """In one home answers come in the order of the rows; in the other those of the first half come last."""
    steps = (texts(*(f"t{n:02}" for n in range(24))), ask(forward="all"), {"kind": "filter.duplicates"})
    found, arrived = [], []
    for places, rules in ((1, []), (24, [{"matches": "Say t(0.|1[01])", "latency": 0.5}])):
        folder = tmp_path / str(places)
        folder.mkdir()
        with Bench(folder, lambda request: {"answer": f"{request.text} is answered"}, rules=rules) as bench:
            result = bench.run(*steps, top={"models": {"writer": bench.model(concurrency=places)}})
            assert (result.state, result.kept) == ("finished", 24)
            found.append([(row.id, row.order, row.data, row.scores) for row in bench.lab.project().datasets.rows("t")])
            ended = sorted(bench.server.calls.requests, key=lambda call: call.ended or 0.0)
            arrived.append([call.text.split()[1] for call in ended])
    assert arrived[0] == sorted(arrived[0])
    assert set(arrived[1][-12:]) == set(arrived[0][:12])
    assert found[0] == found[1]


# -- what a row costs, what a run rests on --------------------------------------------------------------------------------------------------


def test_an_accepted_row_costs_what_all_were_asked_for(tmp_path: Path) -> None:
    """Four answers at 0.0012 USD, of which the filter lets one through: that one has cost them all."""
    with Bench(tmp_path, tokens_in=200, tokens_out=100) as bench:
        recipe = bench.recipe(texts("a", "b", "c", "d"), ask(forward="all"), {"kind": "filter.where", "where": "text = 'c'"}, models={
            "writer": bench.model(price_in=1, price_out=10),
        })  # fmt: skip
        said = [called(["run", str(recipe), *more, "--home", str(tmp_path / "home")], {}, tmp_path).stdout for more in (["--json"], [])]
    told = json.loads(said[0].splitlines()[-1])
    assert (told["kept"], told["cost_usd"], told["cost_of_kept_usd"]) == (1, pytest.approx(0.0048), pytest.approx(0.0048))
    assert "$0.0048 a kept row" in said[1]


def test_the_lock_names_all_that_a_run_rests_on(tmp_path: Path) -> None:
    source = jsonl(tmp_path / "in.jsonl", [{"text": "one"}])
    with Bench(tmp_path) as bench:
        bench.run({"kind": "read.files", "paths": "in.jsonl"}, ask("Say {{ text }} twice"), limit=1)
        lock = json.loads(called(["runs", "r1", "--lock", "--home", str(tmp_path / "home")], {}, tmp_path).stdout)
        assert lock["inputs"]["read.files"] == {"in.jsonl": [["in.jsonl", found := file_hash(lock)]]}
        assert bench.lab.files.path(found).read_bytes() == source.read_bytes()
    assert lock["prompts"] == {"1.prompt": parse("Say {{ text }} twice").hash}
    assert lock["recipe"]["models"]["writer"]["model"] == "openai/m"
    assert [step["kind"] for step in lock["recipe"]["steps"]] == ["read.files", "generate.columns"]
    assert set(lock["steps"]) == {"read.files", "generate.columns"}
    assert lock["code"] == {"rowsmith": rowsmith.__version__, "python": platform.python_version()}
    assert (lock["run"], len(lock["identity"]), lock["options"]["limit"]) == ("r1", 32, 1)


def file_hash(lock: Any) -> str:
    return str(lock["inputs"]["read.files"]["in.jsonl"][0][1])


def test_a_wait_for_storage_that_is_no_number_is_told(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        recipe = bench.recipe(texts("a"))
        told = called(["run", str(recipe), "--home", str(tmp_path / "home")], {"ROWSMITH_STORAGE_WAIT_S": "long"}, tmp_path)
    assert told.returncode == 1
    assert "ROWSMITH_STORAGE_WAIT_S=long is no number of seconds." in told.stderr
