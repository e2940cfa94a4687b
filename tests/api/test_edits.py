"""Edits over HTTP: as seen or not at all, one row or all that match, undone and done again, after a restart too."""

from __future__ import annotations

from typing import Any

from running import jsonl
from served import Desk, serving

AT = "/projects/default/datasets/qa"


def filled(desk: Desk, count: int = 6) -> list[str]:
    rows = [{"input": f"question {n}", "label": "xy"[n % 2]} for n in range(count)]
    desk.lab.project().datasets.import_([jsonl(desk.folder / "rows.jsonl", rows)], "qa", format="jsonl")
    return [row.id for row in desk.lab.project().datasets.rows("qa")]


def said(desk: Desk, column: str = "label") -> list[Any]:
    return [one["data"].get(column) for one in desk.client.get(f"{AT}/rows")["items"]]


def undo(desk: Desk, act: str = "undo", *, status: int = 200, **how: Any) -> Any:
    return desk.client.post(f"{AT}/edits/{act}", how, status=status)


def test_a_row_is_edited_as_it_was_seen_or_not_at_all(desk: Desk) -> None:
    row = filled(desk)[0]
    seen = desk.client.get(f"{AT}/rows/{row}")["revision"]
    done = desk.client.patch(f"{AT}/rows/{row}", {"set": {"label": "new"}, "without": ["input"], "seen": seen})
    assert (done["data"], done["edited"]) == ({"label": "new"}, True)
    assert desk.client.get(f"{AT}/rows/{row}")["revision"] == done["token"]
    stale = desk.client.patch(f"{AT}/rows/{row}", {"set": {"label": "mine"}, "seen": seen}, status=409)
    assert (stale["error"], stale["current"], stale["token"]) == ("Stale", {"label": "new"}, done["token"])
    assert desk.client.http.delete(f"{AT}/rows/{row}", params={"seen": seen}).status_code == 409
    assert desk.client.delete(f"{AT}/rows/{row}", status=200)["data"] is None
    assert desk.client.patch(f"{AT}/rows/{'0' * 32}", {"set": {"label": "x"}}, status=404)["fix"]
    assert desk.client.patch(f"{AT}/rows/{row}", {"sets": {}}, status=422)["problems"]


def test_rows_are_added_and_uncommitted_edits_listed_and_discarded(desk: Desk) -> None:
    row = filled(desk)[0]
    assert desk.client.post(f"{AT}/rows", {"data": {}}, status=422)["what"]
    new = desk.client.post(f"{AT}/rows", {"data": {"input": "new"}}, status=201)
    desk.client.patch(f"{AT}/rows/{row}", {"set": {"label": "z"}})
    told = desk.client.get(f"{AT}/edits", limit=1)
    assert [told[name] for name in ("added", "removed", "changed", "fields", "total", "next")] == [1, 0, 1, {"label": 1}, 2, 1]
    both = [*told["items"], *desk.client.get(f"{AT}/edits", start=1)["items"]]
    assert {one["row"]: one["fields"] for one in both} == {
        new["row"]: {"input": {"new": "new"}}, row: {"label": {"old": "x", "new": "z"}},
    }  # fmt: skip
    assert desk.client.say("DELETE", f"{AT}/edits", params={"row": row}) == {"rows": 1}
    assert desk.client.delete(f"{AT}/edits", status=200) == {"rows": 1}
    assert desk.client.get(f"{AT}/edits")["total"] == 0
    assert undo(desk)["kind"] == "discard" and said(desk, "input")[-1] == "new"


def test_all_that_match_but_some_are_one_act(desk: Desk) -> None:
    ids = filled(desk)
    among = {"where": "label = 'x'", "besides": [ids[0]]}
    assert desk.client.post(f"{AT}/edits/count", among) == {"rows": 2}
    assert desk.client.post(f"{AT}/edits/count", {"search": "question 3"}) == {"rows": 1}
    assert desk.client.post(f"{AT}/edits/bulk", {**among, "set": {"label": "z"}, "expected": 3}, status=409)["what"]
    assert desk.client.post(f"{AT}/edits/bulk", {**among, "set": {"label": "z"}, "expected": 2}) == {"rows": 2}
    assert said(desk) == list("xyzyzy")
    assert desk.client.post(f"{AT}/edits/bulk", {"where": "label = 'y'", "remove": True}) == {"rows": 3}
    assert said(desk) == list("xzz")
    assert [(one["kind"], one["rows"]) for one in desk.client.get(f"{AT}/edits/acts")["items"]] == [("remove", 3), ("set", 2)]
    assert [undo(desk)["rows"], undo(desk)["rows"]] == [3, 2] and said(desk) == list("xyxyxy")
    assert desk.client.get(f"{AT}/edits")["total"] == 0 and undo(desk, status=404)["error"] == "NotFound"
    assert [undo(desk, "redo")["rows"], undo(desk, "redo")["rows"]] == [2, 3] and said(desk) == list("xzz")
    assert desk.client.post(f"{AT}/edits/bulk", {"where": "("}, status=422)["what"]


def test_undo_goes_on_after_a_commit_and_a_restart_and_a_new_edit_ends_redo(desk: Desk) -> None:
    row = filled(desk)[0]
    new = desk.client.post(f"{AT}/rows", {"data": {"label": "n"}}, status=201)["row"]
    for label in ("a", "b"):
        desk.client.patch(f"{AT}/rows/{row}", {"set": {"label": label}})
    desk.lab.project().history.commit("qa")
    desk.end()
    with serving(desk.folder / "home") as desk.client:
        _goes_on(desk, row, new)


def _goes_on(desk: Desk, row: str, new: str) -> None:
    assert undo(desk)["kind"] == "set" and said(desk)[0] == "a"
    assert (undo(desk)["kind"], undo(desk)["kind"], said(desk)) == ("set", "add", list("xyxyxy"))
    assert desk.client.get(f"{AT}/rows/{new}", status=404)
    assert undo(desk, "redo")["kind"] == "add" and said(desk)[-1] == "n"
    desk.client.patch(f"{AT}/rows/{row}", {"set": {"label": "c"}})
    assert undo(desk, "redo", status=404)["fix"]
    assert undo(desk)["rows"] == 1 and said(desk)[0] == "x"


def test_what_others_changed_since_is_not_undone(desk: Desk) -> None:
    ids = filled(desk)
    desk.client.post(f"{AT}/edits/bulk", {"where": "label = 'x'", "set": {"label": "z"}})
    desk.lab.who = "somebody else"
    desk.lab.project().edits.set("qa", ids[0], {"label": "theirs"})
    refused = undo(desk, status=409)
    assert (refused["error"], refused["row"], refused["current"]["label"], refused["made"]["label"]) == ("NotAsMade", ids[0], "theirs", "z")
    assert said(desk) == ["theirs", *"yzyzy"]
    turned = undo(desk, skip_changed=True)
    assert (turned["rows"], turned["left"], said(desk)) == (2, 1, ["theirs", *"yxyxy"])
