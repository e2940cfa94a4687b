"""Stored answers and judges over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import ask, texts
from served import Desk, serving

SIX = texts(*"abcdef")
PROJECT = "/projects/default"


def test_answers_are_listed_with_who_used_them(desk: Desk) -> None:
    run = desk.client.ended(desk.started(SIX, ask())["run"])
    page = desk.client.get(f"{PROJECT}/calls", limit=4)
    assert (len(page["items"]), page["total"], page["next"]) == (4, None, 4)
    assert desk.client.get(f"{PROJECT}/calls", limit=4, start=4)["total"] == 6
    one = desk.client.get(f"{PROJECT}/calls", run=run["run"])["items"][0]
    assert (one["state"], one["used_by"]) == ("answered", {run["run"]: 1})
    story = desk.client.get(f"{PROJECT}/calls/{one['key'][:20]}")
    assert (story["key"], story["uses"][0]["bought"]) == (one["key"], True) and story["raw"]
    assert desk.client.get(f"{PROJECT}/calls", run="r99", status=404)["error"] == "NotFound"
    assert desk.client.get(f"{PROJECT}/calls/xyz", status=422)["fix"]


def test_answers_are_handed_on_to_another_home(desk: Desk, tmp_path: Path) -> None:
    desk.client.ended(desk.started(SIX, ask())["run"])
    sent = desk.client.http.get(f"{PROJECT}/calls/export")
    assert (sent.status_code, "default.calls" in sent.headers["content-disposition"]) == (200, True)
    (tmp_path / "a.calls").write_bytes(sent.content)
    assert desk.client.get(f"{PROJECT}/calls/export", run="r99", status=404)["error"] == "NotFound"
    with serving(tmp_path / "other") as client:
        upload = client.post("/uploads", {"name": "a.calls"}, status=201)["id"]
        client.http.put(f"/uploads/{upload}/parts/1", content=sent.content, headers={"content-type": "application/octet-stream"})
        client.post(f"/uploads/{upload}/complete")
        assert client.post(f"{PROJECT}/calls/import", {"file": f"upload:{upload}"})["imported"] == 6
        assert client.post(f"{PROJECT}/calls/import", {"file": str(tmp_path / "a.calls")})["kept"] == 6
        assert client.post(f"{PROJECT}/calls/import", {"file": "none.calls"}, status=404)["fix"]


@pytest.fixture
def judged(desk: Desk) -> str:
    """A run whose rows a judge scored."""
    score: Any = {"kind": "score.judge", "rubric": "answer", "model": "writer", "columns": ["answer"]}
    return str(desk.client.ended(desk.started(SIX, ask(), score, into="answers")["run"])["run"])


def test_what_judges_give_away(desk: Desk, judged: str) -> None:
    told = desk.client.get(f"{PROJECT}/runs/{judged}/judges")
    (score,) = told["scores"]
    assert (score["rows"], score["by"]) == (6, {"openai/m": 6}) and any("openai/m" in warning for warning in score["warnings"])
    none = desk.client.ended(desk.started(SIX, ask())["run"])["run"]
    assert desk.client.get(f"{PROJECT}/runs/{none}/judges") == {"scores": [], "notes": []}


def test_two_runs_are_compared(desk: Desk) -> None:
    one = desk.client.ended(desk.started(SIX, ask())["run"])["run"]
    two = desk.client.ended(desk.started(SIX, ask(), top={"name": "other"}, fresh=True)["run"])["run"]
    told = desk.client.post(f"{PROJECT}/runs/{one}/compare/{two}", {"by": ["length(answer)"]})
    assert (told["paired"], told["a_run"]["run"], told["b_run"]["run"], told["measures"][0]["by"]) == (6, one, two, "length(answer)")
    assert desk.client.post(f"{PROJECT}/runs/{one}/compare/r99", {}, status=404)["error"] == "NotFound"
