"""The progress of a run: what the line says, in a terminal and in a log, wide and narrow."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.cli.progress import EVERY_S, ProgressLine, line
from rowsmith.core.slots import Tally


def progress(note: str = "", seconds: float = 10.0, **more: Any) -> Any:
    tally = Tally(12_345, 37_000, dropped=Counter(weak=655), calls=13_000, tokens_in=12_000_000, tokens_out=3_456_789, cost=12_345_600_000_000)
    told = {"run": SimpleNamespace(id="r12"), "tally": tally, "target": 50_000, "seconds": seconds, "note": note, "in_flight": 64}
    return SimpleNamespace(**{**told, "left": 39_653, "ending": False, **more})


NOTE = "https://api.example.com/v1 throttled until 14:05:00"


def test_the_wide_line_says_everything() -> None:
    said = line(progress(NOTE), 120.0)
    assert said == (
        "run r12 | 12,345/50,000 kept (95%) | 13,000 of 50,000 done | 120/s | 15,456,789 tokens | $12.3456 | 64 in flight | 0:05:30 to go | " + NOTE
    )


def test_eighty_columns_hold_what_matters() -> None:
    said = line(progress(), 120.0, short=True, least=True)
    assert said == "r12 12,345/50,000 kept (95%) | 120/s | 15.5M tok | $12.3456 | 0:05:30"
    small = progress(NOTE)
    small.tally, small.target, small.left = Tally(12, 48, calls=12, tokens_in=1500, tokens_out=100, cost=2_400_000_000), None, 48
    said = line(small, 2.5, short=True, least=True)
    assert said == "r12 12 kept (100%) | 2.5/s | 1,600 tok | $0.0024 | 0:00:19 | throttled 14:05:00"
    assert len(said) < 80


@pytest.mark.parametrize(("rate", "said"), [(120.4, "120/s"), (2.54, "2.5/s"), (0.02, "1.2/min")])
def test_slow_models_have_a_rate_too(rate: float, said: str) -> None:
    assert f" | {said} | " in line(progress(), rate)


def test_an_unknown_rate_is_not_shown_as_zero() -> None:
    assert "0/s" not in line(progress(), 0.0).replace("50,000", "")


def test_what_is_left_to_do_is_not_told_before_it_is_known() -> None:
    assert "to go" not in line(progress(left=None), 120.0)


def test_rows_behind_the_last_set_step_are_timed_by_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten minutes in which no row ended say nothing of the last ones: 400 of 10,000 have ended in 4 seconds."""
    seconds = iter(range(0, 1000, 20))
    shown = ProgressLine(lambda: float(next(seconds)))
    shown(progress(tally=Tally(0, 10_000), seconds=0.0, left=None))
    shown(progress(tally=Tally(0, 10_000), seconds=600.0, left=10_000, ending=True))
    shown(progress(tally=Tally(400, 9_600), seconds=604.0, left=9_600, ending=True))
    lines = capsys.readouterr().err.splitlines()
    assert ["to go" in one for one in lines] == [False, False, True]
    assert "| 100/s |" in lines[-1] and lines[-1].endswith("| 0:01:36 to go")


def test_a_log_is_not_filled_by_a_server_that_throttles_each_second(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter(range(1000))
    shown = ProgressLine(lambda: float(next(seconds)))
    for second in range(60):
        shown(progress(NOTE if second % 2 else "", float(second)))
    lines = capsys.readouterr().err.splitlines()
    assert 60 / EVERY_S <= len(lines) <= 2 * 60 / EVERY_S
    assert NOTE in lines[0]


def test_a_terminal_of_eighty_columns(tmp_path: Path) -> None:
    with Bench(tmp_path, latency=0.15) as bench:
        models = {"writer": bench.model(concurrency=1, price_in=1, price_out=2)}
        recipe = bench.recipe(texts(*(f"text {n}" for n in range(20))), ask(), models=models)
        screen = typed(["run", str(recipe), "--home", str(tmp_path / "home")])
    lines = [part for part in screen.split("\r\x1b[2K") if " kept" in part.split("\n")[0]]
    assert all(len(one.split("\n")[0]) < 80 for one in lines[:-1])
    assert any(re.search(r"kept \(100%\).* \| [\d.]+/s \| [\d,]+ tok\w* \| \$0\.\d{4} \| .*\d:\d\d:\d\d", one) for one in lines)


def typed(words: list[str]) -> str:
    """The command in a terminal of 80 columns; everything that it writes there."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    child = subprocess.Popen([sys.executable, "-m", "rowsmith.cli.main", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True)
    os.close(theirs)
    out = b""
    try:
        while select.select([ours], [], [], 60)[0]:
            if not (chunk := _read(ours)):
                break
            out += chunk
    finally:
        child.wait(60)
        os.close(ours)
    assert child.returncode == 0, out
    return out.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # the other side is closed
        return b""
