"""The home as a whole over HTTP: how it stands, its proof, room, a copy, plug-ins and rubrics."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import ask, texts
from served import Desk

from rowsmith import Lab
from rowsmith.app.home import restore

SIX = texts(*"abcdef")


def test_how_it_stands(desk: Desk) -> None:
    told = desk.client.get("/doctor", offline=True)
    assert (told["servers"], told["schema"], told["problems"]) == ([], "0160", []) and told["rowsmith"]


def test_it_is_proven_and_what_is_wrong_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.client.ended(desk.started(SIX, ask(), into="answers")["run"])
    told = desk.client.get("/verify")
    assert (told["ok"], told["checked"]["runs"]) == (True, 1)
    assert desk.client.get("/verify", dataset="answers", rebuild=False)["ok"]
    assert desk.client.get("/verify", dataset="none", status=404)["fix"]
    with Lab(tmp_path / "home") as lab, lab.db.write() as conn:
        conn.exec_driver_sql("UPDATE budget SET tokens = tokens + 1")
    told = desk.client.get("/verify")
    assert not told["ok"] and told["problems"][0]["what"]


def test_what_nothing_leads_to_is_counted_and_removed(desk: Desk) -> None:
    desk.client.ended(desk.started(SIX, ask(), into="answers")["run"])
    dataset = "/projects/default/datasets/answers"
    desk.client.post(f"{dataset}/branches", {"name": "draft"}, status=201)
    row = desk.client.get(f"{dataset}/rows")["items"][0]["id"]
    desk.client.patch(f"{dataset}@draft/rows/{row}", {"set": {"answer": "another"}})
    desk.client.post(f"{dataset}@draft/commit", {"message": "one"})
    desk.client.delete(f"{dataset}/refs/draft", status=200)
    assert desk.client.post("/gc", {"older_than_s": 0})["versions"] == 1
    assert desk.client.post("/gc", {"older_than_s": 0, "dry_run": False})["versions"] == 1
    assert desk.client.post("/gc", {"older_than_s": 0})["versions"] == 0
    assert desk.client.get("/verify")["ok"]


def test_a_copy_is_a_home_again(desk: Desk, tmp_path: Path) -> None:
    desk.client.ended(desk.started(SIX, ask(), into="answers")["run"])
    sent = desk.client.http.get("/backup")
    (tmp_path / "a.backup").write_bytes(sent.content)
    restore(tmp_path / "a.backup", str(tmp_path / "again"))
    with Lab(tmp_path / "again") as lab:
        assert lab.project().datasets.count("answers") == 6


def test_plugins_and_rubrics_are_listed(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").write_text("x = 1\n")
    assert [one["trust"] for one in desk.client.get("/plugins")["items"] if "mine.py" in one["place"]] == ["untrusted"]
    rubrics = desk.client.get("/rubrics", limit=2)
    assert len(rubrics["items"]) == 2 and rubrics["total"] > 2 and rubrics["items"][0]["criteria"]
