"""The benchmarks measure what they say: their own code, over few rows. What it comes to is for `make bench`."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from types import ModuleType

import pytest
from terminal import ROOT

from rowsmith import Lab
from rowsmith.store.datasets import Datasets


@pytest.fixture(scope="module")
def one_call() -> ModuleType:
    """benchmarks/one_call.py."""
    return module("one_call")


def module(name: str) -> ModuleType:
    """A benchmark."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("kind", ["bare", "rowsmith"])
def test_a_rate_counts_every_row_at_64_in_flight(one_call: ModuleType, kind: str) -> None:
    """It raises unless the server has seen one call a row, and Rowsmith kept them all."""
    found = one_call.measure(kind, 200, 0.05)
    assert set(found) == {"rate", "cpu", "memory"}
    assert 0 < found["rate"] <= 64 / 0.05 * 1.1  # no faster than 64 calls of 50 ms each
    assert found["cpu"] > 0.01
    assert found["memory"] > 10


@pytest.mark.slow
def test_cpu_and_memory_are_those_of_the_client(one_call: ModuleType) -> None:
    """In a process of its own: what the process that starts the client has held would count as the client's."""
    code = "import json, one_call; print(json.dumps([one_call.measure('rowsmith', rows, 0.0) for rows in (10, 3000)]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "benchmarks", capture_output=True, text=True, check=True)
    few, many = json.loads(done.stdout)
    assert many["cpu"] > few["cpu"]
    assert 50 < few["memory"] < many["memory"] * 1.1 < few["memory"] * 2


def test_variation_is_drawn_in_runs_and_tested() -> None:
    variation = module("variation")
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab:
        forecast, kept, _, drawn = variation.in_a_run(lab, "one", 1, values=variation.TABLE, how="draw", count=300)
    assert forecast == kept == len(drawn) == 300
    assert min(p for _, p in variation.tests(drawn).values()) > 0.001
    assert variation.tests([{**row, "tone": "angry"} for row in drawn])["tone"][1] < 1e-9
    assert abs(variation.survival(3.841, 1) - 0.05) < 1e-4 and abs(variation.survival(16.919, 9) - 0.05) < 1e-4
    above, of = variation.false_alarms(300, 3)
    assert (of, above < 10) == (27, True)


def test_a_replay_asks_nobody(one_call: ModuleType) -> None:
    """It raises unless all answers come from the store."""
    found = one_call.replay(50)
    assert found["rows"] == 50
    assert found["seconds"] > 0


@pytest.mark.slow
def test_the_table_and_its_last_line(one_call: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_call, "FEW", 64)
    monkeypatch.setattr(one_call, "MANY", 640)
    monkeypatch.setattr(sys, "argv", ["one_call.py", "--quick"])
    one_call.main()
    lines = capsys.readouterr().out.splitlines()
    told = json.loads(lines[-1])
    assert set(told) == {"rate_ratio", "cpu_ratio", "replay"}
    bare, ours, ratio = (float(cell.replace(",", "")) for cell in lines[1].split()[:3])
    assert told["rate_ratio"] == pytest.approx(ours / bare, abs=0.02)
    assert ratio == pytest.approx(told["rate_ratio"], abs=0.006)
    assert told["replay"]["rows"] == 1_000


def test_shaping_is_measured_over_what_is_planted(tmp_path: Path) -> None:
    """The acts over few rows; the planted near-duplicates are there, and a split keeps them together."""
    shaping = module("shaping")
    with Lab(tmp_path) as lab:
        lab.project()
        for name, rows in (("qa", 300), ("small", 30)):
            Datasets(lab.db).commit("default", name, shaping.planted(rows))
        told = lab.project().shaping.split("qa", shaping.PARTS, compare=["text"], into="out")
        assert told.report["components"] < 300 // 5, "documents are tied by their texts"
    for act in ("overlap report", "combine, exact", "shuffle", "read shuffled"):
        found = shaping.carried_out(str(tmp_path), act)
        assert found["seconds"] > 0
        assert found["peak_mb"] > 20


def test_history_is_measured_operation_by_operation(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "history.py"), "--rows", "1500", "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads((tmp_path / "out.json").read_text())
    named = {"write", "commit of 1,000 edits", "diff of 1,000 changes", "branch", "merge of 1,000 and 500", "old version whole"}
    assert named <= told["seconds"].keys() and all(seconds > 0 for seconds in told["seconds"].values())
    assert told["rows"] == 1500 and all(size > 10 for size in told["peak_mb"].values())


def test_converting_is_measured_stage_by_stage(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "converting.py"), "--rows", "1000", "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads((tmp_path / "out.json").read_text())
    assert len(told["stages"]) == 7
    assert all(figure > 0 for tools in told["stages"].values() for who in ("rowsmith", "duckdb") for figure in tools[who].values())


def test_templates_are_measured_in_process_and_by_the_child(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "templates.py"), "--rows", "100", "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == json.loads((tmp_path / "out.json").read_text())
    assert found["attacks"]["attacks"] == found["attacks"]["refused"] > 70
    assert all(found[name]["rows_per_s"] > 0 for name in ("plain", "filters", "bare", "template", "alone"))


def test_documents_are_measured_beside_the_bare_libraries(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "documents.py"), "--copies", "1", "--rounds", "1", "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads((tmp_path / "out.json").read_text())
    assert told["work"].keys() == {"PDF text", "PDF structure", "web pages"}
    assert all(figure > 0 for tools in told["work"].values() for tool in tools.values() for figure in tool.values())


@pytest.mark.slow
def test_simulated_comparisons_find_what_is_there_and_little_else() -> None:
    """A seeded share of benchmarks/comparing.py: 30 simulations of 200 pairs for each kind of outcome."""
    comparing = module("comparing")
    assert comparing.within(200) == (4, 16)
    _, most = comparing.within(30)
    for kind, counts in comparing.simulated(30, 200, 15, seed=3).items():
        assert counts["found"] >= 24, kind
        assert counts["alarms"] <= most, kind


@pytest.mark.slow
def test_simulated_changes_that_change_nothing_are_seldom_accepted() -> None:
    """A seeded share of benchmarks/refining.py: 6 simulations of 40 inputs."""
    found = module("refining").simulated(6, 40, seed=3)
    _, most = module("comparing").within(6)
    assert max(found["nothing"], found["worse"]) <= most
    assert found["fall"] >= 4
    assert found["reused"] > most  # what both sides are drawn anew for


def test_a_difference_of_nothing_is_not_found() -> None:
    counts = module("comparing").simulated(2, 30, 0, seed=1)
    assert all(count["found"] <= 1 for count in counts.values())


@pytest.mark.slow
def test_simulated_optimisations_find_what_is_there_and_little_else() -> None:
    """A seeded share of benchmarks/optimizing.py: 3 optimisations with either model."""
    optimizing = module("optimizing")
    assert optimizing.within(40) == 5
    found = optimizing.simulated(3, 90, seed=3)
    assert found["heeding"]["better"] >= 2 and found["heeding"]["difference"] > 0.2
    assert found["deaf"]["better"] <= optimizing.within(3)


@pytest.mark.slow
def test_a_guided_session_that_is_killed_after_each_turn_loses_and_repeats_nothing(tmp_path: Path) -> None:
    guiding = module("guiding")
    options = Namespace(rows=6, latency=0.02, malformed=0.1, seed=1)
    found = guiding.Path_(tmp_path / "killed", options).measure(killed=True)
    assert (found["rows"], found["valid"], found["edit_kept"], found["open_stays_open"]) == (6, 6, True, True)
    assert found["kills"] >= 3 and found["sent_twice"] <= 8
