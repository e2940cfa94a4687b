"""Requests with an Idempotency-Key: carried out once, however often they are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import ask, texts
from served import Desk, serving

from rowsmith import Lab
from rowsmith.store.receipts import LEFT_S, Receipts

SIX = texts(*"abcdef")
KEY = {"Idempotency-Key": "7f0c"}


def recipe(desk: Desk) -> dict[str, Any]:
    """What starts a run that is a new one each time."""
    first = desk.client.ended(desk.started(SIX, ask(), into="answers")["run"])
    return {"recipe": str(next(desk.folder.glob("*.yaml"))), "new": True, "into": first["dataset"]}


def test_a_start_that_is_sent_twice_is_one_run(desk: Desk) -> None:
    wanted = recipe(desk)
    sent = [desk.client.http.post("/projects/default/runs", json=wanted, headers=KEY) for _ in range(3)]
    assert [one.status_code for one in sent] == [202] * 3
    assert len({one.content for one in sent}) == 1 and [one.headers.get("idempotency-replayed") for one in sent] == [None, "true", "true"]
    assert desk.client.get("/projects/default/runs")["total"] == 2
    desk.client.post("/projects/default/runs", wanted, status=202, headers={"Idempotency-Key": "another"})
    desk.client.post("/projects/default/runs", wanted, status=202)
    assert desk.client.get("/projects/default/runs")["total"] == 4


def test_a_key_is_for_one_request(desk: Desk) -> None:
    desk.client.post("/projects", {"name": "one"}, status=201, headers=KEY)
    assert "another request" in desk.client.post("/projects", {"name": "two"}, status=422, headers=KEY)["what"]
    assert desk.client.post("/projects", {"name": "one"}, status=201, headers=KEY)["name"] == "one"
    assert desk.client.post("/projects", {"name": "one"}, status=409)["error"] == "Conflict"
    desk.client.post("/projects", {"name": "three"}, status=422, headers={"Idempotency-Key": "k" * 201})
    desk.client.post("/projects", {"name": "three"}, status=422, headers={"Idempotency-Key": ""})


def test_an_error_of_the_asker_is_told_again_and_one_of_ours_is_not_kept(desk: Desk, tmp_path: Path) -> None:
    for _ in range(2):
        assert desk.client.post("/projects/none/runs", {"recipe": "a"}, status=404, headers=KEY)["error"] == "NotFound"
    with Lab(tmp_path / "home") as lab:
        receipts = Receipts(lab.db)
        assert receipts.claim("ours", b"x") is None
        receipts.drop("ours")
        assert receipts.claim("ours", b"x") is None


def test_what_is_still_being_done_is_not_done_beside(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Lab(tmp_path / "home") as lab:
        receipts = Receipts(lab.db)
        assert receipts.claim("slow", b"x") is None
        told = desk.client.http.post("/projects", json={"name": "slow"}, headers={"Idempotency-Key": "slow"})
        assert (told.status_code, told.json()["error"]) == (422, "Invalid")
        assert (found := receipts.claim("slow", b"x")) is not None and found.status is None
        now = lab.db.now
        monkeypatch.setattr(lab.db, "now", lambda conn: now(conn) + LEFT_S + 1)
        assert receipts.claim("slow", b"x") is None  # its server died


def test_the_answer_is_there_when_the_server_comes_back_and_goes_with_a_source_that_is_forgotten(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as client:
        made = client.post("/projects", {"name": "one"}, status=201, headers=KEY)
    with serving(tmp_path / "home") as client:
        assert client.post("/projects", {"name": "one"}, status=201, headers=KEY) == made
        (tmp_path / "a.jsonl").write_text('{"text": "a secret"}\n{"text": "another"}\n')
        with Lab(tmp_path / "home") as lab:
            project = lab.project()
            project.datasets.import_([tmp_path / "a.jsonl"], into="said")
            project.provenance.forget("a.jsonl")
            with lab.db.read() as conn:
                assert conn.exec_driver_sql("SELECT count(*) FROM receipt").scalar_one() == 0
