"""Projects over HTTP."""

from __future__ import annotations

from served import Desk


def test_a_project_is_made_capped_and_deleted(desk: Desk) -> None:
    assert desk.client.post("/projects", {"name": "bot"}, status=201)["budget_usd"] is None
    assert desk.client.post("/projects", {"name": "bot"}, status=409)["fix"]
    assert desk.client.put("/projects/bot/budget", {"usd": 2.5, "tokens": 1000})["budget_usd"] == 2.5
    assert desk.client.put("/projects/bot/budget", {"usd": 1})["budget_tokens"] is None
    assert [one["name"] for one in desk.client.get("/projects")["items"]] == ["bot", "default"]
    assert desk.client.get("/projects", start=1, limit=1)["next"] is None
    desk.client.delete("/projects/bot")
    assert desk.client.get("/projects/bot", status=404)["what"]
