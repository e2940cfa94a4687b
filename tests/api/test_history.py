"""The history of datasets over HTTP."""

from __future__ import annotations

from typing import Any

from running import jsonl
from served import Desk

AT = "/projects/default/datasets/qa"


def filled(desk: Desk) -> list[str]:
    rows = [{"input": f"question {n}", "label": "x"} for n in range(4)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "qa", format="jsonl")
    return [row.id for row in desk.lab.project().datasets.rows("qa")]


def edited(desk: Desk, row: str, label: str, branch: str = "") -> str:
    desk.client.patch(f"{AT}{branch}/rows/{row}", {"set": {"label": label}})
    return str(desk.client.post(f"{AT}{branch}/commit", {"message": label})["version"])


def labels(desk: Desk) -> list[Any]:
    return [one["data"]["label"] for one in desk.client.get(f"{AT}/rows")["items"]]


def test_commit_log_diff_and_uncommitted_edits(desk: Desk) -> None:
    ids = filled(desk)
    assert desk.client.post(f"{AT}/commit", {}, status=409)["fix"]
    second = edited(desk, ids[0], "y")
    first = desk.client.get(f"{AT}/log")["items"]
    assert (first[0]["message"], first[0]["version"]) == ("y", second) and "main" in first[0]["refs"]
    edited(desk, ids[1], "z")
    told = desk.client.get(f"{AT}/diff", old=first[1]["version"], limit=1)
    assert [told[name] for name in ("added", "removed", "changed", "total", "next", "fields")] == [0, 0, 2, 2, 1, {"label": 2}]
    rest = desk.client.get(f"{AT}/diff", old=first[1]["version"], start=1)
    assert [told["items"][0]["row"], rest["items"][0]["row"], rest["next"]] == [ids[0], ids[1], None]
    assert rest["items"][0]["fields"] == {"label": {"old": "x", "new": "z"}}
    assert desk.client.get(f"{AT}/diff", old=first[1]["version"], new=second)["changed"] == 1
    desk.client.patch(f"{AT}/rows/{ids[2]}", {"set": {"label": "u"}})
    assert [desk.client.get(f"{AT}/diff")[name] for name in ("changed", "new", "total")] == [1, None, 1]
    assert desk.client.get(f"{AT}/diff", old="nothing", status=404)["what"] and desk.client.get(f"{AT}/moved")["total"] == 0


def test_branches_and_tags_are_made_and_forgotten(desk: Desk) -> None:
    filled(desk)
    assert desk.client.post(f"{AT}/branches", {"name": "draft"}, status=201)["kind"] == "branch"
    assert desk.client.post(f"{AT}/branches", {"name": "draft"}, status=409)["fix"]
    assert desk.client.post(f"{AT}/tags", {"name": "v1", "message": "first"}, status=201)["message"] == "first"
    assert desk.client.post(f"{AT}/tags", {"name": "r1", "release": True}, status=201)["kind"] == "release"
    assert [one["name"] for one in desk.client.get(f"{AT}/refs")["items"]] == ["draft", "main", "r1", "v1"]
    assert [one["name"] for one in desk.client.get(f"{AT}/refs", kind="tag")["items"]] == ["v1"]
    assert desk.client.delete(f"{AT}/refs/r1", status=409)["what"] and desk.client.delete(f"{AT}/refs/main", status=409)["what"]
    assert desk.client.say("DELETE", f"{AT}/refs/v1", params={"kind": "branch"}, status=409)["what"]
    assert desk.client.delete(f"{AT}/refs/v1", status=200)["name"] == "v1"


def test_a_merge_lists_its_conflicts_by_field_and_takes_resolutions(desk: Desk) -> None:
    ids = filled(desk)
    desk.client.post(f"{AT}/branches", {"name": "draft"}, status=201)
    picked = edited(desk, ids[3], "picked", "@draft")
    edited(desk, ids[0], "theirs", "@draft")
    edited(desk, ids[0], "ours")
    open_ = desk.client.post(f"{AT}/merge", {"source": "draft"}, status=409)
    assert (open_["error"], open_["conflict_count"]) == ("Unsettled", 1)
    assert open_["conflicts"] == [{"row": ids[0], "field": "label", "base": "x", "ours": "ours", "theirs": "theirs"}]
    assert desk.client.post(f"{AT}/cherry-pick", {"source": picked})["changed"] == 1
    assert labels(desk) == ["ours", "x", "x", "picked"]
    assert desk.client.post(f"{AT}/merge", {"source": "draft", "prefer": "ours", "resolve": [f"{ids[1]}:label=ours"]}, status=422)["what"]
    done = desk.client.post(f"{AT}/merge", {"source": "draft", "resolve": [f"{ids[0]}:label=theirs"]})
    assert (done["changed"], done["conflict_count"], labels(desk)) == (1, 1, ["theirs", "x", "x", "picked"])


def test_restore_and_rollback(desk: Desk) -> None:
    ids = filled(desk)
    desk.client.post(f"{AT}/tags", {"name": "v1"}, status=201)
    second = edited(desk, ids[0], "y")
    assert desk.client.post(f"{AT}/restore", {"source": "v1"})["version"] != second and labels(desk)[0] == "x"
    desk.client.patch(f"{AT}/rows/{ids[1]}", {"set": {"label": "u"}})
    assert desk.client.post(f"{AT}/rollback", {"source": second}, status=409)["fix"]
    assert desk.client.post(f"{AT}/rollback", {"source": second, "discard": True})["name"] == "main"
    assert labels(desk)[:2] == ["y", "x"]
