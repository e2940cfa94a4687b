"""One stream tells of everything: in order, with nothing missed by who comes back, and with where runs stand."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from running import ask, texts
from served import Desk

from rowsmith.store import events


def until_ended(desk: Desk, run: str, **params: object) -> list[dict[str, object]]:
    found = []
    for message in desk.client.stream(**params):
        found.append(message)
        if message["event"] == "event" and (message["data"]["kind"], message["data"]["run"]) == ("run.ended", run):
            return found
    raise AssertionError("the stream ended")


def test_a_run_is_told_from_its_start_to_its_end(desk: Desk) -> None:
    run = desk.started(texts(*"abcdef"), ask())["run"]
    told = until_ended(desk, run, after=0)
    kinds = [one["data"]["kind"] for one in told if one["event"] == "event"]
    assert kinds == ["project.created", "run.started", "dataset.committed", "run.ended"]
    assert [int(one["id"]) for one in told if one["event"] == "event"] == [1, 2, 3, 4]
    assert told[0]["event"] == "hello"
    assert {one["data"]["run"] for one in told if one["event"] == "progress"} <= {run}


def test_who_comes_back_misses_nothing(desk: Desk) -> None:
    run = desk.started(texts(*"abc"), ask())["run"]
    until_ended(desk, run, after=0)
    later = desk.started(texts(*"xyz"), ask())["run"]
    desk.client.ended(later)
    found = []
    for message in desk.client.stream(after=4):
        if message["event"] == "event":
            found.append(int(message["id"]))
        if found and found[-1] == 7:
            break
    assert found == [5, 6, 7]
    with desk.client.http.stream("GET", "/events/stream", headers={"Last-Event-ID": "6"}, params={"after": 0}) as response:
        lines = (line for line in response.iter_lines() if line.startswith("id:"))
        assert next(lines) == "id: 7"
    page = desk.client.get("/projects/default/events", after=5)
    assert [one["n"] for one in page["items"]] == [6, 7]


def test_clients_that_come_at_once_and_while_much_happens_get_each_event_once(desk: Desk) -> None:
    def numbers(after: int) -> list[int]:
        found = []
        for message in desk.client.stream(after=after):
            if message["event"] == "event":
                found.append(int(message["id"]))
            if found and found[-1] >= 121:
                return found
        raise AssertionError("the stream ended")

    desk.client.get("/projects")
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(numbers, 1) for _ in range(4)]
        for number in range(120):
            with desk.lab.db.write() as conn:
                events.note(conn, desk.lab.db.now(conn), "default", "project.budget", {"usd": number})
            if number in (40, 80):
                told += [pool.submit(numbers, 1) for _ in range(2)]
            time.sleep(0.01)
        assert [one.result() for one in told] == [list(range(2, 122))] * 8


def test_who_missed_too_much_is_told_to_load_anew(desk: Desk) -> None:
    db = desk.lab.db
    with db.write() as conn:
        for number in range(1002):
            events.note(conn, db.now(conn), "default", "project.budget", {"usd": number})
    stream = desk.client.stream(after=0)
    assert [next(stream)["event"], next(stream)["event"]] == ["hello", "reload"]
