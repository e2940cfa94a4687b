"""Stories of model servers in a bad mood: refusals, outages, slow answers, bad shapes, answers that come too late."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from proofs import Outcome, counted, rows_of, sound
from sqlalchemy import text
from stage import Stage, server, stage

from rowsmith.core.slots import FAILED
from rowsmith.testing import SHAPES

DEADLINES = Path(__file__).with_name("deadlines.yaml")
WAITS = ("seconds", "date", "ms", "reset", "missing", "negative", "garbage")
"""Forms of Retry-After that ask for a short wait or say nothing usable."""
RAW_LIMIT = 1 << 20


def storm(folder: Path, kind: str, form: str, *, seed: int, share: float = 0.5, rows: int = 60) -> Outcome:
    """R15. Many 429 with Retry-After in one form: no row is dropped, no call comes before the permitted time."""
    with stage(folder, kind) as home, server(latency=0.01, seed=seed, faults={"429": share}, retry_after=form, retry_after_s=0.2) as model:
        home.items(rows)
        result = home.result(*home.run(model))
        assert (result["kept"], result["failed"], result["dropped"]) == (rows, {}, {}), result
        assert model.calls.early() == [], f"{len(model.calls.early())} calls came early"
        refused = model.calls.faults().get("429", 0)
        return counted(f"R15 429 storm, Retry-After {form}, {kind}", home, model.calls, rows, runs=1, bound=0, note=f"{refused} refused")


def parked(folder: Path, kind: str) -> Outcome:
    """R15. A wait of a day parks the run (exit 4) and burns no repeats; it goes on when the server lets it."""
    rows = 40
    with stage(folder, kind) as home, server(latency=0.01, fault_sequence=["ok"] * 10 + ["429"] * 100, retry_after="day") as model:
        home.items(rows)
        result = home.result(*home.run(model, places=4), code=4)
        assert result["state"] == "paused" and result["reason"].startswith("throttled"), result
        assert len(model.calls) <= 10 + 4, len(model.calls)
        again = home.result(*home.run(model, places=4), code=4)
        assert again["kept"] == result["kept"]
        assert len(model.calls) <= 10 + 4, "calls were made before the day was over"
        with home.database() as db, db.write() as conn:
            conn.execute(text("DELETE FROM rate"))  # a day has passed
        model.change(fault_sequence=[])
        home.result(*home.run(model, places=4))
        return counted(f"R15 Retry-After of a day, {kind}", home, model.calls, rows, runs=2, bound=0)


def half_errors(folder: Path, kind: str, *, seed: int, rows: int = 200) -> Outcome:
    """R16. Half of the answers are errors: attempts stay within 2.2 times the successes, and each row is kept or failed with its reason."""
    with stage(folder, kind) as home, server(latency=0.005, seed=seed, faults={"500": 0.25, "503": 0.25}) as model:
        home.items(rows)
        result = home.result(*home.run(model, places=16), code=None)
        good = len(model.calls.billed)
        assert result["kept"] + sum(result["failed"].values()) == rows and result["pending"] == 0, result
        assert set(result["failed"]) <= {"http_500", "http_503"}, result
        assert len(model.calls) <= 2.2 * good + 20, f"{len(model.calls)} attempts for {good} successes"
        model.change(faults={})
        home.result("resume", "r1", "--json")
        note = f"{len(model.calls) / good:.2f} attempts a success"
        return counted(f"R16 half of all are errors, {kind}", home, model.calls, rows, runs=1, bound=0, note=note)


def outage(folder: Path, kind: str, *, away_s: float = 4.0, rows: int = 400) -> Outcome:
    """R16. A full outage in the middle: hardly anything is sent, and all goes on when it is over."""
    with stage(folder, kind) as home, server(latency=0.02) as model:
        home.items(rows)
        with home.start(*home.run(model, places=16)) as command:
            model.wait_for(100)
            model.change(faults={"500": 1.0})
            time.sleep(0.2)
            before = len(model.calls)
            time.sleep(away_s)
            during = len(model.calls) - before
            model.change(faults={})
            code = command.wait(90)
            assert code in (0, 3), command.err
            result = command.result
        assert result["kept"] + sum(result["failed"].values()) == rows, result
        assert during <= 40 + 2 * away_s, f"{during} calls in an outage of {away_s:g} s"
        if code:
            home.result("resume", "r1", "--json")
        return counted(f"R16 outage, {kind}", home, model.calls, rows, runs=1, bound=0, note=f"{during} calls in {away_s:g} s of outage")


def slow(folder: Path, *, rows: int = 120) -> Outcome:
    """R17. Some answers drip, stall or never end: their deadline is kept, and the others are as quick as ever."""
    slow_ones = {"slow_headers:1": "3", "stall": "40", "endless": "70", "hang": "90"}
    rules = [{"contains": f"Item {number} says", "fault": fault} for fault, number in slow_ones.items()]
    with stage(folder) as home, server(latency=0.05, rules=rules) as model:
        home.items(rows)
        started = time.monotonic()
        result = home.result(*home.run(model, recipe=DEADLINES, places=16), code=3)
        took = time.monotonic() - started
        assert result["kept"] == rows - len(slow_ones), result
        assert result["failed"] == {"timeout": len(slow_ones)}, result
        assert result["maybe_billed"] == len(slow_ones), result
        late = [call for call in model.calls.requests if call.key not in slow_ones.values()]
        span = max(call.ended or call.mono for call in late) - min(call.mono for call in late)
        ideal = rows / 16 * 0.05
        return Outcome("R17 slow answers", 1, note=f"others {ideal / span:.0%} of full speed with 4 of 16 places stuck; {took:.1f} s in all")


def shapes(folder: Path, kind: str) -> dict[str, tuple[str, str]]:
    """R18. Every bad shape once: each row is kept or ends with a named reason. What became of each: (state, reason or row)."""
    names = sorted(SHAPES)
    rules = [{"contains": f"Item {number} says", "fault": name, "latency": 0.3} for number, name in enumerate(names)]
    names.append("none at all")
    with stage(folder, kind) as home, server(rules=rules) as model:
        home.items(len(names))
        result = home.result(*home.run(model, recipe=DEADLINES, total_s=20, first_byte_s=20, idle_s=20), code=None, timeout_s=110)
        assert result["kept"] + sum(result["failed"].values()) == len(names) and result["pending"] == 0, result
        failed = json.loads(home.finish("runs", "r1", "--failed", "--json").stdout.splitlines()[-1])
        with home.database() as db:
            sound(db)
            with db.read() as conn:
                longest = conn.execute(text('SELECT max(length(raw)) FROM "call"')).scalar_one()
                ords = {bytes(r.id).hex(): int.from_bytes(bytes(r.ord)[1:6], "big") for r in conn.execute(text("SELECT id, ord FROM slot"))}
                states = conn.execute(text(f"SELECT count(*) FROM slot WHERE state = {FAILED}")).scalar_one()
            kept = {int(row["key"]): ("kept", json.dumps(row["data"], sort_keys=True)) for row in rows_of(db)}
        assert longest <= RAW_LIMIT, f"a stored answer has {longest} bytes"
        assert len(failed) == states
        found = {ords[row["id"]]: ("failed", row["reason"]) for row in failed} | kept
        return {names[number]: outcome for number, outcome in sorted(found.items())}


def late_success(folder: Path, kind: str, *, rows: int = 30, late: int = 4) -> Outcome:
    """R19. Answers that come after the deadline: counted as maybe billed, asked again, one row each."""
    rules: list[dict[str, Any]] = [{"contains": f"Item {number} says", "fault": "late:2", "times": 1} for number in range(late)]
    with stage(folder, kind) as home, server(latency=0.02, rules=rules) as model:
        home.items(rows)
        result = home.result(*home.run(model, recipe=DEADLINES, first_byte_s=1, retries=2))
        assert (result["kept"], result["maybe_billed"]) == (rows, late), result
        return counted(f"R19 late success, {kind}", home, model.calls, rows, runs=1, bound=late)


def unreachable(folder: Path) -> Outcome:
    """Nobody listens at the address: a pause that says so, nothing lost, and the corrected command goes on."""
    with stage(folder) as home, server() as model:
        home.items(10)
        gone = Stage.run(home, "http://127.0.0.1:9/v1")
        result = home.result(*gone, code=4)
        assert result["reason"].startswith("unreachable") and result["pending"] == result["requested"], result
        home.result(*home.run(model))
        return counted("unreachable server", home, model.calls, 10, runs=1, bound=0)
