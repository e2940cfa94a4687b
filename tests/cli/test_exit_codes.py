"""Each exit code as docs/exit-codes.md has it, and the JSON that goes with it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, called, conserved, texts

from rowsmith.app.results import EXIT
from rowsmith.testing import CommandLine

PAGE = (Path(__file__).parents[2] / "docs" / "exit-codes.md").read_text(encoding="utf-8")
KEYS = {
    "run": str, "state": str, "reason": str, "requested": int, "kept": int, "dropped": dict, "failed": dict, "cancelled": int, "pending": int,
    "calls": int, "calls_reused": int, "tokens_in": int, "tokens_out": int, "cost_usd": float | None, "seconds": float,
    "dataset": str | None, "version": str | None,
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as found:
        yield found


def run(bench: Bench, recipe: Path, *more: str, env: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    done = called(["run", str(recipe), "--home", str(bench.folder / "home"), *more, "--json"], env or {}, bench.folder)
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    for name, kind in KEYS.items() if "run" in told else ():
        assert isinstance(told[name], kind), (name, told[name])
        assert not isinstance(told[name], bool)
    if "run" in told:
        conserved(told)
        assert all(isinstance(count, int) for side in ("dropped", "failed") for count in told[side].values())
    return done.returncode, told


def test_the_page_has_every_state_with_its_code() -> None:
    rows = re.findall(r"^\| (\d+) \|([^|]*)\|", PAGE, re.MULTILINE)
    assert {state: int(code) for code, states in rows for state in re.findall(r"`(\w+)`", states)} == EXIT
    assert {int(code) for code, _ in rows} >= {0, 1, 2, 3, 4, 5, 6, 7, 130, 141}


def test_0_finished(bench: Bench) -> None:
    models = {"writer": bench.model(price_in=1, price_out=2)}
    code, told = run(bench, bench.recipe(texts("a", "b"), ask(), models=models))
    assert (code, told["state"], told["kept"], told["dataset"]) == (0, "finished", 2, "t")
    assert told["cost_usd"] == pytest.approx((told["tokens_in"] + 2 * told["tokens_out"]) / 1e6)


def test_1_an_error(bench: Bench) -> None:
    code, told = run(bench, bench.recipe(texts("a"), {"kind": "no.step"}))
    assert (code, told["error"], len(told["problems"])) == (1, "Invalid", 1)


def test_2_a_wrong_command_line(bench: Bench) -> None:
    code, told = run(bench, bench.recipe(texts("a")), "--target", "0")
    assert (code, told["error"]) == (2, "Usage")


def test_3_a_shortfall(bench: Bench) -> None:
    code, told = run(bench, bench.recipe(texts("a", "b")), "--target", "3")
    assert (code, told["state"], told["kept"]) == (3, "shortfall", 2)


def test_4_paused(bench: Bench) -> None:
    code, told = run(bench, bench.recipe(texts("a", "b"), ask()), "--budget-tokens", "10")
    assert (code, told["state"], told["pending"], told["calls"]) == (4, "paused", 2, 0)
    assert told["reason"].startswith("budget: ")
    assert run(bench, bench.recipe(texts("a", "b"), ask()), "--budget-tokens", "100000")[0] == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 5), (signal.SIGTERM, 5)])
def test_5_stopped(bench: Bench, number: signal.Signals, code: int) -> None:
    bench.server.change(latency=0.1)
    recipe = bench.recipe(texts(*(f"t{n}" for n in range(40))), ask(), models={"writer": bench.model(concurrency=2)})
    with CommandLine("run", recipe, "--home", bench.folder / "home", "--json") as command:
        bench.server.wait_for(3)
        command.process.send_signal(number)
        assert command.wait() == code
        conserved(command.result)
        assert (command.result["state"], command.result["kept"], command.result["version"]) == ("stopped", len(bench.asked), None)
        assert "Traceback" not in command.err


def test_6_cancelled(bench: Bench) -> None:
    bench.server.change(latency=0.1)
    recipe = bench.recipe(texts(*(f"t{n}" for n in range(40))), ask(), models={"writer": bench.model(concurrency=2)})
    with CommandLine("run", recipe, "--home", bench.folder / "home", "--json") as command:
        bench.server.wait_for(3)
        done = called(["cancel", "r1", "--home", str(bench.folder / "home"), "--json"], {}, bench.folder)
        assert json.loads(done.stdout) == {"run": "r1", "state": "cancelled"}
        assert command.wait() == 6
        conserved(command.result)
        assert command.result["cancelled"] > 0


def test_a_second_signal_ends_at_once(bench: Bench) -> None:
    bench.server.change(faults={"hang": 1})
    with CommandLine("run", bench.recipe(texts("a"), ask()), "--home", bench.folder / "home") as command:
        bench.server.wait_for(1)
        command.terminate()
        with pytest.raises(TimeoutError):
            command.wait(0.3)
        command.terminate()
        assert command.wait() == 143


def test_141_whoever_read_the_output_has_gone(bench: Bench) -> None:
    (bench.folder / "long.jsonl").write_text("".join(f'{{"text": "{n} {"x" * 300_000}"}}\n' for n in range(5)), encoding="utf-8")
    words = [sys.executable, "-m", "rowsmith.cli.main", "detect", str(bench.folder / "long.jsonl")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.wait(60) == 141
