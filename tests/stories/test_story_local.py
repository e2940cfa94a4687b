"""Stories of models that run on this machine: real recipes, real weights (random ones), real deaths."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hub_world import hub_world
from proofs import rows_of, sound
from sqlalchemy import text
from stage import Stage, stage

from rowsmith.testing import CommandLine, rowsmith, tiny_gguf

RECIPE = Path(__file__).with_name("local.yaml")
PLACES = 4


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf(tmp_path_factory.mktemp("weights") / "tiny.gguf")


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that take a while for an answer."""
    return tiny_gguf(tmp_path_factory.mktemp("weights") / "wide.gguf", width=256, layers=4)


def words(home: Stage, weights: Path, *options: str, recipe: Path = RECIPE, **sets: Any) -> list[str | Path]:
    """The words of `rowsmith run`."""
    given = {"input": home.input, "weights": weights, "concurrency": PLACES, **sets}
    return ["run", recipe, *(part for name, value in given.items() for part in ("--set", f"{name}={value}")), *options, "--json"]


def hosts(command: CommandLine) -> list[psutil.Process]:
    """The processes that hold llama.cpp for a command."""
    try:
        return [child for child in psutil.Process(command.pid).children() if "rowsmith.llm.hosts.llama" in child.cmdline()]
    except psutil.NoSuchProcess:
        return []


def answering(home: Stage, command: CommandLine, at_least: int) -> psutil.Process:
    """Wait until so many answers are stored while the command runs; its host."""
    until = time.monotonic() + 60
    while time.monotonic() < until and command.process.poll() is None:
        found = hosts(command)
        if found and home.home and Path(home.home, "rowsmith.db").exists():
            with home.database() as db, db.read() as conn:
                if conn.execute(text('SELECT count(*) FROM "call" WHERE state = 1')).scalar_one() >= at_least:
                    return found[0]
        time.sleep(0.02)
    raise TimeoutError(f"{command} did not get {at_least} answers\n{command.err[-2000:]}")


def without_llama(folder: Path) -> dict[str, str]:
    """An environment in which the extra is not installed."""
    (folder / "without").mkdir()
    (folder / "without" / "sitecustomize.py").write_text("import sys\nsys.modules['xllamacpp'] = None\n")
    return {"PYTHONPATH": str(folder / "without")}


def test_a_recipe_is_answered_by_random_weights_and_every_row_is_valid(weights: Path, tmp_path: Path) -> None:
    """50 of 50 at the first wave, free of cost; and rebuilt without the weights and without the library."""
    with stage(tmp_path) as home:
        home.items(50)
        moved = home.folder / "models" / "mine.gguf"
        moved.parent.mkdir()
        moved.write_bytes(weights.read_bytes())
        result = home.result(*words(home, moved, "--budget", "0"))
        assert (result["state"], result["kept"], result["requested"], result["calls"], result["cost_usd"]) == ("finished", 50, 50, 50, 0)
        with home.database() as db:
            sound(db)
            rows = rows_of(db, "local")
        for row in rows:
            assert re.fullmatch("[a-z]{1,8}", row["data"]["input"])
            assert row["data"]["score"] in range(1, 6)
            assert row["data"]["tag"] in ("a", "b")
        moved.unlink()
        nothing = without_llama(tmp_path)
        home.result("verify", "--json", env=nothing)
        offline = home.result(*words(home, moved, "--offline", "--new"), env=nothing)
        assert (offline["state"], offline["kept"], offline["calls"], offline["calls_reused"]) == ("finished", 50, 0, 50)


def test_a_file_of_the_hub_is_downloaded_once_and_checked(weights: Path, tmp_path: Path) -> None:
    with stage(tmp_path) as home:
        home.items(3)
        asked = words(home, Path("hf:acme/tiny-GGUF/tiny.gguf"))
        with hub_world() as world:
            world.add("acme/tiny-GGUF", "tiny.gguf", weights.read_bytes())
            env = world.environ(tmp_path / "cache")
            result = home.result(*asked, env=env)
            assert (result["state"], result["kept"]) == ("finished", 3)
            assert all(target.endswith("/tiny.gguf") for _, target in world.asked())
            assert len(world.store.seen) == 1
        again = home.result(*asked, "--fresh", env=env)
        assert (again["state"], again["calls"]) == ("finished", 3)
        nowhere = home.result(*words(home, Path("hf:acme/tiny-GGUF/other.gguf")), env=env, code=None)
        assert (nowhere["state"], nowhere["reason"].partition(":")[0]) == ("paused", "unavailable")


