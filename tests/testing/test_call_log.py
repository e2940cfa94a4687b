from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from rowsmith.testing import CallLog, ModelServer, wait_for_calls


def test_a_request_is_in_the_log_before_it_is_answered(ask: Any) -> None:
    with ModelServer(latency=0.5) as server:
        thread = threading.Thread(target=ask, args=(server, "a long text " * 40))
        thread.start()
        server.wait_for(1)
        line = json.loads(server.log.read_text().splitlines()[0])
        thread.join()
        assert (line["n"], line["in_flight"], line["fault"], line["status"]) == (1, 1, "", 200)
        assert len(line["text"]) == 200
        assert server.calls.requests[0].written is True


def test_most_in_flight_repeats_and_span(ask: Any) -> None:
    with ModelServer(latency=0.2) as server:
        threads = [threading.Thread(target=ask, args=(server, f"row {i % 2}")) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls = server.calls
    assert calls.max_in_flight == 4
    assert sorted(calls.repeated().values()) == sorted(calls.repeated(by="key").values()) == [1, 1]
    assert calls.span_s >= 0.2


def test_a_line_half_written_and_a_second_server_are_read_well(ask: Any, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    for _ in range(2):
        with ModelServer(log=log) as server:
            ask(server, "x")
    with log.open("a") as file:
        file.write('{"n": 3, "at"')
    calls = CallLog(log)
    assert [(call.n, call.nth, call.written) for call in calls.requests] == [(1, 1, True), (1, 1, True)]
    assert list(calls.repeated().values()) == [1]


def test_waiting_ends_with_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"n":1}\n{"n":1,"ended":1.0,"written":true}\n')
    wait_for_calls(tmp_path / "log", 1)
    with pytest.raises(TimeoutError, match="holds 1 requests"):
        wait_for_calls(tmp_path / "log", 2, timeout_s=0.01)


def test_requests_before_the_permitted_time_are_found(tmp_path: Path) -> None:
    def line(n: int, mono: float, retry_after_s: float | None = None, model: str = "m", body: str = "b") -> str:
        known = {"at": 0.0, "path": "", "nth": 1, "text": "", "key": "", "fault": "", "status": 200, "billed": True, "in_flight": 1}
        more = {"max_in_flight": 1, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.1, "n": n, "mono": mono, "model": model, "body": body}
        return json.dumps({**known, **more, "retry_after_s": retry_after_s}) + "\n"

    log = tmp_path / "log"
    log.write_text(line(1, 10.0, 5.0) + line(2, 10.05) + line(3, 12.0) + line(4, 12.0, model="other") + line(5, 15.0) + line(6, 13.0, body="c"))
    calls = CallLog(log)
    assert [call.n for call in calls.early()] == [3, 6]
    assert [call.n for call in calls.early(by="body")] == [3, 4]
    assert calls.cost() == 0.6
