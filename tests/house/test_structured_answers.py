"""The figures of benchmarks/structured.py, over fewer rows: every way of asking, every kind of dirt, counted."""

from __future__ import annotations

import importlib.util
import json
import sys
from types import ModuleType

import pytest
from terminal import ROOT

from rowsmith.testing import DIRT

ROWS = 50
ASKED = ["schema mode", "JSON mode of Ollama", "plain text, JSON", "plain text, XML", "tool calls"]


@pytest.fixture(scope="module")
def structured() -> ModuleType:
    """benchmarks/structured.py."""
    spec = importlib.util.spec_from_file_location("structured", ROOT / "benchmarks" / "structured.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_way_and_every_kind_of_dirt_is_among_them(structured: ModuleType) -> None:
    assert list(structured.WAYS) == ASKED
    kinds = {kind for _, of_form, around in structured.WAYS.values() for kind in (*of_form, *around)}
    assert kinds == {"ok", *DIRT}
    assert all(len(of_form) + len(around) - 1 >= 10 for way, (_, of_form, around) in structured.WAYS.items() if way != "schema mode")


@pytest.mark.parametrize("way", ASKED)
def test_what_is_delivered_is_valid_and_as_it_was_meant(structured: ModuleType, way: str) -> None:
    found = structured.measured(way, ROWS)
    assert found["valid"] == found["as_meant"] == 1
    assert found["first_wave"] >= 0.98
    assert found["target_met"] == 1
    assert sum(found["answers"].values()) == found["first_wave"] * ROWS
    assert found["answers"]["asked_again"] <= ROWS * 0.1
    assert found["answers"]["repaired"] > 0
    waves = found["with_hopeless"]
    assert waves["answers"]["asked_again"] > 0
    assert {"cut", "refusal", "empty"} & set(waves["refused"])
    assert sum(waves["answers"].values()) == ROWS


def test_the_table_and_its_last_line(structured: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["structured.py", "--rows", "10"])
    structured.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line[:20].strip() for line in lines[1:6]] == ASKED
    told = json.loads(lines[-1])
    assert [one["way"] for one in told["ways"]] == ASKED