def test_what_is_not_held_to_a_form_is_never_kept_unless_it_fits(weights: Path, tmp_path: Path) -> None:
    """Instructions alone mean nothing to random weights: each row fails, with its reasons, and the run says so."""
    with stage(tmp_path) as home:
        home.items(6)
        result = home.result(*words(home, weights, answers="json", max_tokens=60), code=None)
        assert (result["state"], result["kept"], result["requested"]) == ("shortfall", 0, 6)
        assert set(result["failed"]) <= {"malformed", "schema", "cut", "empty"}
        assert result["calls"] == 18


@pytest.mark.slow
def test_kill_9_while_local_models_answer_repeats_at_most_what_was_in_flight(wide: Path, tmp_path: Path) -> None:
    with stage(tmp_path) as home:
        home.items(60)
        kills = 3
        for n in range(kills):
            with home.start(*words(home, wide)) as command:
                host = answering(home, command, 8 * (n + 1))
                assert command.kill() == -signal.SIGKILL
                host.wait(10)
        result = home.result(*words(home, wide))
        assert (result["state"], result["kept"]) == ("finished", 60)
        with home.database() as db:
            sound(db)
            assert len({row["id"] for row in rows_of(db, "local")}) == 60
            with db.read() as conn:
                doubtful = conn.execute(text("SELECT count(*) FROM spend WHERE outcome = 3")).scalar_one()
                bought = conn.execute(text("SELECT count(*) FROM spend WHERE outcome = 1")).scalar_one()
        assert bought == 60
        assert doubtful <= kills * max(8, 2 * PLACES)
        home.result("verify", "--no-rebuild", "--json")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_a_stop_lets_what_is_in_flight_end_and_leaves_no_process(how: str, wide: Path, tmp_path: Path) -> None:
    with stage(tmp_path) as home:
        home.items(200)
        with home.start(*words(home, wide, "--grace", "20")) as command:
            host = answering(home, command, 4)
            if how == "SIGTERM":
                command.terminate()
            else:
                os.killpg(command.pid, signal.SIGINT)  # as a terminal does at Ctrl-C
            assert command.wait(60) == 5, command.err
            assert command.result["state"] == "stopped"
        assert not host.is_running()
        with home.database() as db:
            sound(db)
            with db.read() as conn:
                assert conn.execute(text("SELECT count(*) FROM spend WHERE outcome = 3")).scalar_one() == 0


@pytest.mark.slow
def test_a_stop_while_the_model_is_loaded_or_says_endless_things_ends_at_the_grace(wide: Path, tmp_path: Path) -> None:
    with stage(tmp_path) as home:
        home.items(8)
        endless = tmp_path / "recipe.yaml"
        endless.write_text(RECIPE.read_text().replace("    threads: 1\n", "    threads: 1\n    extra: {ignore_eos: true}\n"))
        with home.start(*words(home, wide, "--grace", "0.5", recipe=endless, max_tokens=2000, answers="json")) as command:
            until = time.monotonic() + 60
            while not (found := hosts(command)) and time.monotonic() < until:
                time.sleep(0.01)
            command.terminate()
            assert command.wait(60) == 5, command.err
        assert not found[0].is_running()


def test_what_stands_in_the_way_is_told_by_check(weights: Path, tmp_path: Path) -> None:
    with stage(tmp_path) as home:
        home.items(1)
        (tmp_path / "words.gguf").write_text("These are words.")
        sets = {"input": home.input, "weights": "words.gguf"}
        given = [part for name, value in sets.items() for part in ("--set", f"{name}={value}")]
        (tmp_path / "recipe.yaml").write_bytes(RECIPE.read_bytes())
        done = rowsmith("check", tmp_path / "recipe.yaml", *given)
        assert done.returncode == 1
        assert "is no GGUF file. Give the weights in llama.cpp's format" in " ".join(done.stderr.split())
        done = rowsmith("check", tmp_path / "recipe.yaml", *given, env=without_llama(tmp_path))
        assert "llama.cpp, which is not installed. Install it with: pip install 'rowsmith[local]'" in " ".join(done.stderr.split())
        (tmp_path / "words.gguf").write_bytes(weights.read_bytes())
        assert rowsmith("check", tmp_path / "recipe.yaml", *given).returncode == 0
