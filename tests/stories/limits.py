"""Stories of limits: how much of what a provider permits is used, and that nothing goes beyond it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from proofs import Outcome, counted
from sqlalchemy import text
from stage import Stage, server, stage

from rowsmith.core.calls import Limits
from rowsmith.store.rates import MINUTE_S, Rates
from rowsmith.testing import CallLog


def recipe(home: Stage, **model: Any) -> Path:
    """One call for each row of the input, with these settings of its model."""
    import yaml

    path = home.folder / "limited.yaml"
    whole = {
        "name": "one_call", "parameters": {name: {} for name in ("input", "model", "base_url", "concurrency")},
        "models": {"writer": {"model": "openai/${model}", "base_url": "${base_url}", "concurrency": "${concurrency}", **model}},
        "steps": [
            {"kind": "read.files", "paths": ["${input}"], "format": "jsonl"},
            {"kind": "generate.columns", "prompt": "{{ text }}", "output": {"answer": "string"}},
        ],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    return path


def hidden(folder: Path, *, per_second: float, seconds: float, form: str, least: float = 0.8, burst: int = 8, places: int = 16) -> Outcome:
    """R15. A limit that nobody tells, a tenth and less of what the client could ask: at least 80 % of it (`least`) is used, over the whole of
    the time, nothing is sent while the server wants silence, and few calls are refused."""
    rows = int(per_second * seconds)
    with stage(folder) as home, server(latency=0.02, rpm=per_second * 60, burst=burst, retry_after=form) as model:
        home.items(rows)
        result = home.result(*home.run(model, places=places), timeout_s=4 * seconds + 60)
        assert result["kept"] == rows, result
        calls = model.calls
        assert calls.early() == [], f"{len(calls.early())} calls came early"
        rate, refused = rows / calls.span_s, calls.faults().get("rpm", 0)
        assert rate >= least * per_second, f"{rate / per_second:.0%} of the permitted rate"
        assert refused <= places + 60, f"{refused} calls were refused"
        note = f"{rate / per_second:.0%} of the permitted rate over {calls.span_s:.0f} s, {refused} of {len(calls)} calls refused"
        return counted(f"R15 hidden limit, Retry-After {form}", home, calls, rows, runs=1, bound=0, note=note)


def shared(folder: Path, kind: str, *, rpm: int = 600, rows: int = 60) -> Outcome:
    """Two processes with a limit that they know share it: together they use at least 80 % of it, and no call is beyond it."""
    with stage(folder, kind) as home, server(latency=0.02, rpm=rpm, burst=max(2, rpm // 60)) as model, ExitStack() as stack:
        home.items(2 * rows)
        home.result(*home.run(model, "--limit", "1"))  # the home, and one row
        given = recipe(home, rpm=rpm)
        commands = []
        for half in range(2):
            part = home.folder / f"half-{half}.jsonl"
            part.write_text("".join(home.input.read_text().splitlines(keepends=True)[half::2]), encoding="utf-8")
            words = home.run(model, "--into", f"half{half}", recipe=given, input=part)
            commands.append(stack.enter_context(home.start(*words)))
        for command in commands:
            assert command.wait(120) == 0, command.err
        calls = model.calls
        assert calls.faults().get("rpm", 0) == 0, "calls were beyond the limit"
        both = _while_both(calls, rows)
        assert both >= 0.8 * rpm / 60, f"{both:.1f} of {rpm / 60:g} calls a second"
        return Outcome(f"R15 two processes, one limit, {kind}", 2, note=f"{both / (rpm / 60):.0%} of the limit used, no call beyond it")


def _while_both(calls: CallLog, rows: int) -> float:
    """Calls a second while both processes were at work: from a tenth of all calls to nine tenths."""
    times = sorted(call.mono for call in calls.requests)
    first, last = len(times) // 10, len(times) - len(times) // 10
    return (last - first) / (times[last - 1] - times[first])


def of_a_day(folder: Path, kind: str, *, rpd: int = 20, rows: int = 30, places: int = 4) -> Outcome:
    """The quota of a day: used up to the last, kept over restarts and repeated commands, and back at midnight."""
    with stage(folder, kind) as home, server(latency=0.01) as model:
        home.items(rows)
        given = recipe(home, rpd=rpd)
        for attempt in range(4):
            result = home.result(*home.run(model, recipe=given, places=places), code=4)
            assert result["reason"].startswith("throttled"), result
            least = rpd if attempt else rpd - places  # those that had their place of the day when the command stopped go with the next one
            assert least <= len(model.calls) <= rpd, f"{len(model.calls)} calls after command {attempt + 1}"
        with home.database() as db, db.write() as conn:
            now = db.now(conn)
            profile = conn.execute(text("SELECT profile FROM rate WHERE kind = 'rpd'")).scalar_one()
            tomorrow = Rates(conn, profile, now)
            assert tomorrow.kinds["rpd"]["used"] == rpd, "commands that had to wait took of tomorrow's"
            assert tomorrow.take(Limits(rpd=rpd), 0) > 0
            conn.execute(text("UPDATE rate SET day = day - 1 WHERE kind = 'rpd'"))  # midnight
        home.result(*home.run(model, recipe=given, places=places))
        return counted(f"R15 quota of a day, {kind}", home, model.calls, rows, runs=5, bound=0, note=f"{rpd} of {rpd} used, over 4 commands")


def tokens(folder: Path, *, tpm: int = 60_000, rows: int = 120) -> Outcome:
    """A limit of tokens: what calls really use comes to at least 80 % of it, and no minute's worth of time holds more."""
    with stage(folder) as home, server(latency=0.02, tokens_in=400, tokens_out=100) as model:
        home.items(rows, lambda i: f"Item {i} says " + "that tea is good and " * 60)
        home.result(*home.run(model, recipe=recipe(home, tpm=tpm, max_tokens=400)))
        times = sorted(call.mono for call in model.calls.requests)
        used = 500 * (len(times) - 1 - len(times) // 4) / (times[-1] - times[len(times) // 4])
        permitted = tpm / 60
        assert used >= 0.8 * permitted, f"{used / permitted:.0%} of the limit"
        assert used <= 1.02 * permitted * 60 / MINUTE_S, f"{used / permitted:.0%} of the limit"
        note = f"{used / permitted:.0%} of the limit used once the first answers have told the sizes"
        return counted("R15 tokens a minute", home, model.calls, rows, runs=1, bound=0, note=note)
